"""Samples of a plan's rare exits: what is missing is sampled by threads and written; a second call goes on."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from os import PathLike
from pathlib import Path

from hts.engines import ThreadEngine, work_off
from hts.errors import IntegrityError, PlanError, StoppedError
from hts.plans import AnyPlan, Cell
from hts.rare.questions import questions
from hts.rare.stopping import Case, cases_of
from hts.storage import ResultsFolder, ShardName, list_shards, move_into
from hts.storage.named import FilesReport
from hts.storage.samples import StoredSamples, read_samples, write_samples
from hts.sweeps.studies import study_of
from hts.sweeps.work import prepare

#: Steps of one file: some ten seconds of a core, which is what a stop costs at most.
STEPS_PER_FILE = 2e9
#: Most samples of a file, whose cost is not that of their steps where they are short; of splitting, runs.
MOST_SAMPLES, MOST_RUNS = 2**20, 2**12


@dataclass(frozen=True)
class RareProgress:
    """How far a call has come.

    Attributes
    ----------
    done, total : int
        Questions: cells times methods.
    steps : int
        Walker-steps of this call.
    steps_per_second : float
    """

    done: int
    total: int
    steps: int
    steps_per_second: float


@dataclass(frozen=True)
class RareStatus:
    """What is there of one cell by one method.

    Attributes
    ----------
    cell : Cell
    method : str
    state : str
        done, partial or missing; given up where max_samples were not enough.
    n_samples, n_positive : int
    """

    cell: Cell
    method: str
    state: str
    n_samples: int
    n_positive: int


def run_rare(
    plan: AnyPlan,
    folder: str | PathLike[str],
    *,
    threads: int | None = None,
    on_progress: Callable[[RareProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> FilesReport:
    """Take the samples of a plan with [rare] that a folder lacks.

    Parameters
    ----------
    plan : Plan
    folder : path
        Made where it is missing; it may also hold the walkers of `hts run`.
    threads : int or None
        One for each core by default; no number depends on it.
    on_progress, should_stop : callable or None
        Called some ten times a second from this thread.

    Raises
    ------
    PlanError
        Where the plan has no [rare], or the folder belongs to another plan.
    StoppedError
        Where `should_stop` said so, or a file cannot be written; finished files stay.
    """
    if plan.rare is None:
        raise PlanError(f'{plan.path}: rare: is missing; add a table [rare] with method = "importance"')
    results = ResultsFolder(Path(folder))
    prepare(plan, results, study_of(plan).stream_version)
    cases = cases_of(questions(plan), plan.rare)
    n_damaged = load(plan, cases, results, is_mending=True)
    run = _Run(plan, results, cases, on_progress or _ignore)
    n_stored = sum(case.n_done for case in cases)
    run.work(threads, should_stop or _never)
    return FilesReport(sum(case.n_done for case in cases) - n_stored, n_stored, n_damaged, run.steps, run.seconds)


def load(plan: AnyPlan, cases: list[Case], results: ResultsFolder, is_mending: bool = False) -> int:
    """Read the samples that there are into cases; where files are mended, damaged ones go to `damaged`, counted.

    Raises
    ------
    IntegrityError
        Where a file is not what was written, and files are not mended.
    """
    by_slug: dict[str, list[Path]] = {}
    n_damaged = 0
    for path in list_shards(results.rare):
        name = ShardName.parse(path.name)
        by_slug.setdefault("" if name is None else name.slug, []).append(path)
    for case in cases:
        stated = case.question.stated(plan)
        for path in by_slug.get(case.question.slug, ()):
            try:
                case.parts.append(read_samples(path, stated))
            except IntegrityError:
                if not is_mending:
                    raise
                move_into(results.damaged, path)
                n_damaged += 1
    return n_damaged


def rare_status(plan: AnyPlan, folder: str | PathLike[str]) -> tuple[RareStatus, ...]:
    """Say how much of a plan's rare exits is sampled; empty for a plan without [rare].

    Raises
    ------
    IntegrityError
        Where a file is not what was written.
    """
    if plan.rare is None:
        return ()
    cases = cases_of(questions(plan), plan.rare)
    load(plan, cases, ResultsFolder(Path(folder)))
    return tuple(
        RareStatus(
            case.question.cell,
            case.question.method,
            _state(case),
            case.n_done,
            sum(len(part.columns["sample"]) for part in case.parts),
        )
        for case in cases
    )


def _state(case: Case) -> str:
    if not case.parts:
        return "missing"
    if case.missing():
        return "partial"
    return "done" if case.is_met else "given up"


@dataclass(frozen=True)
class _Task:
    """Some samples of one case."""

    case: Case
    first: int
    n: int


@dataclass
class _Run:
    """One call: tasks round by round, and what they have cost."""

    plan: AnyPlan
    results: ResultsFolder
    cases: list[Case]
    on_progress: Callable[[RareProgress], None]
    steps: int = 0
    _left: dict[int, int] = field(default_factory=dict)  # tasks of a case's round that are not done, by its id
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begin: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the call began."""
        return time.monotonic() - self._begin

    def work(self, threads: int | None, should_stop: Callable[[], bool]) -> None:
        """Keep the threads busy until every rule is met.

        Raises
        ------
        StoppedError
            Where `should_stop` said so.
        """
        waiting = deque(task for case in self.cases for task in self._tasks(case))

        def keep(task: _Task, samples: StoredSamples) -> None:
            task.case.parts.append(samples)
            self._left[id(task.case)] -= 1
            if not self._left[id(task.case)]:
                waiting.extend(self._tasks(task.case))

        with ThreadEngine(threads) as engine:
            try:
                if work_off(engine, waiting, self._compute, keep, self._look, should_stop):
                    self._look()
                    return
            finally:
                self._stop.set()
        raise StoppedError(f"stopped; {sum(c.n_done for c in self.cases)} samples are kept. Run it again to go on.")

    def _tasks(self, case: Case) -> Iterator[_Task]:
        """Cut what a case's round lacks into files."""
        most = MOST_RUNS if case.question.method == "splitting" else MOST_SAMPLES
        size = min(max(int(STEPS_PER_FILE / case.question.steps_per_sample), 1), most)
        tasks = []
        for begin, end in case.missing():
            cuts = [*range(begin, end, size), end]
            tasks += [_Task(case, first, last - first) for first, last in pairwise(cuts)]
        self._left[id(case)] = len(tasks)
        yield from tasks

    def _compute(self, task: _Task) -> StoredSamples:
        question = task.case.question
        sample = question.sampler(task.first, task.n, on_steps=self._count, should_stop=self._stop.is_set)
        names = ("sample", "value", "right", "plain", "steps", "big")
        columns = {name: getattr(sample, name) for name in names}
        samples = StoredSamples(task.first, task.n, sample.n_steps, columns)
        write_samples(self.results.rare, self.results.scratch, question.slug, samples, question.stated(self.plan))
        return samples

    def _count(self, steps: int) -> None:
        with self._lock:
            self.steps += steps

    def _look(self) -> None:
        done = sum(not self._left.get(id(case), 0) for case in self.cases)
        self.on_progress(RareProgress(done, len(self.cases), self.steps, self.steps / max(self.seconds, 1e-9)))


def _ignore(progress: RareProgress) -> None:
    """Take no notice."""


def _never() -> bool:
    """Go on."""
    return False
