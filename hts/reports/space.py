"""Studies in several dimensions: their tables, and what a report shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from hts.reports.document import Part
from hts.reports.figures import PageFigure, page_figure
from hts.reports.tables import TextTable, exit_tables, exit_verdicts, text_table
from hts.words import interval, number, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hts.comparison.space import SpaceComparison, SpaceShareComparison
    from hts.plots.save import Row
    from hts.plots.space import SpaceFigure

LANDING_HEADERS = ("b", "alpha", "eta", "destinations", "mean landing", "standard deviation")
SHARE_HEADERS = ("b", "alpha", "eta", "paths", "steps", "well", "share of time [95 %]", "spread of single paths")

PATH_HEADERS = ("b", "alpha", "eta", "steps", "P(event)", "rel. error", "paths", "left", "l*", "gamma",
                "big jumps per path", "l* + others", "mean landing")  # fmt: skip


def vector(values: Sequence[float] | None) -> str:
    """Write a vector; of many coordinates the first three."""
    if values is None:
        return "-"
    more = ", .." if len(values) > 3 else ""
    return f"({', '.join(number(x, 3) for x in values[:3])}{more})"


def landing_table(comparison: SpaceComparison) -> TextTable:
    """Lay out where walkers landed that left."""
    rows = []
    for cell, landing in zip(comparison.exits.cells, comparison.landings, strict=True):
        counts = ", ".join(f"{name}: {n}" for name, n in cell.destinations.items())
        head = [number(cell.b), number(cell.alpha), number(cell.eta), counts]
        rows.append([*head, vector(landing.mean), vector(landing.spread)])
    return text_table("Landing points", LANDING_HEADERS, rows)


def space_share_table(comparison: SpaceShareComparison, name: str) -> TextTable:
    """Lay out shares of time, outside all wells and in each."""
    rows = []
    for cell in comparison.visits:
        head = [number(cell.b), number(cell.alpha), number(cell.eta), whole(cell.n_walkers), whole(cell.n_steps)]
        parts = zip(
            ("outside", *range(len(cell.shares))), (cell.outside, *cell.shares), (cell.outside_low, *cell.low),
            (cell.outside_high, *cell.high), cell.spread, strict=True,
        )  # fmt: skip
        for k, (well, share, low, high, spread) in enumerate(parts):
            rows.append([*(head if k == 0 else [""] * 5), str(well), interval(share, low, high), number(spread, 2)])
    return text_table(f"Shares of time: {name}", SHARE_HEADERS, rows)


def space_path_table(rows: Sequence[Mapping[str, Any]], title: str) -> TextTable:
    """Lay out recorded paths: how likely the event is, how many left, and their big jumps."""
    laid = []
    for row in rows:
        head = [number(float(row["b"])), *(number(row[name]) for name in ("alpha", "eta", "n_steps", "probability"))]
        laid.append(
            [*head, number(row["relative_error"], 1), str(row["n_paths"]), str(row["exits"]["out"]),
             *(number(row[name], 3) for name in ("jump_number", "threshold", "mean_big_jumps", "expected_big_jumps")),
             vector(row["landing"])]
        )  # fmt: skip
    drops = ("rel. error", "steps", "gamma", "l* + others")
    return text_table(f"Paths given {rows[0]['given']}: {title}", PATH_HEADERS, laid, drops=drops)


def space_exit_part(comparison: SpaceComparison, title: str) -> Part:
    """Lay mean exit times, exponents and landing points out for a report."""
    return Part([*exit_tables(comparison.exits, title), landing_table(comparison)], exit_verdicts(comparison.exits))


def space_page_figures(figures: Iterable[SpaceFigure]) -> Iterator[PageFigure]:
    """Turn figures into what a page holds."""
    for figure in figures:
        yield page_figure(figure.name, figure.finding, partial(_drawn, figure))


def _drawn(figure: SpaceFigure) -> tuple[Figure, Sequence[Row]]:
    return figure.titled(), figure.rows
