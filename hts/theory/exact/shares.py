"""Stationary share of time in each well at finite eta, for the whole process (1)."""

from dataclasses import dataclass, replace
from math import ceil, inf

import numpy as np

from hts.arrays import FloatArray, IntArray
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.exact.boxes import ShareError, time_beyond, whole_step, widened
from hts.theory.exact.cycles import Cycles, NoStationaryLawError, SlowModes, solve_cycles
from hts.theory.exact.densities import DensityTable
from hts.theory.exact.meshes import Mesh, find_breaks, graded_mesh
from hts.theory.exact.occupation import ExactChain
from hts.theory.exact.operators import build_operator
from hts.theory.exact.refinement import (
    BUDGET,
    MAX_ROUNDS,
    ORDER,
    PESSIMISM,
    RATIO,
    STRICTER,
    cut_into,
    downhill,
    tabulate_steps,
    unresolved,
    within_budget,
    work_on,
)
from hts.theory.exact.steps import Step
from hts.words import apart

#: Smaller shares are known to it times the relative error, no better.
LEAST_SHARE = 1e-12
#: Shares that differ by more between two meshes are not given at all.
WORTHLESS = 1e-2
#: Lengths of the smallest panels of the first mesh, in steps: what needs smaller ones the indicators find. The
#: later ones for many wells.
COARSE = (16.0, 64.0, 256.0)
#: Nodes of a first mesh; refinement adds some.
MOST_NODES = 4000
NOT_SETTLING = "walkers leave the wells as fast as they settle in them: there is no chain of wells at this eta"
#: Where eta f'' is larger, the drift does not lead walkers away from a clip's landings.
STEEP = 1.0
#: An interval that leaves out too much is doubled, so often at most.
MAX_WIDENINGS = 6


@dataclass(frozen=True, eq=False)
class StationaryShares:
    """The stationary law of the whole process of one cell, well by well."""

    shares: FloatArray  # float64[well], of time; sum 1
    relative_error: float  # of the worst share above 1e-12, estimated from two meshes and what the interval leaves out
    chain: ExactChain | None  # of the slow modes: how the shares come about; None where walkers do not settle in wells
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Walk:
    """The whole process as a matrix sees it."""

    step: Step
    minima: FloatArray  # float64[well], of the wells inside
    barriers: FloatArray  # float64[well - 1], between them
    table: DensityTable

    def states(self, mesh: Mesh) -> FloatArray:
        """Return the places of all states, float64[state]."""
        return np.concatenate([mesh.x, self.step.states_at_ends])

    def solve(self, mesh: Mesh, near: FloatArray) -> Cycles:
        """Return the stationary law on a mesh, cycles beginning at the states nearest to `near`, float64[well]."""
        x = self.states(mesh)
        well = np.searchsorted(self.barriers, x, side="right")
        references = [int(np.argmin(np.where(well == k, np.abs(x - place), inf))) for k, place in enumerate(near)]
        start = float(self.minima[0])  # the row of a start is not needed
        operator = build_operator(self.step, mesh, self.table, np.clip(start, self.step.low, self.step.high))
        return solve_cycles(operator, well, references)

    def busiest(self, mesh: Mesh, cycles: Cycles) -> FloatArray:
        """Return the place of the most visited state of each well, float64[well]."""
        x = self.states(mesh)
        well = np.searchsorted(self.barriers, x, side="right")
        return np.array([x[np.argmax(np.where(well == k, cycles.visits, -inf))] for k in range(len(self.minima))])

    def indicators(self, mesh: Mesh, cycles: Cycles) -> FloatArray:
        """Return how much each panel (float64[panel]) may add to the relative error of the worst share."""
        visits = np.abs(cycles.visits[: mesh.n_nodes]).reshape(-1, mesh.order).sum(axis=1)
        shares = np.maximum(cycles.shares, LEAST_SHARE)
        each = [unresolved(self.step, mesh, h) / share for h, share in zip(cycles.profiles, shares, strict=True)]
        return np.asarray(np.max(each, axis=0) * visits)


def stationary_shares(
    landscape: Landscape, noise: Noise, eta: float, b: float, *, tolerance: float = 1e-6
) -> StationaryShares:
    """Compute the stationary share of time in each well at finite eta.

    The process is that of docs/model.md (1) on [-L, L], or without projection on an interval so wide that what it
    leaves out is part of the stated error. Where eta f'' > 2 at a minimum the walk does not settle there, and where
    the transition graph is reducible it takes very long from one class to the other; the shares exist all the same.

    Parameters
    ----------
    landscape : Landscape
    noise : Noise
    eta : float
        Step size.
    b : float
        Clipping threshold, inf for none.
    tolerance : float
        Wanted relative error of each share.

    Raises
    ------
    ShareError
        There is no stationary law, or it is beyond the arithmetic; the message says what to do.
    """
    step = whole_step(landscape, noise, eta, b, tolerance)
    ends = np.concatenate([[-inf], landscape.barriers, [inf]])
    wells = np.flatnonzero((ends[:-1] < step.high) & (ends[1:] > step.low))
    if len(wells) == 1:
        return _spread_out(landscape, wells, np.ones(1), SlowModes(np.zeros((1, 1)), np.eye(1), 0.0), 0.0, ())
    try:
        found, error = _settle(landscape, step, wells, tolerance)
    except NoStationaryLawError as problem:
        raise ShareError(f"{problem}: take another eta than {eta:g}, larger ones for rare ways") from None
    if not error <= WORTHLESS:
        known = f"the shares are known to {error:.1%} only" if error < 1.0 else "no digit of the shares is known"
        raise ShareError(f"{known}: eta = {eta:g} is too small or too large, or the tails too heavy")
    said = _warnings(landscape, eta, wells, error, tolerance)
    return _spread_out(landscape, wells, found.shares, found.slow, error, said)


