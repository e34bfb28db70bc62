"""Tests of the constant of docs/model.md (7) against closed forms, series and quadrature."""

from itertools import pairwise
from math import exp, factorial, inf

import mpmath
import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from scipy.integrate import dblquad

from hts.exits import Exit
from hts.landscapes import basin, formula
from hts.noise import Noise
from hts.theory.limit.limits import exit_limit
from hts.theory.limit.measures import ClimbError, landing_rates

NO_KINKS = np.array([])


def one_side(distance, b, alpha, probability=0.5, speed=lambda u: u, kinks=NO_KINKS, thresholds=None):
    thresholds = np.array([distance] if thresholds is None else thresholds)
    return landing_rates(speed, distance, b, alpha, probability, thresholds, np.asarray(kinks))


@pytest.mark.parametrize("b", [1.2, 7.0, inf])
def test_one_jump_has_the_tail_itself_as_its_measure(b):
    rates = one_side(1.1, b, 1.7, 0.3, thresholds=[1.1, 1.15, 1.3])
    expected = [0.3 * n**-1.7 if n < b else 0.0 for n in (1.1, 1.15, 1.3)]
    np.testing.assert_allclose(rates.values, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("distance", "b", "alpha"), [(1.0, 0.7, 1.5), (1.3, 0.7, 1.2), (2.0, 1.01, 3.5), (0.9, 0.89, 1.05)]
)
def test_two_jumps_in_a_parabola_give_incomplete_beta_functions(distance, b, alpha):
    k, p = 2.5, 0.4
    beta = mpmath.betainc(-alpha, -alpha, 1 - b / distance, b / distance)
    expected = float(distance ** (-2 * alpha) * p**2 / (2 * k) * beta)
    rates = one_side(distance, b, alpha, p, lambda u: k * u)
    assert rates.values[0] == pytest.approx(expected, rel=1e-12)
    assert rates.errors[0] < 1e-11 * expected


@pytest.mark.parametrize("n_jumps", [2, 3, 4, 6, 9, 12])
def test_under_constant_speed_many_jumps_give_a_power_of_the_tail_as_a_series(n_jumps):
    # The density of l jumps is the l-fold convolution of K(t) = p (b - t)^-alpha over the speeds; t^n/n! convolved
    # with t^m/m! is t^(n+m+1)/(n+m+1)!, so it is a power of the series of K in those terms.
    b, alpha, p, speed, short = 0.5, 1.4, 0.6, 0.8, 0.2
    n_terms = 60
    kernel = [p * b ** (-alpha - n) * float(mpmath.rf(alpha, n)) for n in range(n_terms)]
    power = np.array(kernel)
    for _ in range(n_jumps - 1):
        power = np.convolve(power, kernel)[:n_terms]
    expected = sum(
        c * short ** (n + n_jumps - 1) / factorial(n + n_jumps - 1) for n, c in enumerate(power)
    ) / speed ** (n_jumps - 1)
    rates = one_side(n_jumps * b - short, b, alpha, p, lambda u: np.full_like(u, speed))
    assert rates.values[0] == pytest.approx(expected, rel=1e-11)
    assert rates.errors[0] < 1e-10 * expected


def test_three_jumps_up_a_smooth_hill_agree_with_scipy():
    distance, b, alpha, p = 1.0, 0.4, 1.5, 0.3

    def g(u):
        return 2 * u * (1.2 - u) * (1 + 0.5 * np.sin(5 * u))

    def paths(v, u):  # at v before the second jump, at u before the last
        return p**3 * v**-alpha / g(v) * (u - v) ** -alpha / g(u) * (distance - u) ** -alpha

    expected, _ = dblquad(paths, distance - b, 2 * b, lambda u: u - b, lambda u: b, epsrel=1e-11)
    assert one_side(distance, b, alpha, p, g).values[0] == pytest.approx(expected, rel=1e-9)


