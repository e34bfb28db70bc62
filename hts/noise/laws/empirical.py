"""The law of a user's own numbers: their quantiles in the body, a power law in both tails."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NoReturn

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.kernels import motions
from hts.noise.magnitudes import ROUNDING, Law

#: Cells of the body, each with the same probability; the kernels keep 8 kB of coefficients.
N_CELLS: Final = 256
#: Fewest numbers in each tail.
LEAST_IN_TAIL: Final = 25
BISECTIONS: Final = 60


@dataclass(frozen=True)
class Body:
    """The quantiles of some numbers between their tails, and where the tails begin; two are equal where these are.

    Attributes
    ----------
    name : str
        Digest of all numbers here; it stands for them in comparisons.
    unit : float
        The median distance from the median: W is a number less the median, in this unit.
    median : float
        Of the numbers.
    outside : float
        Probability of each tail, below 1/2.
    knots : float64[N_CELLS + 1]
        Quantiles of W at N_CELLS + 1 equidistant probabilities from `outside` to 1 - `outside`; increasing.
    """

    name: str
    unit: float = field(compare=False)
    median: float = field(compare=False)
    outside: float = field(compare=False)
    knots: FloatArray = field(compare=False, repr=False)

    @classmethod
    def of(cls, numbers: npt.ArrayLike, quantile: float) -> "Body":
        """Take quantiles of numbers, finite ones.

        Parameters
        ----------
        numbers : float64[number]
        quantile : float
            Where the tails begin, on both sides: the right one at this quantile, the left one at 1 - quantile.

        Raises
        ------
        ValueError
            Too few numbers lie in each tail, or too many are equal.
        """
        x = np.asarray(numbers, dtype=np.float64)
        outside = 1.0 - quantile
        if x.size * outside < LEAST_IN_TAIL:
            least = math.ceil(LEAST_IN_TAIL / outside)
            raise ValueError(
                f"{x.size} numbers: beyond the quantile {quantile:g} there must be {LEAST_IN_TAIL} on each side, of "
                f"{least} numbers or more; take more numbers or a smaller quantile"
            )
        probabilities = outside + (quantile - outside) * np.arange(N_CELLS + 1) / N_CELLS
        at = np.quantile(x, probabilities)
        median = float(at[N_CELLS // 2])
        if not np.all(np.diff(at) > 0.0):
            value = float(at[int(np.argmin(np.diff(at)))])
            share = float(np.mean(x == value))
            raise ValueError(
                f"{100 * share:.3g} % of the numbers are {value:g}: the law needs a density; leave such numbers out, "
                "or give them with more digits"
            )
        unit = float(np.median(np.abs(x - median)))
        return _named(unit, median, outside, (at - median) / unit)

    @classmethod
    def of_sizes(cls, sizes: npt.ArrayLike, quantile: float) -> "Body":
        """Take quantiles of the law of sizes whose signs are fair: with a direction it is noise of R^d.

        Parameters
        ----------
        sizes : float64[number]
            Lengths; of negative ones the sign is dropped.
        quantile : float
            Of the sizes, where the tails begin.

        Raises
        ------
        ValueError
            Too few numbers lie in the tail, or too many are equal.
        """
        x = np.abs(np.asarray(sizes, dtype=np.float64))
        outside = 0.5 * (1.0 - quantile)
        if x.size * 2.0 * outside < LEAST_IN_TAIL:
            least = math.ceil(LEAST_IN_TAIL / (2.0 * outside))
            raise ValueError(
                f"{x.size} sizes: beyond the quantile {quantile:g} there must be {LEAST_IN_TAIL}, of {least} or more; "
                "take more numbers or a smaller quantile"
            )
        half = N_CELLS // 2
        upper = np.quantile(x, quantile * np.arange(1, half + 1) / half)
        right = np.append(0.0, upper)
        if not np.all(np.diff(right) > 0.0):
            value = float(right[int(np.argmin(np.diff(right)))])
            share = float(np.mean(x == value))
            raise ValueError(
                f"{100 * share:.3g} % of the sizes are {value:g}: the law needs a density; leave such numbers out, "
                "or give them with more digits"
            )
        unit = float(np.median(x))
        return _named(unit, 0.0, outside, np.concatenate([-upper[::-1], right]) / unit)

    @property
    def mirrored(self) -> "Body":
        """The body of the numbers with the other sign."""
        return _named(self.unit, -self.median, self.outside, -self.knots[::-1])


def _named(unit: float, median: float, outside: float, knots: FloatArray) -> Body:
    import hashlib

    knots = np.ascontiguousarray(knots)
    knots.setflags(write=False)
    digest = hashlib.sha256(np.array([unit, median, outside]).tobytes() + knots.tobytes()).hexdigest()
    return Body(digest, unit, median, outside, knots)


@dataclass(frozen=True)
class Empirical:
    """W: quantiles that are a monotone piecewise cubic in the body, beyond it P(W > w) = outside (w/w_0)**-alpha.

    The density is continuous in the body, and jumps where a tail begins. It is a law on the whole line
    (`hts.noise.lines.Line`), W = 0 at the median of the numbers.
    """

    body: Body
    alpha: float
    least = 0.0
    error = ROUNDING

    @property
    def thresholds(self) -> tuple[float, float]:
        """Where the tails begin: distances from the median on the left and on the right."""
        return -float(self.body.knots[0]), float(self.body.knots[-1])

    @property
    def constants(self) -> tuple[float, float]:
        """Constants of the two tails: lim w**alpha P(W < -w) and lim w**alpha P(W > w)."""
        left, right = self.thresholds
        return self.body.outside * left**self.alpha, self.body.outside * right**self.alpha

    @property
    def constant(self) -> float:
        """Constant of both tails: lim w**alpha P(|W| > w)."""
        return sum(self.constants)

    @property
    def p_plus(self) -> float:
        """Share of large |W| that are positive."""
        left, right = self.thresholds
        return float(1.0 / (1.0 + (left / right) ** self.alpha))

    @property
    def singular_points(self) -> tuple[float, ...]:
        """Where the tails begin."""
        left, right = self.thresholds
        return -left, right

    @property
    def knots(self) -> FloatArray:
        """Where the density has kinks."""
        return self.body.knots

    @property
    def cell(self) -> float:
        """Probability of a cell."""
        return (1.0 - 2.0 * self.body.outside) / N_CELLS

    @cached_property
    def slopes(self) -> FloatArray:
        """The quantiles' derivative at the knots, by cell: harmonic means (Fritsch and Butland), or the tails'."""
        rise = np.diff(self.body.knots)
        slopes = np.empty(N_CELLS + 1)
        slopes[1:-1] = 2.0 * rise[:-1] * rise[1:] / (rise[:-1] + rise[1:])
        left, right = self.thresholds
        per_cell = self.cell / (self.alpha * self.body.outside)
        slopes[0], slopes[-1] = min(left * per_cell, 3.0 * rise[0]), min(right * per_cell, 3.0 * rise[-1])
        return slopes

    @cached_property
    def cubics(self) -> FloatArray:
        """Quantiles in each cell, c0 + t (c1 + t (c2 + t c3)), t from 0 to 1; float64[cell, 4]."""
        start, rise = self.body.knots[:-1], np.diff(self.body.knots)
        one, other = self.slopes[:-1], self.slopes[1:]
        return np.stack([start, one, 3.0 * rise - 2.0 * one - other, one + other - 2.0 * rise], axis=1)

    @cached_property
    def mean(self) -> float:
        """E W, the median of the numbers being 0; inf where there is none."""
        if self.alpha <= 1.0:
            return math.inf
        inside = 0.5 * (self.body.knots[:-1] + self.body.knots[1:]) + (self.slopes[:-1] - self.slopes[1:]) / 12.0
        left, right = self.thresholds
        tails = self.body.outside * self.alpha / (self.alpha - 1.0) * (right - left)
        return float(self.cell * inside.sum() + tails)

    @property
    def numbers(self) -> FloatArray:
        """The law as its kernel reads it, behind the numbers that all laws have (`motions.BODY`)."""
        left, right = self.thresholds
        return np.concatenate([[self.body.outside, left, right, 1.0 / self.cell], self.cubics.ravel()])

    def survival(self, x: FloatArray) -> FloatArray:
        """P(W > x)."""
        return self._beyond(x, 1)

    def distribution(self, x: FloatArray) -> FloatArray:
        """P(W <= x)."""
        return self._beyond(-x, 0)

    def density(self, x: FloatArray) -> FloatArray:
        """Return the density; where a tail begins, the tail's."""
        left, right = self.thresholds
        start = np.where(x > 0.0, right, left)
        with np.errstate(divide="ignore", over="ignore", under="ignore"):
            far = np.maximum(np.abs(x) / start, 1.0)
            tail = self.body.outside * self.alpha / start * far ** (-1.0 - self.alpha)
        k, t = self._place(x)
        _, one, square, cube = self.cubics[k].T
        inside = self.cell / (one + t * (2.0 * square + 3.0 * t * cube))
        return np.where((x > -left) & (x < right), inside, np.where(np.isnan(x), np.nan, tail))

    def quantile(self, p: FloatArray) -> FloatArray:
        """Return the x with P(W <= x) = p."""
        left, right = self.thresholds
        outside, alpha = self.body.outside, self.alpha
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            low = -left * np.minimum(p / outside, 1.0) ** (-1.0 / alpha)
            high = right * np.minimum((1.0 - p) / outside, 1.0) ** (-1.0 / alpha)
            position = np.nan_to_num(np.clip((p - outside) / self.cell, 0.0, N_CELLS))
        k = np.minimum(position.astype(np.intp), N_CELLS - 1)
        t = position - k
        c0, c1, c2, c3 = self.cubics[k].T
        inside = c0 + t * (c1 + t * (c2 + t * c3))
        values = np.where(p < outside, low, np.where(p > 1.0 - outside, high, inside))
        return np.where((p >= 0.0) & (p <= 1.0), values, np.nan)

    def _beyond(self, x: FloatArray, side: int) -> FloatArray:
        """P(W > x) for side 1, P(W <= -x) for side 0."""
        near, far = self.thresholds[side], self.thresholds[1 - side]
        outside = self.body.outside
        with np.errstate(over="ignore", under="ignore"):
            tail = outside * np.maximum(x / near, 1.0) ** -self.alpha
            other = 1.0 - outside * np.maximum(-x / far, 1.0) ** -self.alpha
        k, t = self._place(x if side else -x)
        done = k + t if side == 0 else (N_CELLS - k) - t
        inside = outside + self.cell * done
        return np.where(x >= near, tail, np.where(x <= -far, other, np.where(np.isnan(x), np.nan, inside)))

    def _place(self, x: FloatArray) -> tuple[npt.NDArray[np.intp], FloatArray]:
        """Return cell and t of x, those of the nearer end where x is no part of the body."""
        inner = np.clip(np.nan_to_num(x), self.body.knots[0], self.body.knots[-1])
        k = np.clip(np.searchsorted(self.body.knots, inner, side="right") - 1, 0, N_CELLS - 1)
        _, one, square, cube = self.cubics[k].T
        offset = inner - self.body.knots[k]
        low, high = np.zeros_like(inner), np.ones_like(inner)
        t = np.clip(offset / np.diff(self.body.knots)[k], 0.0, 1.0)
        for _ in range(BISECTIONS):
            missed = t * (one + t * (square + t * cube)) - offset
            low, high = np.where(missed < 0.0, t, low), np.where(missed >= 0.0, t, high)
            newton = t - missed / (one + t * (2.0 * square + 3.0 * t * cube))
            following = np.where((newton >= low) & (newton <= high), newton, 0.5 * (low + high))
            if np.all(np.abs(following - t) <= 1e-16):
                break
            t = following
        return k, t


def _without_numbers(alpha: float) -> NoReturn:
    raise ValueError("empirical noise is made of numbers: give body = hts.noise.Body.of(numbers, quantile)")


LAW = Law(
    "empirical", motions.EMPIRICAL, _without_numbers, steps_per_second=1.5e8, alpha=(0.1, 100.0), is_of_numbers=True
)
