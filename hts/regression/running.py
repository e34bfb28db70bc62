"""Runs of a plan's cells: what is missing is simulated by threads and written; a second call goes on."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from hts.engines import ThreadEngine, work_off
from hts.ensembles.regression import RUN_VERSION, simulate_regression
from hts.errors import IntegrityError, StoppedError
from hts.plans.folders import check_same_study
from hts.plans.regression import RegressionCell, RegressionPlan
from hts.storage import ResultsFolder, move_into
from hts.storage.content import Columns
from hts.storage.named import FilesReport
from hts.storage.names import ShardName
from hts.storage.runs import read_runs, write_runs
from hts.storage.shards import list_shards

#: Work of one file, in numbers handled: some ten seconds of a core, which is what a stop costs at most.
WORK_PER_FILE = 5e9
#: Fewest and most runs of a file: a block's lanes, and what a file can hold.
FEWEST_RUNS, MOST_RUNS = 8, 4096
#: Key of identity.json under which the digest of plan.toml stands.
PLAN_DIGEST = "plan_sha256"


@dataclass(frozen=True)
class RunsProgress:
    """How far a call has come.

    Attributes
    ----------
    runs_done, runs_total : int
        Runs of all cells, those of earlier calls included.
    share : float
        Share of this call's work that is done.
    steps_per_second : float
        Run-steps of this call.
    seconds_left : float or None
        At the speed so far; None before anything is known.
    """

    runs_done: int
    runs_total: int
    share: float
    steps_per_second: float
    seconds_left: float | None


@dataclass(frozen=True)
class Task:
    """Some runs of one cell."""

    cell: RegressionCell
    first: int
    n: int


def slug_of(cell: RegressionCell) -> str:
    """Write a cell so that it can stand in a file name."""
    return f"d{cell.dimension}_b{cell.batch}_eta{cell.eta!r}_sigma{cell.sigma!r}"


def stated_of(plan: RegressionPlan) -> dict[str, str]:
    """Say what decides the numbers of every file of a plan."""
    return {"identity": plan.identity(), "stream_version": RUN_VERSION}


def run_regression(
    plan: RegressionPlan,
    folder: str | PathLike[str],
    *,
    threads: int | None = None,
    on_progress: Callable[[RunsProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> FilesReport:
    """Simulate the runs of a plan that a folder lacks.

    Parameters
    ----------
    plan : RegressionPlan
        It may have more cells or more runs than at the last call.
    folder : path
        Made where it is missing.
    threads : int or None
        One for each core by default; no number depends on it.
    on_progress, should_stop : callable or None
        Called some ten times a second from this thread.

    Raises
    ------
    PlanError
        Where the folder belongs to another plan.
    StoppedError
        Where `should_stop` said so, or a file cannot be written; finished files stay.
    """
    results = ResultsFolder(Path(folder))
    check_same_study(results, plan, RUN_VERSION, "hts regression")
    results.write_json(results.identity, identity_document(plan))
    results.write_text(results.plan, plan.to_toml())
    n_damaged = _set_damaged_aside(results, plan)
    tasks = list(missing(plan, results))
    tasks.sort(key=lambda task: -task.n * plan.problem(task.cell).work_per_step)
    counter = _Counter(plan, tasks)
    if tasks:
        _drive(plan, results, tasks, counter, threads, on_progress or _ignore, should_stop or _never)
    if on_progress is not None:
        on_progress(counter.read())
    n_missing = sum(task.n for task in tasks)
    return FilesReport(n_missing, counter.n_total - n_missing, n_damaged, counter.steps, counter.seconds)


def identity_document(plan: RegressionPlan) -> dict[str, Any]:
    """Say what decides the numbers of a folder, as its identity.json does."""
    digest = hashlib.sha256(plan.to_toml().encode()).hexdigest()
    return {
        "identity": plan.identity(),
        "physics": plan.physics(),
        "stream_version": RUN_VERSION,
        PLAN_DIGEST: digest,
    }


def _set_damaged_aside(results: ResultsFolder, plan: RegressionPlan) -> int:
    """Move files that are not what was written to `damaged`, and count them."""
    n_damaged, stated = 0, stated_of(plan)
    for path in list_shards(results.regression):
        try:
            read_runs(path, stated)
        except IntegrityError:
            move_into(results.damaged, path)
            n_damaged += 1
    results.clear_abandoned()
    return n_damaged


def files_by_cell(results: ResultsFolder) -> dict[str, list[tuple[ShardName, Path]]]:
    """List the files of a folder under the cells in their names, by first run."""
    files: dict[str, list[tuple[ShardName, Path]]] = {}
    for path in list_shards(results.regression):
        name = ShardName.parse(path.name)
        if name is not None:
            files.setdefault(name.slug, []).append((name, path))
    return {slug: sorted(some, key=lambda one: one[0].first_walker) for slug, some in files.items()}


def missing(plan: RegressionPlan, results: ResultsFolder) -> Iterator[Task]:
    """List the runs that no file has, cut into tasks."""
    files = files_by_cell(results)
    for cell in plan.cells:
        is_missing = np.ones(plan.table.runs, dtype=bool)
        for name, _ in files.get(slug_of(cell), ()):
            is_missing[name.first_walker : name.first_walker + name.n_walkers] = False
        size = _runs_per_file(plan, cell)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], is_missing, [False]]).astype(np.int8)))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            cuts = [*range(int(begin), int(end), size), int(end)]
            yield from (Task(cell, first, last - first) for first, last in pairwise(cuts))


def _runs_per_file(plan: RegressionPlan, cell: RegressionCell) -> int:
    wanted = int(WORK_PER_FILE / (plan.table.steps * plan.problem(cell).work_per_step)) // FEWEST_RUNS * FEWEST_RUNS
    return min(max(wanted, FEWEST_RUNS), MOST_RUNS)


@dataclass
class _Counter:
    """Steps of this call, counted from many threads."""

    plan: RegressionPlan
    tasks: list[Task]
    steps: int = 0
    runs: int = 0
    _work: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begin: float = field(default_factory=time.monotonic)

    @property
    def n_total(self) -> int:
        """Runs of all cells."""
        return len(self.plan.cells) * self.plan.table.runs

    @property
    def seconds(self) -> float:
        """Seconds since the call began."""
        return time.monotonic() - self._begin

    def add(self, task: Task, steps: int) -> None:
        """Count run-steps of a task."""
        with self._lock:
            self.steps += steps
            self._work += steps * self.plan.problem(task.cell).work_per_step

    def read(self) -> RunsProgress:
        """Give the state of things."""
        n = sum(task.n for task in self.tasks)
        total = sum(task.n * self.plan.problem(task.cell).work_per_step for task in self.tasks) * self.plan.table.steps
        share = self._work / total if total else 1.0
        seconds = self.seconds
        left = seconds * (1.0 - share) / share if share > 0.0 else None
        done = self.n_total - n + self.runs
        return RunsProgress(done, self.n_total, share, self.steps / max(seconds, 1e-9), left)


def _drive(
    plan: RegressionPlan,
    results: ResultsFolder,
    tasks: list[Task],
    counter: _Counter,
    threads: int | None,
    on_progress: Callable[[RunsProgress], None],
    should_stop: Callable[[], bool],
) -> None:
    """Keep the threads busy until all tasks are done."""
    stop = threading.Event()

    def compute(task: Task) -> int:
        problem, add = plan.problem(task.cell), partial(counter.add, task)
        sample = simulate_regression(problem, task.first, task.n, on_steps=add, should_stop=stop.is_set)
        columns: Columns = {"run": sample.run, "iterate": sample.iterate, "average": sample.average}
        write_runs(results.regression, results.scratch, slug_of(task.cell), columns, stated_of(plan))
        return task.n

    def count(task: Task, n: int) -> None:
        counter.runs += n

    with ThreadEngine(threads) as engine:
        try:
            if work_off(engine, deque(tasks), compute, count, lambda: on_progress(counter.read()), should_stop):
                return
        finally:
            stop.set()
    done = counter.read()
    raise StoppedError(f"stopped; {done.runs_done} of {done.runs_total} runs are kept. Run it again to go on.")


def _ignore(progress: RunsProgress) -> None:
    """Take no notice."""


def _never() -> bool:
    """Go on."""
    return False
