"""The tail of a sample of numbers: every estimator, what the data violate, and a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.errors import PlanError
from hts.records import Records
from hts.storage.numbers import read_numbers
from hts.tails.blocks import MIN_BLOCKS, BlockEstimate, block_estimate, block_estimates, block_sizes, default_block_size
from hts.tails.dependence import Dependence, dependence
from hts.tails.extremes import (
    MIN_K,
    Extremes,
    block_bootstrap,
    choose,
    extremes,
    hill_interval,
    moment_error,
    pickands_error,
)
from hts.tails.records import HillEstimate, IndexEstimate, TailEstimate
from hts.tails.stable import fit_stable, stable_distance
from hts.tails.student import fit_student, student_distance
from hts.tails.verdicts import MIN_NUMBERS, Evidence, Fitted, judge, movement, outer_place, too_few

#: Seed of the one shuffle, of surrogates and of the bootstrap.
SEED = 20260101
#: Normal numbers of a surrogate.
SURROGATE_NUMBERS = 1 << 20
#: Points of the survival curve that are kept for figures.
N_POINTS = 400
Z = 1.959963984540054
#: Length of a bootstrap block in correlation times.
BLOCK_TIMES = 10
#: Share of equal numbers among the largest that is worth a note.
MANY_TIES = 0.1


def estimate_tails(
    paths: str | PathLike[str] | Sequence[str | PathLike[str]],
    column: str | None = None,
    centre: str | float = "median",
) -> Records[TailEstimate]:
    """Estimate the tail index of the numbers in files.

    Parameters
    ----------
    paths : path or sequence of paths
        .csv, .parquet, .npy, .npz or text (`hts.storage.numbers.read_numbers`).
    column : str, optional
        Of a table; "*" takes all columns as the coordinates of vectors.
    centre : "median", "mean" or float
        What is subtracted before anything is estimated.

    Returns
    -------
    tuple of TailEstimate
        One for each file.

    Raises
    ------
    PlanError
        With one line for each file that cannot be used.
    """
    files = [paths] if isinstance(paths, (str, PathLike)) else list(paths)
    estimates, mistakes = [], list[str]()
    for path in files:
        try:
            numbers = read_numbers(str(path), column)
            notes = [f"every {_ordinal(numbers.stride)} row of {numbers.n_rows} was taken"] * (numbers.stride > 1)
            if numbers.n_not_finite:
                rows = ", ".join(map(str, numbers.rows_not_finite))
                more = ", ..." if numbers.n_not_finite > len(numbers.rows_not_finite) else ""
                notes.append(f"{numbers.n_not_finite} left out, not finite (row {rows}{more})")
            estimates.append(
                tail_of(
                    numbers.values, centre, file=str(path), column=numbers.column,
                    n_not_finite=numbers.n_not_finite, notes=tuple(notes),
                )
            )  # fmt: skip
        except PlanError as mistake:
            mistakes.append(str(mistake))
        except ValueError as mistake:
            mistakes.append(f"{path}: {mistake}")
    if mistakes:
        raise PlanError("\n".join(mistakes))
    return Records(estimates)


def tail_of(
    values: npt.ArrayLike,
    centre: str | float = "median",
    *,
    file: str | None = None,
    column: str | None = None,
    n_not_finite: int = 0,
    notes: tuple[str, ...] = (),
) -> TailEstimate:
    """Estimate the tail index of an array of numbers.

    Parameters
    ----------
    values : float64[number] or float64[row, coordinate]
        Finite.
    centre : "median", "mean" or float
        What is subtracted, coordinate by coordinate.
    file, column, n_not_finite, notes
        Handed on to the record.

    Raises
    ------
    ValueError
        Where there are no two different numbers, some are not finite or not real, or there are more than two axes.
    """
    x, shift = _centred(values, centre)
    surrogate_scales = _scales(x) if x.ndim == 2 else None
    x, n_zero = _without_zeros(x.reshape(-1))
    notes = (*notes, *([f"{n_zero} left out, equal to the centre"] if n_zero else []))
    common: dict[str, Any] = {
        "file": file, "column": column, "n": x.size, "n_zero": n_zero, "n_not_finite": n_not_finite,
        "centre": tuple(map(float, shift)) if isinstance(shift, np.ndarray) else float(shift),
    }  # fmt: skip
    magnitudes = np.abs(x)
    ascending = np.sort(magnitudes)
    if x.size < MIN_NUMBERS or ascending[-MIN_K - 1] == ascending[-1]:
        verdict = "Cannot tell: the largest are all equal." if x.size >= MIN_NUMBERS else too_few(x.size)
        return _nothing(common, verdict, notes, ascending)
    found, chain = extremes(ascending), dependence(magnitudes)
    place = choose(ascending, found)
    hill, moment, pickands = _largest(found, place, magnitudes, chain)
    outer = _largest(found, outer_place(found, place), magnitudes, chain)[1]
    span = float(ascending[-1] / found.threshold[place])
    tied = np.count_nonzero(ascending[-hill.k + 1 :] == ascending[-hill.k : -1]) / hill.k
    points = _survival(ascending)
    del magnitudes, ascending
    np.random.default_rng(SEED).shuffle(x)
    inflation = chain.time if chain.is_series else 1.0
    size, blocks, block = _in_blocks(x, inflation)
    laws, failed = _fitted(x, inflation)
    notes = (*notes, *failed)
    surrogate = None if surrogate_scales is None else _surrogate(surrogate_scales, size)
    finding = judge(Evidence(x.size, hill, (moment, outer), laws, block, found, span))
    return TailEstimate(
        **common,
        block=blocks,
        block_size=None if block is None else size,
        hill=hill,
        moment=moment,
        pickands=pickands,
        stable=laws.stable,
        stable_distance=laws.stable_distance,
        student=laws.student,
        student_distance=laws.student_distance,
        laws=finding.laws,
        dependence=chain,
        tied=tied,
        surrogate=surrogate,
        is_heavy=finding.is_heavy,
        verdict=finding.verdict,
        notes=(*notes, *_violations(chain, tied, surrogate, x.size, size), *movement(found, place)),
        extremes=found,
        quantiles=points,
    )


def _without_zeros(x: FloatArray) -> tuple[FloatArray, int]:
    """Leave out what equals the centre, of which there is no logarithm; say how many.

    Raises
    ------
    ValueError
        Where nothing is left.
    """
    n_zero = x.size - int(np.count_nonzero(x))
    if n_zero == x.size:
        raise ValueError("all numbers are equal; a tail needs numbers that differ")
    return (x[x != 0.0] if n_zero else x), n_zero


def _in_blocks(x: FloatArray, inflation: float) -> tuple[int, tuple[BlockEstimate, ...], BlockEstimate | None]:
    """Return the block size that is quoted, the estimates for all sizes, and the one for that size."""
    size = default_block_size(x.size)
    blocks = block_estimates(x, block_sizes(x.size), inflation)
    return size, blocks, next((estimate for estimate in blocks if estimate.block_size == size), None)


def _fitted(x: FloatArray, inflation: float) -> tuple[Fitted, tuple[str, ...]]:
    """Fit the laws that may describe all numbers; return them with a note where no stable law can be fitted."""
    stable = student = stable_away = student_away = None
    notes: tuple[str, ...] = ()
    try:
        stable = fit_stable(x, inflation)
        stable_away = stable_distance(x, stable)
    except ValueError as reason:
        notes = (f"no stable law was fitted: {reason}",)
    with suppress(ValueError):  # light tails have none
        student = fit_student(x, inflation)
        student_away = student_distance(x, student)
    return Fitted(stable, stable_away, student, student_away), notes


def _nothing(common: dict[str, Any], verdict: str, notes: tuple[str, ...], ascending: FloatArray) -> TailEstimate:
    return TailEstimate(
        **common, block=(), block_size=None, hill=None, moment=None, pickands=None, stable=None, stable_distance=None,
        student=None, student_distance=None, laws=(),
        dependence=None, tied=0.0, surrogate=None, is_heavy=None, verdict=verdict, notes=notes, extremes=None,
        quantiles=_survival(ascending),
    )  # fmt: skip


def _centred(values: npt.ArrayLike, centre: str | float) -> tuple[FloatArray, Any]:
    """Return a copy of the numbers less their centre, and the centre; refuse what is no sample."""
    given = np.asarray(values)
    if given.ndim not in (1, 2) or (given.size and given.dtype.kind not in "fiub"):
        raise ValueError(f"{given.ndim} axes of {given.dtype}: give real numbers along one axis, or rows of vectors")
    if given.size < 2:
        raise ValueError(f"{given.size} numbers: a tail needs at least {MIN_NUMBERS}")
    x = np.array(given, dtype=np.float64)
    if not np.isfinite(x).all():
        raise ValueError(f"{int((~np.isfinite(x)).sum())} numbers are not finite: leave them out")
    shift = _centre(x, centre)
    x -= shift
    return x, shift


def _centre(x: FloatArray, centre: str | float) -> Any:
    if centre == "median":  # the middle of its interval: the median itself jumps where a law has a gap there
        half = min(0.98 / math.sqrt(len(x)), 0.25)
        return np.quantile(x, [0.5 - half, 0.5 + half], axis=0).mean(axis=0)
    if centre == "mean":
        return x.mean(axis=0)
    return float(centre)


def _scales(x: FloatArray) -> FloatArray:
    """Give the scale of each coordinate: its median magnitude over that of the standard normal law."""
    return np.median(np.abs(x), axis=0) / 0.6744897501960817


def _surrogate(scales: FloatArray, block_size: int) -> BlockEstimate | None:
    """Give the block estimate of normal noise whose scale differs between coordinates as the data's does."""
    scales = scales[scales > 0.0]
    if not scales.size:
        return None
    rng = np.random.default_rng(SEED)
    rows = max(MIN_BLOCKS * block_size, SURROGATE_NUMBERS) // scales.size + 1
    numbers = (rng.standard_normal((rows, scales.size)) * scales).reshape(-1)
    rng.shuffle(numbers)
    return block_estimate(numbers, block_size)


