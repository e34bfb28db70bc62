"""Maps of exits over two of eta, b and alpha: mean exit time, measured and exact, and the exact local exponent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from hts.answers.rulers import nearest_end
from hts.arrays import FloatArray
from hts.plots.exact import Parameter
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import ETA_LABEL, PAGE, clip_label, label_decades, number, tail_label

LEAST = 4
"""Fewer values on an axis make no map."""
MOST_TICKS = 6
"""Values that an axis names."""
MOST_LINES = 8
"""Lines r/b = 1, 2, ... that are named; beyond, they are drawn alone."""
PLANES: tuple[tuple[Parameter, Parameter, Parameter], ...] = (
    ("eta", "b", "alpha"),
    ("b", "alpha", "eta"),
    ("eta", "alpha", "b"),
)
"""What runs along, what runs up, and what is the same all over."""
AXIS_LABELS = {"eta": ETA_LABEL, "b": "clip length $b$", "alpha": r"tail index $\alpha$"}
LAYERS = {
    "measured": "mean exit time, measured",
    "exact": "mean exit time, exact",
    "exponent": "local exponent, exact",
}
LINE: dict[str, Any] = {"color": "white", "linewidth": 0.9, "linestyle": "-"}
PLATE: dict[str, Any] = {"facecolor": "white", "linewidth": 0, "pad": 0.8}

Place = tuple[float, float, float]  # eta, b, alpha
Values = Mapping[Place, Mapping[str, float]]  # by layer


@dataclass(frozen=True, eq=False)
class Plane:
    """One plane: all cells that share the value of the third parameter."""

    x: Parameter
    y: Parameter
    fixed: Parameter
    at: float  # of the fixed parameter
    columns: tuple[float, ...]  # values of x, increasing
    rows: tuple[float, ...]  # values of y
    layers: Mapping[str, FloatArray]  # float64[row, column], NaN where a cell has no value


@dataclass(frozen=True, eq=False)
class Maps:
    """All that the figure shows."""

    planes: tuple[Plane, ...]
    distance: float | None  # r of docs/model.md (3), in landscape units


def map_planes(values: Values) -> tuple[Plane, ...]:
    """Lay values out in the planes that have four values or more on both axes.

    Of each kind of plane the one with most cells is taken, and among equals that of the smallest eta, the smallest
    alpha or the smallest b.

    Parameters
    ----------
    values
        What is known of each (eta, b, alpha).
    """
    planes = []
    for x, y, fixed in PLANES:
        slices: dict[float, list[Place]] = {}
        for place in values:
            slices.setdefault(_part(place, fixed), []).append(place)
        wide = {at: those for at, those in slices.items() if all(len(_axis(those, p)) >= LEAST for p in (x, y))}
        if wide:
            at = min(wide, key=lambda at: (-len(wide[at]), at))
            planes.append(_plane((x, y, fixed), at, {place: values[place] for place in wide[at]}))
    return tuple(planes)


def _part(place: Place, parameter: Parameter) -> float:
    return place[("eta", "b", "alpha").index(parameter)]


def _axis(places: Sequence[Place], parameter: Parameter) -> tuple[float, ...]:
    return tuple(sorted({_part(place, parameter) for place in places}))


def _plane(axes: tuple[Parameter, Parameter, Parameter], at: float, values: Values) -> Plane:
    x, y, fixed = axes
    columns, rows = _axis(list(values), x), _axis(list(values), y)
    layers = {name: np.full((len(rows), len(columns)), np.nan) for name in LAYERS}
    for place, known in values.items():
        for name, value in known.items():
            layers[name][rows.index(_part(place, y)), columns.index(_part(place, x))] = value
    there = {name: layer for name, layer in layers.items() if np.isfinite(layer).any()}
    return Plane(x, y, fixed, at, columns, rows, there)


def edges(values: Sequence[float], *, is_log: bool) -> FloatArray:
    """Return the ends of the strips around values, float64[value + 1]: halfway between neighbours on the axis.

    An infinite value, no clipping, has a strip of its own beyond the others.
    """
    finite = np.array([value for value in values if math.isfinite(value)])
    places = np.log(finite) if is_log else finite
    middles = (places[1:] + places[:-1]) / 2
    first, last = places[0] - (middles[0] - places[0]), places[-1] + (places[-1] - middles[-1])
    ends = np.concatenate([[first], middles, [last]])
    if len(finite) < len(values):
        ends = np.append(ends, last + (ends[-1] - ends[-2]))
    return np.asarray(np.exp(ends) if is_log else ends)


def draw_map(axes: Axes, plane: Plane, layer: str, norm: Normalize, distance: float | None = None) -> Axes:
    """Draw one layer of a plane as coloured cells, with lines where whole clips reach the end of the domain.

    Parameters
    ----------
    axes
        Where to draw; scales, limits, labels and title are set.
    plane
        What to draw; a cell without a value stays white.
    layer
        Of `LAYERS`.
    norm
        From values to colours.
    distance
        r of docs/model.md (3), in landscape units: lines stand at b = r, r/2, ..., where l* changes.

    Returns
    -------
    Axes
        The same axes.
    """
    ends = [edges(values, is_log=name != "alpha") for name, values in ((plane.x, plane.columns), (plane.y, plane.rows))]
    axes.grid(visible=False)
    axes.pcolormesh(*ends, plane.layers[layer], norm=norm, cmap="cividis", linewidth=0)
    for which, name, values, limits in zip("xy", (plane.x, plane.y), (plane.columns, plane.rows), ends, strict=True):
        _scale(axes, which, name, values, limits)
    for number_of_jumps, b in lines_of(plane, distance):
        is_named = number_of_jumps <= MOST_LINES and axes.get_subplotspec() is not None
        (axes.axhline if plane.y == "b" else axes.axvline)(b, label="line", **LINE)
        if is_named and layer == next(iter(plane.layers)):
            _name_line(axes, number_of_jumps, b, is_level=plane.y == "b")
    axes.set_title(LAYERS[layer])
    return axes


def _name_line(axes: Axes, n: int, b: float, *, is_level: bool) -> None:
    style: dict[str, Any] = {"fontsize": "x-small", "bbox": PLATE, "ha": "center", "va": "center"}
    place = (0.93, b) if is_level else (b, 0.93)
    transform = axes.get_yaxis_transform() if is_level else axes.get_xaxis_transform()
    axes.text(*place, f"{n}", transform=transform, **style)


def _scale(axes: Axes, which: str, name: str, values: Sequence[float], ends: FloatArray) -> None:
    """Scale an axis and name some of its values; no clipping is named in the middle of its strip."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    if name != "alpha":
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    (axes.set_xlim if which == "x" else axes.set_ylim)(ends[0], ends[-1])
    marks = [value if math.isfinite(value) else float(np.sqrt(ends[-1] * ends[-2])) for value in values]
    places = np.unique(np.linspace(0, len(values) - 1, min(len(values), MOST_TICKS)).round().astype(int))
    axis.set_ticks([marks[k] for k in places], [number(values[k]) for k in places], fontsize="small")
    axis.set_ticks([], minor=True)
    axis.set_label_text(AXIS_LABELS[name])


