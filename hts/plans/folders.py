"""Whether a results folder belongs to the plan in hand."""

from collections.abc import Mapping
from typing import Any, Protocol

from hts.errors import PlanError
from hts.plans.identity import differences
from hts.storage import ResultsFolder


class StudyPlan(Protocol):
    """A plan of any kind of study."""

    def identity(self) -> str:
        """Sum up what decides its numbers."""

    def physics(self) -> dict[str, Any]:
        """Return what decides its numbers."""


def another_plan(results: ResultsFolder, plan: StudyPlan, stated: Mapping[str, Any]) -> PlanError:
    """Say that a folder, whose identity.json states this, is of another plan, and name each key that differs."""
    keys = "\n".join(f"  {line}" for line in differences(plan.physics(), stated["physics"]))
    return PlanError(f"{results.path}: holds results of another plan; choose another folder with -o\n{keys}")


def check_same_study(results: ResultsFolder, plan: StudyPlan, version: str, command: str) -> None:
    """Turn away a folder of another plan, or of other random streams; for studies that have a command of their own.

    Parameters
    ----------
    results : ResultsFolder
    plan : StudyPlan
    version : str
        Of the random streams of such studies.
    command : str
        The command that writes such a folder.

    Raises
    ------
    PlanError
        With what differs and the remedy.
    """
    results.check_is_ours_or_new()
    harm = results.harm_of(results.identity)
    if harm is not None:
        raise PlanError(
            f"{results.identity}: {harm}; hts verify {results.path} --repair sets it aside, "
            f"and {command} PLAN -o {results.path} writes it anew"
        )
    stated = results.read_json(results.identity)
    if stated is None:
        return
    if stated["identity"] != plan.identity():
        raise another_plan(results, plan, stated)
    if stated["stream_version"] != version:
        raise PlanError(
            f"{results.path}: was made with random streams {stated['stream_version']}, this hts has {version}; "
            "choose another folder with -o"
        )
