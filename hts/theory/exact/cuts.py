"""What is missed beyond the point where an unbounded domain is cut off."""

import numpy as np

from hts.arrays import FloatArray
from hts.theory.exact.refinement import Refined
from hts.theory.exact.steps import Step


def share_missed(refined: Refined) -> float:
    """Return the part of the mean exit time that is missed, relative, and with it the part of every probability."""
    return _time_beyond(refined.step, _held(refined, refined.solution.occupation) / refined.solution.mean_exit_steps)


def share_missed_by_rate(refined: Refined) -> float:
    """Return the part of the escape rate that is missed, relative.

    Walkers far out weigh more in the slowest mode, by the right vector: they stay longer than the others.
    """
    escape = refined.solution.escape
    stays = (1.0 - escape.decay) / float(escape.weights @ (1.0 - escape.decay))
    return _time_beyond(refined.step, _held(refined, escape.weights * stays))


def _held(refined: Refined, weights: FloatArray) -> FloatArray:
    """Return those of the weights (float64[state]) that belong to the ends that hold mass."""
    return np.asarray(np.abs(weights[refined.mesh.n_nodes :]))


def _time_beyond(step: Step, held: FloatArray) -> float:
    """Return how long walkers are beyond the cuts, for the time that they are held there.

    What is held at a cut lies beyond it, by an alpha-th of its distance as tails go, or by a clip; from there it comes
    back with the drift, not at once.
    """
    missed = 0.0
    for x, time in zip(step.states_at_ends, held, strict=True):
        if abs(x) == step.projection:
            continue
        beyond = min(step.b, (step.high - step.low) / (step.noise.alpha or 1.0))
        drift = min(step.b, abs(float(step.drift(np.array([x]))[0])))
        missed += float(time) * (1.0 + beyond / drift)
    return missed
