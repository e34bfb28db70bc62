"""The local exponent -d log E sigma / d log eta, differentiated from a solution."""

from math import e, log

from hts.theory.exact.breaks import find_breaks
from hts.theory.exact.operators import build_operator
from hts.theory.exact.refinement import Refined

#: Half the difference in log eta, and the same times log E sigma: rare exits of light-tailed noise change like
#: exp(1 / eta). So small that break points hardly ever meet, so large that rounding does not show.
LOG_STEP, LONG_LOG_STEP = 2e-4, 1e-2
#: The difference that the first is compared with is so many times smaller.
CLOSER = 4.0
#: The mean's error changes with eta so many times faster than the mean, at most.
ERROR_GAIN = 20.0


def local_exponent(refined: Refined) -> tuple[float, float]:
    """Return -d log E sigma / d log eta and its absolute error: first-order perturbation, in two differences.

    Break points move with eta, and where two of them meet the slope has a kink: the error says by how much the
    difference across it is in doubt.
    """
    far = min(LOG_STEP, LONG_LOG_STEP / log(max(e, refined.solution.mean_exit_steps)))
    slope, other = _rate_difference(refined, far / CLOSER), _rate_difference(refined, far)
    return slope, abs(slope - other) + ERROR_GAIN * refined.relative_error


def _rate_difference(refined: Refined, half_difference: float) -> float:
    """Return the central difference of -log E sigma in log eta, profile and occupation frozen."""
    values = []
    for shift in (-half_difference, half_difference):
        step = refined.step.at(shift)
        breaks = find_breaks(step, [refined.start, *refined.points])
        # break points move with eta, and the nodes beside them must stay on their side
        is_same = len(breaks) == len(refined.breaks)
        mesh = refined.mesh.moved(refined.breaks, breaks) if is_same else refined.mesh
        operator = build_operator(step, mesh, refined.table, refined.start)
        values.append(refined.solution.rate_functional(operator))
    return (values[1] - values[0]) / (2.0 * half_difference)