def test_a_kink_on_the_way_is_met_by_the_panels():
    distance, b, alpha, p, kink = 1.0, 0.4, 1.5, 0.3, 0.71

    def g(u):
        return np.minimum(2 * u, 2 * kink - 3 * (u - kink))

    def paths(v, u):
        return p**3 * v**-alpha / g(v) * (u - v) ** -alpha / g(u) * (distance - u) ** -alpha

    expected = sum(
        dblquad(paths, low, high, lambda u: u - b, lambda u: b, epsrel=1e-11)[0]
        for low, high in ((distance - b, kink), (kink, 2 * b))
    )
    rates = one_side(distance, b, alpha, p, g, [kink])
    assert rates.values[0] == pytest.approx(expected, rel=1e-10)
    assert rates.errors[0] < 1e-10 * expected


def measure_place_by_place(distance, b, alpha, p, g, kink, n_jumps):
    """Return (7) for one side, jump by jump in places and not in what they fall short: Chebyshev fits between kinks."""
    x, w = np.polynomial.legendre.leggauss(40)
    fit = np.cos((np.arange(48) + 0.5) * np.pi / 48)
    kinks = kink + b * np.arange(n_jumps)

    def pieces(low, high):
        return pairwise([low, *kinks[(kinks > low) & (kinks < high)], high])

    def landing(density, reach, v):  # from places u up to `reach`, each with a jump of v - u or more
        total = 0.0
        for low, high in pieces(max(reach[0], v - b), reach[1]):
            u = (low + high) / 2 + (high - low) / 2 * x
            total += (high - low) / 2 * np.sum(w * density(u) * (v - u) ** -alpha)
        return p * total

    def density(u):
        return p * u**-alpha / g(u)

    before = 0.0, 0.0
    for jump in range(1, n_jumps):
        reach = distance - (n_jumps - jump) * b, jump * b
        if jump > 1:
            fits = []
            for low, high in pieces(*reach):
                nodes = (low + high) / 2 + (high - low) / 2 * fit
                values = [landing(density, before, v) for v in nodes]
                fits.append((low, high, Chebyshev.fit(nodes, values, 47, [low, high])))

            def density(u, fits=fits):
                return np.select([(u >= low) & (u <= high) for low, high, _ in fits], [f(u) for *_, f in fits]) / g(u)

        before = reach
    return landing(density, before, distance)


@pytest.mark.parametrize(("n_jumps", "b"), [(3, 0.4), (4, 0.3), (5, 0.22), (6, 0.18)])
def test_many_jumps_up_a_bent_slope_agree_with_quadrature_place_by_place(n_jumps, b):
    kink = 0.61

    def g(u):
        return np.minimum(2 * u, 2 * kink - 1.2 * (u - kink))

    rates = one_side(1.0, b, 1.5, 0.3, g, [kink])
    assert rates.values[0] == pytest.approx(measure_place_by_place(1.0, b, 1.5, 0.3, g, kink, n_jumps), rel=1e-11)
    straight = measure_place_by_place(1.0, b, 1.5, 0.3, lambda u: 2 * u, kink, n_jumps)
    assert rates.values[0] != pytest.approx(straight, rel=1e-3)


def test_the_error_is_honest_where_a_kink_is_hidden():
    def g(u):
        return np.minimum(2 * u, 1.42 - 3 * (u - 0.71))

    told, hidden = one_side(1.0, 0.4, 1.5, speed=g, kinks=[0.71]), one_side(1.0, 0.4, 1.5, speed=g)
    assert abs(hidden.values[0] - told.values[0]) <= 3 * hidden.errors[0] + told.errors[0]
    assert abs(hidden.values[0] - told.values[0]) < 1e-6 * told.values[0]


