"""A law of |W| with a probability of a positive sign, as a law on the whole line."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hts.arrays import FloatArray
from hts.noise.magnitudes import Magnitude


class Line(Protocol):
    """A law on the whole line: functions of float64[n], x in units of the noise's scale, the centre of W at 0."""

    def survival(self, x: FloatArray) -> FloatArray:
        """P(X > x), relatively accurate where it is small."""
        ...

    def distribution(self, x: FloatArray) -> FloatArray:
        """P(X <= x), relatively accurate where it is small."""
        ...

    def density(self, x: FloatArray) -> FloatArray:
        """Return the density."""
        ...

    def quantile(self, p: FloatArray) -> FloatArray:
        """Return the x with P(X <= x) = p, the left end of a gap."""
        ...


@dataclass(frozen=True)
class Signed:
    """W = S |W| with an independent sign S, positive with probability p_plus.

    Nothing here is one minus something: a probability is that of one side, plus what the other side adds.
    """

    magnitude: Magnitude
    p_plus: float

    def survival(self, x: FloatArray) -> FloatArray:
        """P(W > x)."""
        return _beyond(self.magnitude, x, self.p_plus)

    def distribution(self, x: FloatArray) -> FloatArray:
        """P(W <= x); the laws have no atoms."""
        return _beyond(self.magnitude, -x, 1.0 - self.p_plus)

    def density(self, x: FloatArray) -> FloatArray:
        """Return the density of W."""
        if self.p_plus == 0.5:
            return 0.5 * self.magnitude.density(np.abs(x))
        return np.where(x >= 0.0, self.p_plus, 1.0 - self.p_plus) * self.magnitude.density(np.abs(x))

    def quantile(self, p: FloatArray) -> FloatArray:
        """Return the x with P(W <= x) = p."""
        p_minus = 1.0 - self.p_plus
        with np.errstate(divide="ignore", invalid="ignore"):
            left = -self.magnitude.inverse(np.minimum(np.log(p / p_minus), 0.0))
            # above 1/2 the distance to 1 is exact, below it the distance to p_minus is the better one
            far, near = np.log((1.0 - p) / self.p_plus), np.log1p(-(p - p_minus) / self.p_plus)
            right = self.magnitude.inverse(np.minimum(np.where(p > 0.5, far, near), 0.0))
        inside = np.where(p <= p_minus, left, right) if p_minus > 0.0 else right
        return np.where((p >= 0.0) & (p <= 1.0), inside, np.nan)


def _beyond(law: Magnitude, x: FloatArray, share: float) -> FloatArray:
    """P(S |W| > x) where the sign S is positive with probability `share`."""
    w = np.abs(x)
    tail = share * law.tail(w)
    if np.all(x >= 0.0):
        return tail
    return np.where(x >= 0.0, tail, share + (1.0 - share) * law.body(w))
