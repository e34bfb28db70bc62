"""Folders of trained networks: their files, what is missing, and what is not as it was written; needs no JAX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from hts.errors import IntegrityError, PlanError
from hts.plans.folders import check_same_study
from hts.plans.training import TABLE, TrainingPlan, read_training_plan
from hts.storage import ResultsFolder, move_into
from hts.storage.checkpoints import is_harmed, read_checkpoint
from hts.sweeps import Verification

Arrays = dict[str, npt.NDArray[Any]]
#: Version of the arithmetic and random numbers of a run; another one makes other networks.
TRAINING_VERSION: Final = "training 3"
NAME: Final = re.compile(r"(?P<method>[A-Za-z0-9+]+)-r(?P<first>\d{6})-(?P<last>\d{6})\.trained")
DAMAGED: Final = "is not what was written"


@dataclass(frozen=True)
class Task:
    """Some replications of one method."""

    method: str
    replications: range

    @property
    def name(self) -> str:
        """Name of its file."""
        return f"{self.method}-r{self.replications.start:06d}-{self.replications.stop - 1:06d}.trained"

    @property
    def words(self) -> str:
        """Method and replications, as messages name them."""
        first, last = self.replications.start, self.replications.stop - 1
        return f"{self.method}, " + (f"replication {first}" if first == last else f"replications {first} to {last}")

    def key(self, plan: TrainingPlan) -> dict[str, Any]:
        """Say what decides its numbers."""
        return {"identity": plan.identity(), "version": TRAINING_VERSION, "name": self.name}


def stored(room: Path) -> list[Task]:
    """List the files of a folder's `training`, which are finished, or of its `checkpoints`."""
    matches = [NAME.fullmatch(path.name) for path in sorted(room.glob("*.trained"))]
    return [_task(match) for match in matches if match]


def _task(match: re.Match[str]) -> Task:
    return Task(match["method"], range(int(match["first"]), int(match["last"]) + 1))


def missing(plan: TrainingPlan, results: ResultsFolder, together: int | None = None) -> list[Task]:
    """List the replications that no file has, method by method, at most `together` in a task; None for all."""
    found = []
    for method in plan.table.methods:
        there = {r for task in stored(results.training) if task.method == method for r in task.replications}
        lacking = [r for r in range(plan.table.replications) if r not in there]
        size = together or max(len(lacking), 1)
        parts = [lacking[begin : begin + size] for begin in range(0, len(lacking), size)]
        found += [Task(method, range(part[0], part[-1] + 1)) for part in parts]
    return found


def load(plan: TrainingPlan, folder: str | PathLike[str]) -> dict[str, Arrays]:
    """Read the replications of the plan back, method by method.

    Raises
    ------
    PlanError
        Where a file belongs to another plan.
    IntegrityError
        Where one is damaged.
    """
    results, found = ResultsFolder(Path(folder)), dict[str, Arrays]()
    for method in plan.table.methods:
        parts: dict[int, Arrays] = {}
        for task in (task for task in stored(results.training) if task.method == method):
            arrays = read_checkpoint(results.training / task.name, task.key(plan))
            if arrays is None and is_harmed(results.training / task.name):
                said = f"{DAMAGED}; hts verify {results.path} --repair sets it aside, and hts train makes it anew"
                raise IntegrityError(f"{results.training / task.name}: {said}")
            if arrays is None:
                raise PlanError(f"{results.training / task.name}: is of another plan; remove it, run again")
            for place, r in enumerate(task.replications):
                parts[r] = {name: value[place] for name, value in arrays.items()}
        rows = [parts[r] for r in range(plan.table.replications) if r in parts]
        if rows:
            found[method] = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    return found


@dataclass(frozen=True)
class MethodStatus:
    """How much of a method is done.

    Attributes
    ----------
    method, state : str
        The state is done, partial, missing or damaged.
    replications_done, replications_wanted : int
    message : str
        What is wrong, or that a checkpoint is kept.
    """

    method: str
    state: str
    replications_done: int
    replications_wanted: int
    message: str


def open_training(folder: str | PathLike[str]) -> tuple[ResultsFolder, TrainingPlan]:
    """Open a folder of `hts train` with its plan.

    Raises
    ------
    PlanError
        Where there is no plan, or not the one of the results.
    """
    results = ResultsFolder(Path(folder))
    plan = read_training_plan(results.plan)
    check_same_study(results, plan, TRAINING_VERSION, "hts train")
    return results, plan


def training_status(folder: str | PathLike[str]) -> tuple[tuple[MethodStatus, ...], tuple[str, ...]]:
    """Say what is done of each method of the plan, and name damaged files of other methods."""
    results, plan = open_training(folder)
    harms = _harms_of_files(results, plan)
    rows = [_status(results, plan, method, harms) for method in plan.table.methods]
    others = [task for task in stored(results.training) if task.method not in plan.table.methods]
    return tuple(rows), tuple(f"training/{task.name}" for task in others if f"training/{task.name}" in harms)


def _status(results: ResultsFolder, plan: TrainingPlan, method: str, harms: dict[str, str]) -> MethodStatus:
    tasks, wanted = [task for task in stored(results.training) if task.method == method], plan.table.replications
    bad = [f"training/{task.name}" for task in tasks if f"training/{task.name}" in harms]
    sound = [task for task in tasks if f"training/{task.name}" not in harms]
    n_done = len({r for task in sound for r in task.replications if r < wanted})
    kept = list(results.checkpoints.glob(f"{method}-r*.trained"))
    state = "damaged" if bad else "done" if n_done == wanted else "partial" if n_done or kept else "missing"
    said = [f"{name}: {harms[name]}" for name in bad] + ["a checkpoint is kept"] * bool(kept)
    return MethodStatus(method, state, n_done, wanted, "; ".join(said))


def verify_training(folder: str | PathLike[str]) -> Verification:
    """Check every file that decides a number: trainings, checkpoints, identity.json and plan.toml."""
    results, harms, plan = ResultsFolder(Path(folder)), dict[str, str](), None
    if harm := results.harm_of(results.identity):
        harms[results.identity.name] = harm
    try:
        plan = read_training_plan(results.plan)
        if not harms:
            check_same_study(results, plan, TRAINING_VERSION, "hts train")
    except PlanError:
        harms[results.plan.name] = f"is not the plan with [{TABLE}] that was trained, or of other random numbers"
        plan = None
    files = _harms_of_files(results, plan)
    return Verification(len(list(_files(results))), (*files, *harms), (*files.values(), *harms.values()))


def repair_training(folder: str | PathLike[str], names: Sequence[str]) -> None:
    """Set files aside in `damaged/`, as `Verification.damaged` names them; `hts train` makes them anew."""
    results = ResultsFolder(Path(folder))
    for name in names:
        move_into(results.damaged, results.path / name)


def _files(results: ResultsFolder) -> Iterator[Path]:
    for room in (results.training, results.checkpoints):
        yield from sorted(room.glob("*.trained"))


def _harms_of_files(results: ResultsFolder, plan: TrainingPlan | None) -> dict[str, str]:
    """Name files that are not what was written, or of another plan; the latter only where the plan is known."""
    found = {}
    for path in _files(results):
        name, match = f"{path.parent.name}/{path.name}", NAME.fullmatch(path.name)
        if is_harmed(path):
            found[name] = DAMAGED
        elif match is None:
            found[name] = "has a name that no training has"
        elif plan is not None and read_checkpoint(path, _task(match).key(plan)) is None:
            found[name] = "is of another plan"
    return found
