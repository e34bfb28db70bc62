"""Counts of one cell's exits: how many, when, on which side, into which well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray, exact_sum
from hts.estimation.rates import LEVEL, estimate_mean


@dataclass(frozen=True)
class ExitEstimate:
    """What the exit times of one cell say, whatever the right answer is."""

    n_walkers: int  # walkers that ended, by an exit or by max_steps
    n_exits: int  # walkers that left the domain
    n_censored: int  # walkers stopped at max_steps
    exposure_steps: int  # steps lived by all walkers together
    mean_exit_steps: float | None  # exposure_steps/n_exits; None without an exit
    mean_low: float | None  # lower end of the interval of the mean; None without walkers
    mean_high: float | None  # upper end; None where it is infinite
    dispersion: float  # n_exits times the variance of log(mean_exit_steps)
    n_left: int  # exits through the lower end
    n_right: int  # exits through the upper end


def estimate_exits(
    exit_steps: npt.NDArray[np.int64],
    is_censored: npt.NDArray[np.bool_],
    side: npt.NDArray[Any],
    level: float = LEVEL,
) -> ExitEstimate:
    """Count the exits of one cell and estimate their mean time (docs/model.md equation (2)).

    Parameters
    ----------
    exit_steps : int64[walker]
        sigma in steps, or max_steps for a censored walker.
    is_censored : bool[walker]
        Whether the walker was stopped before it left.
    side : int8[walker]
        -1 left, +1 right, 0 censored.
    level : float
        Coverage of the interval of the mean.

    Returns
    -------
    ExitEstimate

    Raises
    ------
    ValueError
        The arrays differ in length, or some walker lived less than one step.
    """
    if not exit_steps.shape == is_censored.shape == side.shape:
        raise ValueError(
            f"one entry per walker in each array, not {exit_steps.shape}, {is_censored.shape}, {side.shape}"
        )
    if exit_steps.size and int(exit_steps.min()) < 1:
        raise ValueError(
            f"exit_steps holds {int(exit_steps.min())}: a walker that starts inside leaves after 1 step or more"
        )
    mean = estimate_mean(exit_steps, is_censored, level)
    n_censored = int(np.count_nonzero(is_censored))
    return ExitEstimate(
        n_walkers=exit_steps.size,
        n_exits=exit_steps.size - n_censored,
        n_censored=n_censored,
        exposure_steps=exact_sum(exit_steps),
        mean_exit_steps=mean.mean,
        mean_low=mean.low,
        mean_high=mean.high,
        dispersion=mean.dispersion,
        n_left=int(np.count_nonzero(side == -1)),
        n_right=int(np.count_nonzero(side == 1)),
    )


def count_landings(landing: FloatArray, side: npt.NDArray[Any], barriers: FloatArray) -> IntArray:
    """Count exits by destination; what is counted of parts of a cell's walkers adds up.

    Parameters
    ----------
    landing : float64[walker]
        Position after the last step.
    side : int8[walker]
        -1 left, +1 right, 0 censored (not counted).
    barriers : float64[well - 1]
        Increasing.

    Returns
    -------
    int64[destination]
        By wells from the left, or left and right where there is one well only.
    """
    if barriers.size == 0:
        return np.array([np.count_nonzero(side == -1), np.count_nonzero(side == 1)])
    # on a barrier to the digit, one counts as beyond it: the domain is open (docs/model.md section 1)
    reached = np.where(
        side < 0, np.searchsorted(barriers, landing, side="left"), np.searchsorted(barriers, landing, side="right")
    )
    return np.bincount(reached[side != 0], minlength=barriers.size + 1)


def name_destinations(counts: IntArray, barriers: FloatArray, well: int | None = None) -> dict[str, int]:
    """Name the destinations that `count_landings` counted: wells "0", "1", ... from the left, or "left" and "right".

    Wells that no walker reached are among them. The well where the walkers started is only if one landed there, which
    happens where the domain is not its basin.
    """
    if barriers.size == 0:
        return {"left": int(counts[0]), "right": int(counts[1])}
    return {str(k): int(n) for k, n in enumerate(counts) if k != well or n}
