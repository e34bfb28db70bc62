"""Rates q_ij out of a well on both sides, by destination (docs/model.md (7))."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.theory.limit.geometry import End, is_integer_ratio, jump_number
from hts.theory.limit.measures import ClimbError, landing_rates

# Beyond it the time scale (5) is below 1e-99 per step for any eta <= 0.1 and alpha >= 2, and q overflows soon.
MAX_JUMPS = 100
AT_A_STEP = "the theory has no answer where the jump number steps; choose another b"


class NoLimitError(ValueError):
    """The limit law says nothing here; the message says why."""


@dataclass(frozen=True)
class Landing:
    """The part of q_i that lands in one well, on one side."""

    sign: int  # -1 left, +1 right
    well: int
    rate: float  # q_ij, a pure power with p_plus and p_minus


@dataclass(frozen=True)
class ExitRates:
    """The constant q_i of docs/model.md (7) and its parts."""

    jump_number: int
    landings: tuple[Landing, ...]  # those with a positive rate
    total: float  # q_i
    relative_error: float  # of q_i, estimated
    warnings: tuple[str, ...]


@lru_cache(maxsize=4096)  # the same for every eta of a plan, and for its chain
def exit_rates(landscape: Landscape, minimum: float, ends: tuple[End, ...], b: float, alpha: float) -> ExitRates:
    """Return the rates of leaving by the fewest jumps, by where they land (docs/model.md (7)).

    Parameters
    ----------
    landscape : Landscape
    minimum : float
        Where the paths start.
    ends : tuple of End
        Those that can be reached, with f' pulling back to the minimum all the way.
    b, alpha : float
        Clipping threshold (inf for none) and tail index.

    Raises
    ------
    NoLimitError
        alpha <= 1; no end can be reached; the nearest is a whole number of jumps away, or more than MAX_JUMPS; f' does
        not pull back; or q is too large or small for a float.
    """
    if not alpha > 1:
        raise NoLimitError(f"the limit law needs a tail index alpha > 1; this one is {alpha:g}")
    if not ends:
        raise NoLimitError("no end can be reached: each is unbounded, beyond L, or on the side without big jumps")
    nearest = min(ends, key=lambda end: end.distance)
    n_jumps = jump_number(nearest.distance, b)
    if is_integer_ratio(nearest.distance, b):
        raise NoLimitError(f"the exit distance {nearest.distance:g} is {n_jumps} times b = {b:g}: {AT_A_STEP}")
    if n_jumps > MAX_JUMPS:
        raise NoLimitError(f"{n_jumps} jumps are needed to leave; constants are computed for {MAX_JUMPS} at most")
    landings: list[Landing] = []
    error, warnings = 0.0, []
    for end in ends:
        if jump_number(end.distance, b) > n_jumps:
            continue
        if is_integer_ratio(end.distance, b):
            warnings.append(
                f"the other end, {end.distance:g} away, is {n_jumps} times b = {b:g}: it counts for nothing in the "
                "limit, but not at finite eta"
            )
            continue
        wells, rates, side_error = _side(landscape, minimum, end, b, alpha)
        error += side_error
        landings += [Landing(end.sign, well, float(rate)) for well, rate in zip(wells, rates, strict=True) if rate > 0]
    total = float(sum(landing.rate for landing in landings))
    if not 0 < total < inf:
        raise NoLimitError(f"the rate constant for {n_jumps} jumps is too large or too small for a float")
    return ExitRates(n_jumps, tuple(landings), total, error / total, tuple(warnings))


def _side(
    landscape: Landscape, minimum: float, end: End, b: float, alpha: float
) -> tuple[list[int], FloatArray, float]:
    """Return the wells beyond one end, the rates to each, and the absolute error of their sum."""
    wells, thresholds = wells_beyond(landscape, end)
    # At the domain's ends, where f' goes on linearly, the third derivative jumps.
    kinks = end.sign * (np.concatenate([landscape.kinks, landscape.domain]) - minimum)
    kinks = kinks[(kinks > 0) & (kinks < end.distance)]
    try:
        reached = landing_rates(
            _speed(landscape, minimum, end.sign),
            end.distance,
            b,
            alpha,
            end.probability,
            end.sign * (thresholds - minimum),
            kinks,
        )
    except ClimbError as problem:
        raise NoLimitError(str(problem)) from None
    # What lands in a well lands beyond its near barrier, but not beyond its far one.
    return wells, reached.values - np.append(reached.values[1:], 0.0), float(reached.errors[0])


def wells_beyond(landscape: Landscape, end: End) -> tuple[list[int], FloatArray]:
    """Return the wells in which a jump beyond an end may land, nearest first, and the position where each begins.

    The first begins at the end itself, which need be no barrier; the last takes all that lands further, on L included.
    """
    barriers = landscape.barriers
    further = barriers[barriers > end.position] if end.sign > 0 else barriers[barriers < end.position][::-1]
    further = further[np.abs(further) <= landscape.projection]
    first = int(np.searchsorted(barriers, end.position, side="right" if end.sign > 0 else "left"))
    wells = [first + end.sign * k for k in range(len(further) + 1)]
    return wells, np.concatenate([[end.position], further])


def _speed(landscape: Landscape, minimum: float, sign: int) -> Callable[[FloatArray], FloatArray]:
    return lambda u: sign * landscape.derivative(minimum + sign * u)
