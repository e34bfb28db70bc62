"""Trainings of a plan: what is missing is trained, measured and written; a second call goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from hts.engines import available_cores
from hts.errors import StoppedError
from hts.networks.data import Data, load_data
from hts.networks.folders import TRAINING_VERSION, Arrays, Task, missing, stored
from hts.networks.measuring import measure
from hts.networks.memory import machine_bytes, methods_that_fit
from hts.networks.training import CHUNK, Runs, Trainer
from hts.plans.folders import check_same_study
from hts.plans.training import TrainingPlan
from hts.storage import ResultsFolder, move_into, remove
from hts.storage.checkpoints import is_harmed, read_checkpoint, write_checkpoint

#: Seconds between two checkpoints of a training.
CHECKPOINT_SECONDS = 30.0


@dataclass(frozen=True)
class TrainingProgress:
    """How far a call has come.

    Attributes
    ----------
    done, total : int
        Trainings (method and replication) that are finished, those of earlier calls included.
    method : str
        The one in work.
    share : float
        Share of this call's iterations that is done.
    seconds_left : float or None
        At the speed so far.
    """

    done: int
    total: int
    method: str
    share: float
    seconds_left: float | None


@dataclass(frozen=True)
class TrainingReport:
    """What a call has added to a folder: trainings, those that were there, files set aside, and seconds."""

    n_trained: int
    n_stored: int
    n_damaged: int
    seconds: float


def run_training(
    plan: TrainingPlan,
    folder: str | PathLike[str],
    *,
    on_progress: Callable[[TrainingProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TrainingReport:
    """Train the networks of a plan that a folder lacks, by programs that are compiled once for all of them.

    On a CPU networks run one in a thread, those of the longest method first, in as many threads as there are cores: a
    step is too small to be worth dividing, and a network's numbers stay in a core's cache. On a GPU the replications
    of a method run side by side in one program.

    Parameters
    ----------
    plan : TrainingPlan
        It may have more methods or replications than at the last call.
    folder : path
        Made where it is missing.
    on_progress, should_stop : callable, optional
        Called after every 250 iterations, from any thread.

    Raises
    ------
    PlanError
        Where the folder belongs to another plan.
    StoppedError
        Where `should_stop` said so, or a file cannot be written; what is done is kept.
    """
    results = ResultsFolder(Path(folder))
    check_same_study(results, plan, TRAINING_VERSION, "hts train")
    n_damaged = _set_damaged_aside(results)
    tasks = missing(plan, results, _together())
    n_together = _prepare(plan, tasks)
    document = {"identity": plan.identity(), "physics": plan.physics(), "stream_version": TRAINING_VERSION}
    results.write_json(results.identity, document)
    results.write_text(results.plan, plan.to_toml())
    total = len(plan.table.methods) * plan.table.replications
    to_do = sum(len(task.replications) for task in tasks)
    pace = _Pace(sum(plan.steps(task.method) for task in tasks), total - to_do, total, on_progress)
    _train_all(plan, tasks, results, pace, should_stop or (lambda: False), n_together)
    _remove_outlived(results)
    return TrainingReport(to_do, total - to_do, n_damaged, time.monotonic() - pace.begin)


def _prepare(plan: TrainingPlan, tasks: Sequence[Task]) -> int:
    """Read the images before anything is written, and say how many tasks there is memory for at the same time.

    Raises
    ------
    PlanError
        Where images or memory are lacking.
    """
    most = max((len(task.replications) for task in tasks), default=1)
    stats = jax.devices()[0].memory_stats()  # None of a CPU
    n_together = methods_that_fit(plan, most, stats["bytes_limit"] if stats else machine_bytes())
    if tasks:
        _prepared(plan, _span(tasks))
    return min(available_cores(), n_together)


def _together() -> int | None:
    """Replications of a task: one on a CPU; None, which is all, on a GPU, which small networks would leave idle."""
    return 1 if jax.default_backend() == "cpu" else None


def _span(tasks: Sequence[Task]) -> range:
    """Give the replications of all tasks, and those between."""
    return range(min(task.replications.start for task in tasks), max(task.replications.stop for task in tasks))


def _train_all(
    plan: TrainingPlan, tasks: Sequence[Task], results: ResultsFolder, pace: _Pace, should_stop: Callable[[], bool],
    n_together: int,
) -> None:  # fmt: skip
    """Train tasks side by side; where one fails, the others keep what they have.

    Raises
    ------
    StoppedError
        Where `should_stop` said so.
    """
    is_broken = threading.Event()
    span = _span(tasks) if tasks else range(0)
    with ThreadPoolExecutor(n_together) as pool:
        ordered = sorted(tasks, key=lambda task: -plan.steps(task.method))
        works = {
            task: pool.submit(_train, plan, task, span, results, pace, lambda: is_broken.is_set() or should_stop())
            for task in ordered
        }
        try:
            wait(works.values(), return_when=FIRST_EXCEPTION)
        finally:
            is_broken.set()
    kept = {task: step for task, work in works.items() if (step := work.result()) is not None}
    if kept:
        steps = ", ".join(f"{step} iterations of {task.words}" for task, step in kept.items() if step)
        said = f"{pace.done} of {pace.total} trainings" + (f" and {steps}" if steps else "")
        raise StoppedError(f"stopped; {said} are kept. Run it again to go on.")


class _Pace:
    """Iterations and trainings of this call, counted by all threads."""

    def __init__(
        self, steps: int, done: int, total: int, on_progress: Callable[[TrainingProgress], None] | None
    ) -> None:
        self.steps, self.done, self.total, self.on_progress = max(steps, 1), done, total, on_progress
        self.begin, self._now, self._skipped = time.monotonic(), 0, 0
        self._lock = threading.Lock()

    def add(self, method: str, steps: int, is_new: bool = True) -> None:
        """Count iterations, and say how far the call is."""
        with self._lock:
            self._now += steps
            self._skipped += 0 if is_new else steps
            new, share = self._now - self._skipped, self._now / self.steps
            left = (time.monotonic() - self.begin) * (self.steps - self._now) / new if new else None
            if self.on_progress is not None:
                self.on_progress(TrainingProgress(self.done, self.total, method, share, left))

    def finish(self, n: int) -> None:
        """Count trainings that are written."""
        with self._lock:
            self.done += n


def _train(
    plan: TrainingPlan, task: Task, span: range, results: ResultsFolder, pace: _Pace, should_stop: Callable[[], bool]
) -> int | None:
    """Train and measure some replications of those in `span`, from their checkpoint where there is one.

    Returns
    -------
    int or None
        Iterations that are kept where `should_stop` said so; None where the training is done and written.
    """
    if should_stop():
        return 0
    place = results.checkpoints / task.name
    data, whole = _prepared(plan, span)
    trainer = whole.part_of(task.method, task.replications)
    kept = read_checkpoint(place, task.key(plan))
    runs = trainer.start()
    if kept is not None:
        diverged, norm = jnp.asarray(kept["diverged"]), jnp.asarray(kept["norm"])
        runs = Runs(jnp.asarray(kept["theta"]), int(kept["step"]), diverged, norm)
        pace.add(task.method, runs.step, is_new=False)

    def keep() -> None:
        write_checkpoint(place, results.scratch, task.key(plan), {**_arrays(runs), "step": np.array(runs.step)})

    last = time.monotonic()
    while runs.step < plan.steps(task.method):
        if should_stop():
            keep()
            return runs.step
        before = runs.step
        runs = trainer.advance(runs, CHUNK)
        pace.add(task.method, runs.step - before)
        if time.monotonic() - last > CHECKPOINT_SECONDS:
            keep()
            last = time.monotonic()
    arrays = {**_arrays(runs), **measure(trainer, runs, data)}
    write_checkpoint(results.training / task.name, results.scratch, task.key(plan), arrays)
    remove(place)
    pace.finish(len(task.replications))
    return None


@lru_cache(maxsize=1)
def _prepared(plan: TrainingPlan, replications: range) -> tuple[Data, Trainer]:
    """Read the images and make the trainer once for all tasks."""
    data = load_data(plan, replications)
    return data, Trainer(plan, plan.table.methods[0], data, replications)


def _arrays(runs: Runs) -> Arrays:
    found = {"theta": runs.theta, "diverged": runs.diverged, "norm": runs.norm}
    return {name: np.asarray(jax.device_get(value)) for name, value in found.items()}


def _remove_outlived(results: ResultsFolder) -> None:
    """Remove checkpoints whose replications are all trained: of other divisions, as a GPU's, or other versions."""
    trained = {(task.method, r) for task in stored(results.training) for r in task.replications}
    for task in stored(results.checkpoints):
        if trained.issuperset((task.method, r) for r in task.replications):
            remove(results.checkpoints / task.name)


def _set_damaged_aside(results: ResultsFolder) -> int:
    """Move files that are not what was written to `damaged`, and count them."""
    harmed = [path for path in results.training.glob("*.trained") if is_harmed(path)]
    for path in harmed:
        move_into(results.damaged, path)
    results.clear_abandoned()
    return len(harmed)
