"""Tests of rare walks in R^d: a twin in plain Python, exact probabilities, and worlds that are slightly wrong."""

import dataclasses
import math

import numpy as np
import pytest
import reference
import worlds

from hts import space
from hts.ensembles.mixtures import Mixture
from hts.ensembles.space import advance_space_exits, simulate_space_exits
from hts.ensembles.space_rare import advance_space_walks, simulate_space_walks
from hts.ensembles.space_splitting import simulate_space_splitting
from hts.noise import Noise
from hts.space import regions
from hts.space.domains import shrunk
from hts.space.ways import stages_by_distance

PARETO = Noise("pareto", 1.5)
#: P(leave the unit ball within T = 1) of f = |x|^2 / 2, pareto 1.5, b = .7: by (eta, d), the operator on the radius.
EXACT = {(0.01, 1): 0.04572384, (0.01, 2): 0.026061292, (0.01, 5): 0.013142536, (0.001, 2): 0.0020236191}
#: Half of the largest gamma for two jumps of .7 to a distance of 1.
GAMMA = 0.0675


def problem(d, eta, b=0.7, **changes):
    return worlds.ball_problem(d, noise=PARETO, eta=eta, b=b, **changes)


def mixture_of(one, n_steps, gamma=GAMMA, weight=0.05, is_whole=False, jumps=2):
    draws = 1 if one.is_isotropic else one.dimension
    return Mixture(one.noise, n_steps * draws, jumps, gamma / one.eta, weight, is_whole)


def z_of(sample, n, exact):
    mean = sample.value.sum() / n
    return (mean - exact) / math.sqrt(((sample.value**2).sum() / n - mean**2) / n)


def placed_draws(one, mixture, walker):
    """Which draws of a walk are placed, and how large they are; None of a walk of the plan's own law."""
    words = worlds.words_of(one, walker, b"hts space design")
    n, p = mixture.n_steps, min(mixture.threshold**-1.5, 1.0)
    u = [reference.uniform(next(words)) for _ in range(3)]
    if u[0] < mixture.weight:
        return None
    law = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    tails = [math.fsum(law[k:]) / math.fsum(law[mixture.jumps :]) for k in range(mixture.jumps + 1, n + 1)]
    count, placed = mixture.jumps + sum(tail > u[1] for tail in tails), {}
    for k in range(count):
        last = n - count + k
        place = int(reference.uniform(next(words)) * (last + 1))
        v = reference.uniform(next(words)) * p
        size = -((2 * v) ** (-1 / 1.5)) if v < p / 2 else (2 * (v - p / 2)) ** (-1 / 1.5)
        placed[last if place in placed else place] = size
    return placed


def twin(one, mixture, n_steps, walker):
    """One walk of the mixture for pareto noise: steps, large draws, whether they are placed; None where it stays."""
    placed, d, c = placed_draws(one, mixture, walker), one.dimension, mixture.threshold
    stream, spare = (worlds.words_of(one, walker, name) for name in (b"hts space mixed", b"hts space body"))
    x, big, draws = one.start.copy(), 0, 1 if one.is_isotropic else d
    for step in range(n_steps):
        z = np.array([reference.draw("pareto", 1.5, 1.0, stream) for _ in range(draws)])
        for k in range(draws if placed is not None else 0):
            z[k] = placed.get(step * draws + k, z[k])
            while step * draws + k not in placed and abs(z[k]) >= c:
                z[k] = reference.draw("pareto", 1.5, 1.0, spare)
        big += int(np.sum(np.abs(z) >= c * (1 - 1e-12)))
        x = worlds.stepped(one, lambda x: x, x, z[0] * worlds.direction_of(d, stream) if one.is_isotropic else z)
        if x @ x >= 1.0:
            return step + 1, big, placed is not None
    return None


@pytest.mark.parametrize(("d", "is_isotropic", "walks_per_call"), [(2, True, None), (3, True, 64), (2, False, 64)])
def test_each_walk_of_the_mixture_is_that_of_the_twin(d, is_isotropic, walks_per_call):
    one, n_steps = problem(d, 0.05, is_isotropic=is_isotropic), 20
    mixture = mixture_of(one, n_steps, gamma=0.06, weight=0.3)
    sample = simulate_space_walks(one, n_steps, mixture, 5, 150, walks_per_call=walks_per_call)
    ours = {
        int(w): (int(s), int(g), bool(p == 0))
        for w, s, g, p in zip(sample.sample, sample.steps, sample.big, sample.plain, strict=True)
    }
    theirs = {w: left for w in range(5, 155) if (left := twin(one, mixture, n_steps, w)) is not None}
    assert len(theirs) > 8
    assert ours == theirs


def test_values_are_those_of_the_binomial_law():
    """The weight of (19), stopped: dP/dQ by the chance that as many draws as lack of J come in the rest of the walk."""
    one = problem(2, 0.05, is_isotropic=False)
    mixture = mixture_of(one, 20, gamma=0.06, weight=0.3)
    sample, p = simulate_space_walks(one, 20, mixture, 0, 60), (0.06 / 0.05) ** -1.5

    def chance(k, n):
        return 1.0 - math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k))

    for steps, big, value in zip(sample.steps, sample.big, sample.value, strict=True):
        rest = chance(max(2 - int(big), 0), 2 * (20 - int(steps)))
        assert value == pytest.approx(1.0 / (0.3 + 0.7 * rest / chance(2, 40)), rel=1e-9)


