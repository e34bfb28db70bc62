"""What commands compute and print for a study of exits."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.predictor import looks, outlook_predictor, predictor
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison import ExitComparison
    from hts.plans import Plan
    from hts.plots.study import Study
    from hts.reports.document import Part


class ExitTheory:
    """What commands ask of theory for exits, in steps and in time alike."""

    def predict(self, plan: "Plan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute exact and limit exit times of every cell, said to be slow beforehand where they are."""
        from hts.answers.slowness import slow_cells

        if slow := slow_cells(plan, plan.cells()):
            click.echo(slow, err=True)
        with predictor(None, threads) as predict:
            return tuple(predict(plan, plan.cells()))

    def gather(
        self, target: Path, names: Sequence[str] | None, overrides: Sequence[str], threads: int | None, with_exact: bool
    ) -> "Study":
        """Gather what the figures are made from, exact values with a bar."""
        from hts.figures import gather_study

        with predictor(target if target.is_dir() else None, threads) as predict:
            return gather_study(target, names, overrides=overrides, predict=predict if with_exact else None)


class ExitCommands(ExitTheory):
    """A study of exits on the command line; see `StudyCommands`."""

    def compare(
        self, folder: Path, threads: int | None, with_exact: bool, with_outlook: bool | None = None
    ) -> "ExitComparison":
        """Lay measured mean exit times beside limit and exact ones; compute the latter finer where they disagree."""
        from hts import comparison as c

        if not with_exact:
            return c.fit_results(folder)

        first, again = looks(predictor, folder, threads)
        ahead = outlook_predictor(folder, threads, with_outlook)
        return c.fit_results(folder, c.exact_predictions(first, ahead), c.exact_predictions_again(again))

    def show(self, comparison: "ExitComparison", folder: Path) -> None:
        """Print the tables."""
        show(comparison, folder)

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print nothing: exact values take a while, and `hts fit` is the next command."""

    def table(self, comparison: "ExitComparison") -> tuple[dict[str, list[Any]], str]:
        """Lay out the cells as columns, and say how many there are."""
        from hts.comparison.tables import cell_table

        return cell_table(comparison), plural(len(comparison.cells), "cell")

    def measured_part(self, folder: Path, title: str, threads: int | None, with_exact: bool) -> "Part":
        """Lay mean exit times and exponents out for a report."""
        from hts.reports.document import Part
        from hts.reports.tables import exit_tables, exit_verdicts

        comparison = self.compare(folder, threads, with_exact)
        return Part(exit_tables(comparison, title), exit_verdicts(comparison))

    def predicted_part(self, plan: "Plan", study: "Study", threads: int | None, with_exact: bool) -> "Part":
        """Lay exact and limit exit times out for a report."""
        from hts.reports.document import Part
        from hts.reports.tables import prediction_table, prediction_warnings

        if not with_exact:
            return Part(())
        predictions = self.predict(plan, threads)
        return Part([prediction_table(predictions, plan.title)], warnings=prediction_warnings(predictions))


def show(comparison: "ExitComparison", folder: Path) -> None:
    """Print the tables and the verdicts."""
    from hts.cli.tables import CELLS_SHOWN, print_tables
    from hts.reports.tables import exit_tables, exit_verdicts

    print_tables(exit_tables(comparison, str(folder)))
    click.echo()
    for verdict in exit_verdicts(comparison)[:CELLS_SHOWN]:
        click.echo(verdict)
