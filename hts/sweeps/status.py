"""State of each cell of a results folder, and what a run would do about it."""

import os
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from os import PathLike
from pathlib import Path
from typing import Literal, TypeAlias

from hts.plans import AnyPlan, Cell
from hts.records import Records
from hts.storage import ResultsFolder
from hts.sweeps.cells import counted, slug_of
from hts.sweeps.checkpoints import Checkpoints
from hts.sweeps.failures import kept_message
from hts.sweeps.runs import DeviceRun, added_up, runs_on_devices
from hts.sweeps.studies import study_of
from hts.sweeps.survey import Survey, open_study, survey
from hts.sweeps.tasks import Task
from hts.sweeps.work import EVERYTHING, Choices, choose, examine, tasks_of
from hts.words import plural

#: A folder that holds nothing and never will.
NOWHERE = ResultsFolder(Path(os.devnull))

State: TypeAlias = Literal["done", "partial", "missing", "damaged", "failed"]


@dataclass(frozen=True)
class CellStatus:
    """What is done of one cell.

    Attributes
    ----------
    cell : Cell
        Which.
    state : str
        done; partial: some walkers; missing: none; damaged: a shard is not as it was written; failed: the last run
        could not compute all of it.
    walkers_done, walkers_wanted : int
        Walkers with a usable result, and those of the plan.
    message : str
        What to know or to do; empty where there is nothing to say.
    """

    cell: Cell
    state: State
    walkers_done: int
    walkers_wanted: int
    message: str


@dataclass(frozen=True, slots=True)
class CellWork:
    """What a run would do about one cell.

    Attributes
    ----------
    cell : Cell
        Which.
    state : str
        As it stands: done, partial, missing, damaged or failed.
    walkers_done, walkers_wanted : int
        Walkers with a usable result, and those of the plan.
    tasks : tuple of Task
        Shards that would be computed.
    reason : str
        Why they would, or why none would; empty where the cell is done.
    """

    cell: Cell
    state: State
    walkers_done: int
    walkers_wanted: int
    tasks: tuple[Task, ...]
    reason: str

    @property
    def walkers_left(self) -> int:
        """Walkers that would be simulated."""
        return sum(task.n_walkers for task in self.tasks)


@dataclass(frozen=True)
class FolderStatus:
    """What is done of a folder's plan.

    Attributes
    ----------
    cells : tuple of CellStatus
        All cells of the plan.
    strays : tuple of str
        Damaged shards that belong to no cell of the plan: what is wrong with each, its name first.
    devices : tuple of DeviceRun
        What devices computed of it, all their runs together; cores did the rest.
    """

    cells: tuple[CellStatus, ...]
    strays: tuple[str, ...]
    devices: tuple[DeviceRun, ...] = ()


def sweep_status(folder: str | PathLike[str]) -> Records[CellStatus]:
    """Say what of a folder's plan is done, cell by cell, every shard checked against its checksum.

    Raises
    ------
    PlanError
        Where there is no plan to compare with.
    """
    return Records(folder_status(folder).cells)


def folder_status(folder: str | PathLike[str]) -> FolderStatus:
    """Say what of a folder's plan is done, as `sweep_status`, and which damaged shards belong to none of its cells."""
    results, plan, stream_version = open_study(Path(folder))
    found = survey(results, plan.identity(), stream_version, plan.most_steps)
    waiting = Checkpoints.of(plan, results, stream_version or study_of(plan).stream_version).walkers_by_slug()
    statuses = [status_of(results, found, plan, cell) for cell in plan.cells()]
    cells = tuple(_with_checkpoint(status, waiting.get(slug_of(status.cell), 0)) for status in statuses)
    own = {slug_of(cell) for cell in plan.cells()} if found.damages else set()
    strays = (damage for slug, damages in found.damages_by_cell.items() if slug not in own for damage in damages)
    return FolderStatus(cells, tuple(damage.message for damage in strays), added_up(runs_on_devices(results)))


