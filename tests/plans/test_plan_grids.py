"""Check the axes of the grid against exact arithmetic of mpmath and fractions."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hts.plans.grids import geometric, linear

unhurried = settings(deadline=None)  # the machines that run this are shared
ends = st.floats(1e-12, 1e12)


def test_a_geometric_axis_reads_as_a_person_writes_it():
    expected = (0.001, 0.00177827941004, 0.00316227766017, 0.0056234132519, 0.01)
    assert geometric(1e-3, 1e-1, 9)[:5] == expected
    assert geometric(1e-3, 1e-1, 9)[-1] == 0.1
    assert geometric(1e-7, 1e-1, 7) == (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
    assert geometric(1e-1, 1e-3, 3) == (0.1, 0.01, 0.001)
    assert geometric(0.3, 0.3, 1) == (0.3,)


def test_a_linear_axis_reads_as_a_person_writes_it():
    assert linear(1.1, 2.0, 10) == (1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0)


@unhurried
@given(ends, ends, st.integers(2, 30))
def test_a_geometric_axis_is_mpmaths_to_twelve_digits(low: float, high: float, n: int):
    axis = geometric(low, high, n)
    assert (axis[0], axis[-1]) == (low, high)
    with mpmath.workdps(60):
        for i, value in enumerate(axis):
            exact = mpmath.mpf(low) * (mpmath.mpf(high) / mpmath.mpf(low)) ** (mpmath.mpf(i) / (n - 1))
            assert abs(mpmath.mpf(value) / exact - 1) < 6e-12
    assert all(min(low, high) <= value <= max(low, high) for value in axis)
    assert all(value == float(f"{value:.12g}") for value in axis[1:-1] if low < value < high)


@unhurried
@given(ends, ends, st.integers(2, 30))
def test_a_linear_axis_is_exact_to_twelve_digits(low: float, high: float, n: int):
    axis = linear(low, high, n)
    assert (axis[0], axis[-1]) == (low, high)
    for i, value in enumerate(axis):
        exact = Fraction(low) + (Fraction(high) - Fraction(low)) * i / (n - 1)
        assert abs(Fraction(value) / exact - 1) < Fraction(6, 10**12)


@pytest.mark.parametrize("n", [2, 5, 1000])
def test_the_smallest_and_largest_floats_are_ends_too(n: int):
    axis = geometric(5e-324, 1.7e308, n)
    assert len(axis) == n
    assert list(axis) == sorted(axis)
