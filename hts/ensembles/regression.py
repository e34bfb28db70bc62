"""Ensembles of SGD iterates on Gaussian least squares, with fresh samples or on fixed data."""

from __future__ import annotations

import hashlib
import math
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.ensembles.driving import Interrupted
from hts.kernels.objects import StoredKernel

#: Version of the computation from a seed to an iterate; it changes when any bit of any iterate may change.
RUN_VERSION: Final = "regression/1"
#: Wall time between two returns of a kernel.
SECONDS_PER_CALL: Final = 0.2
#: Normal numbers that a block draws at a time: they stay in a core's own cache.
DRAWN_AT_ONCE: Final = 8192
#: Lanes of a block, a multiple of eight in both.
FEWEST_LANES, MOST_LANES = 8, 256
#: Coordinates of finite data are padded to a multiple of this.
PADDING: Final = 8

Words: TypeAlias = npt.NDArray[np.uint64]

advance_online = StoredKernel("hts.kernels.regression", "advance_online")
advance_finite = StoredKernel("hts.kernels.regression", "advance_finite")
draw_normals = StoredKernel("hts.kernels.regression", "draw_normals")
begin_streams = StoredKernel("hts.kernels.regression", "begin_streams")


@dataclass(frozen=True)
class RegressionProblem:
    """All that decides the iterates of one cell.

    Attributes
    ----------
    dimension, batch : int
        d and b.
    eta, sigma : float
        Learning rate; standard deviation of each entry of a sample a.
    noise : float
        Standard deviation of y - a.x*, sigma_y.
    truth : float
        Standard deviation of each entry of x*, drawn once for a study.
    start : float
        Standard deviation of each entry of x_0.
    samples : int
        Rows of fixed data; 0 for fresh samples at each step.
    steps : int
        Steps of each run; averages are over the last half.
    seed : int
        The study's, below 2^64.
    """

    dimension: int
    batch: int
    eta: float
    sigma: float
    noise: float
    truth: float
    start: float
    samples: int
    steps: int
    seed: int

    @property
    def n_skipped(self) -> int:
        """Steps before those that averages are over."""
        return self.steps // 2

    @property
    def work_per_step(self) -> int:
        """Numbers that a step of one run handles, a measure of its cost."""
        return self.dimension * self.batch if self.samples else self.dimension + 2 * self.batch

    def key(self) -> Words:
        """Name the streams of the cell's runs by two words."""
        named = struct.pack("<QQQdd", self.seed, self.dimension, self.batch, self.eta, self.sigma)
        return _key(named, b"regression runs")

    def data_key(self) -> Words:
        """Name the streams of the data, which cells that differ in eta and b share."""
        return _key(struct.pack("<QQ", self.seed, self.dimension), b"regression data")


def _key(named: bytes, purpose: bytes) -> Words:
    digest = hashlib.blake2b(named, digest_size=16, person=purpose).digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


@dataclass(frozen=True, eq=False)
class RegressionSample:
    """Runs of one cell.

    Attributes
    ----------
    run : uint32[run]
        Their numbers.
    iterate, average : float64[run, coordinate]
        x after the last step, and its mean over the last half of the steps: distances from the optimum with fresh
        samples, x itself on fixed data. Not finite where a run overflowed.
    """

    run: npt.NDArray[np.uint32]
    iterate: FloatArray
    average: FloatArray


def simulate_regression(
    problem: RegressionProblem,
    first_run: int,
    n_runs: int,
    *,
    on_steps: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    lanes: int | None = None,
) -> RegressionSample:
    """Simulate runs first_run, ..., first_run + n_runs - 1 of one cell; no bit depends on how they are cut into calls.

    Parameters
    ----------
    problem : RegressionProblem
    first_run, n_runs : int
    on_steps : callable, optional
        Told of run-steps as they are taken.
    should_stop : callable, optional
        Asked some times a second.
    lanes : int, optional
        Runs side by side; no number depends on it.

    Raises
    ------
    Interrupted
        When `should_stop` says so.
    """
    wanted = DRAWN_AT_ONCE // (problem.dimension + 2 * problem.batch) // 8 * 8
    lanes = lanes or min(max(wanted, FEWEST_LANES), MOST_LANES)
    iterate = np.empty((n_runs, problem.dimension))
    average = np.empty((n_runs, problem.dimension))
    for first in range(0, n_runs, lanes):
        n = min(lanes, n_runs - first)
        block = _Block(problem, first_run + first, n)
        block.run(on_steps, should_stop)
        iterate[first : first + n], average[first : first + n] = block.results()
    run = np.arange(first_run, first_run + n_runs, dtype=np.uint32)
    return RegressionSample(run, iterate, average)