def _with_checkpoint(status: CellStatus, n_walkers: int) -> CellStatus:
    """Tell of the walkers of an unfinished cell that wait in checkpoints."""
    if n_walkers == 0 or status.state == "done":
        return status
    waiting = f"{plural(n_walkers, 'walker')} {'waits' if n_walkers == 1 else 'wait'} in checkpoints"
    note = f"{waiting}; running it again goes on with them"
    return replace(status, message="; ".join(filter(None, (status.message, note))))


def status_of(folder: ResultsFolder, found: Survey, plan: AnyPlan, cell: Cell) -> CellStatus:
    """Say what is done of one cell."""
    walkers = plan.walkers_of(cell)
    if found.is_empty:
        return CellStatus(cell, "missing", 0, walkers, "")
    slug, limit = slug_of(cell), study_of(plan).limit
    done = walkers - sum(end - first for first, end in found.missing(slug, walkers))
    damages = found.damages_by_cell.get(slug)
    if damages:
        more = f", and {len(damages) - 1} more" if len(damages) > 1 else ""
        text = f"{damages[0].message}{more}; running it again sets it aside and computes it anew"
        return CellStatus(cell, "damaged", done, walkers, text)
    if done == walkers:
        return CellStatus(cell, "done", done, walkers, "")
    failed = kept_message(folder, cell) if slug in found.failed else None
    if failed is not None:
        return CellStatus(cell, "failed", done, walkers, failed)
    notes = []
    if slug in found.outdated:
        notes.append(f"some walkers stopped at a smaller {limit}; running it again computes them anew")
    if slug in found.beyond:
        notes.append(f"some walkers took more steps than {limit} now allows; give {limit} its old value")
    return CellStatus(cell, "partial" if done else "missing", done, walkers, "; ".join(notes))


def dry_run(plan: AnyPlan, folder: Path | None, choices: Choices = EVERYTHING) -> tuple[CellWork, ...]:
    """Say what `run_sweep` would compute; nothing is written.

    Parameters
    ----------
    plan : AnyPlan
        What would run.
    folder : pathlib.Path or None
        Where; one that is not there yet holds nothing.
    choices : Choices
        As `run_sweep` takes them.

    Raises
    ------
    PlanError
        Where the run would be refused, with the reason.
    """
    results, found, checkpoints, streams = NOWHERE, Survey(), None, study_of(plan).stream_version
    if folder is not None and folder.exists():
        results = ResultsFolder(folder)
        plan = counted(plan, results)
        found = examine(plan, results, streams)
        checkpoints = Checkpoints.of(plan, results, streams)
    missing = tasks_of(plan, found)
    kept = set() if checkpoints is None else checkpoints.among(missing)
    work = choose(plan, results, missing, choices)
    tasks = {cell: tuple(mine) for cell, mine in groupby(work.tasks, key=attrgetter("cell"))}  # in the order of cells
    left_alone = {failure.cell for failure in work.failures}
    works = []
    for cell in plan.cells():
        status = status_of(results, found, plan, cell)
        mine = tasks.get(cell, ())
        n_kept = sum(task in kept for task in mine) if kept else 0
        reason = _reason(status, mine, n_kept, bool(left_alone) and cell in left_alone)
        works.append(CellWork(cell, status.state, status.walkers_done, status.walkers_wanted, mine, reason))
    return tuple(works)


def _reason(status: CellStatus, tasks: tuple[Task, ...], n_kept: int, is_left_alone: bool) -> str:
    """Say why a cell would run, or would not."""
    if status.state == "done":
        return ""
    parts = [status.message]
    if not status.message and status.state == "missing":
        parts = ["no walkers yet"]
    elif not status.message and status.state == "partial":
        done = status.walkers_done
        parts = [f"{plural(done, 'walker')} {'is' if done == 1 else 'are'} there"]
    if is_left_alone:
        parts.append("left alone; hts run --retry-failed tries it again")
    elif not tasks:
        parts.append("its missing shards belong to other shares")
    if n_kept:
        parts.append(f"{n_kept} of {plural(len(tasks), 'shard')} {'goes' if n_kept == 1 else 'go'} on from checkpoints")
    return "; ".join(part for part in parts if part)
