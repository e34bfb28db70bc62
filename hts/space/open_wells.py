"""Jump numbers of wells of any formula in domains of any kind, in any dimension.

A straight line to the nearest end of the domain, D away from the minimum, takes ceil(D/b) jumps: l* is at most that.
It is no less where no distance from the minimum grows along the flow, (x - m) . grad f(x) >= 0, within the l* - 1
jumps that come before the last; that is looked at in many places and sought to be broken by optimisation. Where it is
broken the flow may carry walkers outwards, and shorter paths, of jumps and times of flow, are looked for by
differential evolution: then l* is what the search has found.
"""

from dataclasses import dataclass
from functools import cached_property
from math import inf, isinf

import numpy as np
import scipy

from hts.arrays import FloatArray
from hts.kernels.space_motions import Region
from hts.space.domain_ends import DomainEnd, depth, nearest_end, ray_crossings
from hts.space.domains import contains
from hts.space.flows import Gradient, project, step_downhill
from hts.theory.limit.geometry import is_integer_ratio, jump_number
from hts.words import plural

#: More jumps would take long, and mean exit times beyond any simulation.
MAX_JUMPS = 12
#: Places at which the flow is looked at, and the worst of them from which a worse one is looked for.
N_LOOKS, N_WORST = 20_000, 4
#: The flow leads outwards where (x - m) . grad f(x) is below this part of its largest value.
OUTWARDS = -1e-9
#: A ball about the minimum is taken to be free of such places up to this part of the nearest that was found.
SAFE = 0.9
#: Of the search for shorter paths: members for each parameter, generations, steps of the flow between two jumps, and
#: its longest path, in distances D.
MEMBERS, GENERATIONS, N_STEPS, LONGEST = 10, 100, 16, 3.0
#: Step of the flow from a start to the minimum, and its longest path, in distances D.
HOME_STEP, LONGEST_HOME = 0.01, 100.0


@dataclass(frozen=True)
class FewestJumps:
    """The jump number of a well, and how well it is known."""

    value: int  # l*
    is_certain: bool  # closed forms alone; otherwise searches have found nothing against it
    flow_helps: bool  # whether the flow leads away from the minimum in places that jumps before the last can reach
    reason: str  # what it rests on


