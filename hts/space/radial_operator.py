"""Exact exits from a ball around the minimum of a radial quadratic well: |X| is a Markov chain.

Of X' = X + phi_b(-a X + eta scale |W| U), a = eta c, only the radius counts. A step shorter than b leads from
(1 - a)|X| by eta scale |W| in the direction U; a longer one goes by b in the direction of -a X + eta scale |W| U. The
law of |X'| is a matrix on a mesh of radii, and docs/model.md (9)-(12) are solved with it as in one dimension.
"""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.space.limits import MAX_JUMPS
from hts.space.radii import RadialWell, radial_operator
from hts.theory.exact.meshes import Mesh, graded_mesh, to_legendre
from hts.theory.exact.refinement import PESSIMISM, STRICTER, cut_into
from hts.theory.exact.solutions import ExitSolution, solve_exit
from hts.theory.exact.steps import ExactExitError
from hts.theory.exact.survival import exit_by
from hts.theory.limit.geometry import jump_number

LARGEST_DIMENSION = 64
#: Nodes on a panel, and in each range of radii and of angles: of the first solution, and of those that follow.
COARSE, FINE = (8, 8), (10, 12)
#: How panels grow from the break points.
RATIO = 4.0
#: By dimension, how much smaller panels are where a solution begins like a half-integer power.
SHARPER = {2: 1e-5, 4: 1e-2}
MAX_NODES = 3000
MAX_ROUNDS = 6


