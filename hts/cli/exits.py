"""What commands print for a study of exits."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.predictor import theory

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison import ExitComparison
    from hts.plans import Plan


class ExitTheory:
    """What commands ask of theory for exits, in steps and in time alike."""

    def predict(self, plan: "Plan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute exact and limit exit times of every cell, said to be slow beforehand where they are."""
        from hts.reports.parts import predicted_exits

        return tuple(predicted_exits(plan, theory(threads)))

    def show_after_run(self, folder: Path, plan: "Plan", threads: int | None) -> None:
        """Print nothing: exact values take a while, and `hts fit` is the next command."""


class ExitCommands(ExitTheory):
    """A study of exits on the command line; see `StudyCommands`."""

    def show(self, comparison: "ExitComparison", folder: Path) -> None:
        """Print the tables."""
        show(comparison, folder)


def show(comparison: "ExitComparison", folder: Path) -> None:
    """Print the tables and the verdicts."""
    from hts.cli.tables import CELLS_SHOWN, print_tables
    from hts.reports.tables import exit_tables, exit_verdicts

    print_tables(exit_tables(comparison, str(folder)))
    click.echo()
    for verdict in exit_verdicts(comparison)[:CELLS_SHOWN]:
        click.echo(verdict)
