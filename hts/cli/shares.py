"""What commands compute and print for a study of long runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.predictor import looks, share_predictor
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison import ShareComparison, VisitComparison
    from hts.plans import Plan


class VisitCommands:
    """A study of long runs on the command line; see `StudyCommands`."""

    def compare(self, folder: Path, threads: int | None, with_exact: bool) -> "ShareComparison":
        """Lay measured shares of time beside limit and exact ones; compute the latter finer where they disagree."""
        from hts import comparison as c

        if not with_exact:
            return c.fit_visits(folder, c.limit_references)

        first, again = looks(share_predictor, folder, threads)
        return c.fit_visits(folder, c.exact_references(first), c.exact_references_again(again))

    def show(self, comparison: "ShareComparison", folder: Path) -> None:
        """Print the table and the verdicts."""
        show(comparison, folder)

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print what `hts fit` prints, with the exact relaxation times: those of the limit chain would differ."""
        show(self.compare(folder, threads, with_exact=True), folder)

    def table(self, comparison: "ShareComparison") -> tuple[dict[str, list[Any]], str]:
        """Lay out the shares as columns, and say how many cells there are."""
        from hts.comparison.tables import share_table

        return share_table(comparison), f"{plural(len(comparison.visits), 'cell')}, a row for each well"

    def predict(self, plan: "Plan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute nothing: the plan asks for no exits."""
        return ()


def show(comparison: "ShareComparison", folder: Path) -> None:
    """Print a table of shares well by well, and what may be said of each cell."""
    from hts.cli.tables import CELLS_SHOWN, interval, number, print_table

    has_exact = any(cell.exact != (None,) * len(cell.exact) for cell in comparison.visits)
    headers = ["b", "alpha", "eta", "walkers", "steps", "well", "share of time [95 %]"]
    headers += ["exact, these steps", "z", "exact, stationary"] if has_exact else []
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
