"""Dependence in a series: how long large numbers remember large numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from hts.arrays import FloatArray

#: Consecutive numbers that are looked at.
MAX_NUMBERS = 1 << 20
#: Lags of the test.
N_LAGS = 20
#: Chance of calling independent numbers dependent.
FALSE_ALARM = 1e-3


@dataclass(frozen=True)
class Dependence:
    """Autocorrelation of log |X|, which exists however heavy the tails are.

    Attributes
    ----------
    correlation : tuple of float
        At lags 1, 2, ... N_LAGS.
    p : float
        Chance of such correlations if the numbers were independent (Ljung and Box 1978).
    time : float
        1 + 2 * sum of the correlations up to where they are noise: independent numbers are worth 1/time as many.
    """

    correlation: tuple[float, ...]
    p: float
    time: float

    @property
    def is_series(self) -> bool:
        """Whether the numbers depend on one another beyond chance."""
        return self.p < FALSE_ALARM


def dependence(magnitudes: FloatArray) -> Dependence:
    """Measure how the sizes of neighbours in a file depend on one another.

    Parameters
    ----------
    magnitudes : float64[n]
        Positive, in the order of the file; the first MAX_NUMBERS are looked at.
    """
    logs = np.log(magnitudes[:MAX_NUMBERS])
    n = len(logs)
    logs = logs - logs.mean()
    variance = float(logs @ logs)
    lags = min(N_LAGS, n // 4)
    if variance == 0.0 or lags < 1:
        return Dependence((), 1.0, 1.0)
    length = scipy.fft.next_fast_len(2 * n, real=True)
    spectrum = scipy.fft.rfft(logs, length)
    correlation = scipy.fft.irfft(np.abs(spectrum) ** 2, length)[:n] / variance
    q = n * (n + 2.0) * float(np.sum(correlation[1 : lags + 1] ** 2 / (n - np.arange(1, lags + 1))))
    noise = np.flatnonzero(correlation[1 : n // 4] < 2.0 / np.sqrt(n))
    last = int(noise[0]) if noise.size else n // 4 - 1
    time = max(1.0, 1.0 + 2.0 * float(correlation[1 : last + 1].sum()))
    return Dependence(tuple(map(float, correlation[1 : lags + 1])), float(scipy.special.chdtrc(lags, q)), time)
