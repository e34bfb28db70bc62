"""Figure of trained networks: methods side by side, and their paired differences from the first with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.plots.looks import AID, Look, looks_in_order
from hts.plots.save import Row
from hts.plots.style import PAGE, set_title

#: A bar that is so many times as long as the middle one runs out of its panel.
WIDE = 5.0
#: Measures that are drawn; the CSV holds all.
DRAWN = {
    "test_accuracy": "test accuracy",
    "train_loss": "training loss",
    "pac_bayes": r"PAC-Bayes, $1/\sigma^2$",
    "maximal": r"maximal, $1/r^2$",
}


def titled_training(document: Mapping[str, Any], title: str) -> Figure:
    """Draw the comparison under its title; call it inside the house style."""
    figure = draw_training(document)
    set_title(figure, title)
    return figure


def draw_training(document: Mapping[str, Any]) -> Figure:
    """Draw a column of two panels for each measure: mean and standard error, and differences below."""
    methods = list(dict.fromkeys(one["method"] for one in document["measures"]))
    looks = looks_in_order(methods)
    figure = Figure(figsize=(PAGE, 4.2), layout="constrained")
    axes = figure.subplots(2, len(DRAWN), sharex=True)
    for place, (measure, label) in enumerate(DRAWN.items()):
        _means(axes[0, place], [m for m in document["measures"] if m["measure"] == measure], looks)
        _differences(axes[1, place], [d for d in document["differences"] if d["measure"] == measure], methods, looks)
        axes[0, place].set_title(label)
        axes[1, place].set_xticks(range(len(methods)), methods, rotation=60)
        axes[1, place].set_xlim(-0.5, len(methods) - 0.5)
    axes[0, 0].set_ylabel("mean ± standard error")
    axes[1, 0].set_ylabel(f"minus that of {methods[0]}, 95 %")
    return figure


def _look_at(axes: Axes, bars: Sequence[tuple[int, float, float, float]]) -> None:
    """Choose a panel's range by bars (place, low, middle, high) of usual length; write a middle beyond it at its edge.

    A method some of whose networks fail would else press all the others together.
    """
    if not bars:
        return
    usual = WIDE * sorted(high - low for _, low, _, high in bars)[len(bars) // 2]
    kept = [bar for bar in bars if bar[3] - bar[1] <= usual] if usual > 0.0 else bars
    if len(kept) == len(bars):
        return
    low, high = min(bar[1] for bar in kept), max(bar[3] for bar in kept)
    low, high = low - 0.15 * (high - low), high + 0.15 * (high - low)
    axes.set_ylim(low, high)
    outside = [bar for bar in bars if not low < bar[2] < high]
    for is_above in (False, True):
        edge, sign, lies = (high, -1, "top") if is_above else (low, 1, "bottom")
        beyond = [(place, middle) for place, _, middle, _ in outside if (middle >= high) is is_above]
        for turn, (place, middle) in enumerate(beyond):  # neighbours on two lines, so that they do not touch
            axes.annotate(
                f"{middle:.3g}".replace("-", "\u2212"), (place, edge), xytext=(0, sign * (3 + 10 * (turn % 2))),
                textcoords="offset points", ha="center", va=lies, fontsize="small",
                bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none"},
            )  # fmt: skip


def _means(axes: Axes, measures: Sequence[Mapping[str, Any]], looks: Mapping[str, Look]) -> None:
    sound = [(place, one) for place, one in enumerate(measures) if one["mean"] is not None]
    _look_at(axes, [(i, m["mean"] - (m["error"] or 0.0), m["mean"], m["mean"] + (m["error"] or 0.0)) for i, m in sound])
    for place, one in sound:
        style = looks[one["method"]]
        axes.errorbar(
            [place], [one["mean"]], [one["error"] or 0.0], color=style.colour, marker=style.marker, ms=4, lw=1.0
        )


def _differences(
    axes: Axes, differences: Sequence[Mapping[str, Any]], methods: Sequence[str], looks: Mapping[str, Look]
) -> None:
    """Draw each method minus the first; a marker is filled only where the interval leaves 0 out."""
    axes.axhline(0.0, color=AID, lw=0.6)
    shown = [one for one in differences if one["one"] == methods[0] and one["low"] is not None]
    _look_at(axes, [(methods.index(one["other"]), -one["high"], -one["mean"], -one["low"]) for one in shown])
    for one in shown:
        style, middle = looks[one["other"]], -one["mean"]
        reach = [[middle + one["high"]], [-one["low"] - middle]]
        axes.errorbar(
            [methods.index(one["other"])], [middle], reach, color=style.colour, marker=style.marker, ms=4, lw=1.0,
            mfc=style.colour if one["is_different"] else "white",
        )  # fmt: skip


def rows_of(document: Mapping[str, Any]) -> list[Row]:
    """List means and differences of all measures; a difference is `method` minus `other`."""
    means = [{"kind": "mean", **one} for one in document["measures"]]
    return means + [
        {"kind": "difference", "method": one["one"], "other": one["other"]}
        | {name: one[name] for name in ("measure", "n", "mean", "low", "high", "is_different")}
        for one in document["differences"]
    ]