@pytest.mark.parametrize("delta", [1e-2, 1e-4, 1e-6])
def test_near_a_whole_number_of_jumps_the_measure_keeps_its_digits(delta):
    beta = mpmath.betainc(-1.5, -1.5, mpmath.mpf(delta), 1 - mpmath.mpf(delta))
    rates = one_side(1.0, 1 - delta, 1.5)
    assert rates.values[0] == pytest.approx(float(0.125 * beta), rel=3e-15 / delta + 1e-12)
    assert abs(rates.values[0] - float(0.125 * beta)) < 3 * rates.errors[0]


def test_a_slope_the_wrong_way_is_refused():
    with pytest.raises(ClimbError, match=r"does not pull back"):
        one_side(1.0, 0.4, 1.5, speed=lambda u: 0.7 - u)


# Values of a prototype that was checked by Monte Carlo integration and against exact means at small eta; pareto,
# alpha = 1.5, scale 1.
REFERENCE = [
    (basin(0.0, 1.0), -1.0, 1.0, inf, 1.0),
    (basin(0.0, 1.0), -1.0, 1.0, 0.7, 3.713167910),
    (basin(0.0, 1.0), -1.0, 1.0, 0.4, 3.431843700),
    (basin(0.0, 1.0), -1.3, 1.0, 0.7, 1.997329979),
]


@pytest.mark.parametrize(("landscape", "low", "high", "b", "constant"), REFERENCE)
def test_reference_constants_are_met(landscape, low, high, b, constant):
    limit = exit_limit(Exit(landscape, Noise("pareto", 1.5), 1e-3, b, low, high, 0.0))
    assert limit.rate_constant == pytest.approx(constant, abs=1e-9)
    assert limit.relative_error < 1e-12


@pytest.mark.parametrize(("b", "constant"), [(0.7, 3.899796), (0.4, 4.127265)])
def test_reference_constants_of_a_bent_slope_are_met(b, constant):
    side = one_side(1.0, b, 1.5, speed=lambda u: np.minimum(u, 0.5 + 0.3 * (u - 0.5)), kinks=[0.5])
    assert 2 * side.values[0] == pytest.approx(constant, abs=6e-7)


@pytest.mark.parametrize("b", [0.9, 0.37, 0.3])
def test_the_constant_scales_with_slope_and_length_as_the_measure_does(b):
    noise = Noise("pareto", 1.6)
    plain = exit_limit(Exit(basin(0.0, 1.0), noise, 1e-3, b, -1.2, 1.0, 0.0))
    steep = exit_limit(Exit(basin(0.0, 7.0), noise, 1e-3, b, -1.2, 1.0, 0.0))
    wide = exit_limit(Exit(basin(5.0, 1.0), noise, 1e-3, 3 * b, 5 - 3.6, 8.0, 5.0))
    n = plain.jump_number
    assert steep.rate_constant == pytest.approx(plain.rate_constant * 7.0 ** -(n - 1), rel=1e-12)
    assert wide.rate_constant == pytest.approx(plain.rate_constant * 3.0 ** (-1.6 * n), rel=1e-12)


def test_a_formula_and_its_speed_written_by_hand_agree():
    landscape = formula("cos(x)", (-4.0, 10.0))
    low, high = 0.4, float(landscape.barriers[1])
    limit = exit_limit(Exit(landscape, Noise("lomax", 1.5), 1e-3, 1.1, low, high, float(landscape.minima[1])))
    sides = [one_side(distance, 1.1, 1.5, speed=np.sin).values[0] for distance in (np.pi - 0.4, np.pi)]
    assert limit.rate_constant == pytest.approx(sum(sides), rel=1e-12)


def test_forty_jumps_keep_their_measure():
    # On a simplex of sides `short` K is b^-alpha exp(alpha t / b) all but exactly.
    short, b = 0.05, 0.5
    rates = one_side(40 * b - short, b, 1.2, 1.0, lambda u: np.full_like(u, 0.02))
    expected = b ** (-1.2 * 40) * exp(1.2 * short / b) * short**39 / factorial(39) / 0.02**39
    assert rates.values[0] == pytest.approx(expected, rel=1e-3)
