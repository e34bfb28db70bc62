"""Shares of time at any horizon, from a chain between wells, and the well in which a walk settles first."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hts.arrays import BoolArray, FloatArray
from hts.exits import Exit
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.exact.cycles import NoStationaryLawError, law_of_ways, relaxation_steps
from hts.theory.exact.exits import landing_probability, landing_regions
from hts.theory.exact.means import WORTHLESS, solve_mean
from hts.theory.exact.steps import ExactExitError


class ChainError(ValueError):
    """A chain that cannot be computed; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class ExactChain:
    """The walk between wells at finite eta as a chain in steps; one that forgets how long it has been in a well."""

    rates: FloatArray  # float64[well, well], per step; the diagonal 0
    whereabouts: FloatArray  # float64[well, well], chance to be found in each well while settled in one
    inside: BoolArray  # bool[well], whether the well meets [-L, L]
    relative_error: float  # of the rates, estimated, what the chain forgets included
    warnings: tuple[str, ...]

    @property
    def stationary(self) -> FloatArray:
        """Share of time in each well in the long run, float64[well].

        Raises
        ------
        ChainError
            More than one class of wells is never left.
        """
        law = np.zeros(len(self.rates))
        try:
            law[self.inside] = law_of_ways(self.rates[np.ix_(self.inside, self.inside)])
        except NoStationaryLawError as problem:
            raise ChainError(f"{problem}: there is no single stationary law; take a larger eta") from None
        return law @ self.whereabouts

    @property
    def relaxation_steps(self) -> float | None:
        """Steps in which the slowest mode fades by e; None for a single well, or where classes never meet."""
        try:
            return relaxation_steps(self.rates[np.ix_(self.inside, self.inside)])
        except NoStationaryLawError:
            return None

    def occupation(self, start_well: int, n_steps: npt.ArrayLike) -> FloatArray:
        """Return the expected share of the first n steps in each well: see `expected_shares`.

        A walk just set off knows nothing of being between two wells: take n well above the steps of a descent,
        1/(eta f'').
        """
        return np.maximum(expected_shares(self.rates, start_well, n_steps) @ self.whereabouts, 0.0)


def expected_shares(rates: FloatArray, start_well: int, n_steps: npt.ArrayLike) -> FloatArray:
    """Return the expected share of the first n steps in each well, from one well on.

    Powers of the chain are doubled, sums of products without differences that cancel, so that a share of 1e-20 has as
    many digits as the rates, and 1e18 steps take 60 products.

    Parameters
    ----------
    rates : float64[well, well]
        Per step; the diagonal 0.
    start_well : int
    n_steps : int64[k]
        At least 1 each; steps n = 1, ..., n_steps are counted.

    Returns
    -------
    float64[k, well]
    """
    wanted = np.atleast_1d(np.asarray(n_steps, dtype=np.int64))
    if not (0 <= start_well < len(rates) and np.all(wanted >= 1)):
        raise ValueError(f"start_well = {start_well}, n_steps = {n_steps!r}: no such well, or no step")
    power = rates + np.diag(np.maximum(1.0 - rates.sum(axis=1), 0.0))
    spent = power.copy()  # in each well during the next 1, 2, 4, ... steps
    place = np.tile(np.eye(len(power))[start_well], (len(wanted), 1))
    shares, left = np.zeros_like(place), wanted.copy()
    while np.any(left):
        is_set = (left & 1) == 1
        shares[is_set] += place[is_set] @ spent
        place[is_set] = place[is_set] @ power
        left >>= 1
        spent = spent + power @ spent
        power = power @ power
        power /= power.sum(axis=1, keepdims=True)  # or rounding would double with each doubling
    return np.asarray(shares / wanted[:, None])


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
