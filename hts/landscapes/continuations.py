"""Continuation of a formula beyond its domain: f' linear, f a parabola."""

from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray
from hts.landscapes.checks import LARGEST, LandscapeError
from hts.landscapes.critical_points import MAX_POINTS, samples, sign_changes
from hts.landscapes.formulas import Formula
from hts.landscapes.gradients import (
    Gradient,
    check_largest_table,
    check_table,
    freeze,
    hinged_gradient,
    tabulated_gradient,
)
from hts.landscapes.jets import Jet
from hts.landscapes.reading import FormulaError
from hts.landscapes.roots import brent_roots

KINK = 1e-7  # a jump is one when larger than this, relative to the largest f' or f''; extrapolation errs by 1e-9 or so


class Curve(Protocol):
    """What has f, f' and f'' on an interval: a `Formula`, a `Hermite` spline."""

    def jet(self, x: npt.ArrayLike) -> Jet:
        """Return f, f' and f'' at x, each of x's shape."""
        ...

    @property
    def n_operations(self) -> int:
        """Operations that a point takes."""


@dataclass(frozen=True, eq=False)
class ContinuedFormula:
    """A formula or a spline on [low, high], and its continuation to the whole line without a jump of f' or f''."""

    formula: Curve
    low: float
    high: float
    kinks: FloatArray  # float64[kink], where f'' jumps inside the domain
    bends: FloatArray  # float64[kink], by how much

    def value(self, x: npt.ArrayLike) -> FloatArray:
        """Return f(x)."""
        beyond, (value, slope, bend) = self._nearest(x)
        return value + beyond * (slope + 0.5 * beyond * bend)

    def derivative(self, x: npt.ArrayLike) -> FloatArray:
        """Return f'(x)."""
        beyond, (_, slope, bend) = self._nearest(x)
        return slope + beyond * bend

    def second_derivative(self, x: npt.ArrayLike) -> FloatArray:
        """Return f''(x)."""
        return self._nearest(x)[1][2]

    def gradient(self, low: float, high: float) -> Gradient:
        """Return f' as a table of the part of the domain in (low, high), with hinges for the continuation if it is met.

        Raises
        ------
        LandscapeError
            f' is too rough for a table.
        """
        left, right = self._part(low, high)
        if left == right:
            slope, bend = float(self.derivative(left)), float(self.second_derivative(left))
            return hinged_gradient([slope - bend * left, bend], [], [])
        return tabulated_gradient(self.derivative, left, right, self._hinges(low, high))

    def _part(self, low: float, high: float) -> tuple[float, float]:
        """Return the part of the domain in (low, high)."""
        return float(np.clip(low, self.low, self.high)), float(np.clip(high, self.low, self.high))

    def _hinges(self, low: float, high: float) -> Gradient:
        """Return what a table need not hold: jumps of f'' inside, and the continuation where it is met."""
        left, right = self._part(low, high)
        bend = self.second_derivative([left, right])
        is_inside = (left < self.kinks) & (self.kinks < right)
        knots, slopes = list(self.kinks[is_inside]), list(self.bends[is_inside])
        line = [0.0, 0.0]
        if low < left:  # bend (x - max(x, left)) is 0 inside
            line[1] = bend[0]
            knots, slopes = [left, *knots], [-bend[0], *slopes]
        if right < high:  # bend (max(x, right) - right) is 0 inside
            line[0] = -bend[1] * right
            knots, slopes = [*knots, right], [*slopes, bend[1]]
        return hinged_gradient(line, knots, slopes)

    def check_gradient(self, low: float, high: float) -> None:
        """Raise what `gradient` raises."""
        left, right = self._part(low, high)
        if left < right and not check_table(
            lambda x: self.formula.jet(x)[1:], left, right, self.kinks, self.formula.n_operations
        ):
            check_largest_table(self.derivative, left, right, self._hinges(low, high))

    def _nearest(self, x: npt.ArrayLike) -> tuple[FloatArray, tuple[FloatArray, FloatArray, FloatArray]]:
        """Return how far x lies beyond the domain, and f, f', f'' at the domain's point nearest to x."""
        x = np.asarray(x, dtype=np.float64)
        nearest = np.clip(x, self.low, self.high)
        return x - nearest, self.formula.jet(nearest)


