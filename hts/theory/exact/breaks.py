"""Points at which solutions of the exit equations jump or bend."""

from collections.abc import Callable, Sequence
from math import inf

import numpy as np

from hts.arrays import FloatArray
from hts.theory.exact.meshes import graded_mesh
from hts.theory.exact.steps import Step

#: Break points closer than this, in units of eta times the noise's scale, are one: hardly a step begins between them.
SAME = 1e-7
#: So are those that differ by their rounding, relative to their size.
ROUNDING = 32.0 * np.finfo(np.float64).eps
BISECTIONS = 64


def find_breaks(
    step: Step, points: Sequence[float], with_bends: bool = True, jumps_at: Sequence[float] = ()
) -> FloatArray:
    """Return the break points of a mesh for a step, its two ends included.

    A solution jumps at the ends and where a clipped jump lands on a jump; it bends where x - eta f'(x) lies just so far
    from such a point as the density's singular points do.

    Parameters
    ----------
    step : Step
    points : sequence of float
        The start, minima, barriers, kinks of f', what else matters to the asker; those outside the domain are left out.
    with_bends : bool
        Whether the bends are wanted; the bends of bends, and what else is weak, are left to refinement.
    jumps_at : sequence of float
        Where the solution jumps, beside the ends of the domain: barriers, where the question is which well.
    """
    jumps = cascades(step, [*step.jumps_at, *jumps_at])
    primary = _inside(step, np.array([*points, *jumps]))
    sample = graded_mesh(primary, np.full(len(primary), step.eta * step.noise.scale), 2.0, 8).x
    sample = np.concatenate([[step.low], np.sort(sample), [step.high]])
    singular = step.eta * step.noise.singular_points
    bends = []
    if step.b < inf:  # where the window's edge meets a singular point, or the step without noise
        edges = np.add.outer([-step.b, step.b], np.append(singular, 0.0)).ravel()
        bends.append(_crossings(step.drift, sample, edges))
    if with_bends:
        wanted = np.subtract.outer(jumps, singular).ravel()
        bends.append(_crossings(lambda x: x - step.drift(x), sample, wanted))
    return _inside(step, np.concatenate([primary, *bends]))


def cascades(step: Step, targets: Sequence[float]) -> list[float]:
    """Follow clipped jumps back from each target, inside the domain or not; the targets themselves are included."""
    shifts = [0.0]
    if step.b < inf:
        shifts += [sign * j * step.b for j in range(1, step.n_cascade + 1) for sign in (-1.0, 1.0)]
    return [y + shift for y in targets for shift in shifts if step.low <= y + shift <= step.high]


def _crossings(function: Callable[[FloatArray], FloatArray], sample: FloatArray, levels: FloatArray) -> FloatArray:
    """Return every x where a function takes one of the levels, as far as the sample tells them apart."""
    is_above = function(sample)[:, None] > levels[None, :]
    place, which = np.nonzero(is_above[1:] != is_above[:-1])
    left, right, rises = sample[place], sample[place + 1], is_above[place + 1, which]
    for _ in range(BISECTIONS):
        middle = (left + right) / 2.0
        is_left = (function(middle) > levels[which]) != rises
        left, right = np.where(is_left, middle, left), np.where(is_left, right, middle)
    return (left + right) / 2.0


def _inside(step: Step, points: FloatArray) -> FloatArray:
    """Return the two ends and the points between them, increasing, each once."""
    slack = np.maximum(SAME * step.eta * step.noise.scale, ROUNDING * np.abs(points))
    is_inside = (points > step.low + slack) & (points < step.high - slack)
    inner, kept = np.unique(points[is_inside], return_index=True)
    is_new = np.append(True, np.diff(inner) > slack[is_inside][kept][1:])[: len(inner)]
    return np.concatenate([[step.low], inner[is_new], [step.high]])
