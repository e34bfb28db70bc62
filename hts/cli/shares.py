"""What commands print for a study of long runs."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.predictor import theory

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison import ShareComparison
    from hts.plans import Plan


class VisitTheory(ABC):
    """What commands do for long runs, in steps and in time alike."""

    def predict(self, plan: "Plan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute nothing: the plan asks for no exits."""
        return ()

    @abstractmethod
    def show(self, comparison: Any, folder: Path) -> None:
        """Print a comparison."""

    def show_after_run(self, folder: Path, plan: "Plan", threads: int | None) -> None:
        """Print what `hts fit` prints, with the exact relaxation times: those of the limit chain would differ."""
        from hts.studies.fitting import compared

        self.show(compared(folder, plan, theory(threads)), folder)


class VisitCommands(VisitTheory):
    """A study of long runs on the command line; see `StudyCommands`."""

    def show(self, comparison: "ShareComparison", folder: Path) -> None:
        """Print a table of shares well by well, and what may be said of each cell."""
        from hts.cli.tables import CELLS_SHOWN, print_tables
        from hts.reports.tables import share_table, share_verdicts, share_warnings

        print_tables([share_table(comparison, str(folder))])
        click.echo()
        for verdict in share_verdicts(comparison)[:CELLS_SHOWN]:
            click.echo(verdict)
        for warning in share_warnings(comparison):
            click.echo(f"warning: {warning}")