@dataclass(frozen=True, eq=False)
class OpenWell:
    """A minimum and a domain around it."""

    gradient: Gradient  # float64[point, d] -> float64[point, d]
    minimum: FloatArray  # float64[d]
    region: Region
    projection: float  # L
    is_quadratic: bool  # then no distance from the minimum grows along the flow

    @cached_property
    def end(self) -> DomainEnd:
        """The nearest end of the domain.

        Raises
        ------
        ValueError
            There is none.
        """
        return nearest_end(self.region, self.minimum, self.projection)

    @cached_property
    def flow_stays(self) -> bool:
        """Whether the flow leads inwards wherever rays from the minimum leave the domain."""
        ends = self.end.crossings
        ends = ends if len(ends) else ray_crossings(self.region, self.minimum, self.projection)
        step = np.full((len(ends), 1), 1e-6 * self.end.distance)
        inside = ends + (self.minimum - ends) * 1e-7
        after = step_downhill(self.gradient, inside, step, self.projection)
        return bool(np.all(depth(self.region, after) > 0.0))

    def leads_home(self, start: FloatArray) -> bool:
        """Tell whether the flow from a start comes to the minimum, and never leaves the domain on its way."""
        x = start[None]
        length = np.full((1, 1), HOME_STEP * self.end.distance)
        for _ in range(int(LONGEST_HOME / HOME_STEP)):
            if not contains(self.region, x)[0]:
                return False
            if float(np.linalg.norm(x - self.minimum)) <= 2.0 * float(length[0, 0]):
                return True
            x = step_downhill(self.gradient, x, length, self.projection)
        return False

    def flow_leads_inwards(self, reach: float) -> bool:
        """Tell whether no distance from the minimum grows along the flow within a ball about it.

        Raises
        ------
        ValueError
            There is no gradient somewhere in it.
        """
        return self.inward_radius(reach) == reach

    def inward_radius(self, reach: float) -> float:
        """Return the radius of a ball, at most `reach`, in which no place was found where the flow leads outwards."""
        if self.is_quadratic or reach == 0.0:
            return reach
        rng, m = np.random.default_rng(1), self.minimum
        normal = rng.standard_normal((N_LOOKS, len(m)))
        away = normal / np.linalg.norm(normal, axis=1, keepdims=True) * reach * rng.random((N_LOOKS, 1))
        points = project(m + away, self.projection)

        def pull(x: FloatArray) -> FloatArray:
            out = x - m
            return np.asarray((out * self.gradient(x)).sum(axis=1) / np.maximum((out**2).sum(axis=1), 1e-300))

        values = pull(points)
        if not np.all(np.isfinite(values)):
            place = ", ".join(f"{x:.3g}" for x in points[int(np.argmin(np.isfinite(values)))])
            raise ValueError(f"there is no gradient at ({place}), which jumps can reach")
        ball = {"type": "ineq", "fun": lambda x: reach**2 - float(((x - m) ** 2).sum())}
        with np.errstate(all="ignore"):
            worst = [
                scipy.optimize.minimize(lambda x: float(pull(x[None])[0]), start, method="SLSQP", constraints=[ball]).x
                for start in points[np.argsort(values)[:N_WORST]]
            ]
            points = np.vstack([points, *worst])
            radii = np.linalg.norm(points - m, axis=1)
            is_outward = (pull(points) < OUTWARDS * np.abs(values).max()) & (radii <= reach * (1.0 + 1e-9))
        return min(reach, SAFE * float(radii[is_outward].min())) if is_outward.any() else reach

    def jump_number(self, b: float) -> FewestJumps:
        """Return l* with what it rests on.

        Parameters
        ----------
        b : float
            Clipping threshold, in landscape units; inf is no clipping.

        Raises
        ------
        ValueError
            Leaving takes more than 12 jumps, D/b is a whole number, or the gradient does not exist on the way.
        """
        distance = self.end.distance
        most = jump_number(distance, b)
        if most > MAX_JUMPS:
            raise ValueError(f"l* = {most} is more than {MAX_JUMPS}: choose a larger b")
        if is_integer_ratio(distance, b):
            raise ValueError(f"D / b = {most} is a whole number, which the theory leaves out: change b")
        end = "" if self.end.is_exact else f"; the nearest end, {distance:.4g} away, is what a search has found"
        if most == 1 or self.flow_leads_inwards((most - 1) * b):
            is_certain = self.end.is_exact and (most == 1 or self.is_quadratic)
            flow = "no distance from the minimum grows along the flow"
            looked = "" if self.is_quadratic or most == 1 else f" at any of {N_LOOKS} places looked at"
            return FewestJumps(most, is_certain, False, f"{flow}{looked}{end}")
        for n_jumps in range(1, most):
            if self.shorter_path(b, n_jumps) is not None:
                reason = f"the flow helps: a path of {plural(n_jumps, 'jump')} was found, and none of fewer{end}"
                return FewestJumps(n_jumps, False, True, reason)
        reason = f"the flow leads outwards in places, yet no path of fewer than {most} jumps was found{end}"
        return FewestJumps(most, False, True, reason)

    def shorter_path(self, b: float, n_jumps: int) -> FloatArray | None:
        """Look for a path of jumps and flow that leaves.

        Returns
        -------
        float64[parameter] or None
            n_jumps d coordinates of the jumps, each vector in units of b and no longer than one, then the length of
            the flow after each jump, in units of the longest; None where the search finds none.
        """
        if isinf(b):
            return None
        d = len(self.minimum)

        def least_depth(parameters: FloatArray) -> FloatArray:
            values = parameters.reshape(len(parameters), -1).T
            found = np.min([depth(self.region, x) for x in self.places(values, b, n_jumps)], axis=0)
            return np.asarray(np.nan_to_num(found, nan=inf))

        bounds = [(-1.0, 1.0)] * (n_jumps * d) + [(0.0, 1.0)] * n_jumps
        found = scipy.optimize.differential_evolution(
            least_depth, bounds, vectorized=True, updating="deferred", popsize=MEMBERS, maxiter=GENERATIONS,
            polish=False, seed=0, callback=lambda intermediate_result: intermediate_result.fun < 0.0,
        )  # fmt: skip
        return np.asarray(found.x) if found.fun < 0.0 else None

    def places(self, parameters: FloatArray, b: float, n_jumps: int) -> list[FloatArray]:
        """Follow paths (float64[path, parameter], as `shorter_path` gives them): where they are, float64[path, d]."""
        d = len(self.minimum)
        jumps = parameters[:, : n_jumps * d].reshape(-1, n_jumps, d)
        flows = parameters[:, n_jumps * d :] * LONGEST * self.end.distance
        x = np.tile(self.minimum, (len(parameters), 1))
        found = []
        for k in range(n_jumps):
            size = np.linalg.norm(jumps[:, k], axis=1, keepdims=True)
            x = project(x + b * jumps[:, k] / np.maximum(size, 1.0), self.projection)
            found.append(x)
            for _ in range(N_STEPS):
                x = step_downhill(self.gradient, x, flows[:, k : k + 1] / N_STEPS, self.projection)
                found.append(x)
        return found
