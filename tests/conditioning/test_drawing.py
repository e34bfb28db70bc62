"""Tests that conditioned paths have the law of the event, held against brute force, closed forms and other weights."""

from dataclasses import replace
from math import inf, log

import numpy as np
import pytest
from scipy import stats

from hts.conditioning import draw_paths
from hts.ensembles import ExitProblem, simulate_exits
from hts.ensembles.motions import cell_key
from hts.ensembles.paths import PURPOSE, simulate_paths
from hts.exits import Exit
from hts.landscapes import basin, multi_well, quartic
from hts.noise import Noise
from hts.theory.exact.conditions import condition
from hts.theory.exact.exits import exact_exit

KEY = np.array([1, 2], dtype=np.uint64)
HEAVY = Noise("lomax", 1.5, scale=0.2, normal_scale=5.0)  # the published experiment, [WR] Figure 1.1
LIGHT = Noise("normal", None, scale=10.0)
LEVEL = 1e-3  # of every test below, before it is shared among comparisons


def drawn(landscape, noise, eta, b, low, high, start, given, n_steps, n_paths, **changes):
    exact = exact_exit(Exit(landscape, noise, eta, b, low, high, start))
    return draw_paths(condition(exact, given, n_steps), start, KEY, 0, n_paths, **changes)


def at(sample, step):
    """Where each path stands at a step, or has landed before."""
    last = np.minimum(sample.n_steps, step)
    return sample.x[sample.first[:-1] + last]


CELLS = {
    "pareto, clipped": (basin(0.0, 1.0), Noise("pareto", 1.5), 0.05, 0.7, -1.0, 1.3, 0.0, "exit", 30),
    "pareto, skewed, one side": (
        basin(0.0, 1.0), Noise("pareto", 1.5, p_plus=0.7), 0.05, inf, -1.0, 1.3, 0.1, "left", 30,
    ),
    "a wall of the projection": (
        multi_well([-1.0, 1.0], [0.0], 1.0, L=1.6), Noise("lomax", 1.2), 0.1, 0.8, -inf, 0.0, -1.0, "exit", 20,
    ),
    "lomax with a normal part": (quartic(), HEAVY, 0.1, 1.5, 0.0, inf, 2.5, "exit", 10),
    "stable, right": (basin(0.0, 1.0), Noise("stable", 1.5), 0.05, inf, -1.0, 1.2, 0.0, "right", 30),
}  # fmt: skip


def p_values(cell, given, n_steps, conditioned, n_walkers=20_000):
    """Compare exit step, landing and the position at half time with walkers that did leave so, by chance."""
    landscape, noise, eta, b, low, high, start = cell
    problem = ExitProblem(landscape.gradient(low, high), noise, eta, b, landscape.projection, low, high, start, 5)
    walkers = simulate_paths(problem, 0, n_walkers, n_steps, stride=1)
    sides = {"exit": (-1, 1), "left": (-1,), "right": (1,)}[given]
    is_event = np.isin(walkers.side, sides)
    paths = conditioned.sample
    pairs = [
        (walkers.n_steps, paths.n_steps),
        (at(walkers, n_steps), at(paths, n_steps)),
        (at(walkers, n_steps // 2), at(paths, n_steps // 2)),
    ]
    share = stats.binomtest(int(is_event.sum()), n_walkers, conditioned.probability).pvalue
    return [share, *(stats.ks_2samp(found[is_event], ours, method="asymp").pvalue for found, ours in pairs)]


@pytest.mark.parametrize("name", CELLS)
def test_paths_are_distributed_as_walkers_that_leave_by_chance(name):
    """Four tests at a false-alarm rate of 1e-3 together."""
    *cell, given, n_steps = CELLS[name]
    paths = drawn(*cell, given, n_steps, 3000)
    assert np.all(paths.sample.side != 0)
    assert min(p_values(cell, given, n_steps, paths)) * 4 > LEVEL


WRONG = {
    "alpha off by 0.1": ("pareto, clipped", dict(alpha=1.6), {}),
    "another clip": ("pareto, clipped", {}, dict(b=0.75)),
    "the normal part left out": ("lomax with a normal part", dict(normal_scale=0.0), {}),
}


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long) if "clip" in n else n for n in WRONG])
def test_a_slightly_wrong_world_is_noticed(name):
    which, law, changes = WRONG[name]
    landscape, noise, eta, b, low, high, start, given, n_steps = CELLS[which]
    wrong = (landscape, replace(noise, **law), eta, changes.get("b", b), low, high, start)
    paths = drawn(*wrong, given, n_steps, 3000)
    assert min(p_values((landscape, noise, eta, b, low, high, start), given, n_steps, paths)) * 4 < LEVEL


