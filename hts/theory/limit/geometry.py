"""Distances counted in clipped jumps (docs/model.md, section 3)."""

from dataclasses import dataclass
from math import inf, isfinite, isinf, isnan
from sys import float_info

import numpy as np

from hts.arrays import FloatArray

# A distance typed in decimals divides by b with an error of a few 1e-16; 1e-9 of a jump counts as none.
INTEGER_TOLERANCE = 1e-9


def is_integer_ratio(distance: float, b: float) -> bool:
    """Return whether distance / b is a whole number of jumps to within 1e-9, where the theory has no answer.

    An infinite b or distance gives False.
    """
    if isinf(b) or isinf(distance):
        return False
    ratio = _ratio(distance, b)
    return ratio > 0.5 and abs(ratio - round(ratio)) <= INTEGER_TOLERANCE * max(1.0, ratio)


def _ratio(distance: float, b: float) -> float:
    """Return distance / b, held at the largest float: beyond counting, yet not infinitely many."""
    return min(float(distance) / float(b), float_info.max)


def jump_number(distance: float, b: float) -> int:
    """Return the least number of jumps of size b that covers a distance: ceil(distance / b), docs/model.md (3), (4).

    Parameters
    ----------
    distance : float
        From a minimum to an end, in landscape units; positive and finite.
    b : float
        Clipping threshold in landscape units; inf for no clipping.

    Returns
    -------
    int
        At least 1. A ratio within 1e-9 of a whole number is that number: ceil(2.1 / 0.7) is 4 in floating point,
        3 here.

    Raises
    ------
    ValueError
        The distance is not positive and finite, or b is not positive.
    """
    if not (isfinite(distance) and distance > 0):
        raise ValueError(f"{distance} is no distance to jump: it must be positive and finite")
    if isnan(b) or b <= 0:
        raise ValueError(f"{b} is no clipping threshold: b must be positive, inf for none")
    return int(jump_numbers(np.float64(distance), b))


def jump_numbers(distances: FloatArray | np.float64, b: float) -> FloatArray:
    """Return `jump_number` of many positive distances at once, unchecked, as float64 of their shape; inf for inf."""
    if b == inf:
        return np.where(np.isinf(distances), inf, 1.0)
    with np.errstate(over="ignore"):  # held at the largest float, as in `_ratio`
        ratios = np.where(np.isinf(distances), inf, np.minimum(np.asarray(distances) / b, float_info.max))
    whole = np.rint(ratios)
    with np.errstate(invalid="ignore"):  # inf - inf, at an end that is never reached
        is_whole = np.abs(ratios - whole) <= INTEGER_TOLERANCE * np.maximum(1.0, ratios)
    return np.maximum(1.0, np.where(is_whole, whole, np.ceil(ratios)))


def exit_exponent(alpha: float, jump_number: int) -> float:
    """Return beta of E sigma ~ eta^-beta, alpha + (jump_number - 1)(alpha - 1), docs/model.md (6).

    Raises
    ------
    ValueError
        alpha <= 1, where the law does not hold.
    """
    if not alpha > 1:
        raise ValueError(f"the exit law needs a tail index alpha > 1; this one is {alpha:g}")
    return alpha + (jump_number - 1) * (alpha - 1)


def power(base: float, exponent: float) -> float:
    """Return base**exponent for base >= 0, inf where that is too large for a float."""
    try:
        return float(base**exponent)
    except (OverflowError, ZeroDivisionError):
        return inf


@dataclass(frozen=True)
class End:
    """An end of a domain that jumps can reach."""

    sign: int  # -1 the left end, +1 the right one
    position: float  # in landscape units
    distance: float  # from the minimum, in landscape units
    probability: float  # share of big jumps to this side, p_minus or p_plus


def accessible_ends(minimum: float, low: float, high: float, p_plus: float, projection: float) -> tuple[End, ...]:
    """Return the ends of (low, high) that jumps from the minimum reach: bounded, within [-L, L], p > 0 on their side.

    Landing on L itself leaves a domain that ends there (docs/model.md section 4).
    """
    ends = (End(-1, low, minimum - low, 1 - p_plus), End(1, high, high - minimum, p_plus))
    return tuple(
        end for end in ends if end.probability > 0 and isfinite(end.position) and abs(end.position) <= projection
    )
