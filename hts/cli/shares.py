"""What commands compute and print for a study of long runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.predictor import looks, share_predictor
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison import ShareComparison
    from hts.plans import Plan
    from hts.plots.study import Study
    from hts.reports.document import Part


class VisitTheory:
    """What commands ask of theory for long runs, in steps and in time alike."""

    def predict(self, plan: "Plan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute nothing: the plan asks for no exits."""
        return ()

    def gather(
        self, target: Path, names: Sequence[str] | None, overrides: Sequence[str], threads: int | None, with_exact: bool
    ) -> "Study":
        """Gather what the figures are made from, exact shares with a bar."""
        from hts.figures import gather_study

        with share_predictor(target if target.is_dir() else None, threads) as shares:
            return gather_study(target, names, overrides=overrides, predict_shares=shares if with_exact else None)


class VisitCommands(VisitTheory):
    """A study of long runs on the command line; see `StudyCommands`."""

    def compare(
        self, folder: Path, threads: int | None, with_exact: bool, with_outlook: bool | None = None
    ) -> "ShareComparison":
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

    def measured_part(self, folder: Path, title: str, threads: int | None, with_exact: bool) -> "Part":
        """Lay shares of time out for a report."""
        from hts.reports.document import Part
        from hts.reports.tables import share_table, share_verdicts, share_warnings

        comparison = self.compare(folder, threads, with_exact)
        return Part([share_table(comparison, title)], share_verdicts(comparison), share_warnings(comparison))

    def predicted_part(self, plan: "Plan", study: "Study", threads: int | None, with_exact: bool) -> "Part":
        """Lay stationary shares of time out for a report."""
        from hts.reports.document import Part
        from hts.reports.tables import prediction_warnings, share_prediction_table

        if not with_exact:
            return Part(())
        with share_predictor(None, threads) as predict_shares:
            shares = predict_shares(plan, plan.cells())
        return Part([share_prediction_table(shares, plan.title)], warnings=prediction_warnings(shares))


def show(comparison: "ShareComparison", folder: Path) -> None:
    """Print a table of shares well by well, and what may be said of each cell."""
    from hts.cli.tables import CELLS_SHOWN, print_tables
    from hts.reports.tables import share_table, share_verdicts, share_warnings

    print_tables([share_table(comparison, str(folder))])
    click.echo()
    for verdict in share_verdicts(comparison)[:CELLS_SHOWN]:
        click.echo(verdict)
    for warning in share_warnings(comparison):
        click.echo(f"warning: {warning}")