@pytest.mark.parametrize("distance", [3.0, 14.0])
def test_two_normal_steps_are_the_gaussian_bridge_however_rare(distance):
    """X_1 given X_1 >= L or X_2 >= L by quadrature; at 14 deviations the event has probability 1e-46."""
    eta, s = 0.1, 2.0
    L, sd, keep = distance * eta * s, eta * s, 1.0 - eta
    paths = drawn(basin(0.0, 1.0), Noise("normal", None, scale=s), eta, inf, -inf, L, 0.0, "exit", 2, 2000)

    def density(x):
        later = np.where(x < L, stats.norm.logsf((L - keep * x) / sd), 0.0)
        return np.exp(stats.norm.logpdf(x / sd) + later + distance**2 / 4) / sd

    grid = np.union1d(np.linspace(-3 * sd, L + 4 * sd, 401), L)
    nodes, weights = np.polynomial.legendre.leggauss(12)
    half = np.diff(grid)[:, None] / 2
    pieces = (half * density(grid[:-1, None] + half * (1 + nodes))) @ weights
    below = np.concatenate([[0.0], np.cumsum(pieces)])
    assert paths.probability == pytest.approx(below[-1] * np.exp(-(distance**2) / 4), rel=1e-6)
    first = at(paths.sample, 1)
    assert stats.kstest(first, lambda x: np.interp(x, grid, below / below[-1])).pvalue > LEVEL
    assert stats.kstest(first + 0.1 * sd, lambda x: np.interp(x, grid, below / below[-1])).pvalue < LEVEL


def efficient_estimate(eta, n_paths, seed):
    """Equation (19), J = 1, in plain NumPy: P(some X_n <= 0 within 1/eta steps) with its standard error."""
    rng, n = np.random.default_rng(seed), round(1 / eta)
    scale, alpha, deviation, w = HEAVY.scale, HEAVY.alpha, HEAVY.normal_scale, 0.3
    p = (1 + 0.9 * np.sqrt(5.0) / 2 / (eta * scale)) ** -alpha  # of a large noise
    p_b = 1 - (1 - p) ** n
    is_forced = rng.uniform(size=n_paths) >= w
    counts = np.arange(1, n + 1)
    k = rng.choice(counts, n_paths, p=stats.binom.pmf(counts, n, p) / p_b)
    ranks = rng.uniform(size=(n_paths, n)).argsort(axis=1).argsort(axis=1)
    large = np.where(is_forced[:, None], ranks < k[:, None], rng.uniform(size=(n_paths, n)) < p)
    u = rng.uniform(size=(n_paths, n))
    tail = np.where(large, u * p, p + u * (1 - p))
    W = (tail ** (-1 / alpha) - 1) * np.where(rng.uniform(size=(n_paths, n)) < 0.5, -1.0, 1.0)
    Z = scale * W + deviation * rng.normal(size=(n_paths, n))
    x, hit = np.full(n_paths, 2.5), np.zeros(n_paths, bool)
    for j in range(n):
        # beyond 6 the gradient goes on linearly: without that, a jump far up would be thrown back below 0
        f = np.where(x > 6, 74.4 + 41.2 * (x - 6), 0.4 * x**3 - 2 * x)
        x = np.where(hit, x, x + eta * (Z[:, j] - f))
        hit |= x <= 0
    weight = hit / (w + (1 - w) * large.any(axis=1) / p_b)
    return weight.mean(), weight.std() / np.sqrt(n_paths)


def test_the_probability_is_the_mean_of_the_weights_of_an_efficient_estimator():
    """Within four standard errors, a false alarm in 16 000; what is a tenth more is noticed."""
    paths = drawn(quartic(), HEAVY, 1 / 100, inf, 0.0, inf, 2.5, "exit", 100, 1)
    estimate, error = efficient_estimate(1 / 100, 40_000, 3)
    assert abs(estimate - paths.probability) < 4 * error
    assert abs(estimate - 1.1 * paths.probability) > 4 * error


def test_clipped_hits_are_as_many_as_the_probability_says():
    """2 million walkers, some 470 hits; a false alarm in a thousand, and a quarter more is noticed."""
    eta, n = 1 / 50, 50
    paths = drawn(quartic(), HEAVY, eta, 1.5, 0.0, inf, 2.5, "exit", n, 1)
    problem = ExitProblem(quartic().gradient(0.0, inf), HEAVY, eta, 1.5, inf, 0.0, inf, 2.5, 11)
    hits = int((~simulate_exits(problem, 0, 2_000_000, n).is_censored).sum())
    assert stats.binomtest(hits, 2_000_000, paths.probability).pvalue > LEVEL
    assert stats.binomtest(hits, 2_000_000, 1.25 * paths.probability).pvalue < LEVEL


