"""The landscape record: a potential and its wells."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isnan

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.landscapes.checks import LandscapeError
from hts.landscapes.gradients import Gradient


@dataclass(frozen=True, eq=False)
class Landscape:
    """A potential f on the line with its wells, numbered from 0 (docs/model.md section 3; all in landscape units)."""

    kind: str
    minima: FloatArray  # float64[well], increasing
    barriers: FloatArray  # float64[well - 1], the maxima between them
    curvatures: FloatArray  # float64[well], f'' at the minima
    barrier_curvatures: FloatArray  # float64[well - 1], |f''| at the barriers
    projection: float  # L, inf when there is none
    kinks: FloatArray  # where f'' jumps
    domain: tuple[float, float]  # where the formula holds; beyond it f' goes on linearly
    potential: Callable[[npt.ArrayLike], FloatArray]  # f
    derivative: Callable[[npt.ArrayLike], FloatArray]  # f', exact to rounding
    second_derivative: Callable[[npt.ArrayLike], FloatArray]  # f''; at a kink, from the right
    encode: Callable[[float, float], Gradient]  # f' as arrays on (low, high); ask `gradient`, which checks
    notes: tuple[str, ...] = ()  # what a person should know about this landscape
    origin: tuple[str, ...] = ()  # what a landscape of samples was made of, and how well they decide it
    check: Callable[[float, float], object] | None = None  # that f' can be encoded, where encoding takes long

    @property
    def n_wells(self) -> int:
        """Number of minima."""
        return len(self.minima)

    @property
    def is_flat(self) -> bool:
        """Whether f' = 0 everywhere."""
        return self.kind == "flat"

    def gradient(self, low: float = -inf, high: float = inf) -> Gradient:
        """Return f' as arrays that hold on (low, high); the smaller the interval, the smaller the arrays.

        Raises
        ------
        LandscapeError
            The interval is empty, or a formula is too rough there for a table.
        """
        if isnan(low) or isnan(high) or not low < high:
            raise LandscapeError("domain", f"the gradient was asked for on ({low:g}, {high:g}): low must be below high")
        return self.encode(float(low), float(high))

    def check_gradient(self, low: float = -inf, high: float = inf) -> None:
        """Raise what `gradient` raises, at a small part of its cost."""
        (self.check or self.gradient)(float(low), float(high))

    def well_of(self, x: float) -> int:
        """Return the well in whose basin x lies; on a barrier, the well on its right."""
        return int(np.searchsorted(self.barriers, x, side="right"))

    def minima_between(self, low: float, high: float) -> list[float]:
        """Return the minima strictly between two ends."""
        return [float(m) for m in self.minima[(self.minima > low) & (self.minima < high)]]

    def only_minimum(self, low: float, high: float, start: float) -> float | None:
        """Return the only minimum between two ends, None unless the start lies in its basin.

        On a flat landscape it is the start, as much at rest as any other point.
        """
        if self.is_flat:
            return start
        inside = self.minima_between(low, high)
        is_at_home = len(inside) == 1 and self.well_of(start) == self.well_of(inside[0])
        return inside[0] if is_at_home else None

    def well_ends(self, well: int) -> tuple[float, float]:
        """Return the barriers on both sides of a well, -inf and inf outermost.

        Raises
        ------
        LandscapeError
            There is no such well.
        """
        if not 0 <= well < self.n_wells:
            raise LandscapeError("well", f"there is no well {well}: the wells are 0 to {self.n_wells - 1}")
        ends = [-inf, *self.barriers.tolist(), inf]
        return ends[well], ends[well + 1]
