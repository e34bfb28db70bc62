"""Tests of sigma_s: the published formulas, an independent integral by mpmath, and networks drawn."""

import mpmath
import numpy as np
import pytest

from hts.networks import layers
from hts.networks.initialisation import numpy_initialiser, sigma, through_depth
from hts.networks.layers import Layer

SPEC = {
    ("linear", 16, 0.0): (0.25598800, 0.25393436, 0.25193936, 0.25),
    ("relu", 16, 0.0): (0.37666824, 0.36820332, 0.36054978, 0.35355339),
    ("relu", 64, 0.0): (0.17943259, 0.17852804, 0.17764306, 0.17677670),
    ("relu", 256, 0.0): (0.08871406, 0.08860492, 0.08849634, 0.08838835),
    ("leaky-relu", 16, 0.1): (0.37397190, 0.36591555, 0.35856247, 0.35179877),
    ("leaky-relu", 64, 0.1): (0.17847485, 0.17759853, 0.17674034, 0.17589939),
}


@pytest.mark.parametrize("which", SPEC)
def test_sigma_is_the_printed_one_and_that_of_the_formula(which):
    """Printed values are rounded, and some are off by 8 in the eighth digit, as the formula in 15 digits says."""
    name, width, slope = which
    found = [sigma(Layer(name, width, slope), s) for s in (0.5, 1.0, 1.5, 2.0)]
    assert found == pytest.approx(SPEC[which], abs=1e-7)
    if name == "relu":
        half = [mpmath.gamma(mpmath.mpf(n + 1) / 2) / mpmath.gamma(mpmath.mpf(n) / 2) for n in range(1, width + 1)]
        norm = sum(mpmath.binomial(width, n) * part for n, part in enumerate(half, 1)) * mpmath.sqrt(2) / 2**width
        assert found[1] == pytest.approx(float(1 / norm), rel=1e-13)


def test_the_sum_of_wide_leaky_layers_continues_that_of_narrow_ones(monkeypatch):
    narrow = Layer("leaky-relu", 999, 0.1).moment(0.7)
    monkeypatch.setattr(layers, "WIDE", 100.0)
    assert Layer("leaky-relu", 999, 0.1).moment(0.7) == pytest.approx(narrow, rel=1e-12)


def test_limits_and_log_norms_are_those_of_the_formulas():
    assert sigma(Layer("relu", 16), 0.0) == pytest.approx(0.38615281, abs=5e-9)
    assert sigma(Layer("leaky-relu", 16, 0.2), 1.0) == pytest.approx(0.35942837, abs=5e-9)
    assert np.log(sigma(Layer("relu", 16), 1.0)) + Layer("relu", 16).log_norm()[0] == pytest.approx(
        -0.04759788, abs=1e-7
    )
    published = ((16, 0.95152211, 0.10489835), (64, 1.71281365, 0.02074934), (256, 2.42110080, 0.00495468))
    for width, mean, variance in published:
        assert Layer("relu", width).log_norm() == (pytest.approx(mean, abs=5.1e-9), pytest.approx(variance, abs=5.1e-9))
    for width in (1, 16, 100_000):
        mean = (mpmath.log(2) + mpmath.digamma(width / 2)) / 2
        assert Layer("linear", width).log_norm()[0] == pytest.approx(float(mean), rel=1e-11)
        assert Layer("linear", width).log_norm()[1] == pytest.approx(float(mpmath.psi(1, width / 2) / 4), abs=1e-12)


@pytest.mark.parametrize(("name", "a"), [("linear", 1.0), ("relu", 0.0), ("leaky-relu", 0.3)])
@pytest.mark.parametrize("keep", [1.0, 0.7])
@pytest.mark.parametrize("width", [1, 7])
def test_moments_agree_with_an_integral_that_knows_no_sum(name, a, keep, width):
    """E T^q = q/Gamma(1 - q) times the integral of (1 - M(t)^d) t^(-q-1), M the Laplace transform of one output."""
    q = mpmath.mpf("0.35")

    def laplace(t):
        return 1 - keep + keep * ((1 + 2 * t) ** -0.5 + (1 + 2 * a * a * t) ** -0.5) / 2

    def of_log(u):
        return (1 - laplace(mpmath.e**u) ** width) * mpmath.e ** (-q * u)

    whole = mpmath.quad(of_log, [-60, -20, -5, 0, 5, 20, 60, 120])
    exact = q / mpmath.gamma(1 - q) * whole
    assert Layer(name, width, a, keep).moment(0.7) == pytest.approx(float(exact), rel=1e-6)


def test_wide_layers_are_reached_and_approach_kaiming():
    for name in ("relu", "leaky-relu"):
        layer = Layer(name, 100_000, 0.1)
        kaiming = sigma(layer, 2.0)
        assert kaiming == pytest.approx((2e-5 / (1.0 + (0.01 if name != "relu" else 0.0))) ** 0.5, rel=1e-8)
        assert 0.0 < sigma(layer, 1.0) / kaiming - 1.0 < 2e-5


def test_a_moment_is_kept_through_depth_and_lost_at_another_sigma():
    """Four standard errors on six rows: a false alarm in 1 of 2,600 runs; the seed is fixed."""
    layer = Layer("relu", 16, keep=0.9)
    rows = through_depth(layer, 0.5, 8, networks=2000, seed=3)
    assert [row.depth for row in rows] == [1, 2, 4, 8]
    assert all(abs(row.z) < 4.0 for row in rows)
    assert abs(rows[-1].log_mean - rows[-1].log_mean_exact) < 4.0 * (rows[-1].log_variance_exact / 2000) ** 0.5
    wrong = (sigma(Layer("relu", 16), 0.5) / sigma(layer, 0.5)) ** 4  # without dropout, E |x|^.5 after 8 layers
    assert abs(wrong - 1.0) > 4.0 * rows[-1].error


def test_the_initialiser_takes_the_number_of_outputs():
    weights = numpy_initialiser(1.0)(np.random.default_rng(0), (4000, 16))
    assert weights.std() == pytest.approx(0.36820332, rel=4.0 / (2 * 64_000) ** 0.5)
