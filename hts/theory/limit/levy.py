"""The limit epsilon -> 0 of a Levy-driven SDE: rates between wells, shares of time, exit times (docs/levy.md (20)).

Below them the closed forms of the flight dW = eps dL out of an interval, the limit h -> 0 where f' = 0.
"""

from dataclasses import dataclass
from math import gamma, inf, pi, sin

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import FloatArray
from hts.exits import Exit
from hts.landscapes import Landscape
from hts.records import Row, Tabular
from hts.theory.limit.chains import relaxation_time, stationary_law
from hts.theory.limit.geometry import accessible_ends, power
from hts.theory.limit.limits import ExitLimit, destinations_of, mean_steps, way_out
from hts.theory.limit.rates import ExitRates, Landing, NoLimitError, wells_beyond


def simulated_constant(alpha: float) -> float:
    """Return C_alpha/2 = Gamma(alpha) sin(pi alpha/2)/pi, the c of (20) for increments S ~ SaS(1) as they are drawn."""
    return gamma(alpha) * sin(pi * alpha / 2.0) / pi


def printed_constant(alpha: float) -> float:
    """Return 1/alpha, the c of (20) that [SSG] print: that of the Levy measure dy/|y|^(1 + alpha)."""
    return 1.0 / alpha


@dataclass(frozen=True, eq=False)
class LevyChain(Tabular):
    """The chain of wells to which the SDE tends on the time scale epsilon^-alpha, docs/levy.md (20)."""

    alpha: float
    rates: FloatArray  # float64[well, well], q_ij with c = C_alpha/2, diagonal 0; per time, in units of epsilon^alpha
    probabilities: FloatArray  # float64[well, well], q_ij/q_i; 0 in the row of a well that is never left
    stationary: FloatArray | None  # float64[well], Q^T pi = 0; None where some well cannot be left
    relaxation_time: float | None  # 1/(spectral gap), in units of epsilon^-alpha; None for one well

    def rows(self) -> list[Row]:
        """List the wells: rate out of each, where it leads, and its share of time."""
        n = len(self.rates)
        share = [None] * n if self.stationary is None else self.stationary.tolist()
        return [
            {"alpha": self.alpha, "well": well, "rate": float(self.rates[well].sum()), "stationary": share[well]}
            | {f"leads_to_{to}": float(self.probabilities[well, to]) for to in range(n)}
            | {"relaxation_time": self.relaxation_time}
            for well in range(n)
        ]

    @property
    def constant_ratio(self) -> float:
        """What the rates as printed are divided by to give those as simulated: (1/alpha)/(C_alpha/2)."""
        return printed_constant(self.alpha) / simulated_constant(self.alpha)


def levy_chain(landscape: Landscape, alpha: float) -> LevyChain:
    """Return the limit chain on all wells of a landscape, docs/levy.md (20), for 0 < alpha < 2.

    Parameters
    ----------
    landscape : Landscape
        With a projection L, wells beyond it are neither left nor reached.
    alpha : float
        Tail index.
    """
    n = landscape.n_wells
    rates = np.zeros((n, n))
    for well, minimum in enumerate(landscape.minima.tolist()):
        if abs(minimum) <= landscape.projection:
            for landing in _landings(landscape, minimum, *landscape.well_ends(well), alpha):
                rates[well, landing.well] += landing.rate
    total = rates.sum(axis=1)
    probabilities = np.divide(rates, total[:, None], out=np.zeros_like(rates), where=total[:, None] > 0.0)
    if n == 1 or not np.all(total > 0.0):
        return LevyChain(alpha, rates, probabilities, np.ones(1) if n == 1 else None, None)
    return LevyChain(alpha, rates, probabilities, stationary_law(rates), relaxation_time(rates - np.diag(total)))


def _landings(landscape: Landscape, minimum: float, low: float, high: float, alpha: float) -> list[Landing]:
    """Return the rates of single jumps from a minimum out of (low, high), by side and well; c = C_alpha/2."""
    found = []
    for end in accessible_ends(minimum, low, high, 0.5, landscape.projection):
        wells, thresholds = wells_beyond(landscape, end)
        near = np.abs(thresholds - minimum) ** -alpha
        rates = simulated_constant(alpha) * (near - np.append(near[1:], 0.0))
        found += [Landing(end.sign, well, rate) for well, rate in zip(wells, rates.tolist(), strict=True)]
    return found


def levy_exit_limit(problem: Exit, epsilon: float) -> ExitLimit:
    """Return the limit epsilon -> 0 of an exit, docs/levy.md (20), in steps of size h.

    Parameters
    ----------
    problem : Exit
        Its eta is h, its noise symmetric stable as (21) scales it, of any tail index between 0 and 2.
    epsilon : float
        Strength of the noise.
    """
    landscape, minimum, step = problem.landscape, problem.minimum, problem.eta
    warnings: list[str] = []
    alpha = problem.noise.tail_index or 2.0
    try:
        low, high, _ = way_out(problem, warnings)
        assert minimum is not None  # or way_out had refused
        landings = _landings(landscape, minimum, low, high, alpha)
        total = sum(landing.rate for landing in landings)
        if not 0.0 < total < inf:
            raise NoLimitError("no end can be reached: each is unbounded, or beyond L")
    except NoLimitError as refusal:
        return ExitLimit(None, None, None, None, None, None, None, (*warnings, str(refusal)))
    curvature = float(landscape.curvatures[landscape.well_of(minimum)])
    if step * curvature > 2.0:
        warnings.append(
            f"h f'' = {step * curvature:.3g} > 2 at the minimum {minimum:g}: Euler's scheme is unstable there; the "
            f"limit is about h < {2.0 / curvature:.3g}"
        )
    scale = power(epsilon, alpha) * step
    rates = ExitRates(1, tuple(landing for landing in landings if landing.rate > 0.0), total, 0.0, ())
    return ExitLimit(
        jump_number=1,
        exit_exponent=None,
        rate_constant=total,
        rate_scale=scale if 0.0 < scale < inf else None,
        mean_exit_steps=mean_steps(total * scale),
        destinations=destinations_of(landscape, rates),
        relative_error=0.0,
        warnings=tuple(warnings),
    )


def getoor_mean(x: float, low: float, high: float, epsilon: float, alpha: float) -> float:
    """Return the mean time to leave (low, high) from x: (R^2 - (x - m)^2)^(alpha/2)/(Gamma(1 + alpha) eps^alpha).

    Getoor, Trans. Amer. Math. Soc. 101 (1961) 75; R is half the length and m the middle.
    """
    return float(((high - x) * (x - low)) ** (alpha / 2.0) / (gamma(1.0 + alpha) * epsilon**alpha))


def ray_beyond(distance: npt.ArrayLike, half_width: float, alpha: float) -> FloatArray:
    """Return the probability to land farther than a distance from the middle of an interval, started there.

    Ray, Trans. Amer. Math. Soc. 89 (1958) 16: the density sin(pi alpha/2)/pi |y|^-1 (y^2 - 1)^(-alpha/2) beyond -1 and
    1, integrated: the incomplete beta function I(1/y^2; alpha/2, 1 - alpha/2). It does not depend on epsilon.

    Parameters
    ----------
    distance : float64[k]
        At least `half_width`.
    half_width : float
        Of the interval.
    alpha : float
        Between 0 and 2.
    """
    y = np.asarray(distance, dtype=np.float64) / half_width
    return np.asarray(scipy.special.betainc(alpha / 2.0, 1.0 - alpha / 2.0, y**-2.0))