def lines_of(plane: Plane, distance: float | None) -> list[tuple[int, float]]:
    """List (k, r/k) for whole k, as far as they lie on the plane's axis of b."""
    if distance is None or "b" not in (plane.x, plane.y):
        return []
    clips = plane.columns if plane.x == "b" else plane.rows
    finite = [b for b in clips if math.isfinite(b)]
    low, high = (float(end) for end in edges(finite, is_log=True)[[0, -1]])
    first, last = max(1, math.ceil(distance / high)), math.floor(distance / low)
    return [(k, distance / k) for k in range(first, last + 1)]


def draw(shown: Maps) -> Figure:
    """Draw a row for each plane: measured beside exact with one scale of colours, then the exponent with its own."""
    n_columns = max(len(plane.layers) for plane in shown.planes)
    figure = Figure(figsize=(PAGE, 0.35 + 2.35 * len(shown.planes)), layout="constrained")
    grid = figure.subplots(len(shown.planes), n_columns, squeeze=False)
    for row, plane in zip(grid, shown.planes, strict=True):
        norms = _norms(plane)
        for axes, layer in zip(row, plane.layers, strict=False):
            draw_map(axes, plane, layer, norms[layer], shown.distance)
        for axes in row[1 : len(plane.layers)]:
            axes.set_ylabel("")
        for axes in row[len(plane.layers) :]:
            axes.remove()
        row[0].set_ylabel(f"{AXIS_LABELS[plane.y]}  ({_fixed_words(plane, shown.distance)})")
        _draw_bars(figure, row, plane, norms)
    return figure


def _norms(plane: Plane) -> dict[str, Normalize]:
    means = np.concatenate(
        [layer.ravel() for name, layer in plane.layers.items() if name != "exponent"] or [np.ones(1)]
    )
    means = means[np.isfinite(means)]
    norms: dict[str, Normalize] = dict.fromkeys(plane.layers, LogNorm(float(means.min()), float(means.max())))
    if "exponent" in plane.layers:
        exponents = plane.layers["exponent"]
        norms["exponent"] = Normalize(float(np.nanmin(exponents)), float(np.nanmax(exponents)))
    return norms


