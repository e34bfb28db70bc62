"""Refinement of a mesh until two solutions agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from hts.arrays import FloatArray, IntArray
from hts.theory.exact.densities import DensityTable, tabulate_density
from hts.theory.exact.meshes import Mesh, find_breaks, graded_mesh, to_legendre
from hts.theory.exact.operators import build_operator, free_end_residuals
from hts.theory.exact.solutions import ExitSolution, solve_exit
from hts.theory.exact.steps import BeyondArithmeticError, Step

#: Nodes on a panel, and how the panels grow; found by trial to be the cheapest pair for 1e-6.
ORDER = 12
RATIO = 4.0
#: The sum of the indicators is at least so much larger than the true error, in nearly all of eighty random cells.
PESSIMISM = 8.0
#: Panels are cut until the indicators of the others add up to this multiple of the tolerance.
TRUST = 2.0
#: Each round asks for so much of the last one's, or a mesh that seems good but is not would never change.
STRICTER = 0.3
#: Cutting a panel in two makes its indicator smaller by at least this factor, as a rule.
GAIN = 300.0
MAX_ROUNDS = 6
#: Where the budget ends a refinement, its last mesh is larger than the one before by this factor or not made.
LEAST_GROWTH = 1.05
#: Lengths of the smallest panels of lighter meshes, and the error of the mean that they may have.
LIGHTER = (100.0, 10.0, 1.0)
LIGHT_ERROR = 1e-4
#: The table reaches a little farther than any step inside the domain, for the neighbouring etas of a derivative.
TABLE_MARGIN = 1.1
#: Most nodes of a mesh: four matrices of that size, two solutions with their factors, take 0.7 GB.
MAX_NODES = 4600
#: Work of a refinement, nodes^3 summed over its matrices: ten or fifteen seconds. A count and no clock, so that the
#: same mesh is found on every machine.
BUDGET = 2.5e11


@dataclass(frozen=True, eq=False)
class Refined:
    """A solution on a mesh fine enough."""

    step: Step
    start: float
    points: Sequence[float]  # break points that were asked for
    breaks: FloatArray  # all of them
    mesh: Mesh
    table: DensityTable
    solution: ExitSolution
    relative_error: float  # of the mean
    work: float  # nodes^3 of all matrices that were solved on the way


def indicators(step: Step, mesh: Mesh, table: DensityTable, solution: ExitSolution) -> FloatArray:
    """Return how much each panel (float64[panel]) may add to the relative error of the mean."""
    residuals = free_end_residuals(step, mesh, table, solution.profile, solution.reference_rate)
    return weighed(step, mesh, solution, solution.profile, residuals)


def weighed(step: Step, mesh: Mesh, solution: ExitSolution, profile: FloatArray, residuals: FloatArray) -> FloatArray:
    """Return what each panel (float64[panel]) may add where a profile is missed so, relative to the mean.

    Parameters
    ----------
    step : Step
    mesh : Mesh
    solution : ExitSolution
        On that mesh; it says how often the walk is on a panel.
    profile : float64[state]
        Of the solution, or how it changes with log eta.
    residuals : float64[panel]
        What it misses at the free ends; beyond the last node lies a small part of a panel.
    """
    visits = np.abs(solution.occupation[: mesh.n_nodes]).reshape(-1, mesh.order).sum(axis=1) / solution.mean_exit_steps
    beyond = (1.0 - mesh.basis.nodes[-1]) / 2.0
    missed = unresolved(step, mesh, profile) + beyond * np.abs(residuals)
    return np.asarray(missed * visits / solution.reference_rate)


def unresolved(step: Step, mesh: Mesh, profile: FloatArray) -> FloatArray:
    """Return by how much a profile (float64[state]) is missed on each panel, float64[panel].

    The last Legendre coefficients say how well the panel's polynomial meets the profile. At the nodes the error is
    zero; a walker on the panel meets it as far as one step takes it from node to node.
    """
    values = profile[: mesh.n_nodes].reshape(-1, mesh.order) @ to_legendre(mesh.order).T
    missed = np.abs(values[:, -2:]).max(axis=1)
    drift = np.abs(step.drift(mesh.x)).reshape(-1, mesh.order).max(axis=1)
    moves = np.minimum(1.0, 4.0 * (drift + step.eta * step.width) / np.abs(mesh.half))
    return np.asarray(missed * moves)


def refine(
    step: Step,
    start: float,
    centre: float,
    points: Sequence[float],
    tolerance: float,
    budget: float = BUDGET,
    *,
    is_mean_alone: bool = False,
) -> tuple[Refined, Refined]:
    """Solve the exit from `start` on finer and finer meshes until the mean is known to `tolerance`.

    Refinement ends early, its error as large as it is, with the last mesh that has at most 4600 nodes and is within the
    budget. The first mesh and a coarser one to hold against it are solved whatever they cost.

    Parameters
    ----------
    step : Step
    start : float
    centre : float
        Where the walk spends its time, as far as is known before.
    points : sequence of float
        Break points beside those that `find_breaks` finds.
    tolerance : float
        Of the mean, relative.
    budget : float
        Of work, as `Refined.work` counts it.
    is_mean_alone : bool
        Let the matrices of coarser meshes go at once: half of the memory, and the same mean.

    Returns
    -------
    tuple of two Refined
        The solution and the one on a coarser mesh, to be compared with it and let go: each holds two matrices.

    Raises
    ------
    BeyondArithmeticError
        Even the first mesh is beyond the memory.
    """
    breaks, mesh = first_mesh(step, [start, *points])
    mesh = downhill(step, mesh)
    if mesh.n_nodes > MAX_NODES:
        raise BeyondArithmeticError(
            f"the domain is {mesh.n_nodes} nodes wide, more than {MAX_NODES}: take a larger eta, or a larger scale"
        )
    table = tabulate_steps(step, mesh)
    solution, spent = _solve_on(step, mesh, table, start, centre), work_on(mesh)
    indicated = indicators(step, mesh, table, solution)
    coarser, other = mesh, solution
    for k in range(MAX_ROUNDS):
        centre = busiest_node(mesh, solution)
        pieces = cut_into(indicated, tolerance * STRICTER**k)
        pieces, is_finest = within_budget(pieces, indicated, mesh.order, budget - spent)
        finer = downhill(step, mesh.split(pieces))
        if finer.n_nodes == mesh.n_nodes:
            if coarser.order == mesh.order:  # not yet held against fewer nodes on the same panels
                coarser = mesh.with_order(mesh.order - 2)
                other, spent = _solve_on(step, coarser, table, start, centre), spent + work_on(coarser)
        else:
            if is_mean_alone:
                solution = solution.without_matrices()
            coarser, other = mesh, solution
            mesh, solution, spent = finer, _solve_on(step, finer, table, start, centre), spent + work_on(finer)
            indicated = indicators(step, mesh, table, solution)
        error = error_of_mean(indicated, solution, other)
        if error <= tolerance or is_finest:
            break
    before = Refined(step, start, points, breaks, coarser, table, other, error, spent)
    return Refined(step, start, points, breaks, mesh, table, solution, error, spent), before


def first_mesh(step: Step, points: Sequence[float]) -> tuple[FloatArray, Mesh]:
    """Return the break points, float64[break], and the mesh that a refinement begins with, all panels facing left."""
    breaks = find_breaks(step, points)
    return breaks, graded_mesh(breaks, np.full(len(breaks), step.eta * step.width), RATIO, ORDER)


def work_on(mesh: Mesh) -> float:
    """Return the work that a solution on a mesh takes, in nodes^3."""
    return float(mesh.n_nodes) ** 3


def error_of_mean(indicated: FloatArray, solution: ExitSolution, other: ExitSolution) -> float:
    """Return the relative error of the mean, estimated with a solution on another mesh; inf for what is no mean."""
    if not (solution.mean_exit_steps > 0.0 and solution.reference_rate > 0.0):
        return inf
    change = abs(other.mean_exit_steps / solution.mean_exit_steps - 1.0)
    return float(indicated.sum()) / PESSIMISM + change


def tabulate_steps(step: Step, mesh: Mesh) -> DensityTable:
    """Return the density of Z as far as any step inside the domain asks for it."""
    # a walker that stays inside has to make good what the drift does, be that far over the ends
    farthest = min(step.b, step.high - step.low) + float(np.abs(step.drift(mesh.x)).max())
    reach = TABLE_MARGIN * farthest / step.eta
    return tabulate_density(step.noise, -reach, reach)


def lighten(refined: Refined) -> tuple[Mesh, ExitSolution, float]:
    """Return a small mesh with its solution, good enough for many steps one by one, and the error of its mean.

    Where the full mesh is the smallest that will do, it is returned.
    """
    step = refined.step
    breaks = find_breaks(step, [refined.start, *refined.points], with_bends=False)
    centre = busiest_node(refined.mesh, refined.solution)
    for growth in LIGHTER:
        smallest = np.full(len(breaks), growth * step.eta * step.width)
        mesh = downhill(step, graded_mesh(breaks, smallest, RATIO, ORDER))
        if mesh.n_nodes >= refined.mesh.n_nodes:
            continue
        solution = _solve_on(step, mesh, refined.table, refined.start, centre)
        error = abs(solution.mean_exit_steps / refined.solution.mean_exit_steps - 1.0)
        if error <= LIGHT_ERROR:
            return mesh, solution, error + refined.relative_error
    return refined.mesh, refined.solution, refined.relative_error


def solve_again(refined: Refined, mesh: Mesh) -> ExitSolution:
    """Return the solution of the same exit on another mesh."""
    centre = busiest_node(refined.mesh, refined.solution)
    return _solve_on(refined.step, mesh, refined.table, refined.start, centre)


def on_other_meshes(refined: Refined, mesh: Mesh) -> Iterator[tuple[Mesh, ExitSolution]]:
    """Yield other meshes with their solutions, for where steps cannot be followed on this one: cheap ones first."""
    others = mesh.with_order(mesh.order - 2), mesh.facing(mesh.half < 0.0), _halved(refined.step, mesh)
    for other in others:
        if other.n_nodes <= MAX_NODES:
            yield other, solve_again(refined, other)


def _halved(step: Step, mesh: Mesh) -> Mesh:
    """Return the mesh with every panel cut in two."""
    return downhill(step, mesh.split(np.full(len(mesh.half), 2)))


def busiest_node(mesh: Mesh, solution: ExitSolution) -> float:
    """Return the node at which the walk spends most of its time."""
    return float(mesh.x[np.argmax(solution.occupation[: mesh.n_nodes])])


def downhill(step: Step, mesh: Mesh) -> Mesh:
    """Return the mesh with every panel's outermost node at the end towards which most steps lead.

    The mean step is the drift; under skewed noise, whose mean lies far from its median, most steps go the other way.
    """
    typical = step.noise.quantile(0.5) if step.noise.p_plus != 0.5 else 0.0
    return mesh.facing(step.drift(mesh.anchor + mesh.centre) >= step.eta * typical)


def _solve_on(step: Step, mesh: Mesh, table: DensityTable, start: float, reference: float) -> ExitSolution:
    """Return the solution on a mesh, cycles beginning at the node nearest to `reference`."""
    nearest = int(np.argmin(np.abs(mesh.x - reference)))
    return solve_exit(build_operator(step, mesh, table, start), nearest)


def cut_into(indicated: FloatArray, tolerance: float) -> IntArray:
    """Return into how many pieces (int[panel]) each panel should be cut for the indicators to add up to `tolerance`."""
    order = np.argsort(indicated)
    is_poor = np.cumsum(indicated[order]) > TRUST * tolerance
    pieces = np.ones(len(indicated), dtype=np.int64)
    pieces[order[is_poor]] = 2
    pieces[indicated > GAIN * TRUST * tolerance] = 4
    return pieces


def within_budget(pieces: IntArray, indicated: FloatArray, order: int, budget: float) -> tuple[IntArray, bool]:
    """Return pieces (int[panel]) of the worst panels alone where all of them are too many, and whether they are.

    Parameters
    ----------
    pieces : int[panel]
        As many as are wanted.
    indicated : float64[panel]
    order : int
        Nodes on each panel.
    budget : float
        Of work; where a mesh a little larger is beyond it no panel is cut.
    """
    most = int(min(MAX_NODES, max(budget, 0.0) ** (1.0 / 3.0))) // order
    if pieces.sum() <= most:
        return pieces, False
    if most < LEAST_GROWTH * len(pieces):
        return np.ones_like(pieces), True
    worst = np.argsort(-indicated)
    is_left = np.cumsum(pieces[worst] - 1) > most - len(pieces)
    fewer = pieces.copy()
    fewer[worst[is_left]] = 1
    return fewer, True