def continue_formula(
    formula: Formula, low: float, high: float
) -> tuple[ContinuedFormula, tuple[FloatArray, FloatArray, FloatArray]]:
    """Look at a formula on [low, high] and continue it to the whole line; also return samples x, f' and f'' there.

    Raises
    ------
    FormulaError
        f, f' or f'' has no value somewhere in the domain, or f' jumps.
    """
    x = samples(low, high)
    jet, arguments = formula.jet_and_arguments(x)
    is_bad = ~np.all(np.abs(jet) <= LARGEST, axis=0)
    if np.any(is_bad):
        raise formula.blame(float(x[is_bad][0]))
    kinks, bends = _find_kinks(formula, x, arguments, float(np.max(np.abs(jet[1]))), float(np.max(np.abs(jet[2]))))
    return ContinuedFormula(formula, low, high, freeze(kinks), freeze(bends)), (x, jet[1], jet[2])


def _find_kinks(
    formula: Formula,
    x: FloatArray,
    arguments: list[tuple[int, FloatArray]],
    largest_slope: float,
    largest_bend: float,
) -> tuple[list[float], list[float]]:
    """Return where f'' jumps because the argument of an abs changes sign, and by how much; refuse jumps of f'."""
    h = 1e-6 * (x[-1] - x[0])
    turns, columns = _turns(formula, x, arguments)
    _, slopes, bends = formula.jet(turns[:, None] + h * np.array([-2.0, -1.0, 1.0, 2.0]))
    found: dict[float, float] = {}
    for turn, column, *sides in zip(turns, columns, slopes, bends, strict=True):
        jumps = [2.0 * (y[2] - y[1]) - (y[3] - y[0]) for y in sides]  # both sides extrapolated to the kink
        if abs(jumps[0]) > KINK * largest_slope:
            raise FormulaError(
                column,
                f"f' jumps at x = {turn:.10g}, where this abs turns: round it off with sqrt(... **2 + 1e-4)",
            )
        if abs(jumps[1]) > KINK * largest_bend:
            found[float(turn)] = float(jumps[1])
    return sorted(found), [found[kink] for kink in sorted(found)]


def _turns(formula: Formula, x: FloatArray, arguments: list[tuple[int, FloatArray]]) -> tuple[FloatArray, list[int]]:
    """Return where the argument of an abs changes sign, and the column of that abs; all zeros are found together."""
    which, lefts, rights, zeros = [], [], [], []
    for k, (_, y) in enumerate(arguments):
        left, right, is_between = sign_changes(y)
        which += [k] * len(left)
        lefts += left.tolist()
        rights += right.tolist()
        zeros += is_between.tolist()
    if len(which) > MAX_POINTS:
        raise LandscapeError(
            "f", f"abs turns {len(which)} times in the domain: {MAX_POINTS} are allowed; narrow the domain"
        )
    of, left, right, is_zero = (np.array(part, dtype=np.intp) for part in (which, lefts, rights, zeros))
    turns = x[(left + right) // 2]
    open_ = np.flatnonzero(is_zero == 0)
    at_left, at_right = (np.array([arguments[of[k]][1][at[k]] for k in open_]) for at in (left, right))

    def argument(t: FloatArray, brackets: IntArray) -> FloatArray:
        values = formula.jet_and_arguments(t)[1]
        return np.array([values[of[open_[k]]][1][i] for i, k in enumerate(brackets)])

    tolerance = 1e-16 * (x[-1] - x[0])
    turns[open_] = brent_roots(argument, x[left[open_]], x[right[open_]], at_left, at_right, tolerance)
    return turns, [arguments[k][0] for k in which]


def notes_on_ends(shape: ContinuedFormula, points: FloatArray, minima: FloatArray, L: float) -> tuple[str, ...]:
    """Say where an outer well does not rise for ever: before the domain's end, or beyond it."""
    notes = []
    for side, end, sign in (("left", shape.low, -1.0), ("right", shape.high, 1.0)):
        outermost = points[0] if sign < 0 else points[-1]
        slope, bend = (
            sign * float(shape.derivative(end)),
            float(shape.second_derivative(end)),
        )  # slope > 0: f rises outward
        if outermost not in minima:
            notes.append(
                f"f falls from the maximum {outermost:.6g} to the {side} end {end:g} of the domain: that maximum is no "
                "barrier, and the outer well counts as unbounded; choose [exit] domain and start if walkers get there"
            )
        if sign * end >= L or (slope > 0 and bend >= 0):
            continue
        turn = end - sign * slope / bend if bend else inf
        if slope > 0:
            notes.append(
                f"beyond the {side} end {end:g} of the domain f' goes on linearly and f falls for ever past {turn:.6g}"
            )
        elif bend > 0:
            notes.append(f"beyond the {side} end {end:g} of the domain f has a minimum at {turn:.6g}, which is no well")
        else:
            notes.append(
                f"beyond the {side} end {end:g} of the domain f falls for ever: walkers there do not come back"
            )
    return tuple(notes)
