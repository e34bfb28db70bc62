"""A landscape from samples of f along a line, such as the loss between two trained minima."""

from dataclasses import dataclass, replace
from math import ceil, inf, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from hts.arrays import BoolArray, FloatArray
from hts.landscapes.assembly import wells_of
from hts.landscapes.checks import LandscapeError, as_numbers
from hts.landscapes.continuations import ContinuedFormula
from hts.landscapes.critical_points import find_critical_points
from hts.landscapes.critical_points import samples as grid
from hts.landscapes.gradients import Gradient, freeze, hinged_gradient
from hts.landscapes.jets import Jet
from hts.landscapes.landscape import Landscape
from hts.landscapes.splines import Hermite, interpolate, smooth

MIN_SAMPLES: Final = 8
MAX_SAMPLES: Final = 20_000
#: Where distances of samples differ, cells of the table for one that all but a tenth exceed; its most cells, 4 MB.
CELLS_PER_GAP, SHORT, MAX_CELLS = 8, 0.1, 2**17
#: What the table misses of the samples is said where it is above this part of the range of f.
MISSED = 1e-7
#: Distances of samples that differ by no more than this, relatively, are equal.
EVEN = 1e-6
#: A jump of f'' is a kink where it is larger than this part of the largest f''; the exact solver heeds so many.
KINK, MAX_KINKS = 0.02, 16


@dataclass(frozen=True, eq=False)
class Sampled(ContinuedFormula):
    """A piecewise cubic on even cells and its linear continuation; the table of f' holds it to rounding."""

    ends: FloatArray  # float64[2], f'' of the continuation on the left and on the right

    def _nearest(self, x: npt.ArrayLike) -> tuple[FloatArray, Jet]:
        beyond, (value, slope, bend) = super()._nearest(x)
        x = np.asarray(x)
        return beyond, (
            value,
            slope,
            np.where(x <= self.low, self.ends[0], np.where(x >= self.high, self.ends[1], bend)),
        )

    def gradient(self, low: float, high: float) -> Gradient:
        """Return f' on (low, high) as a table, with hinges for the continuation; the outer half cells continue f'."""
        left, right = float(np.clip(low, self.low, self.high)), float(np.clip(high, self.low, self.high))
        slope, bend = self.derivative([self.low, self.high]), self.ends
        if left == right:
            end = 0 if left == self.low else 1
            return hinged_gradient([slope[end] - bend[end] * left, bend[end]], [], [])
        rows = self._rows(slope, bend)
        spacing = (self.high - self.low) / (len(rows) - 2)
        origin = self.low - 0.5 * spacing  # of the first row
        first = max(0, int(np.floor((left - origin) / spacing)))
        last = min(len(rows) - 1, int(np.ceil((right - origin) / spacing)))
        table_low, table_high = origin + spacing * first, origin + spacing * last
        line, knots, slopes = [0.0, 0.0], [], []
        if low < left:
            line[1] = bend[0]
            knots, slopes = [table_low], [-bend[0]]
        if right < high:
            line[0] = -bend[1] * table_high
            knots, slopes = [*knots, table_high], [*slopes, bend[1]]
        return replace(
            hinged_gradient(line, knots, slopes), table=freeze(rows[first : last + 1]),
            table_low=table_low, table_high=table_high, table_spacing=spacing,
        )  # fmt: skip

    def _rows(self, slope: FloatArray, bend: FloatArray) -> FloatArray:
        """Return the cubics of all cells and of one beyond each end, in t from -1/2 to 1/2, float64[cell + 2, 4]."""
        cells = self.formula
        assert isinstance(cells, Hermite)
        one, square, cube = cells.cells()
        spacing = (self.high - self.low) / len(one)
        rows = np.zeros((len(one) + 2, 4))
        rows[1:-1, 0] = one + square + 0.75 * cube
        rows[1:-1, 1] = 2.0 * square + 3.0 * cube
        rows[1:-1, 2] = 3.0 * cube
        rows[[0, -1], 0] = slope + 0.5 * spacing * bend * [-1.0, 1.0]
        rows[[0, -1], 1] = spacing * bend
        return rows


