"""Tests of rare walks: a twin in plain Python, exact probabilities, and worlds that are slightly wrong."""

import math

import numpy as np
import pytest
import reference

from hts.ensembles import ExitProblem
from hts.ensembles.mixtures import Mixture
from hts.ensembles.rare import simulate_walks
from hts.ensembles.splitting import simulate_splitting, split_levels
from hts.landscapes import basin
from hts.noise import Noise

PARETO = Noise("pareto", 1.5)
SEED = 11


def problem(eta, b, noise=PARETO):
    return ExitProblem(basin(0.0, 1.0).gradient(-1.0, 1.0), noise, eta, b, math.inf, -1.0, 1.0, 0.0, SEED)


def z_of(sample, n, exact):
    mean = sample.value.sum() / n
    return (mean - exact) / math.sqrt(((sample.value**2).sum() / n - mean**2) / n)


def twin(mixture, eta, b, walker):
    """One walk of the mixture for pareto noise: steps, large noises, forced or not, side; None where it stays."""

    def words(purpose):
        return reference.walker_words(reference.cell_key(SEED, eta, b, 1.5, purpose), walker)

    n, jumps, c = mixture.n_steps, mixture.jumps, mixture.threshold
    p = min(c**-1.5, 1.0)
    design = words(b"hts design")
    u = [reference.uniform(next(design)) for _ in range(3)]
    forced, placed = u[0] >= mixture.weight, {}
    if forced:
        law = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
        count = jumps + sum(math.fsum(law[k:]) / math.fsum(law[jumps:]) > u[1] for k in range(jumps + 1, n + 1))
        for k in range(count):
            last = n - count + k
            place = int(reference.uniform(next(design)) * (last + 1))
            place = last if place in placed else place
            v = reference.uniform(next(design)) * p
            placed[place] = -((2 * v) ** (-1 / 1.5)) if v < p / 2 else (2 * (v - p / 2)) ** (-1 / 1.5)
    stream, spare = words(b"hts importance"), words(b"hts body")
    x, big = 0.0, 0
    for step in range(n):
        z = reference.draw("pareto", 1.5, 1.0, stream)
        if step in placed:
            z = placed[step]
        while forced and step not in placed and abs(z) >= c:
            z = reference.draw("pareto", 1.5, 1.0, spare)
        big += abs(z) >= c * (1 - 1e-12)
        x += max(-b, min(b, eta * (z - x)))
        if abs(x) >= 1.0:
            return step + 1, big, forced, x > 0
    return None


@pytest.mark.parametrize("walks_per_call", [None, 64])
def test_each_walk_of_the_mixture_is_that_of_the_twin(walks_per_call):
    eta, b, n = 0.05, 0.7, 20
    mixture = Mixture(PARETO, n, 2, 0.06 / eta, 0.3)
    sample = simulate_walks(problem(eta, b), n, mixture, 5, 300, walks_per_call=walks_per_call)
    ours = {
        int(w): (int(s), int(g), bool(v > 0 and p == 0), bool(r > 0))
        for w, s, g, v, p, r in zip(
            sample.sample, sample.steps, sample.big, sample.value, sample.plain, sample.right, strict=True
        )
    }
    theirs = {w: left for w in range(5, 305) if (left := twin(mixture, eta, b, w)) is not None}
    assert len(theirs) > 20
    assert ours == theirs


def test_crude_walks_are_those_of_the_twin():
    sample = simulate_walks(problem(0.05, 0.7), 20, None, 0, 200)
    key = reference.cell_key(SEED, 0.05, 0.7, 1.5, b"hts crude")
    for walker in range(200):
        words = reference.walker_words(key, walker)
        steps, side, _ = reference.first_exit(
            lambda x: x, lambda w=words: reference.draw("pareto", 1.5, 1.0, w), 0.05, 0.7, -1.0, 1.0, 0.0, 20
        )
        row = np.flatnonzero(sample.sample == walker)
        assert (len(row) == 1) == (side != 0)
        assert side == 0 or sample.steps[row[0]] == steps


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize(
    ("eta", "b", "jumps", "gamma", "n", "exact"),
    [(0.01, 0.7, 2, 0.0675, 60_000, 0.04572384), (0.001, 0.7, 2, 0.0675, 60_000, 0.003938746)],
)
def test_the_mixture_has_the_exact_probability(is_whole, eta, b, jumps, gamma, n, exact):
    """False alarms: 4 cases at |z| < 3.9, 4e-4."""
    steps = round(1 / eta)
    mixture = Mixture(PARETO, steps, jumps, gamma / eta, 0.05, is_whole)
    assert abs(z_of(simulate_walks(problem(eta, b), steps, mixture, 0, n), n, exact)) < 3.9


