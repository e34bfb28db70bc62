"""The tail of simulated iterates, and of their averages, by the estimators of `hts.tails`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray
from hts.tails.blocks import BlockEstimate, block_estimate, default_block_size
from hts.tails.extremes import MIN_K, choose, extremes, hill_interval, moment_error
from hts.tails.records import HillEstimate, IndexEstimate
from hts.tails.verdicts import MIN_NUMBERS

#: Block sizes of the published recipe, and the fewest blocks it takes.
PUBLISHED_SIZES = (2, 5, 10, 20, 40, 50, 100)
PUBLISHED_FEWEST = 10
Z = 1.959963984540054


@dataclass(frozen=True)
class RegressionEstimate:
    """Tail estimates from vectors, one for each run.

    Attributes
    ----------
    n : int
        Runs used.
    hill, moment
        Of the norms, at k chosen by the distance between tail and fit; None with too few runs.
    block : BlockEstimate or None
        Of the vectors by (23), at one block size chosen beforehand.
    block_median : float or None
        Median over the published block sizes, as far as there are enough runs.
    """

    n: int
    hill: HillEstimate | None
    moment: IndexEstimate | None
    block: BlockEstimate | None
    block_median: float | None


def estimate_tail(vectors: FloatArray) -> RegressionEstimate:
    """Estimate the tail index of vectors about 0.

    Parameters
    ----------
    vectors : float64[run, coordinate]
        Finite, of independent runs.
    """
    n = len(vectors)
    with np.errstate(over="ignore"):
        largest = np.abs(vectors).max(axis=1, initial=0.0)
        unit = np.where(largest > 0.0, largest, 1.0)
        norms = np.sort(unit * np.linalg.norm(vectors / unit[:, None], axis=1))  # squares of 1e200 overflow
    is_enough = n >= MIN_NUMBERS and norms[0] > 0.0 and norms[-MIN_K - 1] < norms[-1] < np.inf
    hill, moment = _largest(norms) if is_enough else (None, None)
    scaled = vectors / norms[n // 2] if n and 0.0 < norms[n // 2] < np.inf else vectors
    medians = [_block(scaled, size, PUBLISHED_FEWEST) for size in PUBLISHED_SIZES]
    found = [estimate.alpha for estimate in medians if estimate is not None]
    return RegressionEstimate(
        n, hill, moment, _block(scaled, default_block_size(n)), float(np.median(found)) if found else None
    )


def _block(vectors: FloatArray, size: int, fewest: int | None = None) -> BlockEstimate | None:
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return block_estimate(vectors, size) if fewest is None else block_estimate(vectors, size, fewest=fewest)
    except ValueError:
        return None


def _largest(norms: FloatArray) -> tuple[HillEstimate, IndexEstimate]:
    found = extremes(norms)
    place = choose(norms, found)
    k, alpha, xi = int(found.k[place]), float(found.hill[place]), float(found.moment[place])
    half = Z * moment_error(xi, k)
    return (
        HillEstimate(k, float(found.threshold[place]), alpha, *hill_interval(alpha, k)),
        IndexEstimate(k, xi, xi - half, xi + half),
    )
