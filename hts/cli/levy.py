"""What commands print for a plan with [levy]: exits and long runs in time t = k h."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.exits import ExitTheory
from hts.cli.shares import VisitTheory

if TYPE_CHECKING:
    from hts.comparison.levy_records import LevyExits, LevyShares


class LevyExitCommands(ExitTheory):
    """A study of exits with [levy] on the command line; see `StudyCommands`."""

    def show(self, comparison: "LevyExits", folder: Path) -> None:
        """Print mean exit times, probabilities within a time, transition probabilities and verdicts."""
        from hts.cli.tables import CELLS_SHOWN, print_tables
        from hts.reports.levy_tables import exit_tables, exit_verdicts

        print_tables(exit_tables(comparison, str(folder)))
        click.echo()
        for verdict in exit_verdicts(comparison)[:CELLS_SHOWN]:
            click.echo(verdict)


class LevyVisitCommands(VisitTheory):
    """A study of long runs with [levy] on the command line; see `StudyCommands`."""

    def show(self, comparison: "LevyShares", folder: Path) -> None:
        """Print shares of time, transition probabilities and what may be said of each cell."""
        from hts.cli.tables import CELLS_SHOWN, print_tables
        from hts.reports.levy_tables import share_tables, share_verdicts, share_warnings

        print_tables(share_tables(comparison, str(folder)))
        click.echo()
        for verdict in share_verdicts(comparison)[:CELLS_SHOWN]:
            click.echo(verdict)
        for warning in share_warnings(comparison):
            click.echo(f"warning: {warning}")
