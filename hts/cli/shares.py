"""Table of measured, exact and limit shares of time."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hts.comparison import ShareComparison, VisitComparison


def show_visits(comparison: "ShareComparison", folder: Path) -> None:
    """Print a table of shares well by well, and what may be said of each cell."""
    from hts.cli.tables import CELLS_SHOWN, interval, number, print_table

    has_exact = any(cell.exact != (None,) * len(cell.exact) for cell in comparison.visits)
    headers = ["b", "alpha", "eta", "walkers", "steps", "well", "share of time [95 %]"]
    headers += ["exact, same steps", "z", "exact, stationary"] if has_exact else []
    headers += ["limit"]
    rows = []
    for cell in comparison.visits:
        head = [number(cell.b), number(cell.alpha), number(cell.eta), str(cell.n_walkers), number(cell.n_steps)]
        for well, share in enumerate(cell.shares):
            name = f"{well}*" if well in cell.widest else str(well)
            row = [*(head if well == 0 else [""] * len(head)), name, interval(share, cell.low[well], cell.high[well])]
            if has_exact:
                row += [number(cell.expected[well]), number(cell.z_exact[well], 2), number(cell.exact[well])]
            rows.append([*row, number(cell.limit[well])])
    has_widest = any(cell.widest for cell in comparison.visits)
    notes = ["* widest: they keep the time as eta -> 0"] if has_widest else []
    notes += [f"{len(rows) - CELLS_SHOWN} more rows: --json lists all"] if len(rows) > CELLS_SHOWN else []
    print_table(f"Shares of time: {folder}", headers, rows[:CELLS_SHOWN], "; ".join(notes) or None)
    click.echo()
    for cell in comparison.visits[:CELLS_SHOWN]:
        click.echo(f"{_name(cell)}: {cell.verdict}")
    warned: dict[str, list[str]] = {}
    for cell in comparison.visits:
        for warning in cell.warnings:
            warned.setdefault(warning, []).append(_name(cell))
    for warning, names in warned.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        click.echo(f"warning: {names[0]}{more}: {warning}")


def _name(cell: "VisitComparison") -> str:
    from hts.cli.tables import number

    alpha = "" if cell.alpha is None else f", alpha = {number(cell.alpha)}"
    return f"b = {number(cell.b)}{alpha}, eta = {number(cell.eta)}"