class _Block:
    """Runs that a kernel advances side by side."""

    def __init__(self, problem: RegressionProblem, first_run: int, n: int) -> None:
        self.problem, self.n = problem, n
        self.advance: Callable[[int, int], int]
        self.streams = _streams(problem.key(), first_run, n)
        d, b = problem.dimension, problem.batch
        x = problem.start * _normals(self.streams, d)
        x = x - optimum(problem)[:, None] if not problem.samples else x
        if problem.samples:
            data = regression_data(problem)
            self.x = np.zeros((n, data.rows.shape[1]))
            self.x[:, :d] = x.T
            words = np.empty((b, n), np.uint64)
            picks, marks, errors = np.zeros(b, np.int64), np.zeros(problem.samples + 1, np.int64), np.zeros(b)
            self.total = np.zeros_like(self.x)
            state = (self.streams, words, data.rows, data.targets, self.x, self.total, picks, marks, errors)
            self.advance = lambda steps, skipped: advance_finite(*state, b, float(problem.eta), steps, skipped)
        else:
            self.x = np.ascontiguousarray(x)
            self.total = np.zeros_like(self.x)
            pairs = (d + 2 * b + 1) // 2
            words, z = np.empty((2, pairs * n), np.uint64), np.empty((2, pairs * n))
            lines = (self.streams, words, z, self.x, self.total, np.ones(n), np.zeros((4, n)))
            numbers = float(problem.eta), float(problem.sigma), float(problem.noise)
            self.advance = lambda steps, skipped: advance_online(*lines, b, *numbers, steps, skipped)

    def run(self, on_steps: Callable[[int], None] | None, should_stop: Callable[[], bool] | None) -> None:
        """Take all steps, a fifth of a second at a time."""
        done, budget = 0, max(1, 1_000_000 // (self.n * self.problem.work_per_step))
        while done < self.problem.steps:
            if should_stop is not None and should_stop():
                raise Interrupted("stopped while runs were under way; run it again to continue")
            steps = min(budget, self.problem.steps - done)
            started = time.perf_counter()
            with np.errstate(all="ignore"):  # for interpreted kernels; compiled ones set no flags
                self.advance(steps, max(0, self.problem.n_skipped - done))
            seconds = time.perf_counter() - started
            budget = max(1, int(steps * min(8.0, SECONDS_PER_CALL / max(seconds, 1e-9))))
            done += steps
            if on_steps is not None:
                on_steps(steps * self.n)

    def results(self) -> tuple[FloatArray, FloatArray]:
        """Give iterates and averages, a row for each run."""
        d, counted = self.problem.dimension, self.problem.steps - self.problem.n_skipped
        x, total = (self.x, self.total) if self.problem.samples else (self.x.T, self.total.T)
        return x[:, :d], total[:, :d] / counted


def _streams(key: Words, first: int, n: int) -> Words:
    streams = np.empty((4, n), np.uint64)
    begin_streams(streams, n, key, first)
    return streams


def _normals(streams: Words, n: int) -> FloatArray:
    """Draw n normal numbers from each stream: float64[number, lane]."""
    lanes, pairs = streams.shape[1], (n + 1) // 2
    z = np.empty((2, pairs * lanes))
    with np.errstate(over="ignore"):  # for interpreted kernels, whose words wrap
        draw_normals(streams, np.empty((2, pairs * lanes), np.uint64), z, pairs, lanes)
    return z.reshape(2 * pairs, lanes)[:n]


def optimum(problem: RegressionProblem) -> FloatArray:
    """Draw x*, the same for all cells of a dimension; float64[coordinate]."""
    return problem.truth * _normals(_streams(problem.data_key(), 0, 1), problem.dimension)[:, 0]


@dataclass(frozen=True, eq=False)
class RegressionData:
    """Fixed data, y = a.x* + noise.

    Attributes
    ----------
    rows : float64[sample, coordinate]
        Padded with zeros to a multiple of PADDING coordinates.
    targets : float64[sample]
    """

    rows: FloatArray
    targets: FloatArray

    def least_squares(self, dimension: int) -> FloatArray:
        """Solve for the minimum of the mean square; float64[coordinate]."""
        return np.asarray(np.linalg.lstsq(self.rows[:, :dimension], self.targets, rcond=None)[0])


def regression_data(problem: RegressionProblem) -> RegressionData:
    """Draw the data of a problem; the second call gives the first one's."""
    one = (problem.seed, problem.dimension, problem.samples, problem.sigma, problem.noise, problem.truth)
    return _data(one, problem.data_key().tobytes())


@lru_cache(maxsize=2)
def _data(one: tuple[int, int, int, float, float, float], key: bytes) -> RegressionData:
    _, d, n, sigma, noise, truth = one
    words = np.frombuffer(key, np.uint64)
    rows = np.zeros((n, math.ceil(d / PADDING) * PADDING))
    targets = np.empty(n)
    truth_numbers = truth * _normals(_streams(words, 0, 1), d)[:, 0]
    for first in range(0, n, MOST_LANES):
        last = min(first + MOST_LANES, n)
        z = _normals(_streams(words, 1 + first, last - first), d + 1)
        rows[first:last, :d] = sigma * z[:d].T
        targets[first:last] = noise * z[d]
        for j in range(d):  # in one order, whatever library is beneath
            targets[first:last] += rows[first:last, j] * truth_numbers[j]
    return RegressionData(rows, targets)
