"""Kramers' law of the mean exit time under light tails (docs/model.md, section 8)."""

from math import exp, inf, pi, sqrt

import numpy as np

from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.limit.geometry import accessible_ends
from hts.theory.limit.rates import NoLimitError

HIGH_BARRIER = 3.0  # the law's own correction is of the order of the inverse of 2 Delta f / (eta s^2)
N_SPREADS = 5.0  # clipping bends a normal step's law by less than 1e-6 beyond 5 standard deviations


def kramers_mean_exit_steps(
    landscape: Landscape, minimum: float, low: float, high: float, noise: Noise, eta: float, b: float
) -> tuple[float, tuple[str, ...]]:
    """Return the mean exit time in steps for small eta, and warnings.

    Twice Kramers' crossing rate, as a walker has left when it stands on the barrier.

    Parameters
    ----------
    landscape : Landscape
    minimum : float
        The minimum of a well.
    low, high : float
        Its ends; a bounded one within [-L, L] must be a barrier of the landscape.
    noise : Noise
        Normal, or stable with alpha = 2.
    eta, b : float

    Returns
    -------
    (float, tuple of str)
        inf where the exponential overflows.

    Raises
    ------
    NoLimitError
        An end is no smooth barrier, or none can be reached.
    """
    ends = accessible_ends(minimum, low, high, 0.5, landscape.projection)
    if not ends:
        raise NoLimitError("no end can be reached: each is unbounded or beyond L")
    variance = light_variance(noise)
    warnings = []
    if b < N_SPREADS * eta * sqrt(variance):
        warnings.append(
            f"b = {b:g} clips steps of {eta * sqrt(variance):g} standard deviation: Kramers' law leaves it out"
        )
    rate = 0.0
    for end in ends:
        where = np.flatnonzero(landscape.barriers == end.position)
        if not len(where):
            raise NoLimitError(
                f"Kramers' law needs a smooth barrier at the end {end.position:g}; f' does not vanish there"
            )
        bends = landscape.curvatures[landscape.well_of(minimum)] * landscape.barrier_curvatures[where[0]]
        height = float(landscape.potential(end.position) - landscape.potential(minimum))
        level = eta * variance
        exponent = 2 * height / level if level > 0 else inf
        if exponent < HIGH_BARRIER:
            warnings.append(
                f"the barrier {end.position:g} is only {exponent:.2g} noise levels high: Kramers' law is rough"
            )
        rate += eta / pi * sqrt(bends) * exp(-exponent)
    return (1 / rate if rate > 0 else inf), tuple(warnings)


def light_variance(noise: Noise) -> float:
    """Return the variance of Z for normal noise and for stable noise with alpha = 2, which is N(0, 2 scale^2)."""
    scale, normal = noise.scale, noise.normal_scale  # their powers would raise where products are inf
    return (2.0 if noise.kind == "stable" else 1.0) * scale * scale + normal * normal
