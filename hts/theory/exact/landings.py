"""Landing probabilities of exiting walkers: beyond which end, in which well (docs/model.md (11))."""

from math import inf

import numpy as np

from hts.landscapes import Landscape
from hts.theory.exact.refinement import Refined
from hts.theory.exact.steps import Step

#: Intervals outside the domain, each on one side of it, by the name that results call them by.
Regions = dict[str, list[tuple[float, float]]]


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
