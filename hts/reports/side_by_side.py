"""Tables of results folders side by side, a row for each folder: narrow enough for 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from hts.comparison.folder_records import ExitCells, FolderComparison, VisitCells
from hts.comparison.folders import LETTERS
from hts.reports.tables import TextTable, text_table
from hts.words import number, plural


def folder_lines(found: FolderComparison) -> list[str]:
    """Name the folders by letters, and say what of them is compared."""
    return [
        f"{LETTERS[k]}: {one.folder}, seed {one.seed}, "
        f"{'all' if one.n_cells == one.n_common else f'{one.n_common} of'} {plural(one.n_cells, 'cell')} compared"
        for k, one in enumerate(found.folders)
    ]


def difference_lines(found: FolderComparison) -> list[str]:
    """Say key by key how the plans differ."""
    if not found.differences:
        return ["the plans are the same"]
    return [
        f"{one.key}: " + "; ".join(f"{LETTERS[k]} {value}" for k, value in enumerate(one.values))
        for one in found.differences
    ]


def compare_tables(found: FolderComparison) -> list[TextTable]:
    """Lay out means or shares of every common cell, and exponents."""
    if found.visits:
        return [_share_table(found.visits)]
    tables = [_mean_table(found.cells)]
    return [*tables, _exponent_table(found)] if found.fits else tables


def verdict_lines(found: FolderComparison) -> list[str]:
    """Write the verdicts."""
    return [one.verdict for one in found.verdicts]


def _cell_headers(row: ExitCells | VisitCells) -> list[str]:
    return ["b", "alpha", "eta"] if row.epsilon is None else ["epsilon", "alpha", "h"]


def _cell_words(row: ExitCells | VisitCells) -> list[str]:
    return [number(row.b if row.epsilon is None else row.epsilon), number(row.alpha), number(row.eta)]


def _mean_table(cells: Sequence[ExitCells]) -> TextTable:
    headers = [*_cell_headers(cells[0]), "", "exits", "cens.", "mean steps", "+-", "z"]
    rows = []
    for cell in cells:
        head = _cell_words(cell)
        for k, n_exits in enumerate(cell.n_exits):
            mean = cell.mean_exit_steps[k]
            low, high = cell.mean_low[k], cell.mean_high[k]
            said = number(mean) if mean is not None else "-" if low is None else f"> {number(low)}"
            row = [LETTERS[k], str(n_exits), str(cell.n_censored[k]), said, _percent(mean, low, high)]
            rows.append([*(head if k == 0 else [""] * 3), *row, _score(cell.z[k], cell.n_different[k])])
    note = "+-: half of the 95 % interval; z: against A, in standard errors"
    return text_table("Mean exit times side by side", headers, rows, note)


def _exponent_table(found: FolderComparison) -> TextTable:
    rows = []
    for fit in found.fits:
        head = [number(fit.b), number(fit.alpha), str(fit.n_cells)]
        for k, exponent in enumerate(fit.exit_exponent):
            half = (fit.high[k] - fit.low[k]) / 2
            row = [LETTERS[k], f"{exponent:.3f}", f"{half:.2g}", number(fit.z[k], 2)]
            rows.append([*(head if k == 0 else [""] * 3), *row])
    headers = ["b", "alpha", "cells", "", "exponent", "+-", "z"]
    return text_table("Exponents: E sigma ~ eta^-exponent", headers, rows, "over the cells with exits in every folder")


def _share_table(visits: Sequence[VisitCells]) -> TextTable:
    headers = [*_cell_headers(visits[0]), "steps", "well", "", "walkers", "share", "+-", "z"]
    rows = []
    for cell in visits:
        head = [*_cell_words(cell), number(cell.n_steps)]
        for well in range(len(cell.shares[0])):
            for k, shares in enumerate(cell.shares):
                share, low, high = shares[well], cell.low[k][well], cell.high[k][well]
                half = "-" if low is None or high is None else f"{(high - low) / 2:.2g}"
                row = [str(well) if k == 0 else "", LETTERS[k], str(cell.n_walkers[k]), number(share), half]
                lead = head if well == 0 and k == 0 else [""] * len(head)
                rows.append([*lead, *row, _score(cell.z[k][well], cell.n_different[k])])
    return text_table("Shares of time side by side", headers, rows, "z: against A, in standard errors")


def _percent(mean: float | None, low: float | None, high: float | None) -> str:
    if mean is None or low is None or high is None:
        return "-"
    return f"{50 * (high - low) / mean:.2g} %"


def _score(z: float | None, n_different: int | None) -> str:
    """Write a score; of walkers that should be the same, whether they are."""
    if n_different is not None:
        return "same" if n_different == 0 else f"{n_different} not"
    return "-" if z is None else f"{z:.1f}"
