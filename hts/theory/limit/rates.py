"""Rates q_ij out of a well, by side and destination (docs/model.md (7)), and Kramers' law (section 8)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, pi, sqrt

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.limit.geometry import End, accessible_ends, is_integer_ratio, jump_number
from hts.theory.limit.measures import ClimbError, landing_rates

# Beyond it the time scale (5) is below 1e-99 per step for any eta <= 0.1 and alpha >= 2, and q overflows soon.
MAX_JUMPS = 100
AT_A_STEP = "the theory has no answer where the jump number steps; choose another b"
HIGH_BARRIER = 3.0  # the law's own correction is of the order of the inverse of 2 Delta f / (eta s^2)
N_SPREADS = 5.0  # clipping bends a normal step's law by less than 1e-6 beyond 5 standard deviations


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


def kramers_mean_exit_steps(
    landscape: Landscape, minimum: float, low: float, high: float, noise: Noise, eta: float, b: float
) -> tuple[float, tuple[str, ...]]:
    """Return the mean exit time in steps for small eta, and warnings.

    Twice Kramers' crossing rate, as a walker has left when it stands on the barrier.

    Parameters
    ----------
    landscape : Landscape
    minimum : float
        The minimum of a well.
    low, high : float
        Its ends; a bounded one within [-L, L] must be a barrier of the landscape.
    noise : Noise
        Normal, or stable with alpha = 2.
    eta, b : float

    Returns
    -------
    (float, tuple of str)
        inf where the exponential overflows.

    Raises
    ------
    NoLimitError
        An end is no smooth barrier, or none can be reached.
    """
    ends = accessible_ends(minimum, low, high, 0.5, landscape.projection)
    if not ends:
        raise NoLimitError("no end can be reached: each is unbounded or beyond L")
    variance = light_variance(noise)
    warnings = []
    if b < N_SPREADS * eta * sqrt(variance):
        warnings.append(
            f"b = {b:g} clips steps of {eta * sqrt(variance):g} standard deviation: Kramers' law leaves it out"
        )
    rate = 0.0
    for end in ends:
        where = np.flatnonzero(landscape.barriers == end.position)
        if not len(where):
            raise NoLimitError(
                f"Kramers' law needs a smooth barrier at the end {end.position:g}; f' does not vanish there"
            )
        bends = landscape.curvatures[landscape.well_of(minimum)] * landscape.barrier_curvatures[where[0]]
        height = float(landscape.potential(end.position) - landscape.potential(minimum))
        level = eta * variance
        exponent = 2 * height / level if level > 0 else inf
        if exponent < HIGH_BARRIER:
            warnings.append(
                f"the barrier {end.position:g} is only {exponent:.2g} noise levels high: Kramers' law is rough"
            )
        rate += eta / pi * sqrt(bends) * exp(-exponent)
    return (1 / rate if rate > 0 else inf), tuple(warnings)


def light_variance(noise: Noise) -> float:
    """Return the variance of Z for normal noise and for stable noise with alpha = 2, which is N(0, 2 scale^2)."""
    scale, normal = noise.scale, noise.normal_scale  # their powers would raise where products are inf
    return (2.0 if noise.kind == "stable" else 1.0) * scale * scale + normal * normal
