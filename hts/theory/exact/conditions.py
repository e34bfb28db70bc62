"""Tables of h, the probability of the exit that paths are conditioned on (docs/model.md (12))."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import ceil, inf
from typing import Literal

import numpy as np

from hts.arrays import FloatArray
from hts.theory.exact.densities import DensityTable
from hts.theory.exact.exits import ExactExit
from hts.theory.exact.meshes import Mesh
from hts.theory.exact.operators import Operator
from hts.theory.exact.refinement import Refined, on_other_meshes
from hts.theory.exact.solutions import ExitSolution
from hts.theory.exact.steps import ExactExitError, Step
from hts.theory.exact.survival import UnstableStepsError, check_bounds, check_order

Given = Literal["exit", "left", "right"]

#: Bytes that a table may take.
LARGEST_TABLE = 2**30
#: Multiplications that a table may cost: a minute or two.
LONGEST_TABLE = 4e10


@dataclass(frozen=True, eq=False)
class Condition:
    """An event that paths of one cell are conditioned on, with its chance h from wherever a path may stand.

    On the mesh h is a polynomial on each panel; beyond an end that is left for good it is one or zero.
    """

    given: Given
    n_steps: int | None  # within which the exit must come; None: ever
    step: Step
    mesh: Mesh
    density: DensityTable
    values: FloatArray  # float64[k + 1, state], h with k steps left; one row where n_steps is None
    start: FloatArray  # float64[k + 1], the same from the start
    outside: tuple[float, float]  # h below the low and above the high end
    relative_error: float  # of the mean exit time on the same mesh

    @property
    def probability(self) -> float:
        """Probability of the event from the start."""
        return float(self.start[-1])

    def nodes(self, k: int) -> FloatArray:
        """Return h at the nodes of the mesh, float64[node], with k steps left."""
        return self._values(k)[: self.mesh.n_nodes]

    def ends(self, k: int) -> tuple[float, float]:
        """Return h of a path that is held at the low or the high end, or has left there, with k steps left."""
        held = self._values(k)[self.mesh.n_nodes :].tolist()
        low = self.outside[0] if self.step.is_exit_low else held.pop(0)
        return low, self.outside[1] if self.step.is_exit_high else held.pop(0)

    def _values(self, k: int) -> FloatArray:
        row: FloatArray = self.values[0 if self.n_steps is None else k]
        return row


def condition(
    exact: ExactExit, given: Given, n_steps: int | None, *, on_share: Callable[[float], None] | None = None
) -> Condition:
    """Tabulate the chance of an exit, within a number of steps or ever, through any end or one.

    Within n steps by h_n = P(., out) + P h_{n-1}, relatively accurate however rare; ever by equation (11).

    Parameters
    ----------
    exact : ExactExit
        The solved cell.
    given : "exit", "left" or "right"
        Which exits count.
    n_steps : int or None
        Steps within which the exit must come.
    on_share : callable, optional
        Called with the share of the table that is done; what it raises ends the work.

    Raises
    ------
    ExactExitError
        The event is impossible, its probability vanishes in floating point, or the table would be too large.
    """
    refined = exact.refined
    step, mesh, operator = refined.step, refined.mesh, refined.solution.operator
    counts = given in ("exit", "left"), given in ("exit", "right")
    _check(step, refined.start, given, counts, n_steps)
    if n_steps is None:
        values, from_start = _ever(refined.solution, counts)
    else:
        _check_size(n_steps, len(operator.exits))
        mesh, values, from_start = _followed(refined, counts, n_steps, on_share)
    if not from_start[-1] > 0.0:
        raise ExactExitError(
            "the probability of the event vanishes in floating point: give more steps, or take a larger eta"
        )
    outside = float(counts[0]), float(counts[1])
    return Condition(given, n_steps, step, mesh, refined.table, values, from_start, outside, refined.relative_error)


def _check(step: Step, start: float, given: Given, counts: tuple[bool, bool], n_steps: int | None) -> None:
    """Refuse an event that cannot happen."""
    ends = [(start - step.low, step.is_exit_low and counts[0]), (step.high - start, step.is_exit_high and counts[1])]
    distance = min((d for d, is_open in ends if is_open), default=inf)
    if distance == inf:
        other = "right" if given == "left" else "left"
        remedy = f"condition on {other} or exit"
        raise ExactExitError(f"no walker leaves on the {given}, where the domain has no end: {remedy}")
    if n_steps is None:
        return
    needed = 1 if step.b == inf else ceil(distance / step.b)
    if n_steps < needed:
        steps = "step is" if n_steps == 1 else "steps are"
        raise ExactExitError(
            f"{n_steps} {steps} too few: the end is {distance:g} away and a step goes no further than b = {step.b:g}, "
            f"so leaving takes {needed} at least; give a time of {needed * step.eta:g} or more"
        )


def _check_size(n_steps: int, n_states: int) -> None:
    """Refuse a table that memory or patience cannot hold."""
    if 8.0 * (n_steps + 1) * n_states > LARGEST_TABLE or n_steps * float(n_states) ** 2 > LONGEST_TABLE:
        most = min(LARGEST_TABLE / (8.0 * n_states) - 1.0, LONGEST_TABLE / float(n_states) ** 2)
        raise ExactExitError(
            f"a table of h for {n_steps} steps and {n_states} states is too large: "
            f"give a time of at most {int(most)} steps, or take a larger eta"
        )


def _followed(
    refined: Refined, counts: tuple[bool, bool], n_steps: int, on_share: Callable[[float], None] | None
) -> tuple[Mesh, FloatArray, FloatArray]:
    """Return a mesh on which steps can be followed, with h on it and from the start."""
    try:
        return refined.mesh, *_within(refined.solution.operator, counts, n_steps, on_share)
    except UnstableStepsError as problem:
        for mesh, solution in on_other_meshes(refined, refined.mesh):
            with suppress(UnstableStepsError):
                _check_size(n_steps, len(solution.operator.exits))
                return mesh, *_within(solution.operator, counts, n_steps, on_share)
        raise problem


def _within(
    operator: Operator, counts: tuple[bool, bool], n_steps: int, on_share: Callable[[float], None] | None
) -> tuple[FloatArray, FloatArray]:
    """Return h within 0, 1, ..., n steps from every state and from the start: sums of positive numbers.

    Raises
    ------
    UnstableStepsError
        Steps cannot be followed on this mesh.
    """
    low, high = counts
    leaving = low * operator.exit_low + high * operator.exit_high
    start_leaving = low * operator.start_exit_low + high * operator.start_exit_high
    stays = 1.0 - (operator.exits + operator.matrix.sum(axis=1))
    values, start = np.zeros((n_steps + 1, len(leaving))), np.zeros(n_steps + 1)
    for n in range(1, n_steps + 1):
        before = values[n - 1]
        values[n] = leaving + stays * before + operator.matrix @ before
        check_bounds(values[n])
        start[n] = start_leaving + float(operator.start @ before)
        if on_share is not None:
            on_share(n / n_steps)
    check_order(start)
    return values, start


def _ever(solution: ExitSolution, counts: tuple[bool, bool]) -> tuple[FloatArray, FloatArray]:
    """Return h of (11) from every state and from the start, by cycles that begin at a reference state.

    (I - P) h = leaving with the reference struck out, whose rows keep the chance to come back there: sums of positive
    numbers, and relatively accurate however rarely that end is the one.
    """
    (low, high), operator, reference = counts, solution.operator, solution.reference
    leaving = low * operator.exit_low + high * operator.exit_high
    returning, cycle = operator.matrix[:, reference], operator.matrix[reference]
    first, returns, leaves = solution.factors.solve(np.column_stack([leaving, returning, operator.exits])).T
    at_reference = (leaving[reference] + cycle @ first) / (operator.exits[reference] + cycle @ leaves)
    values = first + returns * at_reference
    values[reference] = at_reference
    start_leaving = low * operator.start_exit_low + high * operator.start_exit_high
    return values[None, :], np.array([start_leaving + float(operator.start @ values)])
