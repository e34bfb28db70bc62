"""Tests of laws with an added normal part against convolutions by mpmath and scipy."""

import math
from functools import cache
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from exact_laws import RULE, exact_tail
from scipy import integrate, special

from hts.noise import Noise

CASES = [
    ("pareto", 1.5, 0.5, 0.3),
    ("pareto", 1.5, 0.9, 0.02),
    ("pareto", 1.2, 1.0, 3.0),
    ("lomax", 1.2, 0.5, 0.5),
    ("lomax", 2.5, 0.2, 0.01),
    ("student", 1.5, 0.5, 1.0),
]


def exact(kind: str, alpha: float, p_plus: float, s: float, x: float) -> tuple[float, float]:
    """Density and survival of W + s N at x, the centring left out: convolutions by Gauss panels with 25 digits."""
    with mpmath.workdps(25):
        a, s, x = mpmath.mpf(alpha), mpmath.mpf(s), mpmath.mpf(x)
        factor = mpmath.gamma((a + 1) / 2) / (mpmath.gamma(a / 2) * mpmath.sqrt(a * mpmath.pi))
        law = {
            "pareto": lambda y: a * y ** (-a - 1),
            "lomax": lambda y: a * (1 + y) ** (-a - 1),
            "student": lambda y: 2 * factor * (1 + y * y / a) ** (-(a + 1) / 2),
        }[kind]
        edge = 1 if kind == "pareto" else 0

        reach = abs(x) + 13 * s + 2
        total = {"density": mpmath.mpf(0), "survival": mpmath.mpf(0)}
        for sign, share in [(1, mpmath.mpf(p_plus)), (-1, 1 - mpmath.mpf(p_plus))]:
            cuts = {sign * x + s * k for k in range(-12, 13)} | {edge + mpmath.mpf(2) ** k for k in range(-4, 9)}
            ends = [mpmath.mpf(edge), *sorted(c for c in cuts if edge < c < reach), reach]
            for low, high in pairwise(ends):
                for node, weight in RULE:
                    y = low + (high - low) * node
                    mass = share * weight * (high - low) * law(y)
                    total["density"] += mass * mpmath.npdf(x - sign * y, 0, s)
                    total["survival"] += mass * mpmath.ncdf((sign * y - x) / s)
        beyond = exact_tail(kind, alpha, reach)  # there the normal part no longer matters
        return float(total["density"]), float(total["survival"] + p_plus * beyond)


@cache
def made(kind: str, alpha: float, p_plus: float, s: float) -> Noise:
    return Noise(kind, alpha, p_plus=p_plus, normal_scale=s)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_normal_part_is_a_convolution(case: tuple[str, float, float, float]) -> None:
    noise, s = made(*case), case[-1]
    for x in [0.0, 1.0 + 0.7 * s, -2.0, 25.0]:
        density, survival = exact(*case, x)
        z = x - noise.centre
        if density > 1e-200:  # pareto's gap
            assert noise.density(z) == pytest.approx(density, rel=5e-13)
        assert noise.survival(z) == pytest.approx(survival, rel=1e-13)
        assert noise.distribution(z) == pytest.approx(1 - survival, rel=1e-12)


def test_another_normal_scale_is_another_law() -> None:
    density, survival = exact("lomax", 1.2, 0.5, 0.5, 0.3)
    wrong = Noise("lomax", 1.2, normal_scale=0.5001)
    assert wrong.density(0.3) != pytest.approx(density, rel=1e-6)
    assert wrong.survival(0.3) != pytest.approx(survival, rel=1e-6)


@pytest.mark.parametrize("alpha", [0.7, 1.5, 1.95])
def test_a_stable_law_with_a_normal_part_has_the_product_of_the_characteristic_functions(alpha: float) -> None:
    scale, s = 0.7, 0.4
    noise = Noise("stable", alpha, scale=scale, normal_scale=s)
    ends = np.concatenate([[0.0], 12.0 / s * 2.0 ** np.arange(-45, -4.0), 12.0 / s * np.arange(1, 65) / 32.0])
    nodes, weights = np.polynomial.legendre.leggauss(40)
    v = (ends[:-1, None] + np.diff(ends)[:, None] * (nodes + 1) / 2).ravel()
    w = (np.diff(ends)[:, None] * weights / 2).ravel() * np.exp(-((scale * v) ** alpha) - 0.5 * (s * v) ** 2)
    for z in [0.0, 0.5, 2.0]:
        assert noise.density(z) == pytest.approx(float(np.sum(np.cos(z * v) * w)) / math.pi, rel=2e-13)
        assert noise.survival(z) == pytest.approx(0.5 - float(np.sum(np.sin(z * v) / v * w)) / math.pi, rel=2e-13)


@pytest.mark.parametrize("case", [*CASES, ("stable", 0.6, 0.5, 2.0), ("pareto", 30.0, 0.5, 1e-3)], ids=str)
def test_densities_integrate_to_one_and_to_differences(case: tuple[str, float, float, float]) -> None:
    noise, s = made(*case), case[-1]
    inner = np.unique(
        np.add.outer([0.0, -1.0, 1.0], s * np.concatenate([-(2.0 ** np.arange(-1.0, 30)), 2.0 ** np.arange(-1.0, 30)]))
    )
    ends = inner - noise.centre
    pieces = np.array([integrate.fixed_quad(noise.density, a, b, n=80)[0] for a, b in pairwise(ends)])
    assert pieces.sum() + noise.distribution(ends[0]) + noise.survival(ends[-1]) == pytest.approx(1.0, abs=2e-13)
    np.testing.assert_allclose(pieces, np.diff(noise.distribution(ends)), atol=3e-14, rtol=0.0)
    np.testing.assert_allclose(pieces, -np.diff(noise.survival(ends)), atol=3e-14, rtol=0.0)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_far_out_the_tail_is_the_mean_of_the_law_over_the_normal_part(case: tuple[str, float, float, float]) -> None:
    kind, alpha, p_plus, s = case
    noise, bare = made(*case), Noise(kind, alpha, p_plus=p_plus)
    nodes, weights = special.roots_hermitenorm(20)
    weights = weights / weights.sum()
    for x in np.array([60.0, 1e4, 1e9, 1e40]) * max(s, 1.0):
        assert noise.tail(x) == pytest.approx(float(weights @ bare.tail(x - s * nodes)), rel=1e-13)
        if p_plus > 0.0:
            assert noise.survival(x) == pytest.approx(float(weights @ bare.survival(x - s * nodes)), rel=1e-13)
    assert noise.tail(1e12) * 1e12**alpha == pytest.approx(bare.tail_constant(), rel=1e-8)


def test_the_light_side_of_one_sided_noise_falls_like_a_normal_one() -> None:
    noise = Noise("lomax", 1.5, p_plus=1.0, normal_scale=0.5)
    x = -12.0  # in units of W, 24 deviations out
    density, _ = exact("lomax", 1.5, 1.0, 0.5, x)
    assert 0.0 < density < 1e-120
    assert noise.density(x - noise.centre) == pytest.approx(density, rel=1e-11)


def test_a_symmetric_law_stays_symmetric() -> None:
    noise = Noise("stable", 1.4, normal_scale=0.3)
    z = np.array([0.1, 1.0, 30.0, 1e10])
    assert np.array_equal(noise.density(z), noise.density(-z))
    assert np.array_equal(noise.survival(z), noise.distribution(-z))
    np.testing.assert_allclose(noise.tail(z), 2 * noise.survival(z), rtol=1e-15)
