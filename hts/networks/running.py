"""Trainings of a plan: what is missing is trained, measured and written; a second call goes on."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from hts.errors import PlanError, StoppedError
from hts.networks.data import Data, load_digits
from hts.networks.measuring import measure
from hts.networks.plans import TrainingPlan
from hts.networks.training import CHUNK, TRAINING_VERSION, Runs, Trainer
from hts.plans.identity import differences
from hts.storage import ResultsFolder, move_into, remove
from hts.storage.checkpoints import is_harmed, read_checkpoint, write_checkpoint

Arrays = dict[str, npt.NDArray[Any]]
#: Seconds between two checkpoints of a training.
CHECKPOINT_SECONDS = 30.0
NAME = re.compile(r"(?P<method>[A-Za-z0-9+]+)-r(?P<first>\d{6})-(?P<last>\d{6})\.trained")


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


@dataclass(frozen=True)
class Task:
    """Some replications of one method."""

    method: str
    replications: range

    @property
    def name(self) -> str:
        """Name of its file."""
        return f"{self.method}-r{self.replications.start:06d}-{self.replications.stop - 1:06d}.trained"

    def key(self, plan: TrainingPlan) -> dict[str, Any]:
        """Say what decides its numbers."""
        return {"identity": plan.identity(), "version": TRAINING_VERSION, "name": self.name}


def run_training(
    plan: TrainingPlan,
    folder: str | PathLike[str],
    *,
    on_progress: Callable[[TrainingProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TrainingReport:
    """Train the networks of a plan that a folder lacks, the replications of a method in one compiled program.

    Parameters
    ----------
    plan : TrainingPlan
        It may have more methods or replications than at the last call.
    folder : path
        Made where it is missing.
    on_progress, should_stop : callable, optional
        Called after every 250 iterations.

    Raises
    ------
    PlanError
        Where the folder belongs to another plan.
    StoppedError
        Where `should_stop` said so, or a file cannot be written; what is done is kept.
    """
    results = ResultsFolder(Path(folder))
    check_same_plan(results, plan)
    document = {"identity": plan.identity(), "physics": plan.physics(), "stream_version": TRAINING_VERSION}
    results.write_json(results.identity, document)
    results.write_text(results.plan, plan.to_toml())
    n_damaged = _set_damaged_aside(results)
    tasks = missing(plan, results)
    total = len(plan.table.methods) * plan.table.replications
    to_do = sum(len(task.replications) for task in tasks)
    pace = _Pace(sum(plan.steps(task.method) for task in tasks), total - to_do, total, on_progress)
    for task in tasks:
        _train(plan, task, results, pace, should_stop or (lambda: False))
    return TrainingReport(to_do, total - to_do, n_damaged, time.monotonic() - pace.begin)


class _Pace:
    """Iterations of this call, counted."""

    def __init__(
        self, steps: int, done: int, total: int, on_progress: Callable[[TrainingProgress], None] | None
    ) -> None:
        self.steps, self.done, self.total, self.on_progress = max(steps, 1), done, total, on_progress
        self.begin, self._now, self._skipped = time.monotonic(), 0, 0

    def add(self, method: str, steps: int, is_new: bool = True) -> None:
        """Count iterations, and say how far the call is."""
        self._now += steps
        self._skipped += 0 if is_new else steps
        new, share = self._now - self._skipped, self._now / self.steps
        left = (time.monotonic() - self.begin) * (self.steps - self._now) / new if new else None
        if self.on_progress is not None:
            self.on_progress(TrainingProgress(self.done, self.total, method, share, left))


def _train(
    plan: TrainingPlan, task: Task, results: ResultsFolder, pace: _Pace, should_stop: Callable[[], bool]
) -> None:
    """Train and measure some replications, from their checkpoint where there is one."""
    place = results.checkpoints / task.name
    data, trainer = _prepared(plan, task)
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
            said = f"{pace.done} of {pace.total} trainings and {runs.step} iterations of {task.method} are kept"
            raise StoppedError(f"stopped; {said}. Run it again to go on.")
        before = runs.step
        runs = trainer.advance(runs, CHUNK)
        pace.add(task.method, runs.step - before)
        if time.monotonic() - last > CHECKPOINT_SECONDS:
            keep()
            last = time.monotonic()
    arrays = {**_arrays(runs), **measure(trainer, runs, data)}
    write_checkpoint(results.training / task.name, results.scratch, task.key(plan), arrays)
    remove(place)
    pace.done += len(task.replications)


@lru_cache(maxsize=1)
def _prepared(plan: TrainingPlan, task: Task) -> tuple[Data, Trainer]:
    """Read the data and make the trainer, whose programs take seconds to compile, once for the same task."""
    data = load_digits(plan.table.images, plan.table.corrupted, plan.seed, task.replications)
    return data, Trainer(plan, task.method, data, task.replications)


def _arrays(runs: Runs) -> Arrays:
    found = {"theta": runs.theta, "diverged": runs.diverged, "norm": runs.norm}
    return {name: np.asarray(jax.device_get(value)) for name, value in found.items()}


def stored(results: ResultsFolder) -> list[Task]:
    """List the finished files of a folder."""
    matches = [NAME.fullmatch(path.name) for path in sorted(results.training.glob("*.trained"))]
    return [Task(m["method"], range(int(m["first"]), int(m["last"]) + 1)) for m in matches if m]


def missing(plan: TrainingPlan, results: ResultsFolder) -> list[Task]:
    """List the replications that no file has, method by method."""
    found = []
    for method in plan.table.methods:
        there = {r for task in stored(results) if task.method == method for r in task.replications}
        lacking = [r for r in range(plan.table.replications) if r not in there]
        if lacking:
            found.append(Task(method, range(lacking[0], lacking[-1] + 1)))
    return found


def load(plan: TrainingPlan, folder: str | PathLike[str]) -> dict[str, Arrays]:
    """Read the replications of the plan back, method by method.

    Raises
    ------
    PlanError
        Where a file belongs to another plan.
    """
    results, found = ResultsFolder(Path(folder)), dict[str, Arrays]()
    for method in plan.table.methods:
        parts: dict[int, Arrays] = {}
        for task in (task for task in stored(results) if task.method == method):
            arrays = read_checkpoint(results.training / task.name, task.key(plan))
            if arrays is None:
                raise PlanError(f"{results.training / task.name}: is damaged or of another plan; remove it, run again")
            for place, r in enumerate(task.replications):
                parts[r] = {name: value[place] for name, value in arrays.items()}
        rows = [parts[r] for r in range(plan.table.replications) if r in parts]
        if rows:
            found[method] = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    return found


def check_same_plan(results: ResultsFolder, plan: TrainingPlan) -> None:
    """Turn away a folder of another plan.

    Raises
    ------
    PlanError
        Naming each key that differs, with both values.
    """
    results.check_is_ours_or_new()
    harm = results.harm_of(results.identity)
    if harm is not None:
        raise PlanError(f"{results.identity}: {harm}; remove the file, and run again where the plan is the same")
    stated = results.read_json(results.identity)
    if stated is None:
        return
    if stated["identity"] != plan.identity():
        keys = "\n".join(f"  {line}" for line in differences(plan.physics(), stated["physics"]))
        raise PlanError(f"{results.path}: holds results of another plan; choose another folder with -o\n{keys}")
    if stated["stream_version"] != TRAINING_VERSION:
        said = f"was made with {stated['stream_version']}, this hts has {TRAINING_VERSION}"
        raise PlanError(f"{results.path}: {said}; choose another folder with -o")


def _set_damaged_aside(results: ResultsFolder) -> int:
    """Move files that are not what was written to `damaged`, and count them."""
    harmed = [path for path in results.training.glob("*.trained") if is_harmed(path)]
    for path in harmed:
        move_into(results.damaged, path)
    results.clear_abandoned()
    return len(harmed)
