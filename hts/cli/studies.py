"""The kinds of study on the command line: exits and long runs, in steps, in time and in several dimensions."""

from collections.abc import Mapping
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


class StudyCommands(Protocol):
    """What commands print differently for exits and for long runs."""

    def show(self, comparison: Any, folder: Path) -> None:
        """Print a comparison (`hts.studies.fitting.compared`) for a person."""

    def show_after_run(self, folder: Path, plan: Any, threads: int | None) -> None:
        """Print what belongs below the summary of a run."""

    def predict(self, plan: Any, threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute exact and limit exit times of every cell, where the plan asks for exits."""


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


def is_of_walkers(folder: Path) -> bool:
    """Tell whether `hts run` or `hts rare` made a folder."""
    from hts.storage import ResultsFolder

    results = ResultsFolder(folder)
    return results.plan.exists() and not results.is_of_training and not results.is_of_regression


def warn_of_identity(folder: Path) -> None:
    """Say on standard error that a results folder has lost its identity.json, where it has."""
    from hts.storage import ResultsFolder
    from hts.sweeps.survey import identity_warning

    if warning := identity_warning(ResultsFolder(folder)):
        click.echo(f"warning: {warning}", err=True)


def plan_of(folder: Path) -> "AnyPlan":
    """Read the plan of a results folder, and say what else the folder lacks.

    Raises
    ------
    PlanError
        Where there is no plan, or not the one of the results.
    """
    from hts.sweeps.survey import open_study

    plan = open_study(folder)[1]
    warn_of_identity(folder)
    return plan
