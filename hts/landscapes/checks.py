"""Checks of the numbers that describe a landscape, with messages for whoever wrote them."""

import reprlib
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray

LARGEST = 1e100  # of any position, slope or curvature: products of three of them are still floating-point numbers


class LandscapeError(ValueError):
    """A landscape that cannot be used.

    Attributes
    ----------
    key : str
        The plan's key to blame: "minima", "barriers", "curvatures", "domain", "f", "L", ...
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def as_numbers(key: str, values: npt.ArrayLike, n: int | None = None, meaning: str = "") -> FloatArray:
    """Return values as float64[n], or say what is wrong with them."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise LandscapeError(key, f"{reprlib.repr(values)} is not a list of numbers") from None
    if array.ndim != 1:
        raise LandscapeError(
            key, f"{reprlib.repr(values)} is not a list of numbers: write [{array.ravel()[0]:g}] for one"
        )
    if n is not None and len(array) != n:
        raise LandscapeError(key, f"{len(array)} numbers are given where {n} are needed ({meaning})")
    is_good = np.abs(array) <= LARGEST
    if not np.all(is_good):
        raise LandscapeError(key, f"{array[~is_good][0]} is not a number between -{LARGEST:g} and {LARGEST:g}")
    return array


def as_curvatures(key: str, values: npt.ArrayLike, n: int, meaning: str = "") -> FloatArray:
    """Return n positive numbers, one number standing for all."""
    is_one = isinstance(values, (int, float)) and not isinstance(values, bool)
    array = as_numbers(key, np.full(n, values) if is_one else values, n, meaning)
    if np.any(array <= 0):
        raise LandscapeError(key, f"{array[array <= 0][0]:g} is no curvature: give |f''| > 0 (barriers too)")
    return array


def check_interlacing(minima: FloatArray, barriers: FloatArray) -> None:
    """Refuse minima and barriers that do not alternate."""
    for key, points in (("minima", minima), ("barriers", barriers)):
        for left, right in pairwise(points):
            if not left < right:
                raise LandscapeError(key, f"{right:g} follows {left:g}: list the {key} in increasing order, each once")
    for s, left, right in zip(barriers, minima[:-1], minima[1:], strict=True):
        if not left < s < right:
            raise LandscapeError("barriers", f"the barrier {s:g} must lie between the minima {left:g} and {right:g}")


def as_projection(L: float, minima: FloatArray) -> float:
    """Return L as a float, or refuse it."""
    if not L > 0:
        raise LandscapeError("L", f"{L} is no projection: L must be positive; leave it out (or inf) for none")
    if np.all(np.abs(minima) > L):
        least = np.min(np.abs(minima))
        raise LandscapeError("L", f"no minimum lies inside [-{L:g}, {L:g}]: L must be {least:g} or more")
    return float(L)
