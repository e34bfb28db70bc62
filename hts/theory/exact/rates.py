"""Relative error of the escape rate (docs/model.md (10)), which the error of the mean does not bound.

Refinement follows the visits of the walk from its start. The slowest mode may live where that walk hardly goes.
"""

import numpy as np

from hts.arrays import FloatArray
from hts.theory.exact.means import WORTHLESS, share_missed_by_rate
from hts.theory.exact.meshes import to_free_end
from hts.theory.exact.operators import free_end_residuals
from hts.theory.exact.refinement import PESSIMISM, Refined, unresolved
from hts.theory.exact.solutions import ExitSolution


def error_of_rate(refined: Refined, coarser: ExitSolution) -> float:
    """Return the relative error of the escape rate; 1 and more where no digit of it is known.

    It is the change from a coarser mesh, what this mesh misses of the slowest mode, what lies beyond the cuts, and what
    the iterations left. Where many modes are equally slow, as where every jump is clipped and the walk stays on points
    b apart, weights of both signs are large, and so is this error. The coarser mesh is not asked where the rate is
    worthless anyway.

    Parameters
    ----------
    refined : Refined
    coarser : ExitSolution
        On a coarser mesh.
    """
    escape = refined.solution.escape
    missed = float(mode_indicators(refined).sum()) / PESSIMISM + share_missed_by_rate(refined) + escape.unsettled
    if missed > WORTHLESS:
        return missed
    return missed + abs(coarser.escape_rate / escape.rate - 1.0)


def mode_indicators(refined: Refined) -> FloatArray:
    """Return how much each panel (float64[panel]) may add to the relative error of the escape rate.

    To first order the rate changes by w r / w v, with the two vectors w and v of the slowest mode and r what v misses.
    """
    step, mesh, escape = refined.step, refined.mesh, refined.solution.escape
    at_end = escape.decay[: mesh.n_nodes].reshape(-1, mesh.order) @ to_free_end(mesh.order)
    residuals = free_end_residuals(step, mesh, refined.table, escape.decay, escape.rate * (1.0 - at_end))
    beyond = (1.0 - mesh.basis.nodes[-1]) / 2.0
    missed = unresolved(step, mesh, escape.decay) + beyond * np.abs(residuals)
    weights = np.abs(escape.weights[: mesh.n_nodes]).reshape(-1, mesh.order).sum(axis=1)
    return np.asarray(missed * weights / (escape.rate * abs(float(escape.weights @ (1.0 - escape.decay)))))
