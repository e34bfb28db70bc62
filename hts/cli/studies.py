"""The two kinds of study on the command line: exits and long runs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from hts.cli.exits import ExitCommands
from hts.cli.levy import LevyExitCommands, LevyVisitCommands
from hts.cli.shares import VisitCommands
from hts.cli.space import SpaceExitCommands, SpaceVisitCommands

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.plans import AnyPlan
    from hts.plots.study import Study
    from hts.reports.document import Part


class StudyCommands(Protocol):
    """What commands compute and print differently for exits and for long runs."""

    def compare(self, folder: Path, threads: int | None, with_exact: bool, with_outlook: bool | None = None) -> Any:
        """Lay what a folder holds beside what is predicted: an ExitComparison or a ShareComparison.

        `with_outlook` says of exits whether the eta is sought below which limits hold; None: where it takes a minute.
        """

    def show(self, comparison: Any, folder: Path) -> None:
        """Print a comparison for a person."""

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print what belongs below the summary of a run."""

    def table(self, comparison: Any) -> tuple[dict[str, list[Any]], str]:
        """Lay a comparison out as columns for `hts export`, and say in words how long they are."""

    def predict(self, plan: Any, threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute exact and limit exit times of every cell, where the plan asks for exits."""

    def gather(
        self, target: Path, names: Sequence[str] | None, overrides: Sequence[str], threads: int | None, with_exact: bool
    ) -> "Study":
        """Gather what the figures of a results folder, or of a plan, are made from."""

    def measured_part(self, folder: Path, title: str, threads: int | None, with_exact: bool) -> "Part":
        """Compare as `compare` does, and lay it out for a report."""

    def predicted_part(self, plan: Any, study: "Study", threads: int | None, with_exact: bool) -> "Part":
        """Lay out for a report what theory says of a plan; `study` is what its figures are made from."""


#: By the name of the plan's table.
KINDS: Mapping[str, StudyCommands] = {"exit": ExitCommands(), "visits": VisitCommands()}
#: The same for plans with [levy].
LEVY_KINDS: Mapping[str, StudyCommands] = {"exit": LevyExitCommands(), "visits": LevyVisitCommands()}


#: The same for plans in several dimensions.
SPACE_KINDS: Mapping[str, StudyCommands] = {"exit": SpaceExitCommands(), "visits": SpaceVisitCommands()}


def commands_for(plan: "AnyPlan") -> StudyCommands:
    """Return what belongs to the kind of study that a plan asks for."""
    from hts.plans import SpacePlan

    if isinstance(plan, SpacePlan):
        return SPACE_KINDS[plan.study.table]
    return (KINDS if plan.levy is None else LEVY_KINDS)[plan.study.table]


def has_table(path: Path, table: str) -> bool:
    """Tell whether a plan has a table; one that cannot be read is for others to refuse."""
    from hts.plans.texts import read_text
    from hts.plans.toml import TooLargeError, read_toml

    try:
        return table in read_toml(read_text(path).removeprefix("\ufeff").replace("\r\n", "\n"))
    except (TooLargeError, ValueError, RecursionError):
        return False


def warn_of_identity(folder: Path) -> None:
    """Say on standard error that a results folder has lost its identity.json, where it has."""
    from hts.storage import ResultsFolder
    from hts.sweeps.survey import identity_warning

    if warning := identity_warning(ResultsFolder(folder)):
        click.echo(f"warning: {warning}", err=True)


def commands_of(folder: Path) -> StudyCommands:
    """Return what belongs to the kind of study in a results folder.

    Raises
    ------
    PlanError
        Where there is no plan, or not the one of the results.
    """
    from hts.sweeps.survey import open_study

    return commands_for(open_study(folder)[1])
