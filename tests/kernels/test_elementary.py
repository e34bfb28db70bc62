"""Tests of the elementary functions and draws against mpmath: over their whole range, near their zeros too."""

import mpmath
import numpy as np
import pytest
import reference

from hts.ensembles import law_numbers
from hts.kernels import draws, elementary, motions
from hts.kernels.settings import jit
from hts.noise import Body, Noise


@jit
def log2_of(x, out):
    for i in range(x.shape[0]):
        out[i] = elementary.log2(x[i])


@jit
def exp2_of(x, out):
    for i in range(x.shape[0]):
        out[i] = elementary.exp2(x[i])


@jit
def exp2m1_of(x, out):
    for i in range(x.shape[0]):
        out[i] = elementary.exp2m1(x[i])


@jit
def sinpi_of(x, out):
    for i in range(x.shape[0]):
        out[i] = elementary.sinpi(x[i])


def largest_error(kernel, exact, points):
    out = np.zeros(len(points))
    kernel(points, out)
    with mpmath.workdps(40):
        return max(
            float(abs(mpmath.mpf(float(y)) / exact(mpmath.mpf(float(x))) - 1)) for x, y in zip(points, out, strict=True)
        )


rng = np.random.default_rng(20210704)
UNIT = np.concatenate([rng.uniform(0, 1, 1500), 2.0 ** -rng.uniform(0, 53, 500), 1 - 2.0 ** -rng.uniform(1, 53, 500)])


def test_log2_keeps_its_relative_accuracy_near_one_and_near_zero():
    assert largest_error(log2_of, lambda x: mpmath.log(x, 2), UNIT[UNIT < 1]) < 2e-10


def test_exp2_over_five_hundred_binary_orders():
    assert largest_error(exp2_of, lambda t: mpmath.mpf(2) ** t, rng.uniform(-500, 500, 1500)) < 1.2e-10


def test_exp2m1_keeps_its_relative_accuracy_near_zero():
    points = np.concatenate([rng.uniform(0, 100, 1000), 2.0 ** -rng.uniform(0, 60, 500)])
    assert largest_error(exp2m1_of, lambda t: mpmath.expm1(t * mpmath.log(2)), points) < 2.8e-10


def test_sinpi_on_half_a_period():
    points = np.concatenate([rng.uniform(-0.5, 0.5, 1000), 2.0 ** -rng.uniform(1, 60, 300), [0.5, -0.5]])
    assert largest_error(sinpi_of, mpmath.sinpi, points) < 3e-11


#: The uppermost and lowermost uniforms, and some between: words whose upper 52 bits are these.
EDGES = [0, 1, 2, 3, 2**26, 2**51 - 1, 2**51, 2**52 - 2, 2**52 - 1]
WORDS = np.array([k << 12 for k in EDGES] + [int(k) << 12 for k in rng.integers(0, 2**52, 300)], np.uint64)


def exact_uniform(word):
    return (mpmath.mpf(int(word) >> 12) + mpmath.mpf(1) / 2) / 2**52


def drawn(law, alpha, words, scale=1.0):
    z = np.zeros(words.shape[1])
    draws.draw(law, words, z, len(z), np.array([alpha, scale, 0.0, 0.5, 0.0]))
    return z


@pytest.mark.parametrize("alpha", [0.5, 0.7, 1.0, 1.2, 1.5, 1.99, 3.0, 5.0])
@pytest.mark.parametrize("law", [motions.PARETO, motions.LOMAX])
def test_pareto_and_lomax_draws_err_by_less_than_1e_9_of_themselves_for_every_uniform(law, alpha):
    z = drawn(law, alpha, WORDS[None, :])
    with mpmath.workdps(40):
        for word, value in zip(WORDS, z, strict=True):
            exact = exact_uniform(word) ** (-1 / mpmath.mpf(alpha)) - (law == motions.LOMAX)
            assert abs(mpmath.mpf(float(value)) / exact - 1) < 1e-9


PAIRS = np.array(
    [(a << 12, b << 12) for a in EDGES for b in EDGES]
    + [(int(a) << 12, int(b) << 12) for a, b in rng.integers(0, 2**52, (250, 2))],
    np.uint64,
).T.copy()


def exact_student(u, v, alpha):
    return mpmath.sqrt(alpha * (u ** (-2 / alpha) - 1)) * mpmath.cospi(v)


def exact_stable(u, v, alpha):
    angle, exponential = mpmath.pi * (u - mpmath.mpf(1) / 2), -mpmath.log(v)
    w = mpmath.sin(alpha * angle) / mpmath.cos(angle) ** (1 / alpha)
    return w * (mpmath.cos((1 - alpha) * angle) / exponential) ** ((1 - alpha) / alpha)


def exact_normal(u, v, alpha):
    return mpmath.sqrt(-2 * mpmath.log(u)) * mpmath.cospi(v)


CASES = [(motions.STUDENT, exact_student, a) for a in (0.5, 1.0, 1.5, 3.0, 5.0)]
CASES += [(motions.STABLE, exact_stable, a) for a in (0.5, 0.8, 1.0, 1.2, 1.5, 1.9, 1.999, 2.0)]
CASES += [(motions.NORMAL, exact_normal, 1.0)]


@pytest.mark.parametrize(("law", "exact", "alpha"), CASES)
def test_draws_from_two_uniforms_err_by_less_than_1e_9_of_themselves_or_of_the_scale(law, exact, alpha):
    z = drawn(law, alpha, PAIRS.copy())  # a law may write over its words
    with mpmath.workdps(60):
        for first, second, value in zip(*PAIRS, z, strict=True):
            true = exact(exact_uniform(first), exact_uniform(second), mpmath.mpf(alpha))
            assert abs(mpmath.mpf(float(value)) - true) < 1e-9 * max(abs(true), 1)


NUMBERS = np.concatenate(
    [np.random.default_rng(3).standard_normal(3000), np.random.default_rng(4).standard_t(1.5, 3000)]
)


@pytest.mark.parametrize("alpha", [0.7, 1.5, 3.0])
def test_draws_of_a_law_of_numbers_err_by_less_than_1e_9_of_themselves_or_of_the_scale(alpha):
    body = Body.of(NUMBERS + 0.5 * NUMBERS**2, 0.95)  # skewed
    noise = Noise("empirical", alpha, scale=2.0, body=body)
    numbers, z = law_numbers(noise), np.zeros(len(WORDS))
    draws.draw(motions.EMPIRICAL, WORDS[None, :].copy(), z, len(z), numbers)
    knots, centre = [mpmath.mpf(float(knot)) for knot in body.knots], mpmath.mpf(float(numbers[motions.CENTRE]))
    with mpmath.workdps(40):
        for word, value in zip(WORDS, z, strict=True):
            w = reference.empirical(exact_uniform(word), mpmath.mpf(alpha), knots, mpmath.mpf(body.outside))
            true = 2 * w - centre
            assert abs(mpmath.mpf(float(value)) - true) < 1e-9 * max(abs(true), 2)