def samples(
    x: npt.ArrayLike,
    f: npt.ArrayLike,
    slopes: npt.ArrayLike | None = None,
    smoothing: float | str | None = None,
    L: float = inf,
) -> Landscape:
    """Return the landscape through samples of f; beyond them f' goes on linearly.

    A cubic spline interpolates the samples, and turns only where they do (`hts.landscapes.splines.interpolate`).
    `origin` says how many there are, and how much f, f' and the wells would change with half of them.

    Parameters
    ----------
    x, f : float64[sample]
        Between 8 and 20000, x increasing.
    slopes : float64[sample], optional
        f' at the samples.
    smoothing : float or "auto", optional
        Of noisy samples: the penalty on the integral of f''^2 beside the sum of squares; "auto" chooses it by
        generalized cross-validation. None interpolates.
    L : float
        Projection onto [-L, L]; inf for none.

    Raises
    ------
    LandscapeError
        The samples are too few or too many, not finite, not in order, or have no minimum between their ends.
    """
    points = _checked(x, f, slopes)
    if smoothing is not None and points[2] is not None:
        raise LandscapeError("smoothing", "slopes are taken to be exact: leave smoothing out, or the column of slopes")
    penalty = None if smoothing in (None, "auto") else float(smoothing)
    spline, is_replaced, penalty = _spline(points, smoothing is not None, penalty)
    shape = _shape(spline, is_replaced, points[2] is not None, penalty)
    try:
        critical = _critical(shape)
        landscape = wells_of(shape, critical, "samples", L)
    except LandscapeError as error:
        if error.key == "L":
            raise
        ends = f"{shape.low:g} and {shape.high:g}"
        raise LandscapeError("file", f"{error} (the samples end at {ends})") from None
    facts = [_size(points, int(is_replaced.sum()))]
    missed = shape.value(points[0]) - points[1]
    if penalty is not None:
        scatter = sqrt(float(np.mean(missed**2)))
        facts.append(
            f"smoothed with the penalty {penalty:.4g}: samples scatter about the spline by {scatter:.3g} (rms)"
        )
    elif np.max(np.abs(missed)) > MISSED * np.ptp(points[1]):
        worst = np.max(np.abs(missed))
        facts.append(f"f misses the samples by at most {worst:.2g}, where they lie close together")
    halved, warnings = _halved(points, penalty, shape, critical)
    facts += [halved, *_continuation(shape, landscape.projection)]
    return replace(landscape, origin=tuple(facts), notes=(*landscape.notes, *warnings))


Points = tuple[FloatArray, FloatArray, FloatArray | None]


def _checked(x: npt.ArrayLike, f: npt.ArrayLike, slopes: npt.ArrayLike | None) -> Points:
    """Return the columns as float64, or say what is wrong with them, and in which row."""
    columns = {"x": as_numbers("file", x)}
    n = len(columns["x"])
    columns["f"] = as_numbers("file", f, n, "one f for each x")
    if slopes is not None:
        columns["f'"] = as_numbers("file", slopes, n, "one f' for each x")
    if not MIN_SAMPLES <= n <= MAX_SAMPLES:
        remedy = "sample more densely" if n < MIN_SAMPLES else "take every second row, or every tenth"
        raise LandscapeError("file", f"{n} samples: {MIN_SAMPLES} to {MAX_SAMPLES} are needed; {remedy}")
    is_back = np.diff(columns["x"]) <= 0.0
    if is_back.any():
        k = int(np.argmax(is_back))
        here, there = columns["x"][k : k + 2]
        what = "is repeated" if here == there else f"follows {here:g}"
        raise LandscapeError("file", f"x = {there:g} {what} in row {k + 2}: sort the rows by x, each x once")
    return columns["x"], columns["f"], columns.get("f'")


def _spline(points: Points, is_noisy: bool, penalty: float | None) -> tuple[Hermite, BoolArray, float | None]:
    x, f, slopes = points
    if is_noisy:
        f, slopes, penalty = smooth(x, f, penalty)
    return *interpolate(x, f, slopes), penalty


