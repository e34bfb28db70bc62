"""Tests of rho and alpha of SGD on least squares against published values, moments, and integrals done another way."""

import itertools
import math

import numpy as np
import pytest
import scipy

from hts.regression.theory import critical_eta, edge_eta, log_moment, regression_tail

#: d, b, eta: alpha, as published with the model, all with sigma = 1.
INDICES = [
    (1, 1, 0.4, 3.8056162), (1, 1, 1.0, 1.0908265), (1, 1, 1.5, 0.4774348), (1, 1, 2.0, 0.1655048),
    (1, 2, 0.4, 7.1024178), (1, 2, 2.0, 0.3897470), (1, 5, 1.5, 1.76888), (1, 10, 1.5, 2.8398507),
    (2, 1, 0.4, 3.0158204), (2, 4, 1.0, 2.81249), (2, 4, 1.4, 0.972962), (2, 5, 0.6, 8.9593821),
    (10, 1, 0.05, 31.4613), (10, 1, 0.15, 4.54139), (10, 5, 0.4, 11.67042), (10, 5, 0.65, 1.205152),
    (100, 1, 0.0195, 11.083065), (100, 5, 0.093, 12.906609), (100, 5, 0.0945, 0.66187635),
    (100, 10, 0.178, 8.0714619), (100, 20, 0.325, 7.575980),
]  # fmt: skip


@pytest.mark.parametrize(("dimension", "batch", "eta", "alpha"), INDICES)
def test_the_tail_index_is_the_published_one(dimension, batch, eta, alpha):
    found = regression_tail(dimension, batch, eta)
    assert found.tail_index == pytest.approx(alpha, rel=2e-6)
    assert found.tail_index_error < 1e-6 * alpha
    assert found.is_stationary
    assert found.is_certain


@pytest.mark.parametrize(
    ("dimension", "batch", "eta", "rho"),
    [
        (1, 1, 0.4, -0.45678826), (1, 5, 1.0, -1.11681184), (10, 1, 0.1, -0.04620703), (10, 5, 0.65, -0.033218),
        (10, 1, 0.2, 0.01802094), (10, 5, 0.8, 0.09268851), (100, 5, 0.093, -0.00154264), (100, 10, 0.178, -0.00281739),
    ],
)  # fmt: skip
def test_the_lyapunov_exponent_is_the_published_one(dimension, batch, eta, rho):
    found = regression_tail(dimension, batch, eta)
    assert found.lyapunov == pytest.approx(rho, abs=1e-8 if abs(rho) > 0.04 else 1e-6)
    assert (found.tail_index is None) == (rho > 0)


@pytest.mark.parametrize(
    ("dimension", "batch", "edge"), [(1, 1, 2.421250), (1, 5, 2.617178), (10, 1, 0.179889), (100, 1, 0.019631)]
)
def test_the_edge_is_the_published_one(dimension, batch, edge):
    assert edge_eta(dimension, batch) == pytest.approx(edge, abs=1e-6)
    assert regression_tail(dimension, batch, 0.999 * edge).tail_index is not None
    assert regression_tail(dimension, batch, 1.001 * edge).tail_index is None


def chi_square_moment(freedom, k):
    """E of a chi-square number to the power k."""
    return math.prod(freedom + 2.0 * j for j in range(k))


@pytest.mark.parametrize(("dimension", "batch", "eta", "sigma"), [(1, 1, 0.7, 1), (2, 3, 0.5, 1.5), (30, 7, 0.2, 0.8)])
def test_second_and_fourth_moments_are_their_closed_forms(dimension, batch, eta, sigma):
    v = eta * sigma**2
    second = 1 - 2 * v + v**2 * (dimension + batch + 1) / batch
    assert math.exp(log_moment(dimension, batch, eta, sigma, 2.0)) == pytest.approx(second, rel=1e-11)
    c = v / batch
    g, o = (lambda k: chi_square_moment(batch, k)), (lambda k: chi_square_moment(dimension - 1, k))
    # ((1 - c g)^2 + c^2 g o)^2, with E of (1 - c g)^4, of 2 c^2 g (1 - c g)^2 o and of c^4 g^2 o^2
    fourth = 1 - 4 * c * g(1) + 6 * c**2 * g(2) - 4 * c**3 * g(3) + c**4 * g(4)
    fourth += 2 * c**2 * o(1) * (g(1) - 2 * c * g(2) + c**2 * g(3)) + c**4 * g(2) * o(2)
    assert math.exp(log_moment(dimension, batch, eta, sigma, 4.0)) == pytest.approx(fourth, rel=1e-11)
    assert regression_tail(dimension, batch, critical_eta(dimension, batch, sigma), sigma).tail_index == pytest.approx(
        2.0, rel=1e-10
    )


