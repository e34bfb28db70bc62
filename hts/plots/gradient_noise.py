"""Figure of the tail index of gradient noise against iteration, width, depth and batch size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from hts.plots.looks import AID, DOTTED, looks_in_order
from hts.plots.save import Row, save_figure
from hts.plots.style import PAGE, house_style, place_legend, set_title

PANELS: Final = {"iteration": "iteration", "width": "width", "depth": "hidden layers", "batch": "batch size"}
NAMES: Final = {
    "blocks": "block estimator (23), coordinates pooled",
    "norms": "Hill, norms over batches",
    "coordinates": "Hill, single coordinates over batches (median)",
}


def plot_gradient_noise(found: Sequence[Any], title: str, folder: str | Path) -> tuple[Path, ...]:
    """Draw the indices, and write `gradient_noise`.pdf, .png and .csv.

    Parameters
    ----------
    found : sequence of NoiseIndex
        As `hts.networks.noise_study.noise_study` gives them.
    title : str
        Of the plan.
    folder : path
        Made if it is not there.
    """
    with house_style():
        figure = draw_gradient_noise(found)
        set_title(figure, title)
        return save_figure(figure, folder, "gradient_noise", rows_of(found))


def draw_gradient_noise(found: Sequence[Any]) -> Figure:
    """Draw a panel for each thing that is varied, means over replications with their intervals."""
    looks, handles = looks_in_order(NAMES), list[Artist]()
    figure = Figure(figsize=(PAGE, 2.9), layout="constrained")
    panels = figure.subplots(1, len(PANELS), sharey=True)
    for axes, (varied, label) in zip(panels, PANELS.items(), strict=True):
        values = sorted({one.value for one in found if one.varied == varied})
        for place, (estimator, name) in enumerate(NAMES.items()):
            group = sorted((o for o in found if (o.varied, o.estimator) == (varied, estimator)), key=lambda o: o.value)
            y = np.array([one.mean for one in group])
            reach = [y - [one.low for one in group], [one.high for one in group] - y]
            x = np.array([values.index(one.value) for one in group]) + 0.12 * (place - 1)
            look = looks[estimator]
            line = axes.errorbar(x, y, reach, color=look.colour, marker=look.marker, ms=3, lw=0.8, label=name)
            if axes is panels[0]:
                handles.append(line)
        axes.axhline(2.0, color=AID, lw=0.7, ls=DOTTED, zorder=0)
        axes.set_xticks(range(len(values)), [f"{value}" for value in values])
        axes.set_xlabel(label)
    panels[0].set_ylabel(r"estimated tail index $\alpha$")
    place_legend(figure, [handles], 3)
    return figure


def rows_of(found: Sequence[Any]) -> list[Row]:
    """List all that is drawn."""
    names = ("varied", "value", "estimator", "n", "mean", "low", "high", "power_laws")
    return [{name: getattr(one, name) for name in names} for one in found]