def _draw_bars(figure: Figure, row: Sequence[Axes], plane: Plane, norms: Mapping[str, Normalize]) -> None:
    """Put the scale of the means beside the last of their maps, and that of the exponent beside its own."""
    means = [axes for axes, name in zip(row, plane.layers, strict=False) if name != "exponent"]
    others = [axes for axes, name in zip(row, plane.layers, strict=False) if name == "exponent"]
    for places, name, label in ((means[-1:], "exact", "steps"), (others, "exponent", "")):
        if places:
            norm = norms.get(name) or norms[next(iter(plane.layers))]
            bar = figure.colorbar(ScalarMappable(norm, "cividis"), ax=places, aspect=25, pad=0.02)
            bar.ax.set_title(label, fontsize="small")
            if isinstance(norm, LogNorm):
                low, high = bar.ax.get_ylim()
                label_decades(bar.ax.yaxis, math.log10(high / low), "y")


def _fixed_words(plane: Plane, distance: float | None) -> str:
    if plane.fixed == "alpha":
        return tail_label(plane.at)
    if plane.fixed == "eta":
        return rf"$\eta$ = {number(plane.at)}"
    if distance is None or math.isinf(plane.at):
        return clip_label(plane.at)
    return rf"{clip_label(plane.at)}, $r/b$ = {number(float(f'{distance / plane.at:.3g}'))}"


def finding(shown: Maps) -> str:
    """Say how far mean exit times reach, how near measured ones are to exact ones, and what the lines are."""
    plane = shown.planes[0]
    known = plane.layers.get("exact", plane.layers.get("measured"))
    text = "Local exponent"
    if known is not None:
        low, high = (number(float(f"{value:.2g}")) for value in (np.nanmin(known), np.nanmax(known)))
        text = f"Mean exit times from {low} to {high} steps"
    if "measured" in plane.layers and "exact" in plane.layers:
        ratio = plane.layers["measured"] / plane.layers["exact"]
        if np.isfinite(ratio).any():
            text += f", measured {np.nanmin(ratio):.2f} to {np.nanmax(ratio):.2f} times the exact ones"
    has_lines = any(lines_of(one, shown.distance) for one in shown.planes)
    return text + (r"; white lines: $r/b$ = 1, 2, ..." if has_lines else "")


def rows(shown: Maps) -> list[Row]:
    """List all that the figure shows, a row for each cell of each plane and for each line."""
    columns = {"measured": "mean_exit_steps", "exact": "mean_exit_steps_exact", "exponent": "local_exponent_exact"}
    found: list[Row] = []
    for plane in shown.planes:
        key: Row = {"plane": f"{plane.x} {plane.y}"}
        for i, y in enumerate(plane.rows):
            for j, x in enumerate(plane.columns):
                values = {columns[name]: float(layer[i, j]) for name, layer in plane.layers.items()}
                if any(map(math.isfinite, values.values())):
                    place = {plane.x: x, plane.y: y, plane.fixed: plane.at}
                    found.append({"layer": "cell", **key, **{p: place[p] for p in ("eta", "b", "alpha")}, **values})
        found += [{"layer": "line", **key, "b": b, "distance_over_b": k} for k, b in lines_of(plane, shown.distance)]
    return found


def gather(study: Study) -> Maps | None:
    """Take what the figure shows from a study; None where no plane has enough cells."""
    values: dict[Place, dict[str, float]] = {}
    for cell in study.cells:
        if cell.alpha is not None and cell.mean_exit_steps is not None:
            values.setdefault((cell.eta, cell.b, cell.alpha), {})["measured"] = cell.mean_exit_steps
    for one in study.own_predictions():
        if one.alpha is not None and one.mean_exit_steps_exact is not None:
            known = values.setdefault((one.eta, one.b, one.alpha), {})
            known["exact"] = one.mean_exit_steps_exact
            if one.local_exponent_exact is not None:
                known["exponent"] = one.local_exponent_exact
    plan = study.plan
    end = nearest_end(plan.build_landscape(), plan.exit_domain(), plan.noise.p_plus)
    planes = map_planes(values)
    return Maps(planes, None if end is None else end.distance) if planes else None


FIGURE = FigureKind(
    name="map",
    place=18,
    of="exits",
    reads=("cells", "predictions"),
    needs="it needs four values or more of two of eta, b and alpha at one value of the third; give [grid] more, "
    "as in --set 'grid.b=[0.3, 0.4, 0.6, 0.9]', and run the plan again, or draw exact values alone: hts plot PLAN",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