def _shape(spline: Hermite, is_replaced: BoolArray, has_slopes: bool, penalty: float | None) -> Sampled:
    """Put a spline on even cells: its own where the samples are evenly spaced, else several to the shortest gap."""
    gaps, low, high = np.diff(spline.x), float(spline.x[0]), float(spline.x[-1])
    if np.ptp(gaps) <= EVEN * float(gaps[0]):
        n = len(gaps)
    else:
        n = min(MAX_CELLS, ceil(CELLS_PER_GAP * (high - low) / float(np.quantile(gaps, SHORT))))
    x = low + (high - low) / n * np.arange(n + 1)
    x[-1] = high
    f, slope, bend = spline.jet(x)
    jumps = np.zeros(len(spline.x))
    jumps[1:-1] = spline.jumps()
    is_kink = np.abs(jumps) > KINK * float(np.max(np.abs(spline.jet(spline.x)[2])))
    largest = np.flatnonzero(is_kink & (is_replaced | has_slopes))
    largest = np.sort(largest[np.argsort(-np.abs(jumps[largest]))[:MAX_KINKS]])
    cells = Hermite(freeze(x), freeze(f), freeze(slope))
    ends = np.zeros(2) if penalty is not None else bend[[0, -1]]  # a smoothing spline goes on as a line
    return Sampled(cells, low, high, freeze(spline.x[largest]), freeze(jumps[largest]), freeze(ends))


def _critical(shape: Sampled) -> tuple[FloatArray, FloatArray]:
    x = grid(shape.low, shape.high)
    _, slope, bend = shape.formula.jet(x)
    return find_critical_points(shape.derivative, shape.second_derivative, x, slope, bend)


def _size(points: Points, n_replaced: int) -> str:
    x = points[0]
    text = f"{len(x)} samples{' with slopes' if points[2] is not None else ''} on [{x[0]:g}, {x[-1]:g}]"
    if n_replaced:
        text += f"; at {n_replaced} of them the slope was made smaller, so that f turns only where the samples do"
    return text


def _halved(
    points: Points, penalty: float | None, shape: Sampled, critical: tuple[FloatArray, FloatArray]
) -> tuple[str, tuple[str, ...]]:
    """Say how much would be different with every second sample, and warn where the wells would be others."""
    x, f, slopes = points
    kept = np.unique(np.append(np.arange(0, len(x), 2), len(x) - 1))
    half = (x[kept], f[kept], None if slopes is None else slopes[kept])
    weaker = None if penalty is None else 0.5 * penalty
    try:
        spline, is_replaced, _ = _spline(half, penalty is not None, weaker)
        coarse = _shape(spline, is_replaced, slopes is not None, weaker)
        points_of_half, _ = _critical(coarse)
    except LandscapeError:
        return "half of the samples would give no landscape", (WARNING.format("no landscape"),)
    at = np.linspace(shape.low, shape.high, 4 * len(x) + 1)
    parts = []
    for mine, other in ((shape.value(at), coarse.value(at)), (shape.derivative(at), coarse.derivative(at))):
        parts.append(float(np.max(np.abs(mine - other)) / np.ptp(mine)))
    text = f"half of the samples would change f by at most {parts[0]:.2g} of its range, f' by {parts[1]:.2g} of its own"
    if len(points_of_half) != len(critical[0]):
        return text, (WARNING.format(f"{len(points_of_half)} turning points instead of {len(critical[0])}"),)
    moved = float(np.max(np.abs(points_of_half - critical[0])))
    bent = float(np.max(np.abs(coarse.second_derivative(points_of_half) / critical[1] - 1.0)))
    return f"{text}, move minima and barriers by {moved:.2g}, and change f'' there by {100 * bent:.2g} %", ()


WARNING: Final = (
    'half of the samples would give {}: sample f more densely, or give smoothing = "auto" where it is noisy'
)


def _continuation(shape: Sampled, L: float) -> tuple[str, ...]:
    """Say how f goes on where walkers may be beyond the samples."""
    ends = [
        (name, x, side) for side, (name, x) in enumerate((("left", shape.low), ("right", shape.high))) if abs(x) < L
    ]
    if not ends:
        return ()
    said = [f"{float(shape.derivative(x)):.4g} (f'' = {shape.ends[side]:.4g}) on the {name}" for name, x, side in ends]
    return (f"beyond the samples f' goes on linearly, from {' and '.join(said)}",)
