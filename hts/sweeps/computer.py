"""Computing and writing shards: in one go here, a few seconds at a time elsewhere."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hts.ensembles import Interrupted, steps_in
from hts.errors import PlanError, StoppedError, what_ran_out
from hts.plans import AnyPlan, parse_study
from hts.storage import Provenance, ResultsFolder
from hts.sweeps.checkpoints import Checkpoints
from hts.sweeps.devices import CPU, ONLY_CPU, Devices, device_simulator, worker_device
from hts.sweeps.failures import Failure
from hts.sweeps.studies import Sample, Simulate, study_of
from hts.sweeps.summed import write_finished
from hts.sweeps.tasks import Task

if TYPE_CHECKING:
    from hts.ensembles.devices import Device

Count = Callable[[int], None]


@dataclass(frozen=True)
class Outcome:
    """Outcome of work on a shard, or on several in one queue.

    Attributes
    ----------
    task : Task
        What it was.
    shards : tuple of str
        Names of its files; none where it is not finished.
    steps : int
        Steps of all its walkers, exactly; 0 where it is not finished.
    steps_resumed, steps_taken : int
        Steps found in a checkpoint, and steps of this piece of work; filled in where no meter is at hand.
    failure : Failure or None
        Why it cannot be computed.
    seconds : float
        Processor time of simulating it, writing left out; 0 where it is not finished.
    """

    task: Task
    shards: tuple[str, ...] = ()
    steps: int = 0
    steps_resumed: int = 0
    steps_taken: int = 0
    failure: Failure | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Computer:
    """All that is needed to compute any shard of a sweep.

    Attributes
    ----------
    plan, folder, stream_version
        Of the sweep.
    simulate : Simulate or None
        What simulates; None for the kernels, whose walkers are kept in checkpoints.
    devices : Devices
        What computes beside the CPU.
    """

    plan: AnyPlan
    folder: ResultsFolder
    stream_version: str
    simulate: Simulate | None
    devices: Devices = ONLY_CPU

    def compute(
        self,
        task: Task,
        on_resume: Count,
        on_steps: Count,
        should_stop: Callable[[], bool],
        on_simulated: Callable[[], None] = lambda: None,
        device: "Device | None" = None,
    ) -> Outcome:
        """Simulate the walkers of a task and write their shards; an error becomes the failure of the task.

        Parameters
        ----------
        task : Task
        on_resume, on_steps, should_stop : callable
            See `hts.ensembles.simulate_exits`.
        on_simulated : callable, optional
            Called between simulating and writing.
        device : Device, optional
            What simulates; by default the core of this thread.

        Raises
        ------
        StoppedError
            Where files cannot be written, where memory or threads have run out, or where a device fails: that is no
            fault of the cell.
        """
        begin = time.thread_time()
        try:
            sample = self._simulate(task, on_resume, on_steps, should_stop, device)
            seconds = time.thread_time() - begin
            on_simulated()
            shards = self._write(task, sample)
        except Exception as error:
            if should_stop() and self._is_stop(error):
                return Outcome(task)
            if isinstance(error, StoppedError):
                raise
            if (lacked := what_ran_out(error)) is not None:
                what, way = "the machine or a limit", "with fewer --threads"
                if device is not None:
                    what, way = f"{device.name}, the machine or a limit", "with --device cpu"
                text = f"stopped: {what} ran out of {lacked}; finished shards are kept"
                raise StoppedError(f"{text}. Run it again to go on, {way} if that repeats.") from error
            if device is not None:  # no fault of the cell, unless a core says so too
                text = f"stopped: {device.name}: {error or type(error).__name__}; finished shards are kept"
                raise StoppedError(f"{text}. Run it again to go on, with --device cpu if that repeats.") from error
            return Outcome(task, failure=Failure.of(task.cell, task.first_walker, task.n_walkers, error))
        return Outcome(task, shards, study_of(self.plan).steps_of(sample), seconds=seconds)

    def _simulate(
        self,
        task: Task,
        on_resume: Count,
        on_steps: Count,
        should_stop: Callable[[], bool],
        device: "Device | None",
    ) -> Sample:
        walkers, most = (task.first_walker, task.n_walkers), self.plan.most_steps
        if self.simulate is not None:
            return self.simulate(task.cell, *walkers, most, on_steps, should_stop)
        checkpoints = Checkpoints.of(self.plan, self.folder, self.stream_version)
        state = checkpoints.load(task)
        if state is not None:
            on_resume(steps_in(state))
        if device is None:
            simulate = study_of(self.plan).simulator(self.plan, task.cell, most)
        else:
            simulate = device_simulator(device, self.plan, task.cell, most)
        return simulate(
            *walkers,
            on_steps=on_steps,
            should_stop=should_stop,
            resume_from=state,
            on_checkpoint=lambda state: checkpoints.save(task, state),
        )

    def _is_stop(self, error: Exception) -> bool:
        """Tell a stop from a failure; any error of another simulator counts as a stop, for a failure will recur."""
        return self.simulate is not None or isinstance(error, Interrupted)

    def _write(self, task: Task, sample: Sample) -> tuple[str, ...]:
        if not np.array_equal(sample.walker, np.arange(task.first_walker, task.first_walker + task.n_walkers)):
            raise ValueError("the simulator returned other walkers than it was asked for")
        if task.parts and sample.steps_beyond_domain:
            raise ValueError("steps beyond the domain cannot be counted by shard")
        study = study_of(self.plan)
        provenance = Provenance(
            seed=self.plan.seed,
            stream_version=self.stream_version,
            identity=self.plan.identity(),
            max_steps=self.plan.most_steps,
            steps_beyond_domain=int(sample.steps_beyond_domain),
            axes=study.axes(self.plan),
        )
        columns = study.columns(sample)
        names = []
        for first, n in task.shards:
            rows = slice(first - task.first_walker, first - task.first_walker + n)
            mine = {name: column[rows] for name, column in columns.items()}
            names.append(write_finished(self.plan, self.folder, task.cell, mine, provenance).name)
        Checkpoints.of(self.plan, self.folder, self.stream_version).forget(task)
        return tuple(names)


def compute_slice(
    plan: str, folder: str, stream_version: str, task: Task, seconds: float, device: str = CPU
) -> Outcome:
    """Work on one shard for a while, in whatever process an engine runs this; nothing but counts comes back.

    Engines take a worker for dead that says nothing for long, and cannot stop one kindly. So the walkers go to a
    checkpoint when the time is up, and the next call, perhaps of another worker, takes them from there.

    Parameters
    ----------
    plan : str
        In full, as `Plan.to_toml` writes it.
    folder : str
        Of the results, shared by all workers.
    stream_version : str
        Of the process that asks.
    task : Task
        The shard.
    seconds : float
        After which to come back.
    device : str
        What the worker computes with: "cpu", or "cuda" for the first GPU that it sees.

    Raises
    ------
    StoppedError
        Where the worker cannot write to the folder.
    PlanError
        Where the worker has another hts, with other random streams, or no such device.
    """
    parsed = _parsed(plan, folder)
    own = study_of(parsed).stream_version
    if stream_version != own:
        raise PlanError(f"a worker has random streams {own}, not {stream_version}; give all the same hts")
    resumed: list[int] = []
    taken: list[int] = []
    end = time.monotonic() + seconds
    computer = Computer(parsed, ResultsFolder(Path(folder)), stream_version, None)
    outcome = computer.compute(
        task, resumed.append, taken.append, lambda: time.monotonic() > end, device=worker_device(device)
    )
    return replace(outcome, steps_resumed=sum(resumed), steps_taken=sum(taken))


@lru_cache(maxsize=4)
def _parsed(text: str, folder: str) -> AnyPlan:
    return parse_study(text, ResultsFolder(Path(folder)).plan)
