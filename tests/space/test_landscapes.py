"""Tests of landscapes in several dimensions: derivatives against differences, formulas against plain NumPy."""

import math
from contextlib import suppress

import numpy as np
import pytest

from hts import space
from hts.landscapes.checks import LandscapeError
from hts.landscapes.reading import FormulaError

ANY = "x**2/2 + exp(-y)*sin(x*y) + abs(z)**1.5 + sqrt(1 + x**2)/(2 + cos(z)) + tanh(x)*log(2 + y**2) + 2**z + abs(x)"


def any_formula(x, y, z):
    smooth = x**2 / 2 + np.exp(-y) * np.sin(x * y) + np.sqrt(1 + x**2) / (2 + np.cos(z))
    return smooth + abs(z) ** 1.5 + np.tanh(x) * np.log(2 + y**2) + 2**z + abs(x)


def modified_himmelblau(x, y):
    """Equation (27) of docs/many_dimensions.md, written down a second time."""
    g = np.exp(0.4 * (x - 1.4 - 1.5)) + 1
    u, v = (x - 1.4) * g, y * g
    h = (u**2 + v - 11) ** 2 + (u + v**2 - 7) ** 2
    is_valley = (x >= -5.5) & (x <= -0.5) & (abs(y + 2.9) < 2)
    return 0.1 * np.where(is_valley, np.minimum(h, 12 * abs(y + 2.9) ** 1.1), h)


def points(n, d, size=2.0, seed=3):
    return np.random.default_rng(seed).uniform(-size, size, (n, d))


H = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, -0.2], [0.0, -0.2, 3.0]])
CASES = {
    "formula": space.formula(ANY, 3),
    "numbered formula": space.formula("x1**2 + x1*x2**3 - x4*exp(x3)/2", 4),
    "radial": space.radial(0.7, 2.0, 5),
    "quadratic": space.quadratic(H, [0.1, 0.2, -0.3]),
    "himmelblau": space.himmelblau(),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients_and_hessians_are_differences_of_values(name):
    f = CASES[name]
    x = points(200, f.dimension)
    gradient, hessian = f.gradient(x), f.hessian(x)
    size = 1 + np.abs(gradient).max()
    for k in range(f.dimension):
        step = np.zeros(f.dimension)
        step[k] = 1e-5
        slopes = (f.value(x + step) - f.value(x - step)) / 2e-5
        assert np.quantile(abs(slopes - gradient[:, k]), 0.98) < 1e-7 * size  # not where a kink or a jump lies between
        bends = (f.gradient(x + step) - f.gradient(x - step)) / 2e-5
        assert np.quantile(abs(bends - hessian[:, k]), 0.98) < 1e-5 * size


def test_formulas_have_the_values_of_plain_numpy():
    x = points(500, 3)
    assert CASES["formula"].value(x) == pytest.approx(any_formula(*x.T), rel=1e-12)
    x = points(5000, 2, size=4.0)
    assert space.himmelblau().value(x) == pytest.approx(modified_himmelblau(*x.T), rel=1e-11, abs=1e-11)


def test_the_minima_of_himmelblau_are_the_published_ones_to_two_decimals():
    """Newton's method from the published digits: (-.90, 2.57), (2.90, 1.00), (3.115, -.884), and a segment."""
    f = space.himmelblau()
    for one, other in f.minimisers:
        if np.any(one != other):
            between = one + np.linspace(0.01, 0.99, 50)[:, None] * (other - one)
            assert f.value(between) == pytest.approx(0.0, abs=1e-12)
            continue
        x = one[None]
        for _ in range(20):
            x = x - np.linalg.solve(f.hessian(x), f.gradient(x)[..., None])[..., 0]
        assert f.value(x)[0] < 1e-20
        assert x[0] == pytest.approx(one, abs=5e-3)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("x + q", 5, "numbers, x, y, + -"),
        ("x1*x4", 4, "x1, x2"),
        ("x1 + y", 6, "'y' is not known"),
        ("x**2 +", 7, "ends too early"),
        ("1/(x - x)", 2, "no value"),
        ("sqrt(x - x - 1)", 1, "no value"),
        ("sin(" * 120 + "x" + ")" * 120, 77, "inside each other"),
    ],
)
def test_a_formula_that_cannot_be_read_is_told_with_its_column(text, column, said):
    with pytest.raises(FormulaError, match=f"column {column}: .*{said.replace('+', '.').replace('-', '.')}"):
        space.formula(text, 2)


@pytest.mark.parametrize("text", ["(1e9)**(1e9*x - 1e9*x + 9)", "2**(x - x + 1e9)", "x**1e300 + x**-1e300"])
def test_no_formula_makes_sympy_compute_huge_integers(text):
    with suppress(LandscapeError):  # either way it ends at once
        assert space.formula(text, 2).gradient(np.ones((1, 2))).shape == (1, 2)


@pytest.mark.parametrize(
    ("build", "key"),
    [
        (lambda: space.radial(1.0, 1.0, 65), "dimension"),
        (lambda: space.radial(1.0, -1.0, 2), "radius"),
        (lambda: space.radial(math.nan, 1.0, 2), "curvature"),
        (lambda: space.quadratic([[1.0, 2.0], [2.0, 1.0]]), "hessian"),
        (lambda: space.quadratic([[1.0, 0.0]]), "hessian"),
        (lambda: space.quadratic([[1.0, 0.0], [0.0, 1.0]], [0.0]), "centre"),
    ],
)
def test_numbers_that_make_no_landscape_are_told_with_their_key(build, key):
    with pytest.raises(LandscapeError) as told:
        build()
    assert told.value.key == key
