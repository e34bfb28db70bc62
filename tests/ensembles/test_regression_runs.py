"""Tests of runs of SGD on least squares: a twin in plain Python, exact moments, the growth rate, and bits."""

import itertools
import math
import struct

import numpy as np
import pytest
import reference

from hts.ensembles.driving import Interrupted
from hts.ensembles.regression import RegressionProblem, optimum, regression_data, simulate_regression
from hts.regression.theory import log_moment, regression_tail

SEED = 7


def problem(dimension=3, batch=2, eta=0.5, steps=6, **others):
    numbers = {"sigma": 1.2, "noise": 2.0, "truth": 1.5, "start": 4.0, "samples": 0, "seed": SEED} | others
    return RegressionProblem(dimension=dimension, batch=batch, eta=eta, steps=steps, **numbers)


def key(purpose, *named):
    digest = reference.hashlib.blake2b(struct.pack(*named), digest_size=16, person=purpose).digest()
    return struct.unpack("<QQ", digest)


def run_key(p):
    return key(b"regression runs", "<QQQdd", p.seed, p.dimension, p.batch, p.eta, p.sigma)


def data_key(p):
    return key(b"regression data", "<QQ", p.seed, p.dimension)


def normals(words, n):
    """Box and Muller's pairs: first all cosines, then all sines, whose sign is bit 11 of the first word."""
    cosines, sines = [], []
    for _ in range((n + 1) // 2):
        first, second = next(words), next(words)
        radius = math.sqrt(-2 * math.log(reference.uniform(first)))
        angle = math.pi * reference.uniform(second)
        cosines.append(radius * math.cos(angle))
        sines.append(radius * math.sin(angle) * (-1 if first >> 11 & 1 else 1))
    return np.array([*cosines, *sines][:n])


def averages(path, steps):
    return np.mean(path[steps // 2 :], axis=0)


def online_twin(p, run):
    """Whole samples a_i = sigma (g_i u + (r_i/|r|) w): the mini-batch that the kernel never writes down."""
    words = reference.walker_words(run_key(p), run)
    start = normals(words, p.dimension) * p.start
    x = start - p.truth * normals(reference.walker_words(data_key(p), 0), p.dimension)
    path = []
    for _ in range(p.steps):
        z = normals(words, p.dimension + 2 * p.batch)
        v, g, y = z[: p.dimension], z[p.dimension : p.dimension + p.batch], p.noise * z[p.dimension + p.batch :]
        u = x / np.linalg.norm(x)
        r = p.sigma * np.linalg.norm(x) * g - y
        a = p.sigma * (g[:, None] * u + (r / np.linalg.norm(r))[:, None] * (v - (v @ u) * u))
        x = x - p.eta / p.batch * a.T @ (a @ x - y)
        path.append(x)
    return x, averages(path, p.steps)


def picked(words, n, batch):
    """Floyd's draw of different rows."""
    rows = []
    for last in range(n - batch, n):
        place = int(reference.uniform(next(words)) * (last + 1))
        rows.append(last if place in rows else place)
    return rows


def finite_twin(p, run):
    data = regression_data(p)
    rows, words = data.rows[:, : p.dimension], reference.walker_words(run_key(p), run)
    x, path = p.start * normals(words, p.dimension), []
    for _ in range(p.steps):
        batch = picked(words, p.samples, p.batch)
        assert len(set(batch)) == p.batch
        x = x - p.eta / p.batch * rows[batch].T @ (rows[batch] @ x - data.targets[batch])
        path.append(x)
    return x, averages(path, p.steps)


@pytest.mark.parametrize(
    ("p", "twin"),
    [
        (problem(), online_twin),
        (problem(1, 1, 1.1, 7, truth=0.0), online_twin),
        (problem(6, 5, 0.2), online_twin),
        (problem(3, 2, samples=9), finite_twin),
        (problem(17, 4, 0.05, samples=30), finite_twin),
    ],
)
def test_runs_are_those_of_the_twin(p, twin):
    sample = simulate_regression(p, 5, 3)
    assert sample.run.tolist() == [5, 6, 7]
    for i in range(3):
        iterate, average = twin(p, 5 + i)
        np.testing.assert_allclose(sample.iterate[i], iterate, rtol=1e-7, atol=1e-7)
        np.testing.assert_allclose(sample.average[i], average, rtol=1e-7, atol=1e-7)


def test_the_data_are_those_of_the_twin():
    p = problem(3, samples=300)
    data = regression_data(p)
    x = p.truth * normals(reference.walker_words(data_key(p), 0), 3)
    np.testing.assert_allclose(optimum(p), x, rtol=1e-8)
    for j in (0, 255, 256, 299):
        z = normals(reference.walker_words(data_key(p), 1 + j), 4)
        np.testing.assert_allclose(data.rows[j, :3], p.sigma * z[:3], rtol=1e-7)
        assert not data.rows[j, 3:].any()
        assert data.targets[j] == pytest.approx(p.sigma * z[:3] @ x + p.noise * z[3], rel=1e-7)
    gradient = data.rows[:, :3].T @ (data.rows[:, :3] @ data.least_squares(3) - data.targets)
    assert np.abs(gradient).max() < 1e-9


@pytest.mark.parametrize("samples", [0, 40])
def test_no_bit_depends_on_lanes_or_on_how_runs_are_cut(samples):
    p = problem(5, 3, 0.3, 20, samples=samples)
    whole = simulate_regression(p, 0, 37)
    for lanes, cuts in ((8, (0, 37)), (24, (0, 1, 20, 37)), (256, (0, 36, 37))):
        parts = [simulate_regression(p, a, b - a, lanes=lanes) for a, b in itertools.pairwise(cuts)]
        for name in ("iterate", "average"):
            assert np.concatenate([getattr(part, name) for part in parts]).tobytes() == getattr(whole, name).tobytes()


@pytest.mark.parametrize(("d", "b", "eta"), [(1, 1, 0.2), (2, 3, 0.4), (20, 2, 0.05)])
def test_the_second_moment_is_exact(d, b, eta):
    """E|x'|^2 = h(2) E|x|^2 + (eta^2/b) sigma^2 noise^2 d; 40 000 runs, false alarm at 4 sd: 6e-5 each."""
    p = problem(d, b, eta, 12, truth=0.0)
    growth = math.exp(log_moment(d, b, eta, p.sigma, 2.0))
    expected, wrong = d * p.start**2, d * p.start**2
    for _ in range(p.steps):
        expected = growth * expected + eta**2 / b * (p.sigma * p.noise) ** 2 * d
        wrong = growth * wrong + eta**2 / b * (p.sigma * p.noise) ** 2 * (d + 1)
    squares = (simulate_regression(p, 0, 40_000).iterate ** 2).sum(axis=1)
    error = squares.std() / math.sqrt(squares.size)
    assert abs(squares.mean() - expected) < 4 * error
    if d == 1:  # a kick twice too strong, or a rate 20 % off, is seen
        assert abs(squares.mean() - wrong) > 4 * error


@pytest.mark.parametrize(("d", "b", "eta"), [(1, 1, 3.0), (2, 1, 1.0), (10, 2, 0.6)])
def test_far_out_runs_grow_at_rho(d, b, eta):
    """Where kicks are small beside x, log |x| grows by rho a step; 4 sd, false alarm 6e-5 each."""
    p = problem(d, b, eta, 40, sigma=1.0, noise=1e-30, start=1.0, truth=0.0)
    size = np.log(np.linalg.norm(simulate_regression(p, 0, 4_000).iterate, axis=1)) / p.steps
    start = np.log(np.linalg.norm(simulate_regression(problem(d, b, eta, 1, sigma=1.0, noise=1e-30, start=1.0,
        truth=0.0), 0, 4_000).iterate, axis=1)) / p.steps  # fmt: skip
    growth = (size - start) * p.steps / (p.steps - 1)
    error = growth.std() / math.sqrt(growth.size)
    assert abs(growth.mean() - regression_tail(d, b, eta).lyapunov) < 4 * error
    assert abs(growth.mean() - regression_tail(d, b, 1.1 * eta).lyapunov) > 4 * error


def test_runs_may_grow_beyond_where_squares_overflow_and_are_no_numbers_beyond_that():
    p = problem(2, 1, 20.0, 200, sigma=1.0)
    size = np.abs(simulate_regression(p, 0, 200).iterate).max(axis=1)
    assert np.isfinite(size).all()
    assert size.max() > 1e160
    rho = regression_tail(2, 1, 20.0).lyapunov
    assert np.log(size).mean() / 200 == pytest.approx(rho, rel=0.05)
    far = simulate_regression(problem(2, 1, 20.0, 2_000), 0, 8)
    assert not np.isfinite(far.iterate).any()


def test_fixed_data_scatter_about_their_own_least_squares():
    """Few, small steps: the mean of averages is the least-squares solution, not x*; 4 sd, false alarm 2e-4."""
    p = problem(2, 1, 0.01, 4_000, samples=12)
    data = regression_data(p)
    average = simulate_regression(p, 0, 300).average
    error = average.std(axis=0) / math.sqrt(len(average))
    assert (np.abs(average.mean(axis=0) - data.least_squares(2)) < 4 * error).all()
    assert (np.abs(average.mean(axis=0) - optimum(p)) > 4 * error).any()


def test_steps_are_counted_and_a_stop_is_heard():
    counted = []
    simulate_regression(problem(steps=50), 0, 10, on_steps=counted.append)
    assert sum(counted) == 500
    with pytest.raises(Interrupted):
        simulate_regression(problem(), 0, 10, should_stop=lambda: True)
