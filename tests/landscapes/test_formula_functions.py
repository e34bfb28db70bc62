"""Elementary functions of formulas: against 60 digits, at the ends of their ranges, and the same bits everywhere."""

import hashlib

import mpmath
import numpy as np
import pytest

from hts.landscapes import elementary

RNG = np.random.default_rng(20261128)
NEAR_0 = 10.0 ** RNG.uniform(-20.0, 0.0, 200) * RNG.choice([-1.0, 1.0], 200)
ANGLES = np.concatenate([NEAR_0, RNG.uniform(-10.0, 10.0, 200), 10.0 ** RNG.uniform(1.0, 5.9, 200)])
MANY_TURNS = 10.0 ** RNG.uniform(5.9, 15.6, 300)
POSITIVE = np.concatenate([1.0 + NEAR_0[np.abs(NEAR_0) > 1e-15] / 2.0, 10.0 ** RNG.uniform(-300.0, 300.0, 200)])
EXPONENTS = np.concatenate([NEAR_0, RNG.uniform(-700.0, 709.0, 300)])

#: Name, exact function, arguments, largest error in units in the last place.
CASES = [
    ("exp", mpmath.exp, EXPONENTS, 1.0),
    ("expm1", mpmath.expm1, EXPONENTS, 2.0),
    ("log", mpmath.log, POSITIVE, 1.0),
    ("sin", mpmath.sin, ANGLES, 1.0),
    ("cos", mpmath.cos, ANGLES, 1.0),
    ("sin", mpmath.sin, MANY_TURNS, 3.0),
    ("cos", mpmath.cos, MANY_TURNS, 3.0),
    ("tanh", mpmath.tanh, np.concatenate([NEAR_0, RNG.uniform(-25.0, 25.0, 200)]), 3.0),
    ("tanh_slope", lambda x: 1 / mpmath.cosh(x) ** 2, RNG.uniform(-25.0, 25.0, 300), 4.0),
]
#: Of all values above, as bytes: another CPU, NumPy or C library must give these too.
GOLDEN = "df3e65c56d6e2c57f1c404ead931abfed9bad08ad9e9c2a7e575d24aa33a3f52"


def units_missed(values, function, x):
    """Return the largest error in units in the last place."""
    with mpmath.workdps(60):
        exact = [function(mpmath.mpf(float(one))) for one in x]
        return max(
            float(abs(mpmath.mpf(float(value)) - right) / mpmath.mpf(float(np.spacing(abs(float(right))))))
            for value, right in zip(values, exact, strict=True)
        )


@pytest.mark.parametrize(("name", "exact", "x", "bound"), CASES)
def test_a_function_errs_by_no_more_than_it_says(name, exact, x, bound):
    values = getattr(elementary, name)(x)
    assert units_missed(values, exact, x) <= bound
    assert units_missed(values * (1.0 + 2e-15), exact, x) > bound  # a wrong twin


@pytest.mark.parametrize("c", [-3.0, -0.5, 0.5, 2.3, 4.0, 7.0, 1001.0, 1025.0])
def test_a_power_errs_by_its_logarithm(c):
    u = 10.0 ** RNG.uniform(-0.2, 0.2, 300)
    missed = units_missed(elementary.constant_power(u, c), lambda x: x ** mpmath.mpf(c), u)
    assert missed <= 3.0 + abs(c) * 0.6


def test_the_ends_of_the_ranges_are_those_of_numpy():
    x = np.array([0.0, np.inf, -np.inf, np.nan, 5e-324, -1e-310, 1e308, 709.9, -745.0, -800.0])
    with np.errstate(all="ignore"):
        for name in ("exp", "expm1", "log", "tanh"):
            np.testing.assert_allclose(getattr(elementary, name)(x), getattr(np, name)(x), rtol=1e-15)
        for c in (-2.0, -1.0, -0.5, 0.0, 0.5, 2.0, 3.0, 1025.0):
            x = np.where(c % 1.0 * np.isneginf(x), np.nan, x)  # no real power
            np.testing.assert_allclose(elementary.constant_power(x, c), x**c, rtol=1e-12)
        assert np.isnan(elementary.sin(np.array([np.inf, np.nan, 1e16]))).all()


def test_every_cpu_gives_the_same_bits():
    values = np.concatenate([getattr(elementary, name)(x) for name, _, x, _ in CASES])
    assert hashlib.sha256(values.astype("<f8").tobytes()).hexdigest() == GOLDEN
