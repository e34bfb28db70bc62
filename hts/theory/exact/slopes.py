"""The local exponent -d log E sigma / d log eta, differentiated from a solution."""

from math import e, log

import numpy as np

from hts.arrays import FloatArray
from hts.theory.exact.meshes import Mesh, find_breaks
from hts.theory.exact.operators import build_operator, free_end_residuals
from hts.theory.exact.refinement import Refined, weighed
from hts.theory.exact.steps import Step

#: Half the difference in log eta, and the same times log E sigma: rare exits of light-tailed noise change like
#: exp(1 / eta). So small that break points hardly ever meet, so large that rounding does not show.
LOG_STEP, LONG_LOG_STEP = 2e-4, 1e-2
#: How many times smaller the difference is that the first is compared with.
CLOSER = 4.0


def local_exponent(refined: Refined) -> tuple[float, float]:
    """Return -d log E sigma / d log eta and its absolute error: first-order perturbation, in two differences.

    Break points move with eta, and where two of them meet the slope has a kink: the error says by how much the
    difference across it is in doubt. Bends that no break point marks move across the panels, and the mean's error
    changes with eta faster the finer the panels are: the error of the slope is what the mesh misses of the profile's
    own derivative. It is up to 50 times the true one and more (docs/model.md, below (12)).
    """
    far = min(LOG_STEP, LONG_LOG_STEP / log(max(e, refined.solution.mean_exit_steps)))
    slope, profile, rate = _change(refined, far / CLOSER)
    other, _, _ = _change(refined, far)
    return slope, abs(slope - other) + _missed(refined, far / CLOSER, profile, rate) + refined.relative_error


def _change(refined: Refined, half: float) -> tuple[float, FloatArray, float]:
    """Return the changes with log eta of -log E sigma, the profile and the reference rate, by a central difference."""
    flows = []
    for shift in (-half, half):
        step, mesh = _at(refined, shift)
        flows.append(refined.solution.flow(build_operator(step, mesh, refined.table, refined.start)))
    (states, start), (more_states, more_start) = flows
    return refined.solution.response((more_states - states) / (2.0 * half), (more_start - start) / (2.0 * half))


def _missed(refined: Refined, half: float, profile: FloatArray, rate: float) -> float:
    """Return how much of the slope the mesh may miss, given the changes of the profile and the rate with log eta."""
    solution, residuals = refined.solution, []
    for shift in (-half, half):
        step, mesh = _at(refined, shift)
        moved, moved_rate = solution.profile + shift * profile, solution.reference_rate + shift * rate
        residuals.append(free_end_residuals(step, mesh, refined.table, moved, moved_rate))
    change = (residuals[1] - residuals[0]) / (2.0 * half)
    return float(np.sum(weighed(refined.step, refined.mesh, solution, profile, change)))


def _at(refined: Refined, shift: float) -> tuple[Step, Mesh]:
    """Return the step at eta times exp(shift), and the mesh for it."""
    step = refined.step.at(shift)
    breaks = find_breaks(step, [refined.start, *refined.points])
    # break points move with eta, and the nodes beside them must stay on their side
    is_same = len(breaks) == len(refined.breaks)
    return step, refined.mesh.moved(refined.breaks, breaks) if is_same else refined.mesh
