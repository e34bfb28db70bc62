"""Mean exit time of one cell, on a domain and a mesh that are good enough, or a refusal.

The domain is cut off far enough out, the mesh cut finely enough (refinement.py); what floating point cannot
hold is refused in words.
"""

from dataclasses import replace
from math import hypot, inf, isfinite, log, sqrt

import numpy as np

from hts.arrays import FloatArray
from hts.exits import Exit
from hts.landscapes import Landscape
from hts.theory.exact.meshes import cascades
from hts.theory.exact.refinement import BUDGET, Refined, first_mesh, refine
from hts.theory.exact.steps import BeyondArithmeticError, NeverLeftError, Step, make_step

#: Of the tolerance, what may be missed beyond the cuts of an unbounded clipped domain before these are moved out.
TOO_MUCH_MISSED = 0.1
#: They are moved out by this factor, at most to WIDEST times where they were first.
WIDER, WIDEST = 3.0, 27.0
#: A mean that differs by more between two meshes is not given at all.
WORTHLESS = 1e-2
#: Where an eta is beyond the arithmetic, larger ones are tried: how many, and by which factor each is larger.
N_LARGER, LARGER = 5, 10.0**0.5
#: Part of the budget of a refinement that each of them may take.
QUICKLY = 0.2
#: Nodes of a first mesh from which on cascades are followed no further than the start needs.
LARGE = 3000
#: Floating point ends at 1.8e308.
LONGEST = 1e300
#: Places where f is looked at on the way out.
N_LOOKS = 1001


def solve_mean(
    problem: Exit, tolerance: float, budget: float = BUDGET, *, is_mean_alone: bool = False
) -> tuple[Refined, Refined, float]:
    """Solve an exit, docs/model.md (9), until the mean from the start is known to a tolerance.

    Parameters
    ----------
    problem : Exit
    tolerance : float
        Wanted relative error of the mean.
    budget : float
        Work that all refinements together may take (`hts.theory.exact.refinement.refine`).
    is_mean_alone : bool
        Whether nothing but the mean will be asked of the coarser solution, which then takes no memory.

    Returns
    -------
    tuple of two Refined and a float
        The solution, the one on a coarser mesh to be compared with it and let go, and the part of the mean that is
        missed beyond the cuts.

    Raises
    ------
    ExactExitError
        As in `exact_exit`.
    """
    landscape, start = problem.landscape, problem.start
    widening = 1.0
    while True:
        step = make_step(problem, widening)
        centre = _centre(landscape, step, start)
        _refuse_light_tails(landscape, step, centre)
        step, points = _with_cascades(step, landscape, start)
        try:
            refined, coarser = refine(step, start, centre, points, tolerance, budget, is_mean_alone=is_mean_alone)
        except ZeroDivisionError:
            raise NeverLeftError("the probability to leave vanishes in floating point: take a larger eta") from None
        missed = share_missed(refined)
        budget -= refined.work
        if missed <= TOO_MUCH_MISSED * tolerance or step.b == inf or widening >= WIDEST or refined.work > budget:
            break
        del refined, coarser  # four matrices: the wider domain makes others
        widening *= WIDER
    mean, error = refined.solution.mean_exit_steps, refined.relative_error + missed
    if not (isfinite(mean) and mean <= LONGEST):
        raise NeverLeftError(f"the mean exceeds {LONGEST:g} steps: take a larger eta")
    if not error <= WORTHLESS:
        apart = f"differ by {error:.0%}, more than {WORTHLESS:.0%}" if error < 1.0 else "agree on no digit of the mean"
        raise BeyondArithmeticError(f"two meshes {apart}: take a larger eta")
    return refined, coarser, missed


def rough_mean_exit_steps(problem: Exit) -> float:
    """Compute the mean alone, to 1 %: `exact_exit` refines its mesh for more, and solves neighbouring etas.

    Raises
    ------
    ExactExitError
        As in `exact_exit`.
    """
    return quick_mean_exit_steps(problem, WORTHLESS)[0]


def quick_mean_exit_steps(problem: Exit, tolerance: float) -> tuple[float, float]:
    """Compute the mean alone with its relative error, about `tolerance` or less, in half of the memory and time.

    Raises
    ------
    ExactExitError
        As in `exact_exit`.
    """
    refined, _, missed = solve_mean(problem, tolerance, is_mean_alone=True)
    return refined.solution.mean_exit_steps, refined.relative_error + missed


def first_nodes(problem: Exit) -> int:
    """Return how many nodes the first mesh of `exact_exit` has: nothing is solved, and the time follows from it.

    Raises
    ------
    ExactExitError
        It is refused before a mesh is made.
    """
    step = make_step(problem)
    _refuse_light_tails(problem.landscape, step, _centre(problem.landscape, step, problem.start))
    step, points = _with_cascades(step, problem.landscape, problem.start)
    return first_mesh(step, [problem.start, *points])[1].n_nodes


def larger_eta(problem: Exit) -> str:
    """Say which larger eta is within the arithmetic where this one is not (`BeyondArithmeticError`); some seconds."""
    eta = problem.eta
    for _ in range(N_LARGER):
        eta *= LARGER
        try:
            solve_mean(replace(problem, eta=eta), WORTHLESS, QUICKLY * BUDGET, is_mean_alone=True)
        except BeyondArithmeticError:
            continue
        return f"eta = {eta:.2g} can be computed"
    return f"nor can eta = {eta:.2g} be computed: take one still larger, or another b, scale or domain"


def _centre(landscape: Landscape, step: Step, start: float) -> float:
    """Return the minimum of the start's well if it lies inside, else the start."""
    minimum = float(landscape.minima[landscape.well_of(start)])
    return minimum if step.low < minimum < step.high else start


def _with_cascades(step: Step, landscape: Landscape, start: float) -> tuple[Step, list[float]]:
    """Return the step and the points that its mesh begins with: short cascades where long ones need a large mesh.

    Jumps are followed back from the ends to all minima inside. Left out, a jump of the solution is sought by
    refinement, which halves panels: a mean of 1e30 from a start beside an end was known to 1e-4 only.
    """
    points = [*landscape.minima, *landscape.barriers, *landscape.kinks]
    outside = [y for y in landscape.barriers if not step.low <= y <= step.high] if step.b < inf else []
    while True:
        known = [*points, *cascades(step, outside)]
        if step.n_cascade <= step.n_needed or first_mesh(step, [start, *known])[1].n_nodes <= LARGE:
            return step, known
        step = replace(step, n_cascade=step.n_cascade - 2)


def _refuse_light_tails(landscape: Landscape, step: Step, centre: float) -> None:
    """Refuse a climb that normal noise makes with probability exp(-2 height / (eta variance)), docs/model.md section 8.

    Raises
    ------
    ExactExitError
        Floating point ends before the mean does.
    """
    noise = step.noise
    if not noise.is_normal:  # a jump may do it
        return
    deviation = hypot((sqrt(2.0) if noise.kind == "stable" else 1.0) * noise.scale, noise.normal_scale)
    ends = [y for y, is_exit in ((step.low, step.is_exit_low), (step.high, step.is_exit_high)) if is_exit]
    ways = [landscape.potential(np.linspace(centre, end, N_LOOKS)) for end in ends]
    height = min(float(way.max() - way[0]) for way in ways)
    if 2.0 * height / step.eta / deviation / deviation > log(LONGEST):
        raise NeverLeftError(f"the mean exceeds {LONGEST:g} steps: take a larger eta")


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
