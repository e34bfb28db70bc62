"""What commands compute and print for a plan with [levy]: exits and long runs in time t = k h."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.exits import ExitTheory
from hts.cli.predictor import looks, predictor, share_predictor
from hts.cli.shares import VisitTheory
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison.levy_records import LevyExits, LevyShares
    from hts.plans import Cell, Plan
    from hts.plots.study import Study
    from hts.reports.document import Part

#: Fields of a cell of exits that are no column of their own.
NESTED = ("exits", "transitions")
#: Fields of a cell of visits with a value for each well.
BY_WELL = ("shares", "low", "high", "expected", "z_exact", "exact", "limit")


class LevyExitCommands(ExitTheory):
    """A study of exits with [levy] on the command line; see `StudyCommands`."""

    def compare(self, folder: Path, threads: int | None, with_exact: bool) -> "LevyExits":
        """Lay measured exits beside exact ones at the same h and the limit epsilon -> 0."""
        from hts import comparison as c
        from hts.comparison.levy import levy_exits
        from hts.sweeps.survey import open_results

        plan = open_results(folder)[1]
        if not with_exact:
            return levy_exits(plan, c.fit_results(folder))
        first, again = looks(predictor, folder, threads)
        known: dict[Cell, ExitPrediction] = {}

        def remembered(plan: "Plan", cells: "Sequence[Cell]") -> "Sequence[ExitPrediction]":
            found = first(plan, cells)
            known.update(zip(cells, found, strict=True))
            return found

        compared = c.fit_results(folder, c.exact_predictions(remembered), c.exact_predictions_again(again))
        return levy_exits(plan, compared, known)

    def show(self, comparison: "LevyExits", folder: Path) -> None:
        """Print the tables."""
        show_exits(comparison, folder)

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print nothing: exact values take a while, and `hts fit` is the next command."""

    def table(self, comparison: "LevyExits") -> tuple[dict[str, list[Any]], str]:
        """Lay out the cells as columns, and say how many there are."""
        rows = [asdict(cell) for cell in comparison.cells]
        table = {name: [row[name] for row in rows] for name in rows[0] if name not in NESTED}
        for side in ("left", "right"):
            table[f"exits_{side}"] = [row["exits"][side] for row in rows]
        for name in sorted({one["to"] for row in rows for one in row["transitions"]}):
            found: list[dict[str, Any]] = [
                next((one for one in row["transitions"] if one["to"] == name), {}) for row in rows
            ]
            for field in ("n", "probability", "low", "high", "exact", "limit"):
                table[f"transition_{name}_{field}"] = [one.get(field) for one in found]
        return table, plural(len(rows), "cell")

    def measured_part(self, folder: Path, title: str, threads: int | None, with_exact: bool) -> "Part":
        """Lay exit times and transition probabilities out for a report."""
        from hts.reports.document import Part
        from hts.reports.levy_tables import exit_tables, exit_verdicts

        comparison = self.compare(folder, threads, with_exact)
        return Part(exit_tables(comparison, title), exit_verdicts(comparison))

    def predicted_part(self, plan: "Plan", study: "Study", threads: int | None, with_exact: bool) -> "Part":
        """Lay exits of the scheme, of the SDE and in the limit out for a report, with shares of time."""
        from hts.cli.levy_plan import predicted_part

        predictions = (study.predictions or self.predict(plan, threads)) if with_exact else ()
        return predicted_part(plan, predictions, study.studies, study.shares)


class LevyVisitCommands(VisitTheory):
    """A study of long runs with [levy] on the command line; see `StudyCommands`."""

    def compare(self, folder: Path, threads: int | None, with_exact: bool) -> "LevyShares":
        """Lay measured shares of time and moves between wells beside exact ones and the limit epsilon -> 0."""
        from hts import comparison as c
        from hts.comparison.levy import levy_shares
        from hts.sweeps.survey import open_results

        plan = open_results(folder)[1]
        if not with_exact:
            return levy_shares(plan, c.fit_visits(folder, c.limit_references))
        first, again = looks(share_predictor, folder, threads)
        compared = c.fit_visits(folder, c.exact_references(first), c.exact_references_again(again))
        return levy_shares(plan, compared, first(plan, plan.cells()))

    def show(self, comparison: "LevyShares", folder: Path) -> None:
        """Print the tables and the verdicts."""
        show_visits(comparison, folder)

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print what `hts fit` prints."""
        show_visits(self.compare(folder, threads, with_exact=True), folder)

    def table(self, comparison: "LevyShares") -> tuple[dict[str, list[Any]], str]:
        """Lay out the shares as columns, a row for each cell and well."""
        left_out = (*BY_WELL, "transitions", "warnings", "verdict", "well")
        rows = []
        for cell in comparison.visits:
            same = {name: value for name, value in asdict(cell).items() if name not in left_out}
            for well in range(len(cell.shares)):
                own = {name: getattr(cell, name)[well] for name in BY_WELL}
                rows.append({**same, "start_well": cell.well, "well": well, **own})
        table = {name: [row[name] for row in rows] for name in rows[0]}
        return table, f"{plural(len(comparison.visits), 'cell')}, a row for each well"

    def measured_part(self, folder: Path, title: str, threads: int | None, with_exact: bool) -> "Part":
        """Lay shares of time and moves between wells out for a report."""
        from hts.reports.document import Part
        from hts.reports.levy_tables import share_tables, share_verdicts, share_warnings

        comparison = self.compare(folder, threads, with_exact)
        return Part(share_tables(comparison, title), share_verdicts(comparison), share_warnings(comparison))

    def predicted_part(self, plan: "Plan", study: "Study", threads: int | None, with_exact: bool) -> "Part":
        """Lay stationary shares of time out for a report."""
        from hts.cli.levy_plan import predicted_part

        if not with_exact:
            return predicted_part(plan, (), (), ())
        with share_predictor(None, threads) as predict_shares:
            return predicted_part(plan, (), (), predict_shares(plan, plan.cells()))


def show_exits(comparison: "LevyExits", folder: Path) -> None:
    """Print mean exit times, probabilities within a time, transition probabilities and verdicts."""
    from hts.cli.tables import CELLS_SHOWN, print_tables
    from hts.reports.levy_tables import exit_tables, exit_verdicts

    print_tables(exit_tables(comparison, str(folder)))
    click.echo()
    for verdict in exit_verdicts(comparison)[:CELLS_SHOWN]:
        click.echo(verdict)


def show_visits(comparison: "LevyShares", folder: Path) -> None:
    """Print shares of time, transition probabilities and what may be said of each cell."""
    from hts.cli.tables import CELLS_SHOWN, print_tables
    from hts.reports.levy_tables import share_tables, share_verdicts, share_warnings

    print_tables(share_tables(comparison, str(folder)))
    click.echo()
    for verdict in share_verdicts(comparison)[:CELLS_SHOWN]:
        click.echo(verdict)
    for warning in share_warnings(comparison):
        click.echo(f"warning: {warning}")
