"""Steps counted over many threads, and an estimate of the time left."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from hts.plans import Cell
from hts.sweeps.tasks import Task


@dataclass(frozen=True)
class Progress:
    """Progress of a sweep.

    Attributes
    ----------
    shards_done, shards_total : int
        Shards; those of earlier runs count as done.
    walkers_done, walkers_total : int
        Walkers, likewise; of finished shards only.
    steps_done : int
        Walker-steps of this run.
    steps_per_second : float
        Over the whole of this run.
    seconds_left : float or None
        An estimate: walkers not yet finished times the mean steps of the finished ones of their cell, at the present
        speed. A cell without a finished shard takes the expected steps if those were given, else the largest mean so
        far, which overestimates, since long cells come first. None before the first shard is done.
    cells : tuple of Cell
        Those being computed.
    """

    shards_done: int
    shards_total: int
    walkers_done: int
    walkers_total: int
    steps_done: int
    steps_per_second: float
    seconds_left: float | None
    cells: tuple[Cell, ...]

    @property
    def share(self) -> float | None:
        """Estimate the share of this run's steps that is taken; None while their number is unknown."""
        if self.seconds_left is None:
            return None
        left = self.seconds_left * self.steps_per_second
        return self.steps_done / (self.steps_done + left) if self.steps_done > 0 else float(left == 0.0)


@dataclass
class _Tally:
    """Finished and unfinished walkers of one cell."""

    walkers_left: int = 0
    walkers_done: int = 0
    steps_done: int = 0

    def mean_steps(self) -> float | None:
        return self.steps_done / self.walkers_done if self.walkers_done else None


@dataclass
class Meter:
    """Counts for one run; threads add to it, the main thread reads it.

    Attributes
    ----------
    shards_stored, walkers_stored : int
        Done by earlier runs.
    tasks : list of Task
        To be done by this one.
    expected_steps : mapping of Cell to float
        Expected steps of one walker, for the cells where they are known.
    """

    shards_stored: int
    walkers_stored: int
    tasks: list[Task]
    expected_steps: Mapping[Cell, float] = field(default_factory=dict)
    shards_written: int = 0
    shards_failed: int = 0
    steps_finished: int = 0  # of finished shards
    computing_seconds: float = 0.0  # processor time of finished shards, all threads together
    _walkers_total: int = 0
    steps_resumed: int = 0  # of finished and running shards, taken by earlier runs
    _steps_running: dict[Task, int] = field(default_factory=dict)
    _resumed_running: dict[Task, int] = field(default_factory=dict)
    _tallies: dict[Cell, _Tally] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begin: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._walkers_total = self.walkers_stored + sum(task.n_missing for task in self.tasks)
        for task in self.tasks:
            self._tallies.setdefault(task.cell, _Tally()).walkers_left += task.n_missing

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._begin

    def begin(self, task: Task) -> None:
        """Count a shard as being computed; one that goes on keeps its count."""
        with self._lock:
            self._steps_running.setdefault(task, 0)

    def is_new(self, task: Task) -> bool:
        """Tell whether none of a shard's steps has been counted yet."""
        with self._lock:
            return not self._steps_running.get(task)

    def resume(self, task: Task, steps: int) -> None:
        """Count steps of a shard that an earlier run took."""
        with self._lock:
            self._steps_running[task] += steps
            self._resumed_running[task] = steps
            self.steps_resumed += steps

    def add(self, task: Task, steps: int) -> None:
        """Count steps of a shard that is being computed."""
        with self._lock:
            self._steps_running[task] += steps

    def drop(self, task: Task) -> None:
        """Forget shards that failed."""
        with self._lock:
            self._steps_running.pop(task, None)
            self.steps_resumed -= self._resumed_running.pop(task, 0)
            self._tallies[task.cell].walkers_left -= task.n_missing
            self.shards_failed += len(task.shards)

    def finish(self, task: Task, steps: int, seconds: float = 0.0) -> None:
        """Count a shard as written; steps are those its walkers took, exactly, in so much processor time."""
        with self._lock:
            self._steps_running.pop(task, None)
            self._resumed_running.pop(task, None)
            tally = self._tallies[task.cell]
            tally.walkers_left -= task.n_missing
            tally.walkers_done += task.n_missing
            tally.steps_done += steps
            self.steps_finished += steps
            self.computing_seconds += seconds
            self.shards_written += len(task.shards)

    def read(self) -> Progress:
        """Return the progress of the run."""
        with self._lock:
            steps = max(self.steps_finished + sum(self._steps_running.values()) - self.steps_resumed, 0)
            rate = steps / max(self.seconds, 1e-9)
            left = self._steps_left()
            return Progress(
                shards_done=self.shards_stored + self.shards_written,
                shards_total=self.shards_stored + sum(len(task.shards) for task in self.tasks),
                walkers_done=self.walkers_stored + sum(tally.walkers_done for tally in self._tallies.values()),
                walkers_total=self._walkers_total,
                steps_done=steps,
                steps_per_second=rate,
                seconds_left=None if left is None or rate == 0.0 else left / rate,
                cells=tuple(dict.fromkeys(task.cell for task in self._steps_running)),
            )

    def _steps_left(self) -> float | None:
        means = [mean for tally in self._tallies.values() if (mean := tally.mean_steps()) is not None]
        largest = max(means, default=None)
        total = 0.0
        for cell, tally in self._tallies.items():
            mean = tally.mean_steps()
            if mean is None:
                mean = self.expected_steps.get(cell, largest)
            if tally.walkers_left and mean is None:
                return None
            total += tally.walkers_left * (mean or 0.0)
        return max(total - sum(self._steps_running.values()), 0.0)