@dataclass(frozen=True, eq=False)
class RadialExit:
    """The exact exit of one cell; errors are estimated, relative, from a coarser mesh."""

    well: RadialWell
    mean_exit_steps: float
    mean_error: float
    escape_rate: float  # per step, docs/model.md (10)
    escape_error: float
    n_nodes: int
    solution: ExitSolution
    coarser: ExitSolution

    def exit_within(self, n_steps: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return P(exit within n) for an array of n >= 0, and its relative error, estimated.

        Raises
        ------
        ExactExitError
            Steps cannot be followed on this mesh.
        """
        fine, coarse = (exit_by(one.operator, one.escape, n_steps)[0] for one in (self.solution, self.coarser))
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.where(fine > 0.0, np.abs(coarse / fine - 1.0), 0.0)
        return fine, np.asarray(error)


def radial_exit(well: RadialWell, tolerance: float = 1e-6) -> RadialExit:
    """Solve docs/model.md (9), (10) for a ball around the minimum of a radial well.

    Parameters
    ----------
    well : RadialWell
    tolerance : float
        Wanted relative error of the mean. Panels are cut until two meshes agree so far, at most six times and to 3000
        nodes; the error is said whether it is met or not.

    Raises
    ------
    ExactExitError
        A number is out of range, or no walker leaves in floating point.
    """
    _check(well)
    mesh = first_mesh(well, COARSE[0])
    coarse = _solve(well, mesh, COARSE[1])
    mesh = mesh.with_order(FINE[0])
    n_points = FINE[1] + int(sqrt(well.dimension))
    fine = _solve(well, mesh, n_points)
    for k in range(MAX_ROUNDS):
        indicated = _indicators(well, mesh, fine)
        error = _change(coarse, fine) + float(indicated.sum()) / PESSIMISM
        pieces = cut_into(indicated, tolerance * STRICTER**k)
        if error <= tolerance or pieces.sum() * mesh.order > MAX_NODES:
            break
        if pieces.sum() == len(pieces):  # the first two differ by what the coarse one misses
            pieces[np.argmax(indicated)] = 2
        mesh, coarse = mesh.split(pieces), fine
        fine = _solve(well, mesh, n_points)
        error = _change(coarse, fine) + float(_indicators(well, mesh, fine).sum()) / PESSIMISM
    rate = fine.escape.rate
    rate_error = abs(coarse.escape.rate / rate - 1.0)
    n_nodes = len(fine.operator.exits)
    return RadialExit(well, fine.mean_exit_steps, error, rate, rate_error, n_nodes, fine, coarse)


def _change(before: ExitSolution, after: ExitSolution) -> float:
    """Return the relative change of the mean."""
    return abs(before.mean_exit_steps / after.mean_exit_steps - 1.0)


def _indicators(well: RadialWell, mesh: Mesh, solution: ExitSolution) -> FloatArray:
    """Return how much each panel (float64[panel]) may add to the relative error of the mean.

    The last Legendre coefficients say how well a panel's polynomial meets the mean from its radii; a walker on the
    panel meets the error as far as one step takes it from node to node.
    """
    values = solution.profile.reshape(-1, mesh.order) @ to_legendre(mesh.order).T
    missed = np.abs(values[:, -2:]).max(axis=1)
    moves = np.minimum(1.0, 4.0 * (well.a * mesh.x.reshape(-1, mesh.order).max(axis=1) + well.unit) / np.abs(mesh.half))
    visits = np.abs(solution.occupation).reshape(-1, mesh.order).sum(axis=1) / solution.mean_exit_steps
    return np.asarray(missed * moves * visits / solution.reference_rate)


def _check(well: RadialWell) -> None:
    """Refuse what this operator is not made for."""
    noise = well.noise
    if not 2 <= well.dimension <= LARGEST_DIMENSION:
        remedy = "in one dimension hts.theory.exact solves it" if well.dimension == 1 else "give 2 to 64"
        raise ExactExitError(f"dimension = {well.dimension}: {remedy}")
    if noise.normal_scale > 0.0 or noise.p_plus != 0.5 or noise.body is not None:
        raise ExactExitError("isotropic noise is scale |W| U: leave out normal_scale, p_plus and a file")
    if not 0.0 < well.a < 0.5:
        raise ExactExitError(f"eta times curvature is {well.a:g}: it must lie between 0 and 1/2")
    if not (0.0 <= well.start < well.radius < inf):
        raise ExactExitError(f"the start {well.start:g} does not lie inside the ball of radius {well.radius:g}")
    if not well.b > 2.0 * well.a * well.radius:
        remedy = f"take b > {2.0 * well.a * well.radius:g}, or a smaller eta"
        raise ExactExitError(f"b = {well.b:g} is at most twice the longest step of the gradient: {remedy}")
    if (n := jump_number(well.radius, well.b)) > MAX_JUMPS:
        raise ExactExitError(f"leaving takes {n} clipped jumps, more than {MAX_JUMPS}: choose a larger b")


def first_mesh(well: RadialWell, order: int) -> Mesh:
    """Return a mesh graded at the end of the ball and wherever clipped steps from there touch a sphere."""
    r, b = well.radius, well.b
    n_cascade = 0 if b == inf else jump_number(r, b) + 1
    kinks = {abs(sign * r + j * b) for j in range(-n_cascade, n_cascade + 1) for sign in (-1.0, 1.0)}
    if well.noise.gap is not None:
        kinks.add((r - well.unit) / (1.0 - well.a))
    slack = 1e-3 * well.unit
    inner = sorted(x for x in kinks if slack < x < r - slack)
    inner = [x for x, before in zip(inner, [-inf, *inner], strict=False) if x - before > slack]
    breaks = np.array([0.0, *inner, r])
    smallest = np.full(len(breaks), well.eta * well.magnitude.width * well.noise.scale)
    if b < inf:  # the chance that one clipped step leaves begins there like the power (d - 1)/2 of the distance
        smallest[np.abs(breaks - (r - b)) <= slack] *= SHARPER.get(well.dimension, 1.0)
    smallest[0] = r  # a smooth function of x is smooth at the minimum
    return graded_mesh(breaks, smallest, RATIO, order)


def _solve(well: RadialWell, mesh: Mesh, n_points: int) -> ExitSolution:
    """Return the solution on a mesh, cycles beginning where the walk is most often."""
    operator = radial_operator(well, mesh, n_points)
    try:
        first = solve_exit(operator, int(np.argmin(np.abs(mesh.x - well.unit))))
        busiest = int(np.argmax(first.occupation))
        return solve_exit(operator, busiest)
    except ZeroDivisionError:
        raise ExactExitError("the probability to leave vanishes in floating point: take a larger eta") from None
