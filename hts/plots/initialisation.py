"""Figure of initialisation: sigma_s against s and width, and moments through depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.plots.looks import AID, looks_in_order
from hts.plots.save import save_figure
from hts.plots.style import PAGE, house_style, place_legend, set_title

Rows = Sequence[Mapping[str, Any]]


def plot_initialisation(rows: Rows, depths: Rows, folder: str | Path) -> tuple[Path, ...]:
    """Draw sigma_s sqrt(width) against s and width, and E |x|^s through depth where it was measured.

    Parameters
    ----------
    rows, depths : sequence of mapping
        As `hts initialisation --json` gives them; both go into the CSV.
    folder : path
        Made if it is not there.
    """
    with house_style():
        figure = Figure(figsize=(PAGE, 2.9), layout="constrained")
        axes = figure.subplots(1, 3 if depths else 2)
        widths, moments = sorted({r["width"] for r in rows}), sorted({r["moment"] for r in rows})
        looks = list(looks_in_order(range(len(widths) + len(moments))).values())  # widths and moments share none
        by_width = dict(zip(widths, looks[: len(widths)], strict=True))
        by_moment = dict(zip(moments, looks[len(widths) :], strict=True))
        names = list(dict.fromkeys(r["activation"] for r in rows))
        for name in names:
            for width in widths:
                _line(axes[0], [r for r in rows if r["width"] == width and r["activation"] == name], "moment",
                      by_width[width])  # fmt: skip
            for s in moments:
                _line(axes[1], [r for r in rows if r["moment"] == s and r["activation"] == name], "width",
                      by_moment[s])  # fmt: skip
        axes[0].set(xlabel="moment $s$ that is kept", ylabel=r"$\sigma_s\,\sqrt{d}$")
        axes[1].set(xlabel="width $d$", ylabel=r"$\sigma_s\,\sqrt{d}$", xscale="log")
        axes[1].set_xticks(widths, [str(width) for width in widths])
        axes[1].minorticks_off()
        if depths:
            _through_depth(axes[2], depths, by_moment)
        handles = [[_handle(look, f"$d$ = {d}") for d, look in by_width.items()],
                   [_handle(look, f"$s$ = {s:g}") for s, look in by_moment.items()]]  # fmt: skip
        place_legend(figure, handles, 4)
        set_title(figure, f"Weights that keep a moment of the norm ({', '.join(names)})")
        return save_figure(figure, folder, "initialisation", [*rows, *depths])


def _line(axes: Axes, rows: Rows, key: str, look: Any) -> None:
    ordered = sorted(rows, key=lambda r: r[key])
    y = [r["sigma"] * r["width"] ** 0.5 for r in ordered]
    axes.plot([r[key] for r in ordered], y, color=look.colour, ls=look.line, marker=look.marker, ms=3, lw=1.0)


def _through_depth(axes: Axes, depths: Rows, looks: Mapping[float, Any]) -> None:
    """Draw measured moments with their exact standard errors beside 1."""
    widest = max(r["width"] for r in depths)
    for place, (s, look) in enumerate(looks.items()):
        rows = [r for r in depths if r["moment"] == s and r["width"] == widest]
        x = np.array([r["depth"] for r in rows]) * 1.04**place
        axes.errorbar(x, [r["measured"] for r in rows], [2.0 * r["error"] for r in rows], color=look.colour,
                      marker=look.marker, ms=3, lw=0.8, ls="none")  # fmt: skip
    axes.axhline(1.0, color=AID, lw=0.7)
    axes.set(xlabel=f"depth, at $d$ = {widest}", ylabel="$E|x|^s$, two standard errors", xscale="log")
    shown = sorted({r["depth"] for r in depths})
    axes.set_xticks(shown, [str(depth) for depth in shown])
    axes.minorticks_off()


def _handle(look: Any, label: str) -> Line2D:
    return Line2D([], [], color=look.colour, ls=look.line, marker=look.marker, ms=3, label=label)
