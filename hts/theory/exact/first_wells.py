"""The well in which a walk settles first, from wherever it starts (docs/model.md (11))."""

import numpy as np

from hts.arrays import FloatArray
from hts.exits import Exit
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.exact.exits import landing_probability, landing_regions
from hts.theory.exact.means import WORTHLESS, solve_mean
from hts.theory.exact.steps import ExactExitError


def first_wells(landscape: Landscape, noise: Noise, eta: float, b: float, start: float) -> FloatArray:
    """Return the chance to settle first in each well, float64[well], to 1 %.

    A walk has settled where it has crossed a minimum beside its start: between the two it may still go either way. A
    jump over a minimum settles it in the well where it lands. From a minimum nothing has to be settled.

    Raises
    ------
    ExactExitError
        The walk between the minima cannot be computed.
    """
    chances = np.zeros(landscape.n_wells)
    well = landscape.well_of(start)
    if start in landscape.minima:
        chances[well] = 1.0
        return chances
    bounds = np.concatenate(([-np.inf], landscape.minima, [np.inf]))
    place = int(np.searchsorted(bounds, start))
    low, high = float(bounds[place - 1]), float(bounds[place])
    if np.isinf(low) or np.isinf(high):  # nothing but its own minimum lies beside it
        chances[well] = 1.0
        return chances
    refined, _, _ = solve_mean(Exit(landscape, noise, eta, b, low, high, start), WORTHLESS)
    for name, regions in landing_regions(landscape, refined.step).items():
        chances[int(name)] = landing_probability(refined, regions)
    if not chances.sum() > 0.0:
        raise ExactExitError("no minimum is crossed")
    return np.asarray(chances / chances.sum())
