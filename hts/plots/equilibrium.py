"""Transition probabilities and equilibrium of a Levy-driven SDE against epsilon: measured, exact at h, limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.comparison.levy_points import LevyPoint, exit_points, visit_points
from hts.plots.looks import AID, Look, looks_in_order, paler
from hts.plots.save import Row
from hts.plots.smooth import smooth_share
from hts.plots.study import FigureKind, Study
from hts.plots.style import PAGE, log_axis, number, place_legend, tail_label

MOST_PANELS = 3
"""Tail indices drawn, evenly over those of the plan."""
MOST_WELLS = 8
"""Wells drawn: more look alike."""
EPSILON_LABEL = r"noise strength $\varepsilon$"

Panel = tuple[LevyPoint, ...]  # one alpha, the smallest step, epsilon from large to small


@dataclass(frozen=True)
class Mark:
    """One number with all that is known of it."""

    epsilon: float
    measured: float | None
    low: float | None
    high: float | None
    exact: float | None
    limit: float | None


def epsilon_panels(points: Sequence[LevyPoint]) -> tuple[Panel, ...]:
    """Gather the cells of the smallest step into a panel for each alpha, at most three."""
    if not points:
        return ()
    finest = min(point.step for point in points)
    alphas = sorted({point.alpha for point in points})
    if len(alphas) > MOST_PANELS:
        alphas = [alphas[k * (len(alphas) - 1) // (MOST_PANELS - 1)] for k in range(MOST_PANELS)]
    own = [point for point in points if point.step == finest]
    return tuple(tuple(point for point in own if point.alpha == alpha) for alpha in alphas)


def moves(panel: Panel) -> dict[str, list[Mark]]:
    """List, by destination, the probabilities to go there from the well of the start."""
    found: dict[str, list[Mark]] = {}
    for point in panel:
        for one in point.transitions:
            mark = Mark(point.epsilon, one.probability, one.low, one.high, one.exact, one.limit)
            found.setdefault(one.to, []).append(mark)
    return found


def stays(panel: Panel) -> dict[str, list[Mark]]:
    """List, by well, the shares of time."""
    found: dict[str, list[Mark]] = {}
    for point in panel:
        for well in range(max(len(point.exact or ()), len(point.limit or ()), len(point.shares))):
            mark = Mark(
                point.epsilon,
                point.shares[well] if point.shares else None,
                point.low[well] if point.low else None,
                point.high[well] if point.high else None,
                point.exact[well] if point.exact else None,
                point.limit[well] if point.limit else None,
            )
            found.setdefault(str(well), []).append(mark)
    return found


def draw_marks(axes: Axes, marks: Mapping[str, Sequence[Mark]], looks: Mapping[str, Look]) -> Axes:
    """Draw numbers between 0 and 1 against epsilon, a series for each well.

    Parameters
    ----------
    axes
        Where to draw; scale and limits are set.
    marks
        What to draw: measured as markers with their intervals, exact at h as a pale line, the limit as a dashed line.
    looks
        Of each well.

    Returns
    -------
    Axes
        The same axes.
    """
    log_axis(axes, "x", [mark.epsilon for those in marks.values() for mark in those])
    left, right = axes.get_xlim()
    for name, those in marks.items():
        if name not in looks:
            continue
        own = looks[name]
        exact = [(mark.epsilon, mark.exact) for mark in those if mark.exact is not None]
        if exact:
            axes.plot(*smooth_share(*np.array(exact).T), color=paler(own.colour), linewidth=2.5)
        for mark in those:
            if mark.measured is None:
                continue
            if mark.low is not None and mark.high is not None:
                axes.plot([mark.epsilon] * 2, [mark.low, mark.high], color=own.colour, linewidth=0.8)
            axes.plot([mark.epsilon], [mark.measured], color=own.colour, marker=own.marker, linestyle="none")
        if (limit := those[0].limit) is not None:
            axes.plot([left, right], [limit] * 2, color=own.colour, linestyle="--", linewidth=0.8)
    axes.set(ylim=(-0.03, 1.03), xlabel=EPSILON_LABEL)
    return axes


def draw(panels: Sequence[Panel]) -> Figure:
    """Draw transition probabilities above, shares of time below, a column for each alpha."""
    parts = [(name, part) for name, part in _parts(panels) if any(part(panel) for panel in panels)]
    wells = dict.fromkeys(name for panel in panels for _, part in parts for name in part(panel))
    looks = looks_in_order(sorted(wells, key=lambda name: (len(name), name))[:MOST_WELLS])
    height = 2.0 * len(parts) + 0.5
    figure = Figure(figsize=(PAGE, height), layout="constrained")
    places = figure.subplots(len(parts), len(panels), sharex=True, sharey="row", squeeze=False)
    for row, (label, part) in enumerate(parts):
        for column, panel in enumerate(panels):
            axes = draw_marks(places[row][column], part(panel), looks)
            axes.set_title(tail_label(panel[0].alpha) if row == 0 else "")
            axes.set_ylabel(label if column == 0 else "")
            axes.label_outer()
    series: list[Artist] = [
        Line2D([], [], color=own.colour, marker=own.marker, linestyle="none", label=_well(name))
        for name, own in looks.items()
    ]
    marks = [mark for panel in panels for _, part in parts for those in part(panel).values() for mark in those]
    place_legend(figure, (series, _layers(marks)), n_columns=6)
    return figure


def _parts(panels: Sequence[Panel]) -> list[tuple[str, Callable[[Panel], dict[str, list[Mark]]]]]:
    """List the rows of the figure: a label, and what is drawn of a panel."""
    return [(f"P(from well {panels[0][0].well} to)", moves), ("share of time", stays)]


def _well(name: str) -> str:
    return f"well {name}" if name.isdigit() else name


def _layers(marks: Sequence[Mark]) -> list[Artist]:
    found: list[Artist] = []
    if any(mark.measured is not None for mark in marks):
        found.append(Line2D([], [], color=AID, marker="o", label="measured, 95 %"))
    if any(mark.exact is not None for mark in marks):
        found.append(Line2D([], [], color=paler(AID), linewidth=2.5, label=r"exact at $h$"))
    if any(mark.limit is not None for mark in marks):
        found.append(Line2D([], [], color=AID, linestyle="--", linewidth=0.8, label=r"limit $\varepsilon \to 0$"))
    return found


def finding(panels: Sequence[Panel]) -> str:
    """Say how far the shares of time, or else the landings, are from the limit at the smallest epsilon."""
    panel = panels[0]
    for what, part in (("Shares of time", stays(panel)), ("Transition probabilities", moves(panel))):
        last = [those[-1] for those in part.values()]
        away = [abs(one.exact - one.limit) for one in last if one.exact is not None and one.limit is not None]
        if away:
            most, epsilon = number(float(f"{max(away):.2g}")), number(last[0].epsilon)
            where = rf"$\varepsilon$ = {epsilon}, {tail_label(panel[0].alpha)}"
            return f"{what} are within {most} of the limit at {where}"
    return "Where walkers go, and where they stay, as the noise gets weaker"


def rows(panels: Sequence[Panel]) -> list[Row]:
    """List what is drawn, a row for each number."""
    found: list[Row] = []
    for panel in panels:
        for quantity, part in (("transition", moves(panel)), ("share", stays(panel))):
            for to, those in part.items():
                found += [
                    {
                        "quantity": quantity,
                        "alpha": panel[0].alpha,
                        "step": panel[0].step,
                        "from": panel[0].well if quantity == "transition" else None,
                        "well": to,
                        "epsilon": mark.epsilon,
                        "measured": mark.measured,
                        "low": mark.low,
                        "high": mark.high,
                        "exact": mark.exact,
                        "limit": mark.limit,
                    }
                    for mark in those
                ]
    return found


def gather(study: Study) -> tuple[Panel, ...]:
    """Take what the figure shows from a study."""
    plan = study.plan
    if plan.build_landscape().n_wells == 1:
        return ()
    return epsilon_panels(POINTS[plan.study.table](study))


def _of_exits(study: Study) -> tuple[LevyPoint, ...]:
    return exit_points(study.plan, study.cells, study.predictions, study.shares)


def _of_visits(study: Study) -> tuple[LevyPoint, ...]:
    return visit_points(study.plan, study.visits, study.shares)


#: By the name of the plan's table.
POINTS = {"exit": _of_exits, "visits": _of_visits}


FIGURE = FigureKind(
    name="equilibrium",
    place=15,
    levy=True,
    reads=("cells", "predictions", "shares", "visits"),
    needs="it needs two wells or more; of long runs ([visits]) some that are done",
    gather=gather,
    draw=draw,
    finding=finding,
    rows=rows,
)
