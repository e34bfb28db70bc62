"""Moves from near one minimum to near another at finite eta: which neighbourhood a walker enters next."""

from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.exact.boxes import ShareError, whole_step
from hts.theory.exact.factors import factor_cycles
from hts.theory.exact.meshes import Mesh, find_breaks
from hts.theory.exact.operators import build_operator
from hts.theory.exact.refinement import tabulate_steps
from hts.theory.exact.shares import COARSE, MOST_NODES, coarse_mesh
from hts.theory.exact.steps import Step

#: Probabilities that differ by more between two orders of quadrature are not given.
WORTHLESS = 1e-2
#: Lengths of the smallest panels, in steps, the finest first.
LENGTHS = (4.0, *COARSE)


@dataclass(frozen=True, eq=False)
class Encounters:
    """The chain of the neighbourhoods that a long run enters one after another."""

    probabilities: FloatArray  # float64[from, to], of the next one; the diagonal 0
    error: float  # of each probability, from two orders of quadrature


def neighbourhood_moves(landscape: Landscape, noise: Noise, eta: float, b: float, radius: FloatArray) -> Encounters:
    """Compute which minimum a long run comes near next, after it was near another.

    A walker that has entered the neighbourhood of minimum i, |x - m_i| <= radius_i, moves to j where j's is the next
    other neighbourhood that it enters. It enters at random places; their law is that of the stationary run.

    Parameters
    ----------
    landscape : Landscape
        With two wells or more.
    noise : Noise
    eta : float
        Step size.
    b : float
        Clipping threshold, inf for none.
    radius : float64[well]
        No two neighbourhoods overlap.

    Raises
    ------
    ShareError
        There are no such moves, or the mesh is beyond the memory; the message says what to do.
    """
    n_wells = landscape.n_wells
    if n_wells == 2:
        return Encounters(np.array([[0.0, 1.0], [1.0, 0.0]]), 0.0)
    step = whole_step(landscape, noise, eta, b, WORTHLESS)
    ends = np.concatenate([landscape.minima - radius, landscape.minima + radius])
    breaks = find_breaks(step, [*landscape.minima, *landscape.kinks], with_bends=False, jumps_at=ends.tolist())
    meshes = (coarse_mesh(step, breaks, length) for length in LENGTHS)
    mesh = next((mesh for mesh in meshes if mesh.n_nodes <= MOST_NODES), None)
    if mesh is None:
        raise ShareError(f"{n_wells} neighbourhoods need more than {MOST_NODES} nodes: take a larger eta")
    try:
        found, other = (_next_minima(landscape, step, m, radius) for m in (mesh, mesh.with_order(mesh.order - 2)))
    except (ZeroDivisionError, np.linalg.LinAlgError):
        raise ShareError("in floating point some neighbourhoods are never left: take a larger eta") from None
    error = float(np.abs(found - other).max())
    if not error <= WORTHLESS:
        raise ShareError(f"moves between minima are known to {error:.1g} only: take a larger eta")
    return Encounters(found, error)


def _next_minima(landscape: Landscape, step: Step, mesh: Mesh, radius: FloatArray) -> FloatArray:
    """Return the probabilities of the next neighbourhood on one mesh, float64[from, to]."""
    table = tabulate_steps(step, mesh)
    matrix = build_operator(step, mesh, table, float(landscape.minima[0])).matrix
    x = np.concatenate([mesh.x, step.states_at_ends])
    minima = landscape.minima
    is_near = np.abs(x - minima[:, None]) <= radius[:, None]
    states = np.flatnonzero(is_near.any(axis=0))
    place = np.argmax(is_near[:, states], axis=0)  # the minimum that each is near
    enters = np.zeros((len(states), len(states)))  # law of where the next neighbourhood is entered
    for k in range(len(minima)):
        is_target = is_near[np.arange(len(minima)) != k].any(axis=0)
        on_way, targets = np.flatnonzero(~is_target), states[place != k]
        into = matrix[np.ix_(on_way, targets)]
        factors = factor_cycles(matrix[np.ix_(on_way, on_way)], into.sum(axis=1), np.empty(0, np.int64))
        own = np.isin(on_way, states[place == k])
        enters[np.ix_(place == k, place != k)] = factors.solve(into)[own]
    is_in = (place[:, None] == np.arange(len(minima))).astype(np.float64)
    law = _stationary(enters)
    flow = is_in.T @ (law[:, None] * enters) @ is_in
    return np.asarray(flow / flow.sum(axis=1, keepdims=True))


def _stationary(enters: FloatArray) -> FloatArray:
    """Return the law of entrances that one more move leaves as it is."""
    n = len(enters)
    balance = enters.T - np.eye(n)
    balance[-1] = 1.0
    return np.linalg.solve(balance, np.append(np.zeros(n - 1), 1.0))
