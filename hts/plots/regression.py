"""Figure of the tail index of SGD on least squares: against eta, b, d and eta/b, and measured beside exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from hts.errors import IncompleteError
from hts.plans.regression import RegressionCell
from hts.plots.looks import AID, DOTTED, LINES, Look, eta_looks, look
from hts.plots.save import Row, save_figure
from hts.plots.smooth import POINTS, smooth
from hts.plots.style import PAGE, house_style, number, place_legend, set_title
from hts.regression import CellResult

Value = TypeVar("Value")

TITLE = "Tails grow heavier with the learning rate and the dimension, lighter with the mini-batch"
#: Largest tail index that is drawn: above it none shows in a sample.
HIGHEST, LOWEST = 20.0, 0.1
#: Points beyond the panel by less than this factor are kept, for their lines.
FAR = 4.0
#: Learning rates for which alpha is drawn against b and d, and sizes for which it is drawn against eta.
N_RATES, N_SIZES = 4, 3
#: Sizes that an axis names.
MOST_SIZES = 7


def plot_regression(results: Sequence[CellResult], folder: str | Path) -> tuple[Path, ...]:
    """Draw alpha of all cells, and write `regression`.pdf, .png and .csv.

    Parameters
    ----------
    results : sequence of CellResult
        As `hts.regression_results` gives them.
    folder : path
        Made if it is not there.

    Raises
    ------
    IncompleteError
        Where no cell has a tail index that could be seen.
    """
    with house_style():
        return save_figure(titled_regression(results), folder, "regression", rows_of(results))


def titled_regression(results: Sequence[CellResult]) -> Figure:
    """Draw the four panels under their title; call it inside the house style.

    Raises
    ------
    IncompleteError
        Where no cell has a tail index that could be seen.
    """
    if not any(_alpha(result) <= HIGHEST for result in results):
        raise IncompleteError(f"nothing to draw: no cell has a tail index below {HIGHEST:g}; take larger eta")
    figure = draw_regression(results)
    set_title(figure, TITLE)
    return figure


def draw_regression(results: Sequence[CellResult]) -> Figure:
    """Draw the four panels."""
    figure = Figure(figsize=(PAGE, 5.0), layout="constrained")
    axes = figure.subplots(2, 2, sharey=True)
    cells = [result.prediction.cell for result in results]
    dimensions, batches = sorted({cell.dimension for cell in cells}), sorted({cell.batch for cell in cells})
    d, b = dimensions[len(dimensions) // 2], batches[len(batches) // 2]
    few = {(one, other) for one in _spread(dimensions, N_SIZES) for other in _spread(batches, N_SIZES)}
    curves = [r for r in results if (r.prediction.cell.dimension, r.prediction.cell.batch) in few]
    looks = _pair_looks(few)
    over_b = [result for result in results if result.prediction.cell.dimension == d]
    over_d = [result for result in results if result.prediction.cell.batch == b]
    seen = sorted({r.prediction.cell.eta for r in (*over_b, *over_d) if LOWEST <= _alpha(r) <= HIGHEST})
    shades = eta_looks(_spread(seen, N_RATES))

    def pair(cell: RegressionCell) -> Look:
        return looks[cell.dimension, cell.batch]

    def shade(cell: RegressionCell) -> Look:
        return shades[cell.eta]

    over_b, over_d = ([r for r in some if r.prediction.cell.eta in shades] for some in (over_b, over_d))
    _panel(axes[0, 0], curves, lambda c: c.eta, lambda c: (c.dimension, c.batch, c.sigma), pair)
    _panel(axes[0, 1], curves, lambda c: c.eta / c.batch, lambda c: (c.dimension, c.batch, c.sigma), pair)
    _panel(axes[1, 0], over_b, lambda c: c.batch, lambda c: (c.eta, c.sigma), shade)
    _panel(axes[1, 1], over_d, lambda c: c.dimension, lambda c: (c.eta, c.sigma), shade)
    labels = (r"learning rate $\eta$", r"$\eta/b$", rf"mini-batch $b$, at $d$ = {d}", rf"dimension $d$, at $b$ = {b}")
    for place, label in zip(axes.flat, labels, strict=True):
        place.set(xscale="log", yscale="log", xlabel=label, ylim=(LOWEST, HIGHEST))
        place.axhline(2.0, color=AID, lw=0.6, ls=DOTTED, zorder=0)
    for place, sizes in zip(axes[1], (batches, dimensions), strict=True):
        place.set_xticks(_spread(sizes, MOST_SIZES), [str(size) for size in _spread(sizes, MOST_SIZES)])
        place.minorticks_off()
    for place in axes[:, 0]:
        place.set_ylabel(r"tail index $\alpha$")
    place_legend(figure, [_pair_handles(looks), _rate_handles(shades)], 5)
    return figure


def _panel(
    axes: Axes,
    results: Sequence[CellResult],
    place: Callable[[RegressionCell], float],
    series: Callable[[RegressionCell], tuple[float, ...]],
    style: Callable[[RegressionCell], Look],
) -> None:
    """Draw a curve for each series, and what was measured beside it."""
    groups: dict[tuple[float, ...], list[CellResult]] = {}
    for result in results:
        groups.setdefault(series(result.prediction.cell), []).append(result)
    for group in groups.values():
        drawn = style(group[0].prediction.cell)
        ordered = sorted(group, key=lambda result: place(result.prediction.cell))
        x = [place(result.prediction.cell) for result in ordered]
        alphas = [_alpha(result) for result in ordered]
        near = [(at, alpha) for at, alpha in zip(x, alphas, strict=True) if alpha < FAR * HIGHEST]
        if near:
            marker = "." if len(x) < 8 else ""
            axes.plot(*smooth(*np.array(near, dtype=np.float64).T), color=drawn.colour, ls=drawn.line, lw=1.1,
                      marker=marker, markevery=POINTS)  # fmt: skip
        for result in ordered:
            hill = None if result.iterates is None else result.iterates.hill
            if hill is not None and result.prediction.tail.is_stationary:
                error = [[hill.alpha - hill.low], [hill.high - hill.alpha]]
                at = [place(result.prediction.cell)]
                axes.errorbar(at, [hill.alpha], error, color=drawn.colour, marker=drawn.marker, ms=4, lw=0.8)


def _spread(values: Sequence[Value], n: int) -> list[Value]:
    """Pick at most n values, the first and the last among them."""
    if not values:
        return []
    return [values[place] for place in np.unique(np.linspace(0, len(values) - 1, n).round().astype(int))]


def _pair_looks(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Look]:
    """Give each dimension its colour and marker, each mini-batch its line."""
    in_order = sorted(pairs)
    dimensions, batches = sorted({d for d, _ in in_order}), sorted({b for _, b in in_order})
    return {(d, b): replace(look(dimensions.index(d)), line=LINES[batches.index(b) % len(LINES)]) for d, b in in_order}


def _alpha(result: CellResult) -> float:
    alpha = result.prediction.tail.tail_index
    return float("nan") if alpha is None else alpha


def _pair_handles(looks: dict[tuple[int, int], Look]) -> list[Line2D]:
    return [
        Line2D([], [], color=style.colour, ls=style.line, label=rf"$d$ = {d}, $b$ = {b}")
        for (d, b), style in looks.items()
    ]


def _rate_handles(looks: dict[float, Look]) -> list[Line2D]:
    return [
        Line2D([], [], color=style.colour, ls=style.line, label=rf"$\eta$ = {number(eta)}")
        for eta, style in looks.items()
    ]


def rows_of(results: Sequence[CellResult]) -> list[Row]:
    """List all that is drawn, and the rest of what is known of each cell."""
    rows: list[Row] = []
    for result in results:
        cell, tail = result.prediction.cell, result.prediction.tail
        row: dict[str, float | int | str | bool | None] = {
            "dimension": cell.dimension, "batch": cell.batch, "eta": cell.eta, "sigma": cell.sigma,
            "eta_over_batch": cell.eta / cell.batch, "lyapunov": tail.lyapunov, "tail_index": tail.tail_index,
            "eta_critical": result.prediction.eta_critical, "eta_edge": result.prediction.eta_edge,
        }  # fmt: skip
        for name in ("iterates", "averages"):
            estimate = getattr(result, name)
            hill = None if estimate is None else estimate.hill
            row |= {f"{name}_hill{end}": None if hill is None else getattr(hill, part)
                    for end, part in (("", "alpha"), ("_low", "low"), ("_high", "high"))}  # fmt: skip
            row[f"{name}_block_median"] = None if estimate is None else estimate.block_median
        row |= {"is_stationary": tail.is_stationary, "n_runs": result.n_runs}
        rows.append(row)
    return rows