def test_crude_walks_are_those_of_the_twin():
    one = problem(2, 0.05)
    sample = simulate_space_walks(one, 20, None, 0, 100)
    for walker in range(100):
        words, x, steps = worlds.words_of(one, walker, b"hts space crude"), one.start.copy(), 0
        while x @ x < 1.0 and steps < 20:
            x, steps = worlds.stepped(one, lambda x: x, x, worlds.noise_of(one, words)), steps + 1
        row = np.flatnonzero(sample.sample == walker)
        assert (len(row) == 1) == (x @ x >= 1.0)
        assert len(row) == 0 or sample.steps[row[0]] == steps


def estimates(one, n_steps, exact, n, runs):
    """Z scores of importance, crude and splitting."""
    stages = stages_by_distance(one.region, one.start, 2, clip=one.b, distance=1.0)
    found = [z_of(simulate_space_walks(one, n_steps, mixture, 0, n), n, exact) for mixture in (
        mixture_of(one, n_steps), mixture_of(one, n_steps, is_whole=True), None)]  # fmt: skip
    sample = simulate_space_splitting(one, n_steps, stages, 256, 0, runs)
    return [*found, (sample.value.mean() - exact) / (sample.value.std(ddof=1) / math.sqrt(runs))]


@pytest.mark.parametrize("d", [1, 2])
def test_all_estimators_have_the_exact_probability(d):
    """Of the line's solver in one dimension, of the radius in the plane. False alarm: 8 z at 4, t of 32 runs, 7e-4."""
    assert np.abs(estimates(problem(d, 0.01), 100, EXACT[0.01, d], 20_000, 32)).max() < 4.0


@pytest.mark.long
@pytest.mark.parametrize(("eta", "d"), [(0.01, 2), (0.01, 5), (0.001, 2)])
def test_all_estimators_have_the_exact_probability_with_many_samples(eta, d):
    """False alarm: 12 z at 4, 8e-4."""
    assert np.abs(estimates(problem(d, eta), round(1 / eta), EXACT[eta, d], 200_000, 128)).max() < 4.0


def test_a_gamma_out_of_range_is_precise_and_wrong():
    """Walks that leave by one large noise and small ones are never seen given B; their weight is 1/w."""
    one, n = problem(2, 0.01), 10_000
    sample = simulate_space_walks(one, 100, mixture_of(one, 100, gamma=0.35, weight=1e-9, is_whole=True), 0, n)
    assert z_of(sample, n, EXACT[0.01, 2]) < -4.0


def test_weights_without_w_are_found_out():
    """The same walks weighed as if all came from P(. | B): much too low. False alarm of the right world: 6e-5."""
    one, n, exact = problem(2, 0.01, math.inf), 5_000, 0.1116717
    mixture = mixture_of(one, 100, gamma=0.45, weight=0.5, is_whole=True, jumps=1)
    sample = simulate_space_walks(one, 100, mixture, 0, n)
    assert abs(z_of(sample, n, exact)) < 4.0
    wrong = dataclasses.replace(sample, value=np.full(len(sample.value), mixture.chance))
    assert z_of(wrong, n, exact) < -8.0


def test_importance_is_crude_and_splitting_by_coordinate():
    """Where no solver knows: three estimates of one probability. False alarm at 4.5: 3 differences, 3e-5."""
    one, n, runs = problem(2, 0.01, is_isotropic=False), 20_000, 32
    mixed = simulate_space_walks(one, 100, mixture_of(one, 100, gamma=GAMMA / math.sqrt(2.0)), 0, n)
    crude = simulate_space_walks(one, 100, None, 0, n)
    split = simulate_space_splitting(one, 100, tuple(shrunk(one.region, k / 4) for k in (3, 2, 1, 0)), 256, 0, runs)
    found = [(s.value.sum() / m, np.sqrt(((s.value**2).sum() / m - (s.value.sum() / m) ** 2) / m))
             for s, m in ((mixed, n), (crude, n), (split, runs))]  # fmt: skip
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert abs(found[i][0] - found[j][0]) < 4.5 * math.hypot(found[i][1], found[j][1])


def test_rotated_problems_have_the_same_law():
    """Crude walks of an anisotropic well, turned by a third of a right angle. False alarm at 4: 6e-5."""
    c, s = math.cos(0.5), math.sin(0.5)
    turn, H, n = np.array([[c, -s], [s, c]]), np.diag([3.0, 1.0]), 20_000
    found = []
    for rotation in (np.eye(2), turn):
        f = space.quadratic(rotation @ H @ rotation.T)
        region = regions.ellipsoid(np.zeros(2), rotation @ np.diag([4.0, 1.0]) @ rotation.T)
        one = worlds.problem_of(f, region, rotation @ [0.1, 0.2], PARETO, eta=0.02)
        found.append(simulate_space_walks(one, 50, None, 0, n).value.sum() / n)
    assert abs(found[0] - found[1]) < 4.0 * math.sqrt(sum(p * (1 - p) for p in found) / n)


def test_samples_depend_on_their_number_alone():
    one, stages = problem(2, 0.01), (regions.ball(np.zeros(2), 0.5), regions.ball(np.zeros(2), 1.0))
    whole = simulate_space_splitting(one, 100, stages, 64, 0, 6)
    part = simulate_space_splitting(one, 100, stages, 64, 4, 2)
    assert np.array_equal(whole.value[whole.sample >= 4], part.value)
    mixture = mixture_of(one, 100)
    whole, part = (simulate_space_walks(one, 100, mixture, *k) for k in ((0, 400), (300, 100)))
    assert np.array_equal(whole.value[whole.sample >= 300], part.value)


def test_the_kernels_are_kept_as_object_files():
    """One that makes an array cannot be kept, and is compiled by every process that needs it."""
    one = problem(2, 0.1)
    simulate_space_walks(one, 5, None, 0, 1)
    simulate_space_exits(one, 0, 1, 5)
    assert not advance_space_walks.must_compile
    assert not advance_space_exits.must_compile
