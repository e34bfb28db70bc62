"""Survival tables: P(sigma > n) of one cell at chosen n, with the error of what is read between them, computed."""

from collections.abc import Iterator
from math import log1p

import numpy as np
import scipy

from hts.answers.records import SurvivalTable
from hts.arrays import FloatArray, IntArray
from hts.theory.exact.exits import AFFORDABLE, FOLLOWING_BUDGET, ExactExit, check_following, following_work

#: Up to here each step is an entry: a law with a gap or an edge makes survival jump from step to step.
SINGLE_STEPS = 256
#: Steps per decade at which survival is computed beyond that; entries are chosen among them.
STEPS_PER_DECADE = 48
#: Survival beyond this many mean exit times is never looked at.
LONGEST_MEANS = 50.0
#: Error of the table wanted, as a part of P(sigma > n) and of P(sigma <= n): 1e6 walkers see 1e-3.
TOLERANCE = 1e-4
#: Probabilities below this are not looked at: no sweep has enough walkers to see them.
SMALLEST = 1e-12
#: Steps per decade of the first guess at where entries are needed.
GUESSES_PER_DECADE = 2000
#: Then steps are added between entries: at most this many rounds, and this many at a time.
MAX_ROUNDS, POINTS_PER_ROUND = 4, 3
#: So far every step is looked at where its mesh follows walkers step by step.
EVERY_STEP = 1024
#: Instead of log 0.
LOG_NOTHING = -740.0


def tabulate_survival(exact: ExactExit, max_steps: int, tolerance: float = TOLERANCE) -> SurvivalTable:
    """Tabulate P(sigma > n) for n up to `max_steps`, or to 50 mean exit times where these are fewer.

    Between two entries that are not neighbours survival was computed at one step at least, and the logarithm of what
    the table says there was compared with it. Where the slowest mode is alone log P(sigma > n) is a straight line, and
    few entries are left.

    Parameters
    ----------
    exact : ExactExit
    max_steps : int
        Where walkers are censored; always an entry unless no walker lives that long.
    tolerance : float
        Wanted, relative to the smaller of P(sigma > n) and P(sigma <= n). The error of the table says what was met.

    Raises
    ------
    TooMuchWorkError
        Following walkers so far on the mesh of this cell is beyond the budget.
    UnstableStepsError
        Steps cannot be followed on this mesh.
    """
    end = int(max(min(max_steps, LONGEST_MEANS * exact.mean_exit_steps), 2))
    n_passes = _affordable_passes(exact, end)
    n = _first_steps(end, _every_step(exact))
    logs = _log_survival(exact, n)
    for k in range(min(MAX_ROUNDS, n_passes - 1)):
        more = _guessed(n, logs, tolerance) if k == 0 else _unchecked(n, _needed(n, logs, tolerance))
        if more.size:
            n, logs = _merged(n, logs, more, _log_survival(exact, more))
    kept = _needed(n, logs, tolerance)
    said = np.interp(n, n[kept], logs[kept])
    log_stay = log1p(-min(exact.escape_rate, 1 - 1e-16)) if logs[-1] > LOG_NOTHING else LOG_NOTHING
    return SurvivalTable(
        n_steps=tuple(n[kept].tolist()),
        log_survival=tuple(logs[kept].tolist()),
        log_stay=log_stay,
        error=float(_errors(logs, said).max()),
        max_steps=max_steps,
    )


def _affordable_passes(exact: ExactExit, end: int) -> int:
    """Return how many times walkers may be followed to the end.

    Raises
    ------
    TooMuchWorkError
        Not once.
    """
    mesh = exact.on_affordable_mesh(end)[0]
    check_following(mesh, end)
    return int(FOLLOWING_BUDGET / max(following_work(mesh, end), 1.0))


def _every_step(exact: ExactExit) -> int:
    """Return up to where each step is looked at: there the full mesh is followed, step by step and only once."""
    affordable = int(AFFORDABLE / float(exact.refined.mesh.n_nodes) ** 2)
    return max(SINGLE_STEPS, affordable if affordable <= EVERY_STEP else 0)


def _first_steps(end: int, every: int) -> IntArray:
    """Return 0, 1, ... up to `every`, then steps in equal ratios, and the end."""
    single = np.arange(min(end, every) + 1)
    return np.unique(np.concatenate((single, _spaced(int(single[-1]), end, STEPS_PER_DECADE))))