def _largest(
    found: Extremes, place: int, magnitudes: FloatArray, chain: Dependence
) -> tuple[HillEstimate, IndexEstimate, IndexEstimate]:
    """Read the estimates at one k, with intervals that allow for dependence."""
    k, alpha, xi = int(found.k[place]), float(found.hill[place]), float(found.moment[place])
    hill_low, hill_high = hill_interval(alpha, k)
    half = Z * moment_error(xi, k)
    moment_low, moment_high = xi - half, xi + half
    if chain.is_series:
        length = min(max(20, math.ceil(BLOCK_TIMES * chain.time)), max(1, found.n // MIN_BLOCKS))
        ends = block_bootstrap(magnitudes, float(found.threshold[place]), length, SEED)
        hill_low, hill_high = min(hill_low, ends.hill_low), max(hill_high, ends.hill_high)
        moment_low, moment_high = min(moment_low, ends.moment_low), max(moment_high, ends.moment_high)
    pickands = float(found.pickands[place])
    half = Z * pickands_error(pickands, k) * math.sqrt(chain.time if chain.is_series else 1.0)
    return (
        HillEstimate(k, float(found.threshold[place]), alpha, hill_low, hill_high),
        IndexEstimate(k, xi, moment_low, moment_high),
        IndexEstimate(k, pickands, pickands - half, pickands + half),
    )


def _survival(ascending: FloatArray) -> FloatArray:
    """Thin the survival function of the magnitudes to points for a figure, equally spaced on a log scale."""
    n = len(ascending)
    rank = np.unique(np.geomspace(1, n, min(n, N_POINTS)).astype(np.int64))
    return np.vstack([ascending[n - rank], rank / n])


def _violations(
    chain: Dependence, tied: float, surrogate: BlockEstimate | None, n: int, block_size: int
) -> tuple[str, ...]:
    """List what the numbers violate."""
    notes = []
    if chain.is_series:
        notes.append(
            f"neighbours in the file depend on one another (correlation of log |X| {chain.correlation[0]:.2f} at "
            f"lag 1, time {chain.time:.3g}): intervals are wider, those of Hill and moment from a block bootstrap"
        )
    if tied > MANY_TIES:
        notes.append(f"{100 * tied:.0f} % of the largest are ties: rounded or discrete numbers")
    if surrogate is not None and surrogate.alpha < 1.95:
        notes.append(
            f"scales differ between coordinates: normal noise of these scales gives a block estimate of "
            f"{surrogate.alpha:.2f} [{surrogate.low:.2f}, {surrogate.high:.2f}]"
        )
    if n % block_size:
        notes.append(f"{n % block_size} numbers beyond the last block are left out of block estimates")
    return tuple(notes)


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