def test_in_one_dimension_rho_is_a_plain_integral():
    """E log |1 - c g| with g = x^2, x normal, by QUADPACK with its singular point named."""
    for eta in (0.3, 1.0, 2.2):
        at = 1 / math.sqrt(eta)
        pieces = ((0, at), (at, 2 * at), (2 * at, 40))
        value = sum(
            scipy.integrate.quad(
                lambda x, e=eta: math.log(abs(1 - e * x * x)) * math.exp(-x * x / 2) * math.sqrt(2 / math.pi),
                *piece,
                epsabs=1e-12,
                limit=200,
            )[0]
            for piece in pieces
        )
        assert regression_tail(1, 1, eta).lyapunov == pytest.approx(value, abs=1e-9)


def test_in_two_dimensions_rho_is_a_double_integral_and_not_the_number_once_printed():
    """E log((1 - c g)^2 + c^2 g v^2)/2, b = 4, eta = 1: -0.5015232, where the derivations say -0.501504."""
    c = 0.25

    def inner(g):
        a, b = (1 - c * g) ** 2, c * c * g
        ends = sorted({0.0, 1e-4, min(math.sqrt(a / b), 5.0), 1.0, 12.0})
        return sum(
            scipy.integrate.quad(
                lambda v: math.log(a + b * v * v) * math.exp(-v * v / 2) * math.sqrt(2 / math.pi), *piece, epsabs=1e-10
            )[0]
            for piece in itertools.pairwise(ends)
        )

    ends = (1e-12, 3.0, 3.99, 4.0, 4.01, 5.0, 12.0, 80.0)
    value = 0.5 * sum(
        scipy.integrate.quad(lambda g: inner(g) * g * math.exp(-g / 2) / 4, *piece, epsabs=1e-9)[0]
        for piece in itertools.pairwise(ends)
    )
    found = regression_tail(2, 4, 1.0).lyapunov
    assert found == pytest.approx(value, abs=1e-8)
    assert found == pytest.approx(-0.5015232, abs=1e-7)


def test_only_eta_times_the_square_of_sigma_counts():
    one, two = regression_tail(5, 3, 0.4, 1.0), regression_tail(5, 3, 0.1, 2.0)
    assert one.lyapunov == pytest.approx(two.lyapunov, abs=1e-12)
    assert one.tail_index == pytest.approx(two.tail_index, rel=1e-10)


def test_a_product_of_random_matrices_grows_at_rho():
    """20 000 products of 20 matrices from plain samples; false alarm at 4 sd: 6e-5."""
    rng = np.random.default_rng(8)
    d, b, eta = 3, 2, 0.8
    u = np.tile(np.eye(d)[0], (20_000, 1))
    growth = np.zeros(len(u))
    for _ in range(20):
        a = rng.standard_normal((len(u), b, d))
        u = u - eta / b * np.einsum("rbd,rb->rd", a, np.einsum("rbd,rd->rb", a, u))
        size = np.linalg.norm(u, axis=1)
        growth += np.log(size)
        u /= size[:, None]
    growth /= 20
    rho = regression_tail(d, b, eta).lyapunov
    error = growth.std() / math.sqrt(len(u))
    assert abs(growth.mean() - rho) < 4 * error
    assert abs(growth.mean() - regression_tail(d, b, 1.03 * eta).lyapunov) > 4 * error  # a rate 3 % off is seen


def test_a_tiny_learning_rate_has_no_tail_index_within_reach():
    assert regression_tail(3, 2, 1e-6).tail_index == math.inf
