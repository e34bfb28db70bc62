"""The loop that keeps an engine busy until all shards are done or a stop is asked for."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING

from hts.engines import Engine
from hts.errors import HtsError, PlanError, StoppedError
from hts.plans import Cell
from hts.sweeps.computer import Computer, Outcome, compute_slice
from hts.sweeps.devices import CPU, queue_sizes
from hts.sweeps.failures import Failure, keep_failure
from hts.sweeps.progress import Meter, Progress
from hts.sweeps.studies import study_of
from hts.sweeps.tasks import Queues, Task
from hts.words import plural

if TYPE_CHECKING:
    from hts.ensembles.devices import Device

# time between two looks of the main thread: well below the two seconds in which a run must stop
POLL_SECONDS = 0.1
# a worker elsewhere comes back this often: all that is lost with it, and short of any engine's patience
SLICE_SECONDS = 10.0
# network file systems may hide a new file for a while from those who looked for it before
SHARED_FOLDER_SECONDS = 60.0


@dataclass
class Driver:
    """One run: its tasks, the engine that computes them, and the outcome.

    Attributes
    ----------
    computer : Computer
        Computes a shard.
    meter : Meter
        Counts; holds the tasks.
    fail_fast : bool
        Whether the first failure ends the run.
    """

    computer: Computer
    meter: Meter
    fail_fast: bool = False
    failures: list[Failure] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    # the cores and queues of devices that are free: None for a core
    _places: "queue.SimpleQueue[Device | None]" = field(default_factory=queue.SimpleQueue)
    _unseen: dict[str, float] = field(default_factory=dict)  # shards written elsewhere, and when we heard of them

    def drive(
        self, engine: Engine, on_progress: Callable[[Progress], None], should_stop: Callable[[], bool]
    ) -> list[Failure]:
        """Keep the engine busy until all tasks are done; list the failures.

        Raises
        ------
        StoppedError
            Where `should_stop` said so, the engine is gone, or files cannot be written.
        PlanError
            Where workers elsewhere are to open devices, and there are none.
        """
        steps, most = self.meter.expected_steps, float(self.computer.plan.most_steps)
        devices = self.computer.devices
        if engine.is_here and devices.elsewhere != CPU:
            raise PlanError("device: an engine of this process takes none; leave the engine out, or take one elsewhere")
        sizes = queue_sizes(self.computer.plan, devices)
        waiting = Queues(self.meter.tasks, lambda cell: steps.get(cell, most), self._joiner(engine), sizes)
        for place in devices.places() if devices.here else [None] * engine.n_workers:
            self._places.put(place)
        running: dict[Future[Outcome], Task] = {}
        on_progress(self.meter.read())
        next_progress = time.monotonic() + POLL_SECONDS
        must_stop = False
        with engine:
            try:
                while True:
                    # twice as many as workers: none waits for this loop, and none is far ahead of a stop
                    while waiting and len(running) < 2 * engine.n_workers and not self._is_over():
                        task = waiting.take(engine.n_workers)
                        running[self._submit(engine, task)] = task
                    if not running and not self._unseen:
                        break
                    finished = wait(running, POLL_SECONDS, return_when=FIRST_COMPLETED).done if running else set()
                    for future in finished:
                        task = running.pop(future)
                        if not self._note(future, task, engine.is_here):
                            waiting.put_back(task)
                    self._look_for_shards(must_wait=not running)
                    if time.monotonic() >= next_progress:
                        on_progress(self.meter.read())
                        next_progress = time.monotonic() + POLL_SECONDS
                    engine.check()
                    if must_stop := should_stop():
                        break
            finally:
                self._stop.set()  # whatever ends this loop, Ctrl-C too: threads end soon, and leaving waits for them
        if must_stop:
            for future, task in running.items() if engine.is_here else ():
                self._note(future, task, is_here=True)  # what was being written then is done as well
            raise StoppedError(_stopped(self.meter.read()))
        on_progress(self.meter.read())
        return self.failures

    def _joiner(self, engine: Engine) -> Callable[[Cell], bool]:
        """Return which cells may share a queue.

        With another simulator, and on cores elsewhere, each shard is its own task.
        """
        is_wide = bool(self.computer.devices)
        if self.computer.simulate is not None or not (engine.is_here or is_wide):
            return lambda cell: False
        plan = self.computer.plan
        return cache(lambda cell: study_of(plan).may_share_a_queue(plan, cell, is_wide))

    def _is_over(self) -> bool:
        return self.fail_fast and bool(self.failures)

    def _submit(self, engine: Engine, task: Task) -> "Future[Outcome]":
        if engine.is_here:
            return engine.submit(self._compute_here, task)
        computer = self.computer
        self.meter.begin(task)
        place = str(computer.folder.path.absolute())  # workers run in other folders
        given = (computer.plan.to_toml(), place, computer.stream_version, task, SLICE_SECONDS)
        return engine.submit(compute_slice, *given, computer.devices.elsewhere)

    def _compute_here(self, task: Task) -> Outcome:
        """Compute one task in a thread, counting as it goes.

        It waits for a core, or for a queue of a device, and gives it up to write: there are more threads than those
        (`run_sweep`), so that one may write while all others simulate.
        """
        place = self._places.get()
        with ExitStack() as taken:
            taken.callback(self._places.put, place)
            if self._stop.is_set():
                return Outcome(task)
            self.meter.begin(task)
            resume, add = partial(self.meter.resume, task), partial(self.meter.add, task)
            return self.computer.compute(task, resume, add, self._stop.is_set, taken.close, place)

    def _note(self, future: "Future[Outcome]", task: Task, is_here: bool) -> bool:
        """Record the outcome of a task; return False where it is to be handed out again.

        Raises
        ------
        StoppedError
            Where the worker could not write, or the engine threw the work away.
        """
        try:
            outcome = future.result()
        except CancelledError:
            raise StoppedError(
                "the engine has dropped its work; finished shards are kept. Run it again to go on."
            ) from None
        except HtsError:
            raise
        except Exception as error:  # of the engine: it has lost one worker after another over this task
            outcome = Outcome(task, failure=Failure.of(task.cell, task.first_walker, task.n_walkers, error))
        if outcome.failure is not None:
            self.meter.drop(task)
            keep_failure(self.computer.folder, outcome.failure)
            self.failures.append(outcome.failure)
            if self.fail_fast:
                self._stop.set()
            return True
        if not is_here:
            if outcome.steps_resumed and self.meter.is_new(task):
                self.meter.resume(task, outcome.steps_resumed)
            self.meter.add(task, outcome.steps_taken)
        if not outcome.shards:
            return self._stop.is_set()
        self.meter.finish(task, outcome.steps, outcome.seconds)
        if not is_here:
            self._unseen |= dict.fromkeys(outcome.shards, time.monotonic())
        return True

    def _look_for_shards(self, must_wait: bool) -> None:
        """Check that shards written elsewhere have arrived in this folder."""
        shards = study_of(self.computer.plan).place(self.computer.folder)
        self._unseen = {name: heard for name, heard in self._unseen.items() if not (shards / name).exists()}
        if any(time.monotonic() > heard + SHARED_FOLDER_SECONDS for heard in self._unseen.values()):
            raise StoppedError(
                f"{shards}: workers have written shards that are not here; "
                "remedy: a folder that all machines share under the same path, chosen with -o"
            )
        if self._unseen and must_wait:
            time.sleep(POLL_SECONDS)


def _stopped(progress: Progress) -> str:
    are = "is" if progress.shards_done == 1 else "are"
    done = f"{progress.shards_done} of {plural(progress.shards_total, 'shard')} {are} done"
    return f"stopped; {done} and kept. Run it again to go on."
