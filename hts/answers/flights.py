"""Levy flights out of an interval: exact means and landings of Euler's scheme beside Getoor's and Ray's laws."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from hts.arrays import FloatArray
from hts.exits import Exit
from hts.plans import Cell, Plan
from hts.theory.exact.exits import landing_probability
from hts.theory.exact.means import solve_mean
from hts.theory.exact.refinement import Refined
from hts.theory.limit.levy import getoor_mean, ray_beyond

#: Where flights start: from the middle of the interval towards an end, in half-widths; the other half is the same.
STARTS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.97)
#: How far beyond an end the law of the landing is looked at, in half-widths.
OVERSHOOTS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
#: Relative error of a mean that is drawn.
TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class Flight:
    """Exits of flights of one alpha, h and epsilon from an interval; lengths in half-widths from its middle."""

    epsilon: float
    alpha: float
    step: float
    starts: FloatArray  # float64[start]
    mean_time: FloatArray  # float64[start], exact at h, in t
    getoor: FloatArray  # float64[start], of the SDE
    distances: FloatArray  # float64[distance], beyond 1
    beyond: FloatArray  # float64[distance], P(landing farther), exact at h, started in the middle
    ray: FloatArray  # float64[distance], of the SDE


def fly(plan: Plan) -> tuple[Flight, ...]:
    """Compute the flights of a plan with [levy] on a flat landscape: its largest epsilon, every alpha, its outer steps.

    Nothing for another plan, or where an end of the domain is infinite.
    """
    if plan.levy is None or not plan.build_landscape().is_flat:  # on which no plan can ask for long runs
        return ()
    domain = plan.exit_domain()
    if not (isfinite(domain.low) and isfinite(domain.high)):
        return ()
    steps = sorted({max(plan.levy.step), min(plan.levy.step)}, reverse=True)
    epsilon = max(plan.levy.epsilon)
    return tuple(
        _flight(plan, Cell(h, inf, alpha, domain.well, epsilon), domain.low, domain.high)
        for alpha in sorted(set(plan.levy.alpha))
        for h in steps
    )


def _flight(plan: Plan, cell: Cell, low: float, high: float) -> Flight:
    middle, half = (low + high) / 2.0, (high - low) / 2.0
    epsilon, alpha, h = cell.epsilon or 0.0, cell.alpha or 0.0, cell.eta
    landscape, noise = plan.build_landscape(), plan.noise_of(cell)

    def solved(start: float) -> Refined:
        return solve_mean(Exit(landscape, noise, h, inf, low, high, start), TOLERANCE)[0]

    starts = [middle + half * z for z in STARTS]
    found = [solved(start) for start in starts]
    distances = 1.0 + np.array(OVERSHOOTS)
    beyond = [_lands_beyond(found[0], middle, half * float(y)) for y in distances]
    return Flight(
        epsilon=epsilon,
        alpha=alpha,
        step=h,
        starts=np.array(STARTS),
        mean_time=np.array([h * one.solution.mean_exit_steps for one in found]),
        getoor=np.array([getoor_mean(x, low, high, epsilon, alpha) for x in starts]),
        distances=distances,
        beyond=np.array(beyond),
        ray=ray_beyond(half * distances, half, alpha),
    )


def _lands_beyond(refined: Refined, middle: float, distance: float) -> float:
    return landing_probability(refined, [(-inf, middle - distance), (middle + distance, inf)])