def _spread_out(
    landscape: Landscape,
    wells: IntArray,
    found: FloatArray,
    slow: SlowModes | None,
    error: float,
    said: tuple[str, ...],
) -> StationaryShares:
    """Put the shares of the wells inside, and the rates between them, among all wells."""
    n = landscape.n_wells
    shares, rates, whereabouts, inside = np.zeros(n), np.zeros((n, n)), np.eye(n), np.zeros(n, dtype=np.bool_)
    shares[wells], inside[wells] = found, True
    if slow is None:
        return StationaryShares(shares, error, None, (*said, NOT_SETTLING))
    rates[np.ix_(wells, wells)], whereabouts[np.ix_(wells, wells)] = slow.rates, slow.whereabouts
    return StationaryShares(shares, error, ExactChain(rates, whereabouts, inside, error + slow.change, said), said)


def _settle(landscape: Landscape, step: Step, wells: IntArray, tolerance: float) -> tuple[Cycles, float]:
    """Return the stationary law on an interval that is wide enough, with its error."""
    for _ in range(MAX_WIDENINGS):
        walk, mesh = _walk(landscape, step, wells)
        cycles = walk.solve(mesh, walk.minima)
        beyond = time_beyond(landscape, step, cycles.visits[-2:])
        left_out = float(np.max(beyond / np.maximum(cycles.shares[[0, -1]], LEAST_SHARE)))
        if not left_out > tolerance / 2.0:
            break
        step = widened(step)
    cycles, error = _refine(walk, mesh, cycles, tolerance)
    return cycles, error + left_out


def _walk(landscape: Landscape, step: Step, wells: IntArray) -> tuple[_Walk, Mesh]:
    """Return the process with its break points and its density, and a mesh that a matrix can hold.

    Raises
    ------
    ShareError
        There is no such mesh.
    """
    barriers = landscape.barriers[wells[0] : wells[-1]]
    points = [*landscape.minima, *landscape.kinks]
    lighter = [(n, COARSE[0]) for n in range(step.n_cascade, 0, -1)] + [(0, coarse) for coarse in COARSE]
    n_across = (step.high - step.low) / step.b  # each has a panel: more than there are nodes need not be tried
    if step.eta * float(landscape.curvatures[wells].max()) > STEEP and step.b < inf and n_across <= MOST_NODES:
        lighter.insert(0, (ceil(n_across), COARSE[0]))
    for n_cascade, coarse in lighter:
        step = replace(step, n_cascade=n_cascade)
        breaks = find_breaks(step, points, with_bends=False, jumps_at=barriers.tolist())
        mesh = coarse_mesh(step, breaks, coarse)
        if mesh.n_nodes <= MOST_NODES:
            return _Walk(step, landscape.minima[wells], barriers, tabulate_steps(step, mesh)), mesh
    raise ShareError(
        f"{len(wells)} wells need {mesh.n_nodes} nodes, more than the {MOST_NODES} to begin with: "
        "take fewer wells, or a larger eta"
    )


def coarse_mesh(step: Step, breaks: FloatArray, coarse: float) -> Mesh:
    """Return a mesh to begin with, its smallest panels `coarse` steps long."""
    smallest = np.full(len(breaks), coarse * step.eta * step.width)
    if step.projection == inf:  # far out nothing happens on the scale of a step
        smallest[[0, -1]] = np.diff(breaks)[[0, -1]]
    return downhill(step, graded_mesh(breaks, smallest, RATIO, ORDER))


def _refine(walk: _Walk, mesh: Mesh, cycles: Cycles, tolerance: float) -> tuple[Cycles, float]:
    """Cut panels until the shares of two meshes agree to the tolerance."""
    error, budget = inf, BUDGET
    for k in range(MAX_ROUNDS):
        near = walk.busiest(mesh, cycles)
        indicated = walk.indicators(mesh, cycles)
        pieces = cut_into(indicated, tolerance * STRICTER**k)
        pieces, is_finest = within_budget(pieces, indicated, mesh.order, budget)
        finer = downhill(walk.step, mesh.split(pieces))
        if is_finest and finer.n_nodes == mesh.n_nodes and k > 0:
            break
        if finer.n_nodes == mesh.n_nodes:
            other = walk.solve(mesh.with_order(mesh.order - 2), near).shares
        else:
            mesh, other = finer, cycles.shares
            cycles = walk.solve(mesh, near)
        budget -= work_on(mesh)
        change = np.max(np.abs(other - cycles.shares) / np.maximum(cycles.shares, LEAST_SHARE))
        error = float(walk.indicators(mesh, cycles).sum()) / PESSIMISM + float(change)
        if error <= tolerance or is_finest:
            break
    return cycles, error


def _warnings(landscape: Landscape, eta: float, wells: IntArray, error: float, tolerance: float) -> tuple[str, ...]:
    """Say what a reader of the shares should know."""
    said = []
    if error > tolerance:
        reached, asked = apart(error, tolerance)
        said.append(f"the shares are known to {reached}, not to the {asked} asked for")
    steep = [int(k) for k in wells if eta * landscape.curvatures[k] > 2.0]
    if steep:
        least = 2.0 / max(float(landscape.curvatures[k]) for k in steep)
        said.append(
            f"no walker settles in wells {steep}: eta f'' > 2 there; they are wells again below eta = {least:.3g}"
        )
    return tuple(said)
