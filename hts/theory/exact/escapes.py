"""Exact escape rates of all wells as a chain, which gives shares of time at any horizon."""

from dataclasses import dataclass
from math import inf

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.exact.exits import exact_exit
from hts.theory.exact.occupation import ChainError, ExactChain
from hts.theory.exact.steps import ExactExitError, NeverLeftError, Step


@dataclass(frozen=True, eq=False)
class _Escape:
    """What is kept of a well's exit once its matrix is let go."""

    step: Step
    rate: float  # mu of (10), per step
    error: float  # of it, relative
    x: FloatArray  # float64[state]
    leaving: FloatArray  # float64[state], quasi-stationary probabilities over that of a step that leaves
    edges: FloatArray  # float64[panel + 1]
    settling: FloatArray  # float64[panel], part of the walkers landing on a panel that stay for long

    def landings(self, edges: FloatArray) -> FloatArray:
        """Return the chance to land on each of some intervals outside, when leaving (11), float64[edge - 1]."""
        beyond = [
            self.leaving @ (self.step.below(self.x, y) if y <= self.step.low else self.step.above(self.x, y))
            for y in edges
        ]
        landed: FloatArray = np.abs(np.diff(np.array(beyond)))
        return landed


def exact_chain(landscape: Landscape, noise: Noise, eta: float, b: float, *, tolerance: float = 1e-6) -> ExactChain:
    """Compute the escape of every well, docs/model.md (10) and (11), and join them: rate times destination.

    An approximation: the chain forgets where in a well the walk has landed. Walkers that land next to a barrier may
    cross it back at once and count as two moves; their part is in the stated error, and fades slowly with eta: a
    tenth of the moves of the published function at eta = 1e-3, a third and more with a clip that lets walkers just
    across. Shares of time suffer less. `stationary_shares` has a chain without them.

    Parameters
    ----------
    landscape : Landscape
    noise : Noise
    eta : float
        Step size.
    b : float
        Clipping threshold, inf for none.
    tolerance : float
        Wanted relative error of each escape rate.

    Raises
    ------
    ChainError
        A well's escape cannot be computed.
    """
    L, n = landscape.projection, landscape.n_wells
    beyond = np.nextafter(L, inf)  # what would go beyond L lands on it
    ends = [landscape.well_ends(well) for well in range(n)]
    inside = np.array([low < L and high > -L for low, high in ends])
    escapes: dict[int, _Escape] = {}
    said = []
    for well in np.flatnonzero(inside).tolist() if inside.sum() > 1 else []:
        if abs(landscape.minima[well]) > L:
            raise ChainError(f"walkers are held at L in well {well}, whose minimum lies outside [-L, L]: widen L")
        try:
            escapes[well] = _escape(landscape, noise, eta, b, well, tolerance)
        except NeverLeftError as problem:
            said.append(f"well {well} is never left: {problem}")
        except ExactExitError as problem:
            raise ChainError(f"well {well}: {problem}") from None
    rates, error = np.zeros((n, n)), 0.0
    for i, escape in escapes.items():
        bounces = 0.0
        for j in np.flatnonzero(inside).tolist():
            if j == i:
                continue
            low, high = max(ends[j][0], -beyond), min(ends[j][1], beyond)
            rates[i, j] = escape.rate * float(escape.landings(np.array([low, high]))[0])
            if j in escapes:
                landing = escape.landings(escapes[j].edges)
                bounces += float(landing @ np.abs(1.0 - escapes[j].settling))
        error = max(error, escape.error + bounces)
    return ExactChain(rates, np.eye(n), inside, error, tuple(said))


def _escape(landscape: Landscape, noise: Noise, eta: float, b: float, well: int, tolerance: float) -> _Escape:
    """Compute the escape of one well."""
    low, high = landscape.well_ends(well)
    exact = exact_exit(landscape, noise, eta, b, low, high, float(landscape.minima[well]), tolerance=tolerance)
    refined = exact.refined
    mesh, step, mode, exits = refined.mesh, refined.step, refined.solution.escape, refined.solution.operator.exits
    stays = (1.0 - mode.decay) / float(mode.weights @ (1.0 - mode.decay))
    return _Escape(
        step=step,
        rate=mode.rate,
        error=exact.escape_rate_relative_error,
        x=np.concatenate([mesh.x, step.states_at_ends]),
        leaving=mode.weights / float(mode.weights @ exits),
        edges=mesh.edges,
        settling=mesh.interpolate(stays[: mesh.n_nodes], (mesh.edges[1:] + mesh.edges[:-1]) / 2.0),
    )
