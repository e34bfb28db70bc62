"""Flights out of an interval: mean exit times beside Getoor's law, landings beside Ray's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.answers.flights import Flight
from hts.arrays import FloatArray
from hts.plots.looks import AID, Look, looks_in_order
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import PAGE, log_axis, number, place_legend, tail_label

CURVE_POINTS = 101
"""Points of a closed form."""


def draw_means(axes: Axes, flights: Sequence[Flight], looks: Mapping[float, Look]) -> Axes:
    """Draw mean exit times against the start, in units of Getoor's mean from the middle.

    Parameters
    ----------
    axes
        Where to draw; limits and labels are set.
    flights
        Of one epsilon; of each alpha the largest and the smallest step.
    looks
        Of each alpha.

    Returns
    -------
    Axes
        The same axes.
    """
    finest = min(flight.step for flight in flights)
    z = np.linspace(0.0, 1.0, CURVE_POINTS)
    for flight in flights:
        own = looks[flight.alpha]
        if flight.step == finest:
            axes.plot(z, (1.0 - z * z) ** (flight.alpha / 2.0), color=own.colour, linestyle=own.line)
        _points(axes, flight.starts, flight.mean_time / flight.getoor[0], own, is_finest=flight.step == finest)
    axes.set(xlabel="start, half-widths from the middle", ylabel="mean exit time / Getoor's from the middle")
    return axes


def draw_landings(axes: Axes, flights: Sequence[Flight], looks: Mapping[float, Look]) -> Axes:
    """Draw the probability to land farther than a distance from the end against that distance; see `draw_means`."""
    finest = min(flight.step for flight in flights)
    for flight in flights:
        own, beyond = looks[flight.alpha], flight.distances - 1.0
        if flight.step == finest:
            axes.plot(beyond, flight.ray, color=own.colour, linestyle=own.line)
        _points(axes, beyond, flight.beyond, own, is_finest=flight.step == finest)
    log_axis(axes, "x", (flights[0].distances - 1.0).tolist())
    log_axis(axes, "y", [value for flight in flights for value in flight.ray.tolist()])
    axes.set(xlabel="distance beyond the end, half-widths", ylabel="P(landing farther)")
    return axes


def _points(axes: Axes, x: FloatArray, y: FloatArray, own: Look, *, is_finest: bool) -> None:
    face = own.colour if is_finest else "white"
    axes.plot(x, y, linestyle="none", marker=own.marker, color=own.colour, markerfacecolor=face)


def draw(flights: Sequence[Flight]) -> Figure:
    """Draw means on the left, landings on the right."""
    looks = looks_in_order(sorted({flight.alpha for flight in flights}))
    figure = Figure(figsize=(PAGE, 2.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_means(left, flights, looks)
    draw_landings(right, flights, looks)
    steps = sorted({flight.step for flight in flights})
    layers: list[Artist] = [Line2D([], [], color=AID, label="SDE: Getoor, Ray")]
    for step in steps:
        face = AID if step == steps[0] else "white"
        look: dict[str, Any] = {"color": AID, "marker": "o", "markerfacecolor": face, "linestyle": "none"}
        layers.append(Line2D([], [], label=f"exact, $h$ = {number(step)}", **look))
    series: list[Artist] = [
        Line2D([], [], color=own.colour, marker=own.marker, linestyle=own.line, label=tail_label(alpha))
        for alpha, own in looks.items()
    ]
    place_legend(figure, (series, layers), n_columns=6)
    return figure


def finding(flights: Sequence[Flight]) -> str:
    """Say by how much the walk is later than the SDE at its smallest step, at most."""
    finest = min(flight.step for flight in flights)
    excess = max(flight.mean_time[0] / flight.getoor[0] - 1.0 for flight in flights if flight.step == finest)
    late = number(float(f"{100 * excess:.2g}"))
    return rf"At $h$ = {number(finest)} a walk from the middle leaves up to {late} % later than the flight itself"


def rows(flights: Sequence[Flight]) -> list[Row]:
    """List what is drawn, a row for each point."""
    found: list[Row] = []
    for flight in flights:
        same = {"epsilon": flight.epsilon, "alpha": flight.alpha, "step": flight.step}
        found += [
            {"law": "Getoor", **same, "at": float(z), "exact": float(mean), "sde": float(law)}
            for z, mean, law in zip(flight.starts, flight.mean_time, flight.getoor, strict=True)
        ]
        found += [
            {"law": "Ray", **same, "at": float(y), "exact": float(p), "sde": float(law)}
            for y, p, law in zip(flight.distances, flight.beyond, flight.ray, strict=True)
        ]
    return found


def gather(study: Study) -> Sequence[Flight]:
    """Take what the figure shows from a study."""
    return study.flights


FIGURE = FigureKind(
    name="flights",
    place=17,
    of="exits",
    levy=True,
    reads=("flights",),
    needs='it needs kind = "flat" in [landscape], a domain with two finite ends, and exact values',
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
