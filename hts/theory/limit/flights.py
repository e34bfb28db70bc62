"""Closed forms of the Levy flight, dW = eps dL, out of an interval: the limit h -> 0 where f' = 0 (docs/levy.md)."""

from math import gamma

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import FloatArray


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
