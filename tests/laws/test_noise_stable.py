"""Tests of the stable law against its Fourier integral at 30 digits, closed forms and scipy."""

import math
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from exact_laws import RULE
from scipy import integrate, stats

from hts.noise import Noise


def fourier(alpha: float, w: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Density and survival of SaS(1) from the real Fourier integrals, by mpmath with 30 digits.

    With v = exp(u) the integrands fall doubly exponentially on the right and like exp(u) on the left.
    """
    with mpmath.workdps(30):
        a, x = mpmath.mpf(alpha), mpmath.mpf(w)
        end = mpmath.mpf(75) ** (1 / a)
        pieces = max(12, int(end * x / 6) + 1)
        cuts = [end * mpmath.mpf(2) ** -k for k in range(40, 3, -1)] + [end * k / pieces for k in range(1, pieces + 1)]
        cuts = [mpmath.mpf(0), *sorted(set(cuts))]
        density, survival = mpmath.mpf(0), mpmath.mpf(0)
        for low, high in pairwise(cuts):
            for node, weight in RULE:
                v = low + (high - low) * node
                decay = mpmath.exp(-(v**a)) * weight * (high - low)
                density += mpmath.cos(x * v) * decay
                survival += mpmath.sin(x * v) / v * decay
        return density / mpmath.pi, mpmath.mpf(1) / 2 - survival / mpmath.pi


@pytest.mark.parametrize("alpha", [0.8, 1.001, 1.2, 1.5, 1.8, 1.999])
def test_density_and_survival_are_the_fourier_integrals(alpha: float) -> None:
    noise = Noise("stable", alpha)
    for w in [0.0, 0.4, 2.9, 3.1, 7.0]:
        density, survival = fourier(alpha, w)
        assert float(abs(noise.density(w) / density - 1)) < 3e-14
        assert float(abs(noise.survival(w) / survival - 1)) < 3e-14


def test_a_slightly_wrong_index_is_seen() -> None:
    density, survival = fourier(1.5, 2.0)
    wrong = Noise("stable", 1.5 + 1e-9)
    assert 1e-11 < float(abs(wrong.density(2.0) / density - 1)) < 1e-8
    assert 1e-11 < float(abs(wrong.survival(2.0) / survival - 1)) < 1e-8


@pytest.mark.parametrize("alpha", [0.3, 0.5, 0.9])
def test_below_one_the_law_is_its_convergent_series(alpha: float) -> None:
    noise = Noise("stable", alpha)
    for w in [0.5, 3.0, 50.0]:
        with mpmath.workdps(40):
            a, x = mpmath.mpf(alpha), mpmath.mpf(w)

            def term(k: float, a: mpmath.mpf = a, x: mpmath.mpf = x) -> mpmath.mpf:
                sine = mpmath.sin(k * mpmath.pi * a / 2) * (-1) ** (int(k) + 1)
                return mpmath.gamma(a * k) / mpmath.factorial(k) * sine * x ** (-a * k) / mpmath.pi

            survival = sum(term(k) for k in range(1, 1200))
            density = sum(term(k) * a * k / x for k in range(1, 1200))
        assert float(abs(noise.survival(w) / survival - 1)) < 2e-14
        assert float(abs(noise.density(w) / density - 1)) < 3e-14


def test_index_one_is_cauchy_and_index_two_is_normal_of_variance_two() -> None:
    z = np.array([-1e8, -30.0, -2.0, 0.0, 0.7, 5.0, 20.0])
    cauchy, normal = stats.cauchy(scale=1.5), stats.norm(scale=1.5 * math.sqrt(2.0))
    for noise, law in [(Noise("stable", 1.0, scale=1.5), cauchy), (Noise("stable", 2.0, scale=1.5), normal)]:
        np.testing.assert_allclose(noise.density(z), law.pdf(z), rtol=1e-12)
        np.testing.assert_allclose(noise.distribution(z), law.cdf(z), rtol=1e-12)
        np.testing.assert_allclose(noise.survival(z), law.sf(z), rtol=1e-12)


def test_the_law_is_continuous_in_its_index_at_one_and_at_two() -> None:
    z = np.array([0.0, 0.1, 1.0, 2.9, 3.1, 5.0])
    for alpha, step in [(1.0, 1e-13), (1.0, -1e-13), (2.0, -4e-16)]:
        near, limit = Noise("stable", alpha + step), Noise("stable", alpha)
        np.testing.assert_allclose(near.density(z), limit.density(z), rtol=1e-11)
        np.testing.assert_allclose(near.survival(z), limit.survival(z), rtol=1e-11)
    # the power tail of index 2 - 1e-9 has taken over where the normal one is nothing
    assert Noise("stable", 2 - 1e-9).survival(30.0) > 1e50 * Noise("stable", 2.0).survival(30.0)


@pytest.mark.parametrize("alpha", [0.7, 1.3, 1.9])
def test_scipy_sees_the_same_law_within_its_own_error(alpha: float) -> None:
    z = np.array([-40.0, -3.0, -0.5, 0.2, 1.0, 6.0])
    noise, referee = Noise("stable", alpha, scale=2.0), stats.levy_stable(alpha, 0.0, scale=2.0)
    np.testing.assert_allclose(noise.density(z), referee.pdf(z), rtol=1e-6)
    np.testing.assert_allclose(noise.distribution(z), referee.cdf(z), rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.5, 1.2, 1.7])
def test_densities_integrate_to_differences_of_the_distribution(alpha: float) -> None:
    noise = Noise("stable", alpha)
    ends = np.concatenate([[0.0], 1e-3 * 2.0 ** np.arange(40)])
    for low, high in pairwise(ends):
        integral = integrate.fixed_quad(noise.density, low, high, n=60)[0]
        assert integral == pytest.approx(noise.survival(low) - noise.survival(high), rel=1e-12, abs=1e-15)
    assert noise.survival(0.0) == pytest.approx(0.5, abs=1e-15 * 4)
    assert noise.tail(0.0) == pytest.approx(1.0, abs=1e-15 * 8)


def test_tables_exist_for_every_index() -> None:
    generator = np.random.default_rng(8)
    for alpha in generator.uniform(0.1, 2.0, 25):
        noise = Noise("stable", float(alpha))
        assert noise.tail(0.0) == pytest.approx(1.0, abs=5e-14)
