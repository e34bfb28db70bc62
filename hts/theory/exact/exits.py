"""The exact exit law at finite eta (docs/model.md (9)-(12))."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, log2
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray
from hts.exits import Exit
from hts.landscapes import Landscape
from hts.theory.exact.means import WORTHLESS, solve_mean
from hts.theory.exact.meshes import Mesh
from hts.theory.exact.rates import error_of_rate
from hts.theory.exact.refinement import Refined, lighten, on_other_meshes
from hts.theory.exact.slopes import local_exponent
from hts.theory.exact.solutions import ExitSolution
from hts.theory.exact.steps import Step, TooMuchWorkError
from hts.theory.exact.survival import UnstableStepsError, exit_by, exit_tables
from hts.theory.limit.within import steps_within
from hts.words import apart

#: No relative error is stated that is smaller.
ROUNDING = 1e-13
#: What is said where steps cannot be followed.
NO_PROBABILITY = (
    "no exact probability within a time: its error would grow from step to step; the mean holds all the same, "
    "and walkers measure the probability (hts run), or try an eta or b a little different"
)
#: What is said where no mode of the walk is slower than all others, as where every jump is clipped.
NO_RATE = (
    "no exact escape rate: no mode is the slowest, or the mesh does not resolve it; the mean holds all the same, "
    "and so does the probability within a time"
)
#: Meshes that a probability within a time takes: one for it and one for its error.
N_MESHES = 2
#: Multiplications that following steps one by one on the full mesh may cost, a second or two.
AFFORDABLE = 2e9
#: Work that following more steps on a lighter mesh may cost, as `following_work` counts it: some fifteen seconds.
FOLLOWING_BUDGET = 2.5e11

#: Intervals outside the domain, each on one side of it, by the name that results call them by.
Regions = dict[str, list[tuple[float, float]]]


@dataclass(frozen=True, eq=False)
class ExactExit:
    """The exit of one cell, computed. It keeps its matrix (up to 0.4 GB): keep the numbers and let the record go."""

    mean_exit_steps: float  # E sigma from the start
    relative_error: float  # of it: estimated from two meshes and what panels miss; tests hold it against finer meshes
    escape_rate: float  # mu of (10), per step
    escape_rate_relative_error: float  # where over WORTHLESS, a warning says that the rate is none
    local_exponent: float  # -d log E sigma / d log eta at this eta
    local_exponent_error: float  # absolute
    sides: Mapping[str, float]  # P(leave through "left", "right"), the ends that exist
    destinations: Mapping[str, float]  # P(land in well) > 0 by its number; "left" and "right" for one well
    destinations_error: float  # largest absolute error
    probability_within: float | None  # P(sigma <= floor(within / eta + 1e-9))
    probability_within_relative_error: float | None  # of it, from two meshes
    warnings: tuple[str, ...]
    refined: Refined  # meshes, matrix, vectors

    def exit_by(self, n_steps: npt.ArrayLike) -> FloatArray:
        """Return P(sigma <= n) from the start for an array of n, however rare."""
        return self.probabilities(n_steps)[0]

    def survival(self, n_steps: npt.ArrayLike) -> FloatArray:
        """Return P(sigma > n) from the start for an array of n, however small."""
        return self.probabilities(n_steps)[1]

    def exit_tables(self, n_steps: int) -> tuple[Mesh, FloatArray, FloatArray]:
        """Return a mesh, P(sigma <= k) from the start (float64[n + 1]) and from its nodes (float64[n + 1, node])."""
        mesh, solution, _ = self.on_affordable_mesh(n_steps)
        start, tables = exit_tables(solution.operator, n_steps)
        return mesh, start, tables[:, : mesh.n_nodes]

    def probabilities(self, n_steps: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return P(sigma <= n) and P(sigma > n), each n on the mesh that it can afford."""
        n_steps = np.asarray(n_steps, dtype=np.int64)
        leaves, stays = np.empty(n_steps.shape), np.empty(n_steps.shape)
        is_short = is_affordable(self.refined.mesh, n_steps)
        for chosen in (is_short, ~is_short):
            if np.any(chosen):
                leaves[chosen], stays[chosen] = self._followed(n_steps[chosen])
        return leaves, stays

    def _followed(self, n_steps: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return P(sigma <= n) and P(sigma > n) on the mesh that the largest n can afford, or one that can follow it.

        Raises
        ------
        UnstableStepsError
            None of a few meshes can.
        """
        mesh, solution, _ = self.on_affordable_mesh(int(n_steps.max()))
        try:
            return exit_by(solution.operator, solution.escape, n_steps)
        except UnstableStepsError as problem:
            for other_mesh, other in on_other_meshes(self.refined, mesh):
                with suppress(UnstableStepsError, TooMuchWorkError):
                    check_following(other_mesh, int(n_steps.max()))
                    return exit_by(other.operator, other.escape, n_steps)
            raise problem

    def on_affordable_mesh(self, n_steps: int) -> tuple[Mesh, ExitSolution, float]:
        """Return the full mesh, or a lighter one where the steps cost too much there, with its solution and error."""
        if is_affordable(self.refined.mesh, n_steps):
            return self.refined.mesh, self.refined.solution, self.refined.relative_error
        return self._light

    @cached_property
    def _light(self) -> tuple[Mesh, ExitSolution, float]:
        return lighten(self.refined)


def exact_exit(problem: Exit, *, within: float | None = None, tolerance: float = 1e-6) -> ExactExit:
    """Compute an exit at finite eta, docs/model.md (9)-(12).

    Parameters
    ----------
    problem : Exit
        One of the two ends of its domain may be infinite.
    within : float, optional
        A gradient-flow time, for ``probability_within``.
    tolerance : float
        Wanted relative error of the mean.

    Raises
    ------
    ExactExitError
        No end can be reached, more than 12 clipped jumps are needed, or the mean is beyond the arithmetic; in the last
        case it is a BeyondArithmeticError, and a NeverLeftError where the mean is beyond all floats.
    """
    refined, coarser, missed = solve_mean(problem, tolerance)
    step = refined.step
    mean, error = refined.solution.mean_exit_steps, refined.relative_error + missed + ROUNDING
    wells = landing_regions(problem.landscape, step)
    sides = {name: landing_probability(refined, regions) for name, regions in exit_regions(step).items()}
    destinations = {name: landing_probability(refined, regions) for name, regions in wells.items()}
    roughly = {name: landing_probability(coarser, regions) for name, regions in wells.items()}
    rate_error = error + error_of_rate(refined, coarser.solution)
    n_within = 0 if within is None else steps_within(within, problem.eta)
    has_both = within is not None and is_affordable(refined.mesh, n_within)
    try:
        roughly_within = _leaves_by(coarser.solution, n_within) if has_both else None
    except UnstableStepsError:
        roughly_within = None
    del coarser  # two matrices: the next lines make others
    exponent, exponent_error = local_exponent(refined)
    answer = ExactExit(
        mean_exit_steps=mean,
        relative_error=error,
        escape_rate=refined.solution.escape.rate,
        escape_rate_relative_error=rate_error,
        local_exponent=exponent,
        local_exponent_error=exponent_error,
        sides=sides,
        destinations={name: p for name, p in destinations.items() if p > 0.0},
        destinations_error=max(abs(destinations[name] - roughly[name]) for name in wells) + error,
        probability_within=None,
        probability_within_relative_error=None,
        warnings=_warnings(error, tolerance, rate_error),
        refined=refined,
    )
    if within is None:
        return answer
    try:
        return _with_probability(answer, n_within, roughly_within, missed)
    except UnstableStepsError:
        return replace(answer, warnings=(*answer.warnings, NO_PROBABILITY))
    except TooMuchWorkError as refusal:
        return replace(answer, warnings=(*answer.warnings, f"no exact probability within a time: {refusal}"))


def exit_regions(step: Step) -> Regions:
    """Return the regions beyond the ends that walkers leave through, as "left" and "right"."""
    left: Regions = {"left": [(-inf, step.low)]} if step.is_exit_low else {}
    right: Regions = {"right": [(step.high, inf)]} if step.is_exit_high else {}
    return left | right


def landing_regions(landscape: Landscape, step: Step) -> Regions:
    """Return the parts of each well that lie outside the domain, by its number; the sides for a single well."""
    sides = exit_regions(step)
    if landscape.n_wells == 1:
        return sides
    wells: Regions = {}
    for well in range(landscape.n_wells):
        left, right = landscape.well_ends(well)
        for [(low, high)] in sides.values():
            if max(left, low) < min(right, high):
                wells.setdefault(f"{well}", []).append((max(left, low), min(right, high)))
    return wells


def landing_probability(refined: Refined, regions: list[tuple[float, float]]) -> float:
    """Return the probability to land in regions outside the domain, each on one side of it."""
    step = refined.step
    x = np.concatenate([refined.mesh.x, step.states_at_ends, [refined.start]])
    into = np.sum([step.lands_outside(x, low, high) for low, high in regions], axis=0)
    return refined.solution.exit_probability(float(into[-1]), into[:-1])


def is_affordable(mesh: Mesh, n_steps: IntArray | int) -> Any:
    """Say which numbers of steps may be followed one by one on a mesh."""
    return n_steps * float(mesh.n_nodes) ** 2 <= AFFORDABLE


def following_work(mesh: Mesh, n_steps: int) -> float:
    """Return the work of following walkers to a number of steps on a mesh: nodes^3 for each doubling, or none."""
    return 0.0 if is_affordable(mesh, n_steps) else float(mesh.n_nodes) ** 3 * log2(n_steps)


def check_following(mesh: Mesh, n_steps: int) -> None:
    """Refuse to follow walkers beyond the budget.

    Raises
    ------
    TooMuchWorkError
        The mesh is too large for that many steps.
    """
    if following_work(mesh, n_steps) > FOLLOWING_BUDGET:
        raise TooMuchWorkError(
            f"following walkers for {n_steps:,} steps on {mesh.n_nodes:,} nodes is beyond the budget: take a larger eta"
        )


def _with_probability(answer: ExactExit, n_steps: int, roughly: float | None, missed: float) -> ExactExit:
    """Return the answer with P(sigma <= n) from the start as its probability within a time.

    It is given where two meshes can follow the steps, and its error is their difference: on one mesh alone nothing
    tells a mode that grows slowly from a probability.

    Parameters
    ----------
    answer : ExactExit
    n_steps : int
    roughly : float or None
        The same on the coarser mesh; None where the steps are not affordable on the full one.
    missed : float
        Part of every probability that is missed beyond the cuts.
    """
    mesh, solution, error = answer.on_affordable_mesh(n_steps)
    check_following(mesh, n_steps)
    values = [] if roughly is None else [roughly]
    with suppress(UnstableStepsError):
        values.insert(0, _leaves_by(solution, n_steps))
    others = on_other_meshes(answer.refined, mesh)
    while len(values) < N_MESHES and (other := next(others, None)):
        with suppress(UnstableStepsError, TooMuchWorkError):
            check_following(other[0], n_steps)
            values.append(_leaves_by(other[1], n_steps))
    if len(values) < N_MESHES:
        raise UnstableStepsError("steps cannot be followed on two meshes")
    leaves, roughly = values
    change = abs(roughly / leaves - 1.0) if leaves > 0.0 else float(roughly > 0.0)
    stated = change + error + missed + ROUNDING
    if stated > 1.0:
        raise UnstableStepsError("two meshes agree on no digit of the probability")
    return replace(answer, probability_within=leaves, probability_within_relative_error=stated)


def _leaves_by(solution: ExitSolution, n_steps: int) -> float:
    """Return P(sigma <= n) from the start."""
    return float(exit_by(solution.operator, solution.escape, [n_steps])[0][0])


def _warnings(error: float, tolerance: float, rate_error: float) -> tuple[str, ...]:
    """Say what a reader of the numbers should know."""
    said = []
    if error > tolerance:
        reached, asked = apart(error, tolerance)
        said.append(f"the mean is known to {reached}, not to the {asked} asked for")
    if rate_error > WORTHLESS:
        said.append(NO_RATE)
    return tuple(said)
