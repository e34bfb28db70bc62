"""The one-step law on a mesh as a matrix with exit probabilities (docs/model.md (9))."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hts.arrays import FloatArray, IntArray
from hts.kernels.objects import StoredKernel
from hts.kernels.quadrature import N_POINTS, Rows, Rule, new_scratch
from hts.theory.exact.densities import DensityTable
from hts.theory.exact.meshes import INSET, Mesh, to_free_end
from hts.theory.exact.steps import Step

if TYPE_CHECKING:  # as tools see the kernels
    from hts.kernels.operators import add_atoms, integrate_rows
else:  # as they run, without importing Numba
    integrate_rows = StoredKernel("hts.kernels.operators", "integrate_rows")
    add_atoms = StoredKernel("hts.kernels.operators", "add_atoms")

#: Nodes for one interval of the density's table: exact for degree 13 times the basis of up to 16 nodes.
RULE = Rule(*np.polynomial.legendre.leggauss(N_POINTS))


@dataclass(frozen=True, eq=False)
class Operator:
    """The one-step law between the states of a mesh, the diagonal left out.

    States are the nodes, then the low end and the high end where these hold mass. One minus the diagonal is the exit
    probability plus the rest of the row, never one minus a number near one.
    """

    matrix: FloatArray  # float64[state, state], P with a zero diagonal
    exit_low: FloatArray  # float64[state]
    exit_high: FloatArray  # float64[state]
    start: FloatArray  # float64[state], the row of the start
    start_exit_low: float
    start_exit_high: float

    @property
    def exits(self) -> FloatArray:
        """float64[state], probability to leave in one step."""
        return self.exit_low + self.exit_high

    @property
    def start_exit(self) -> float:
        """Probability to leave in one step from the start."""
        return self.start_exit_low + self.start_exit_high


def build_operator(step: Step, mesh: Mesh, table: DensityTable, start: float) -> Operator:
    """Return the matrix of a step on a mesh with the row of the start.

    Parameters
    ----------
    step : Step
    mesh : Mesh
        From step.low to step.high.
    table : DensityTable
        Of step.noise.
    start : float
        Inside the mesh.
    """
    extra = np.array([*step.states_at_ends, start])
    n, order = mesh.n_nodes, mesh.order
    anchor, offset = np.append(mesh.anchors, extra), np.append(mesh.offsets, np.zeros(len(extra)))
    panel = np.append(np.arange(n) // order, np.full(len(extra), -1))
    node = np.append(np.arange(n) % order, np.zeros(len(extra), dtype=np.int64))
    matrix, low, high = _one_step(step, mesh, table, (anchor, offset, panel, node))
    np.fill_diagonal(matrix[:-1], 0.0)
    return Operator(matrix[:-1], low[:-1], high[:-1], matrix[-1].copy(), float(low[-1]), float(high[-1]))


def free_end_residuals(
    step: Step, mesh: Mesh, table: DensityTable, profile: FloatArray, rate: FloatArray | float
) -> FloatArray:
    """Return by how much a profile misses the exit equations at the end of each panel that has no node, float64[panel].

    At the nodes the equations hold. A bend between the outermost node and the end of a panel is seen by no node, and by
    no coefficient of its polynomial, whatever the order: it is seen here.

    Parameters
    ----------
    step : Step
    mesh : Mesh
    table : DensityTable
        Of step.noise.
    profile : float64[state]
        See `ExitSolution`.
    rate : float or float64[panel]
        The reference rate that belongs to it; of the slowest mode the escape rate, times the mode at these ends.
    """
    none = np.full(len(mesh.half), -1)
    offset = mesh.centre + (1.0 - INSET) * mesh.half
    rows, low, high = _one_step(step, mesh, table, (mesh.anchor, offset, none, np.zeros_like(none)))
    at_end = profile[: mesh.n_nodes].reshape(-1, mesh.order) @ to_free_end(mesh.order)
    return np.asarray((low + high) * (1.0 - at_end) + (rows @ profile - rows.sum(axis=1) * at_end) - rate)


def _one_step(
    step: Step, mesh: Mesh, table: DensityTable, points: tuple[FloatArray, FloatArray, IntArray, IntArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the one-step law from points, float64[point, state], and the probabilities to leave at the two ends.

    Points are given by anchors, offsets and, of nodes, panel and number on it; panel -1 for others.
    """
    anchor, offset, panel, node = points
    x = anchor + offset
    n_states = mesh.n_nodes + len(step.states_at_ends)
    rows = Rows(
        anchor,
        offset,
        step.drift(x),
        panel,
        node,
        np.maximum((step.low - anchor) - offset, -step.b),
        np.minimum((step.high - anchor) - offset, step.b),
    )
    matrix, scratch = np.zeros((len(x), n_states)), new_scratch(mesh.order)
    integrate_rows(rows, mesh.panels, mesh.basis, step.eta, table.arrays, RULE, scratch, matrix)
    for mass, shift in zip(step.clipped(x), (-step.b, step.b), strict=True):
        if np.any(mass):
            add_atoms(anchor + shift, offset, mass, mesh.edges, mesh.panels, mesh.basis, scratch, matrix)
    column = mesh.n_nodes
    for mass, is_exit in zip(step.held(x), (step.is_exit_low, step.is_exit_high), strict=True):
        if not is_exit:
            matrix[:, column] = mass
            column += 1
    return matrix, *step.exits(x)
