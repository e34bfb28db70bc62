"""A results folder made ready for a run, or refused before anything changes."""

from collections.abc import Mapping
from typing import Any

from hts.errors import PlanError
from hts.plans import Cell, Plan
from hts.storage import ResultsFolder, move_into
from hts.sweeps.counts import keep_counts
from hts.sweeps.coverage import shards_for, walkers_per_shard
from hts.sweeps.progress import Task
from hts.sweeps.slugs import slug_of
from hts.sweeps.studies import study_of
from hts.sweeps.survey import Survey, check_same_plan, survey
from hts.sweeps.verification import identity_document


def examine(plan: Plan, folder: ResultsFolder, stream_version: str) -> Survey:
    """Look into a folder as a run of this plan would, and change nothing.

    Raises
    ------
    PlanError
        Where the folder belongs to somebody or something else.
    """
    folder.check_is_ours_or_new()
    stated = check_same_plan(folder, plan)
    _check_streams(folder, stated, stream_version)
    found = survey(folder, plan.identity(), stream_version, plan.most_steps)
    foreign = [damage for damage in found.damages if damage.is_foreign]
    if stated is None and foreign:
        raise PlanError(f"{folder.path}: holds results of another plan; choose another with -o\n  {foreign[0].message}")
    _check_not_shorter(plan, folder, found)
    return found


def prepare(plan: Plan, folder: ResultsFolder, stream_version: str) -> Survey:
    """Claim a folder for a plan and clear it of what cannot be used.

    Damaged shards and predictions go to `damaged/`, those whose censored walkers stopped too early to
    `superseded/`; nothing is lost.

    Returns
    -------
    Survey
        What the folder held before.

    Raises
    ------
    PlanError
        Where the folder belongs to somebody or something else; it is left as it is.
    StoppedError
        Where the folder cannot be written.
    """
    found = examine(plan, folder, stream_version)
    folder.write_json(folder.identity, identity_document(plan, stream_version))
    folder.write_text(folder.plan, plan.to_toml())
    keep_counts(plan, folder)
    for damage in found.damages:
        move_into(folder.damaged, damage.path)
    for cell in plan.cells():
        for shard in found.outdated.get(slug_of(cell), ()):
            move_into(folder.superseded, shard.path)
    for path in (folder.predictions, folder.predicted_shares):
        if folder.harm_of(path) is not None:
            move_into(folder.damaged, path)
    folder.clear_abandoned()
    return found


def _check_streams(folder: ResultsFolder, stated: Mapping[str, Any] | None, stream_version: str) -> None:
    theirs = stream_version if stated is None else stated.get("stream_version")
    if theirs != stream_version:
        raise PlanError(
            f"{folder.path}: was made with random streams {theirs}, this hts has {stream_version}; "
            "choose another folder with -o, or go on with the hts that made it"
        )


def _check_not_shorter(plan: Plan, folder: ResultsFolder, found: Survey) -> None:
    """Refuse a max_steps below what walkers already took: where they stood at that step is not stored."""
    longer = [
        shard
        for cell in plan.cells()
        for shard in found.beyond.get(slug_of(cell), ())
        if shard.first_walker < plan.walkers_of(cell)
    ]
    if longer:
        name = study_of(plan).limit
        table = "exit" if plan.visits is None else "visits"
        limit = max(shard.provenance.max_steps for shard in longer)
        raise PlanError(
            f"{folder.path}: {table}.{name} = {plan.most_steps} is smaller than what walkers stored there took; "
            f"keep {name} = {limit}, or choose another folder with -o"
        )


def tasks_of(plan: Plan, found: Survey) -> list[Task]:
    """List the shards that are missing, in an order that every machine agrees on.

    Small eta first, then small b (more jumps), then large alpha (rarer jumps): roughly the longest first, for exit
    times grow with the power -alpha - (l* - 1)(alpha - 1) of eta (docs/model.md, equation (6)).
    """
    return [
        Task(cell, first, end - first)
        for cell in _in_order(plan)
        for walkers in (plan.walkers_of(cell),)
        for first, end in shards_for(found.missing(slug_of(cell), walkers), walkers, study_of(plan).sizes)
    ]


def _in_order(plan: Plan) -> list[Cell]:
    return sorted(plan.cells(), key=lambda cell: (cell.eta, cell.b, -(cell.alpha or 0.0)))


def longest_first(tasks: list[Task], expected_steps: Mapping[Cell, float]) -> list[Task]:
    """Sort shards by their expected steps, so that no thread ends up alone with a long one (docs/sweeps.md).

    Those of a cell stay together, its last one too, which may be smaller.
    """
    largest: dict[Cell, int] = {}
    for task in tasks:
        largest[task.cell] = max(largest.get(task.cell, 0), task.n_walkers)
    return sorted(tasks, key=lambda task: -largest[task.cell] * expected_steps.get(task.cell, 0.0))


def share_of(plan: Plan, tasks: list[Task], share: int, n_shares: int) -> list[Task]:
    """Pick the missing shards that one of n processes computes, whenever it looks and whatever the others have done.

    Shards are dealt in turn from the full list of the plan, so each share has its part of every cell. `share` counts
    from 1 to n.
    """
    place: dict[Cell, int] = {}
    size: dict[Cell, int] = {}
    n_before = 0
    for cell in _in_order(plan):
        walkers = plan.walkers_of(cell)
        place[cell], size[cell] = n_before, walkers_per_shard(walkers, study_of(plan).sizes)
        n_before += -(-walkers // size[cell])
    return [task for task in tasks if (place[task.cell] + task.first_walker // size[task.cell] - share) % n_shares == 0]
