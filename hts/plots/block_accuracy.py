"""Figure of the block estimator's accuracy; `python -m hts.plots.block_accuracy FOLDER [SAMPLES]` draws it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.plots.looks import AID, DOTTED, looks_in_order
from hts.plots.save import Row, save_figure
from hts.plots.style import PAGE, house_style, place_legend, set_title
from hts.tails.accuracy import BLOCK_SIZE, N_BLOCKS, Accuracy, asymptotic_deviation, block_accuracy, reading

#: Samples of each law.
N_SAMPLES = 200
LAWS = ("stable", "pareto", "lomax", "student", "normal")


def plot_block_accuracy(found: Sequence[Accuracy], folder: str | Path) -> tuple[Path, ...]:
    """Draw the accuracy, and write `block_accuracy`.pdf, .png and .csv.

    Parameters
    ----------
    found : sequence of Accuracy
        As `hts.tails.accuracy.block_accuracy` gives them.
    folder : path
        Made if it is not there.
    """
    with house_style():
        figure = draw_block_accuracy(found)
        set_title(figure, "The block estimator is accurate on stable laws, and biased by tenths on others")
        return save_figure(figure, folder, "block_accuracy", rows_of(found))


def draw_block_accuracy(found: Sequence[Accuracy]) -> Figure:
    """Draw both panels."""
    figure = Figure(figsize=(PAGE, 2.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    _spread(left, [one for one in found if one.law == "stable"])
    looks = looks_in_order(LAWS)
    handles = []
    for law in LAWS[1:]:
        group = [one for one in found if one.law == law]
        x = [min(one.alpha, 4.0) for one in group]
        errors = [one.mean_error for one in group]
        handles.append(right.errorbar(x, [one.mean for one in group], errors, color=looks[law].colour, ls="none",
                                      marker=looks[law].marker, ms=4, label=law))  # fmt: skip
        if law in ("pareto", "student"):
            alphas = np.linspace(min(x), max(x), 40)
            right.plot(alphas, [reading(law, float(a)) for a in alphas], color=looks[law].colour, lw=1.0)
    right.plot([0.5, 2.0, 4.0], [0.5, 2.0, 2.0], color=AID, lw=0.7, ls=DOTTED, zorder=0)
    right.set(xlabel=r"tail index $\alpha$ of the law (normal: at 4)", ylabel=r"(23) reads")
    place_legend(figure, [handles], 4)
    return figure


def _spread(axes: Axes, stable: Sequence[Accuracy]) -> None:
    """Draw deviation and bias on stable laws, beside the asymptotic deviation."""
    x = [one.alpha for one in stable]
    colour = looks_in_order(LAWS)["stable"].colour
    alphas = np.linspace(min(x), 2.0, 100)
    axes.plot(alphas, [asymptotic_deviation(float(a), BLOCK_SIZE, N_BLOCKS) for a in alphas], color=AID, lw=1.0)
    ends = np.array([one.deviation_interval for one in stable]).T
    deviation = np.array([one.deviation for one in stable])
    axes.errorbar(x, deviation, [deviation - ends[0], ends[1] - deviation], color=colour, marker="o", ms=4, ls="none")
    bias = [one.mean - one.alpha for one in stable]
    axes.errorbar(x, bias, [one.mean_error for one in stable], color=colour, marker="s", ms=4, mfc="white", ls="none")
    axes.axhline(0.0, color=AID, lw=0.6, ls=DOTTED, zorder=0)
    axes.set(xlabel=r"index $\alpha$ of the stable law", ylabel="standard deviation (filled), bias (open)")


def rows_of(found: Sequence[Accuracy]) -> list[Row]:
    """List all that is drawn."""
    return [
        {
            "law": one.law, "alpha": one.alpha, "n_samples": one.n, "mean": one.mean, "mean_error": one.mean_error,
            "deviation": one.deviation, "deviation_asymptotic": one.expected, "limit": one.limit,
        }
        for one in found
    ]  # fmt: skip


if __name__ == "__main__":
    plot_block_accuracy(block_accuracy(int(sys.argv[2]) if len(sys.argv) > 2 else N_SAMPLES), sys.argv[1])