def test_light_tails_have_the_probability_of_walkers_pushed_uphill():
    """P = 1.3e-6 at eta = 1/200 by walkers whose noise is shifted by f'(x) - 2.4, each with its likelihood ratio."""
    eta, n, n_paths, s = 1 / 200, 200, 40_000, LIGHT.scale
    rng = np.random.default_rng(1)
    x, log_weight, hit = np.full(n_paths, 2.5), np.zeros(n_paths), np.zeros(n_paths, bool)
    for _ in range(n):
        f = 0.4 * x**3 - 2 * x
        shift = f - 2.4
        z = shift + s * rng.normal(size=n_paths)
        log_weight = np.where(hit, log_weight, log_weight + (shift**2 / 2 - shift * z) / s**2)
        x = np.where(hit, x, x + eta * (z - f))
        hit |= x <= 0
    weight = hit * np.exp(log_weight)
    estimate, error = weight.mean(), weight.std() / np.sqrt(n_paths)
    paths = drawn(quartic(), LIGHT, eta, inf, 0.0, inf, 2.5, "exit", n, 300)
    assert error < 0.05 * estimate
    assert abs(estimate - paths.probability) < 4 * error
    assert np.all(at(paths.sample, n) <= 0.0)
    assert paths.total_variation < 1e-5


@pytest.mark.parametrize("kind", ["pareto", "stable", "student"])
def test_a_path_is_the_same_to_the_bit_whatever_is_drawn_beside_it(kind):
    exact = exact_exit(Exit(basin(0.0, 1.0), Noise(kind, 1.5), 0.05, 0.7, -1.0, 1.0, 0.0))
    event = condition(exact, "exit", 40)
    whole = draw_paths(event, 0.0, KEY, 0, 30).sample
    small = draw_paths(event, 0.0, KEY, 0, 30, block=8, threads=1).sample
    alone = draw_paths(event, 0.0, KEY, 17, 1).sample
    for name in ("step", "x", "z"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(small, name))
        rows = slice(*whole.first[17:19])
        np.testing.assert_array_equal(getattr(whole, name)[rows], getattr(alone, name))


def test_the_noise_of_each_step_makes_the_step():
    landscape, eta, b = basin(0.0, 1.0), 0.05, 0.7
    sample = drawn(landscape, Noise("pareto", 1.5), eta, b, -1.0, 1.0, 0.0, "exit", 60, 200).sample
    is_step = sample.step > 0
    before, after, z = sample.x[:-1][is_step[1:]], sample.x[1:][is_step[1:]], sample.z[1:][is_step[1:]]
    leap = np.clip(eta * z - eta * before, -b, b)
    np.testing.assert_allclose(after, before + leap, atol=1e-12)
    assert np.any(np.abs(leap) == b)  # atoms of the clip
    assert np.all(np.abs(z) >= 1.0 - 1e-12)  # the gap of pareto noise


def test_a_cell_has_streams_of_its_own():
    gradient = basin(0.0, 1.0).gradient(-1.0, 1.0)
    problem = ExitProblem(gradient, Noise("pareto", 1.5), 0.05, 0.7, inf, -1.0, 1.0, 0.0, 5)
    keys = [problem.cell_key(), cell_key(problem, PURPOSE), cell_key(replace(problem, eta=0.1), PURPOSE)]
    assert len({tuple(key.tolist()) for key in keys}) == 3


def test_an_exit_on_the_rarer_side_without_a_limit_of_time_is_drawn_too():
    """Given the side, exit times and landings are those of walkers that chose it; false alarms: 1e-3 together."""
    cell = (basin(0.0, 1.0), Noise("pareto", 1.5), 0.2, 0.7, -1.0, 1.3, 0.0)
    paths = drawn(*cell, "right", None, 1500)
    landscape, noise, eta, b, low, high, start = cell
    problem = ExitProblem(landscape.gradient(low, high), noise, eta, b, inf, low, high, start, 5)
    walkers = simulate_paths(problem, 0, 20_000, 5000, stride=1)
    is_right = walkers.side == 1
    assert np.all(paths.sample.side == 1)
    assert stats.binomtest(int(is_right.sum()), 20_000, paths.probability).pvalue > LEVEL / 3
    last = walkers.x[walkers.first[1:] - 1][is_right]
    assert stats.ks_2samp(walkers.n_steps[is_right], paths.sample.n_steps, method="asymp").pvalue > LEVEL / 3
    assert stats.ks_2samp(last, paths.sample.x[paths.sample.first[1:] - 1], method="asymp").pvalue > LEVEL / 3


def test_the_law_of_rare_paths_is_known_to_its_total_variation():
    """At 1e-28 there is nothing to compare with but the table's own residual along the paths."""
    paths = drawn(quartic(), LIGHT, 1e-3, inf, 0.0, inf, 2.5, "exit", 1000, 8)
    assert -28 < log(paths.probability) / log(10) < -27
    assert paths.total_variation < 1e-4
    assert paths.relative_error < 1e-3


@pytest.mark.parametrize("threads", [1, 3])
def test_the_share_of_steps_done_ends_at_one_whatever_the_order_of_the_blocks(threads):
    shares = []
    cell = (*CELLS["pareto, clipped"], 121)
    drawn(*cell, block=8, threads=threads, on_share=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