def _spaced(first: int, end: int, per_decade: int) -> IntArray:
    """Return whole steps from the first to the end in equal ratios."""
    n = int(np.ceil(per_decade * np.log10(end / first))) + 1
    return np.unique(np.round(np.geomspace(first, end, max(n, 2))).astype(np.int64))


def _log_survival(exact: ExactExit, n: IntArray) -> FloatArray:
    """Return log P(sigma > n), with the digits of P(sigma <= n) where that is small."""
    leaves, stays = exact.probabilities(n)
    with np.errstate(divide="ignore"):
        logs = np.where(leaves < 0.5, np.log1p(-np.minimum(leaves, 0.5)), np.log(np.maximum(stays, 0.0)))
    return np.maximum(np.minimum(logs, 0.0), LOG_NOTHING)


def _errors(logs: FloatArray, said: FloatArray) -> FloatArray:
    """Return errors relative to the smaller of P(sigma > n) and P(sigma <= n), but for tiny ones."""
    stays, leaves = np.exp(logs), -np.expm1(logs)
    return np.asarray(np.abs(np.exp(said) - stays) / (np.minimum(stays, leaves) + SMALLEST / TOLERANCE))


def _needed(n: IntArray, logs: FloatArray, tolerance: float) -> IntArray:
    """Return the places of entries from which all others are read to the tolerance: single steps, halves of halves."""
    n_single = min(int(np.searchsorted(n, SINGLE_STEPS, side="right")), len(n))
    single = np.arange(n_single)
    chosen = list(_halved(n, logs, n_single - 1, len(n) - 1, tolerance))
    return np.unique(np.concatenate((single, np.array([*chosen, len(n) - 1]))))


def _halved(n: IntArray, logs: FloatArray, first: int, last: int, tolerance: float) -> Iterator[int]:
    """Yield first places of the intervals, halved until what lies inside is read to the tolerance."""
    if last - first > 1:
        inside = slice(first + 1, last)
        said = np.interp(n[inside], n[[first, last]], logs[[first, last]])
        if np.any(_errors(logs[inside], said) > tolerance):
            middle = (first + last) // 2
            yield from _halved(n, logs, first, middle, tolerance)
            yield from _halved(n, logs, middle, last, tolerance)
            return
    yield first


def _guessed(n: IntArray, logs: FloatArray, tolerance: float) -> IntArray:
    """Return steps that will be entries, and one between any two, by a smooth curve through what is known.

    The curve is that of log(-log P(sigma > n)) over log n, straight where P(sigma <= n) is a power of n and where
    P(sigma > n) is an exponential.
    """
    is_known = (n > 0) & (logs < 0.0) & (logs > LOG_NOTHING)
    if np.count_nonzero(is_known) < 2:
        return _unchecked(n, _needed(n, logs, tolerance))
    known, curve = n[is_known], np.log(-logs[is_known])
    first, last = int(known[0]), int(known[-1])
    dense = np.union1d(n[(n >= first) & (n <= last)], _spaced(first, last, GUESSES_PER_DECADE))
    guess = -np.exp(scipy.interpolate.PchipInterpolator(np.log(known), curve)(np.log(dense)))
    entries = dense[_needed(dense, guess, tolerance / 2.0)]
    between = (entries[:-1] + entries[1:]) // 2
    return np.setdiff1d(np.concatenate((entries, between)), n)


def _unchecked(n: IntArray, kept: IntArray) -> IntArray:
    """Return steps between entries that have steps between them, none of which was looked at."""
    first = kept[:-1][np.diff(kept) == 1]
    low, width = n[first], n[first + 1] - n[first]
    low, width = low[width > 1], width[width > 1]
    parts = np.arange(1, POINTS_PER_ROUND + 1) / (POINTS_PER_ROUND + 1)
    points = low[:, None] + np.clip(np.round(width[:, None] * parts), 1, width[:, None] - 1)
    return np.unique(points.astype(np.int64))


def _merged(n: IntArray, logs: FloatArray, more: IntArray, logs_there: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return all steps in order, and their logarithms."""
    every = np.concatenate((n, more))
    order = np.argsort(every)
    return every[order], np.concatenate((logs, logs_there))[order]
