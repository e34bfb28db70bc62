"""What a run would do, cell by cell and why, by the code that runs decide with."""

import os
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from hts.ensembles import STREAM_VERSION
from hts.plans import Cell, Plan
from hts.storage import ResultsFolder
from hts.sweeps.checkpoints import Checkpoints
from hts.sweeps.choosing import EVERYTHING, Choices, choose
from hts.sweeps.counts import counted
from hts.sweeps.preparing import examine, tasks_of
from hts.sweeps.progress import Task
from hts.sweeps.status import CellStatus, State, status_of
from hts.sweeps.survey import Survey
from hts.words import plural

#: A folder that holds nothing and never will.
NOWHERE = ResultsFolder(Path(os.devnull))


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


def dry_run(plan: Plan, folder: Path | None, choices: Choices = EVERYTHING) -> tuple[CellWork, ...]:
    """Say what `run_sweep` would compute; nothing is written.

    Parameters
    ----------
    plan : Plan
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
    results, found, checkpoints = NOWHERE, Survey(), None
    if folder is not None and folder.exists():
        results = ResultsFolder(folder)
        plan = counted(plan, results)
        found = examine(plan, results, STREAM_VERSION)
        checkpoints = Checkpoints.of(plan, results, STREAM_VERSION)
    missing = tasks_of(plan, found)
    kept = set() if checkpoints is None else checkpoints.among(missing)
    work = choose(plan, results, missing, choices)
    tasks = {cell: tuple(mine) for cell, mine in groupby(work.tasks, key=attrgetter("cell"))}  # in the order of cells
    left_alone = {failure.cell for failure in work.failures}
    works = []
    for cell in plan.cells():
        status = status_of(results, found, plan, cell)
        mine = tasks.get(cell, ())
        reason = _reason(status, mine, sum(task in kept for task in mine), cell in left_alone)
        works.append(CellWork(cell, status.state, status.walkers_done, status.walkers_wanted, mine, reason))
    return tuple(works)


def _reason(status: CellStatus, tasks: tuple[Task, ...], n_kept: int, is_left_alone: bool) -> str:
    """Say why a cell would run, or would not."""
    if status.state == "done":
        return ""
    done = status.walkers_done
    plain = {"missing": "no walkers yet", "partial": f"{plural(done, 'walker')} {'is' if done == 1 else 'are'} there"}
    parts = [status.message or plain.get(status.state, "")]
    if is_left_alone:
        parts.append("left alone; hts run --retry-failed tries it again")
    elif not tasks:
        parts.append("its missing shards belong to other shares")
    if n_kept:
        parts.append(f"{n_kept} of {plural(len(tasks), 'shard')} {'goes' if n_kept == 1 else 'go'} on from checkpoints")
    return "; ".join(part for part in parts if part)