@pytest.mark.long
@pytest.mark.parametrize(
    ("eta", "b", "jumps", "gamma", "n", "exact"),
    [(1e-4, 0.7, 2, 0.0675, 200_000, 3.046485e-4), (1e-3, 0.4, 3, 0.03, 1_000_000, 2.749095e-4)],
)
def test_the_mixture_has_the_exact_probability_of_rarer_exits(eta, b, jumps, gamma, n, exact):
    """False alarms: 2 cases at |z| < 3.9, 2e-4."""
    steps = round(1 / eta)
    mixture = Mixture(PARETO, steps, jumps, gamma / eta, 0.05)
    assert abs(z_of(simulate_walks(problem(eta, b), steps, mixture, 0, n), n, exact)) < 3.9


def test_a_gamma_out_of_range_is_precise_and_wrong():
    """Walks that leave by two large noises and small ones are never seen given B; their weight is 1/w."""
    n, exact = 20_000, 2.749095e-4
    mixture = Mixture(PARETO, 1000, 3, 0.18 / 0.001, 1e-9, is_whole=True)
    sample = simulate_walks(problem(0.001, 0.4), 1000, mixture, 0, n)
    assert z_of(sample, n, exact) < -4.0


def test_the_known_wrong_world_is_a_fifth_low_and_looks_precise():
    """A gamma of .18 is below the third jump's least size, .2, but not in the range of (19), which ends at .0333.

    Known: 2.185e-4 +- .117e-4. The difference of two such estimates is beyond 4 standard errors in 6e-5 of cases.
    """
    n, exact = 12_000, 2.749095e-4
    mixture = Mixture(PARETO, 1000, 3, 0.18 / 0.001, 0.05, is_whole=True)
    sample = simulate_walks(problem(0.001, 0.4), 1000, mixture, 0, n)
    mean = sample.value.sum() / n
    error = math.sqrt(((sample.value**2).sum() / n - mean**2) / n)
    assert error == pytest.approx(0.117e-4, rel=0.15)
    assert abs(mean - 2.185e-4) < 4.0 * math.hypot(error, 0.117e-4)
    assert mean < exact - 3.5 * error


def constant_chance(chance, gamma, n_walks):
    """Values of walks in which each noise is large with a constant chance: importance sampling as it comes to mind."""
    random, eta, p = np.random.default_rng(3), 0.001, (gamma / 0.001) ** -1.5
    x, log_ratio, values = np.zeros(n_walks), np.zeros(n_walks), []
    for _ in range(1000):
        is_big = random.random(len(x)) < chance
        u = random.random(len(x))
        size = np.where(is_big, p * u, p + (1.0 - p) * u) ** (-1 / 1.5)
        log_ratio += np.where(is_big, math.log(p / chance), math.log((1.0 - p) / (1.0 - chance)))
        x += np.clip(eta * (np.where(random.random(len(x)) < 0.5, -size, size) - x), -0.4, 0.4)
        is_in = np.abs(x) < 1.0
        values.extend(np.exp(log_ratio[~is_in]))
        x, log_ratio = x[is_in], log_ratio[is_in]
    return np.array(values)


def test_a_constant_chance_of_large_noises_is_precise_and_wrong():
    """The mean is right, but by late exits of a huge weight that are never seen."""
    n, exact = 3000, 2.749095e-4
    values = constant_chance(0.05, 0.1, n)
    error = values.std() * math.sqrt(len(values)) / n
    assert len(values) > 2000
    assert values.sum() / n + 20.0 * error < exact


def test_skewed_noise_with_a_normal_part_has_the_probability_of_crude_walks():
    """Two independent estimates; false alarm 1e-4."""
    noise = Noise("lomax", 1.5, p_plus=0.8, normal_scale=0.5)
    one, n = problem(0.02, math.inf, noise), 40_000
    mixture = Mixture(noise, 50, 1, 0.45 / 0.02, 0.05)
    found = []
    for sample in (simulate_walks(one, 50, mixture, 0, n), simulate_walks(one, 50, None, 0, n)):
        mean = sample.value.sum() / n
        found.append((mean, ((sample.value**2).sum() / n - mean**2) / n, sample.right.sum() / n))
    assert abs(found[0][0] - found[1][0]) < 3.9 * math.sqrt(found[0][1] + found[1][1])
    assert found[0][2] == pytest.approx(found[1][2], rel=0.1)


def test_splitting_has_the_exact_probability():
    """False alarm at |t| < 5 of 24 runs: 5e-5."""
    levels = split_levels(1.0, 0.7, 2)
    assert levels == pytest.approx((0.85, 0.7, 0.35, 0.0))
    sample = simulate_splitting(problem(0.01, 0.7), 100, levels, 1024, 0, 24)
    again = simulate_splitting(problem(0.01, 0.7), 100, levels, 1024, 20, 4)
    assert np.array_equal(sample.value[20:], again.value)
    assert abs(sample.value.mean() - 0.04572384) < 5.0 * sample.value.std(ddof=1) / math.sqrt(24)
