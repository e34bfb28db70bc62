"""Figure of tail estimates: survival with fits, estimates over k, the block estimate over K1, and quantiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hts.arrays import FloatArray
from hts.errors import IncompleteError
from hts.plots.looks import AID, DOTTED, Look, look, paler
from hts.plots.save import Row, save_figure
from hts.plots.style import PAGE, house_style, place_legend
from hts.tails import TailEstimate
from hts.tails.extremes import hill_interval, moment_error


def plot_tails(estimates: Sequence[TailEstimate], folder: str | Path) -> tuple[Path, ...]:
    """Draw the estimates of one or more samples, and write `tails`.pdf, .png and .csv.

    Parameters
    ----------
    estimates : sequence of TailEstimate
        As `hts.estimate_tails` gives them.
    folder : path
        Made if it is not there.

    Raises
    ------
    IncompleteError
        Where no sample has enough numbers for a figure.
    """
    shown = [estimate for estimate in estimates if estimate.extremes is not None]
    if not shown:
        raise IncompleteError("nothing to draw: no file has enough different numbers")
    with house_style():
        figure, rows = draw_tails(shown)
        return save_figure(figure, folder, "tails", rows)


def draw_tails(estimates: Sequence[TailEstimate]) -> tuple[Figure, list[Row]]:
    """Draw the four panels."""
    figure = Figure(figsize=(PAGE, 5.2), layout="constrained")
    axes = figure.subplots(2, 2)
    rows: list[Row] = []
    handles = []
    for rank, estimate in enumerate(estimates):
        style = look(rank)
        name = Path(estimate.file or f"sample {rank + 1}").stem + (f" [{estimate.column}]" if estimate.column else "")
        handles += axes[0, 0].plot([], [], color=style.colour, lw=1.4, label=name)
        rows += _survival(axes[0, 0], estimate, style, name)
        rows += _over_k(axes[0, 1], estimate, style, name)
        rows += _over_blocks(axes[1, 0], estimate, style, name)
        rows += _quantiles(axes[1, 1], estimate, style, name)
    axes[0, 0].set(xscale="log", yscale="log", xlabel=r"distance $x$ from the centre", ylabel=r"share $\geq x$")
    axes[0, 0].set_title("survival; lines: fitted tails")
    axes[0, 1].set(xscale="log", xlabel=r"largest numbers used, $k$", ylabel=r"tail index")
    axes[0, 1].set_title(r"Hill (line), 1/moment (dashed); ring: chosen $k$")
    axes[1, 0].set(xscale="log", xlabel=r"block size $K_1$", ylabel=r"tail index")
    axes[1, 0].set_title("block estimate; band: stable fit")
    axes[1, 1].set(xlabel=r"quantile of the fitted tail, $\log_{10}(x/u)$", ylabel=r"quantile of the numbers")
    axes[1, 1].set_title("the largest against their fit")
    axes[0, 0].set_xlim(left=0.5 * min(float(np.median(e.quantiles[0])) for e in estimates))
    _limit(axes[0, 1], [e.hill.alpha for e in estimates if e.hill is not None])
    low, high = axes[1, 1].get_xlim()
    axes[1, 1].plot([0.0, high], [0.0, high], color=AID, lw=0.7, ls=DOTTED, zorder=0)
    axes[1, 1].set_xlim(low, high)
    for place in (axes[0, 1], axes[1, 0]):
        bottom, top = place.get_ylim()
        if bottom < 2.0 < top:
            place.axhline(2.0, color=AID, lw=0.6, ls=DOTTED, zorder=0)
    place_legend(figure, [handles], 4)
    return figure, rows


def _limit(axes: Axes, alphas: Sequence[float]) -> None:
    """Show tail indices up to twice the largest estimate: beyond, few numbers say nothing."""
    axes.set_ylim(0.0, max(2.5, min(12.0, 2.0 * max(alphas))))


def _survival(axes: Axes, estimate: TailEstimate, style: Look, name: str) -> list[Row]:
    x, share = estimate.quantiles
    axes.plot(x, share, color=paler(style.colour), lw=2.4, solid_capstyle="round")
    rows = _points("survival", name, x, share)
    if estimate.hill is not None and estimate.is_heavy is not False:
        hill = estimate.hill
        start = hill.k / estimate.n
        u = estimate.hill.threshold
        ends = np.array([u, float(x[0])])
        axes.plot(ends, start * (ends / u) ** -hill.alpha, color=style.colour, lw=1.2)
    return rows


def _over_k(axes: Axes, estimate: TailEstimate, style: Look, name: str) -> list[Row]:
    found = estimate.extremes
    assert found is not None
    hill = found.hill
    bands = np.array([hill_interval(alpha, int(k)) if math.isfinite(alpha) else (math.nan,) * 2
                      for alpha, k in zip(hill, found.k, strict=True)])  # fmt: skip
    axes.fill_between(found.k, bands[:, 0], bands[:, 1], color=paler(style.colour), lw=0, alpha=0.6)
    axes.plot(found.k, hill, color=style.colour, lw=1.2)
    with np.errstate(divide="ignore"):
        moment = np.where(found.moment > 0.0, 1.0 / found.moment, np.nan)
    axes.plot(found.k, moment, color=style.colour, lw=0.9, ls=(0, (4, 1.5)))
    if estimate.hill is not None:
        axes.plot([estimate.hill.k], [estimate.hill.alpha], "o", mfc="white", mec=style.colour, ms=5)
    return [
        {"panel": "k", "sample": name, "x": int(k), "y": float(h), "low": float(b[0]), "high": float(b[1]),
         "xi_moment": float(m), "xi_error": moment_error(float(m), int(k)) if math.isfinite(m) else None}
        for k, h, b, m in zip(found.k, hill, bands, found.moment, strict=True)
    ]  # fmt: skip


def _over_blocks(axes: Axes, estimate: TailEstimate, style: Look, name: str) -> list[Row]:
    if estimate.stable is not None:
        axes.axhspan(estimate.stable.low, estimate.stable.high, color=paler(style.colour), lw=0, alpha=0.6)
    for block in estimate.block:
        high = min(block.high, 10.0 * block.alpha)
        error = [[block.alpha - block.low], [high - block.alpha]]
        chosen = block.block_size == estimate.block_size
        axes.errorbar([block.block_size], [block.alpha], error, color=style.colour, marker=style.marker, ms=4,
                      lw=0.9, mfc="white" if chosen else style.colour)  # fmt: skip
    return [
        {
            "panel": "blocks",
            "sample": name,
            "x": block.block_size,
            "y": block.alpha,
            "low": block.low,
            "high": block.high,
        }
        for block in estimate.block
    ]


def _quantiles(axes: Axes, estimate: TailEstimate, style: Look, name: str) -> list[Row]:
    if estimate.hill is None:
        return []
    x, share = estimate.quantiles
    start = estimate.hill.k / estimate.n
    inside = share <= start
    u = estimate.hill.threshold
    # the rank of the largest is 1 - 1/2 in the mean: quantiles at the middle of each step
    middle = (share[inside] * estimate.n - 0.5) / estimate.hill.k
    fitted, measured = -np.log10(middle) / estimate.hill.alpha, np.log10(x[inside] / u)
    axes.plot(fitted, measured, style.marker, color=style.colour, ms=2.5, mew=0)
    return _points("quantiles", name, fitted, measured)


def _points(panel: str, name: str, x: FloatArray, y: FloatArray) -> list[Row]:
    return [{"panel": panel, "sample": name, "x": float(a), "y": float(b)} for a, b in zip(x, y, strict=True)]
