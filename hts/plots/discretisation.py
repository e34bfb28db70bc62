"""How far exits of Euler's scheme are from those of the SDE, against the step h."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.answers.discretisation import Discretisation
from hts.plots.looks import AID, Look, looks_in_order
from hts.plots.save import Row
from hts.plots.study import FigureKind, Study
from hts.plots.style import PAGE, listing, log_axis, number, panel_grid, place_legend, tail_label

MOST_PANELS = 3
"""Strengths epsilon that have a panel, evenly over those of the plan."""
LAYERS: dict[str, tuple[Literal["-", ":"], str]] = {
    "mean_exit_time": ("-", "mean exit time"),
    "probability_within": (":", r"P(exit within $t$)"),
}
"""What is drawn, with its line and its name; the escape rate lies on the mean, and is in the CSV alone."""
STEP_LABEL = r"step $h$"


def study_panels(studies: Sequence[Discretisation]) -> tuple[tuple[Discretisation, ...], ...]:
    """Gather what has an SDE's value into a panel for each epsilon, the largest first, at most three."""
    known = [study for study in studies if study.mean_exit_time.limit]
    strengths = sorted({study.epsilon for study in known}, reverse=True)
    if len(strengths) > MOST_PANELS:
        strengths = [strengths[k * (len(strengths) - 1) // (MOST_PANELS - 1)] for k in range(MOST_PANELS)]
    return tuple(tuple(study for study in known if study.epsilon == epsilon) for epsilon in strengths)


def biases(study: Discretisation, name: str) -> list[tuple[float, float]]:
    """List (h, |value/SDE - 1|) where the difference is known, not rounding or its own error."""
    found = study.approaches[name]
    least = 3.0 * (found.relative_error or 0.0)
    pairs = [(h, abs(found.bias(k) or 0.0)) for k, h in enumerate(study.steps)]
    return [(h, bias) for h, bias in pairs if bias > least]


def draw_errors(axes: Axes, panel: Sequence[Discretisation], looks: Mapping[float, Look]) -> Axes:
    """Draw the relative error of one epsilon against h, both axes logarithmic, a series for each alpha.

    Parameters
    ----------
    axes
        Where to draw; labels and title are set.
    panel
        Of one epsilon.
    looks
        Of each alpha.

    Returns
    -------
    Axes
        The same axes.
    """
    for study in panel:
        own = looks[study.alpha]
        for name, (line, _) in LAYERS.items():
            if pairs := biases(study, name):
                h, bias = zip(*pairs, strict=True)
                axes.plot(h, bias, color=own.colour, linestyle=line, marker=own.marker, markersize=2.8, linewidth=0.8)
    axes.axhline(panel[0].tolerance, color=AID, linewidth=0.7, linestyle="--")
    axes.set(xlabel=STEP_LABEL, title=rf"$\varepsilon$ = {number(panel[0].epsilon)}")
    return axes


def draw(panels: Sequence[Sequence[Discretisation]]) -> Figure:
    """Draw a panel for each epsilon."""
    looks = looks_in_order(sorted({study.alpha for panel in panels for study in panel}))
    figure, places = panel_grid(len(panels), MOST_PANELS, PAGE, panel_height=2.5, extra_height=0.4)
    for axes, panel in zip(places, panels, strict=True):
        draw_errors(axes, panel, looks)
    shown = [pair for panel in panels for study in panel for name in LAYERS for pair in biases(study, name)]
    log_axis(places[0], "x", [h for h, _ in shown])
    log_axis(places[0], "y", [bias for _, bias in shown])
    places[0].set_ylabel("relative distance from the SDE")
    series: list[Artist] = [
        Line2D([], [], color=own.colour, marker=own.marker, label=tail_label(alpha)) for alpha, own in looks.items()
    ]
    has_time = any(biases(study, "probability_within") for panel in panels for study in panel)
    layers: list[Artist] = [
        Line2D([], [], color=AID, linestyle=line, label=label)
        for name, (line, label) in LAYERS.items()
        if has_time or name == "mean_exit_time"
    ]
    layers.append(Line2D([], [], color=AID, linewidth=0.7, linestyle="--", label="tolerance"))
    place_legend(figure, (series, layers), n_columns=6)
    return figure


def finding(panels: Sequence[Sequence[Discretisation]]) -> str:
    """Say the largest step that keeps the mean within the tolerance, for each alpha at the smallest epsilon."""
    panel = panels[-1]
    known = [(study.alpha, h) for study in panel if (h := study.mean_exit_time.largest_step) is not None]
    if not known:
        return "Exits of Euler's scheme come late, the later the larger the step"
    steps = listing([number(float(f"{h:.2g}")) for _, h in known])
    alphas = listing([number(alpha) for alpha, _ in known])
    percent = number(100 * panel[0].tolerance)
    return (
        rf"A mean exit time within {percent} % of the SDE's takes $h$ up to {steps} at $\alpha$ = {alphas} "
        rf"($\varepsilon$ = {number(panel[0].epsilon)})"
    )


def rows(panels: Sequence[Sequence[Discretisation]]) -> list[Row]:
    """List every value at every step, and the SDE's."""
    return [
        {
            "quantity": name,
            "epsilon": study.epsilon,
            "alpha": study.alpha,
            "well": study.well,
            "step": h,
            "exact": found.values[k],
            "sde": found.limit,
            "relative_error_sde": found.relative_error,
            "largest_step": found.largest_step,
        }
        for panel in panels
        for study in panel
        for name, found in study.approaches.items()
        if found.limit is not None
        for k, h in enumerate(study.steps)
    ]


def gather(study: Study) -> tuple[tuple[Discretisation, ...], ...]:
    """Take what the figure shows from a study."""
    return study_panels(study.studies)


FIGURE = FigureKind(
    name="discretisation",
    place=16,
    of="exits",
    levy=True,
    reads=("studies",),
    needs="it needs exact values",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
