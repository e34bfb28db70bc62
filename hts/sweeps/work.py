"""The work of a run: its folder made ready, and the missing shards that it computes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hts.errors import PlanError
from hts.plans import AnyPlan, Cell
from hts.storage import ResultsFolder, move_into
from hts.storage.inputs import keep_copy
from hts.sweeps.cells import keep_counts, slug_of
from hts.sweeps.failures import Failure, kept_failure
from hts.sweeps.studies import study_of
from hts.sweeps.summed import check_whole
from hts.sweeps.survey import Survey, check_one_kind, check_same_plan, identity_document, survey
from hts.sweeps.tasks import Task, shards_for, walkers_per_shard


@dataclass(frozen=True)
class Choices:
    """Which of the missing shards a run computes.

    Attributes
    ----------
    retry_failed : bool
        Try cells again that failed in an earlier run; otherwise they are skipped, since they would fail again.
    fail_fast : bool
        Stop at the first failure instead of going on with the others.
    share : (int, int) or None
        (i, n): compute the i-th of n parts only; n processes without any contact compute the whole.
    """

    retry_failed: bool = False
    fail_fast: bool = False
    share: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.share is not None and not (self.share[1] >= 1 and 1 <= self.share[0] <= self.share[1]):
            raise PlanError(f"share: must be i/n with i from 1 to n, not {self.share[0]}/{self.share[1]}")


EVERYTHING = Choices()


@dataclass(frozen=True)
class Work:
    """What a run would do.

    Attributes
    ----------
    tasks : list of Task
        Shards to compute.
    failures : list of Failure
        Of cells that are left alone because they failed before.
    n_elsewhere : int
        Missing shards that belong to other shares.
    """

    tasks: list[Task]
    failures: list[Failure]
    n_elsewhere: int


def choose(plan: AnyPlan, folder: ResultsFolder, missing: list[Task], choices: Choices) -> Work:
    """Pick from the missing shards what a run computes."""
    failures = [] if choices.retry_failed else failures_of(folder, missing)
    failed = {failure.cell for failure in failures}
    wanted = [task for task in missing if task.cell not in failed] if failed else missing
    tasks = wanted if choices.share is None else share_of(plan, wanted, *choices.share)
    return Work(tasks, failures, len(wanted) - len(tasks))


def failures_of(folder: ResultsFolder, missing: list[Task]) -> list[Failure]:
    """Read the failures of cells that are not done."""
    if not folder.failures.exists():
        return []
    kept = (kept_failure(folder, cell) for cell in dict.fromkeys(task.cell for task in missing))
    return [failure for failure in kept if failure is not None]


def examine(plan: AnyPlan, folder: ResultsFolder, stream_version: str) -> Survey:
    """Look into a folder as a run of this plan would, and change nothing.

    Raises
    ------
    PlanError
        Where the folder holds something else, or another user owns it.
    """
    folder.check_is_ours_or_new()
    stated = check_same_plan(folder, plan)
    _check_streams(folder, stated, stream_version)
    check_one_kind(folder, plan)
    found = survey(folder, plan.identity(), stream_version, plan.most_steps)
    foreign = [damage for damage in found.damages if damage.is_foreign]
    if stated is None and foreign:
        raise PlanError(f"{folder.path}: holds results of another plan; choose another with -o\n  {foreign[0].message}")
    _check_not_shorter(plan, folder, found)
    check_whole(plan, folder, found)
    return found


def prepare(plan: AnyPlan, folder: ResultsFolder, stream_version: str) -> Survey:
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
        Where the folder holds something else, or another user owns it; it is left as it is.
    StoppedError
        Where the folder cannot be written.
    """
    found = examine(plan, folder, stream_version)
    for source in plan.sources:
        keep_copy(folder, source.path, source.copy_name)
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


def _check_not_shorter(plan: AnyPlan, folder: ResultsFolder, found: Survey) -> None:
    """Refuse a max_steps below what walkers already took: where they stood at that step is not stored."""
    longer = [
        shard
        for cell in plan.cells()
        for shard in found.beyond.get(slug_of(cell), ())
        if shard.first_walker < plan.walkers_of(cell)
    ]
    if longer:
        name = study_of(plan).limit
        limit = max(shard.provenance.max_steps for shard in longer)
        key = f"{plan.study.table}.{name}"
        raise PlanError(
            f"{folder.path}: {key} = {plan.most_steps} is smaller than what walkers stored there took; "
            f"keep {name} = {limit}, or choose another folder with -o"
        )


def tasks_of(plan: AnyPlan, found: Survey) -> list[Task]:
    """List the shards that are missing, in an order that every machine agrees on.

    Small eta first, then small b (more jumps), then large alpha (rarer jumps): roughly the longest first, for exit
    times grow with the power -alpha - (l* - 1)(alpha - 1) of eta (docs/model.md, equation (6)).
    """
    sizes, is_new = study_of(plan).sizes, not found.usable
    tasks = []
    for cell in _in_order(plan):
        walkers = plan.walkers_of(cell)
        missing = [(0, walkers)] if is_new else found.missing(slug_of(cell), walkers)
        tasks += [Task(cell, first, end - first) for first, end in shards_for(missing, walkers, sizes)]
    return tasks


def _in_order(plan: AnyPlan) -> list[Cell]:
    return sorted(plan.cells(), key=lambda cell: (cell.eta, cell.b, -(cell.alpha or 0.0)))


def longest_first(tasks: list[Task], expected_steps: Mapping[Cell, float]) -> list[Task]:
    """Sort shards by their expected steps, so that no thread ends up alone with a long one (docs/sweeps.md).

    Those of a cell stay together, its last one too, which may be smaller.
    """
    largest: dict[Cell, int] = {}
    for task in tasks:
        largest[task.cell] = max(largest.get(task.cell, 0), task.n_walkers)
    return sorted(tasks, key=lambda task: -largest[task.cell] * expected_steps.get(task.cell, 0.0))


def share_of(plan: AnyPlan, tasks: list[Task], share: int, n_shares: int) -> list[Task]:
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
