"""Engines that hand work to cores, here or elsewhere, behind the `concurrent.futures` protocol."""

import importlib.util
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from hts.errors import PlanError, StoppedError

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

Result = TypeVar("Result")
Task = TypeVar("Task")

#: How long a scheduler may be out of reach before the work is given up; a network that hiccups is back sooner.
PATIENCE_SECONDS = 30.0
CONNECT_SECONDS = 10.0
#: Time between two looks of the thread that hands work out.
POLL_SECONDS = 0.1


def available_cores() -> int:
    """Count the cores this process may use, which a container or a batch system may have made fewer."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Engine(Protocol):
    """What a sweep asks of an engine: the submitting half of `concurrent.futures.Executor`, and two questions."""

    @property
    def n_workers(self) -> int:
        """How many tasks are worked on at a time; at least one, and it may change."""

    @property
    def is_here(self) -> bool:
        """Whether tasks run in this process, and share its memory."""

    def submit(self, function: Callable[..., Result], /, *arguments: Any) -> "Future[Result]":
        """Have a function called."""

    def check(self) -> None:
        """Raise StoppedError where the engine is gone."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> bool | None: ...


class ThreadEngine(ThreadPoolExecutor):
    """Threads of this process; they run side by side, because kernels release the interpreter's lock.

    Processes would each have to import and compile.

    Parameters
    ----------
    threads : int or None
        How many; None for one on each available core.
    spare : int
        Threads beside those, for work that needs no core, such as writing; the caller makes sure that no more than
        `n_workers` of them compute.

    Raises
    ------
    PlanError
        For fewer than one.
    """

    is_here = True

    def __init__(self, threads: int | None = None, spare: int = 0) -> None:
        self.n_workers = checked(threads)
        super().__init__(max_workers=self.n_workers + spare, thread_name_prefix="hts")

    def check(self) -> None:
        """Threads of this process are always there."""


def checked(threads: int | None) -> int:
    """Give the number of workers that was asked for, or one for each core.

    Raises
    ------
    PlanError
        For fewer than one.
    """
    n = available_cores() if threads is None else threads
    if n < 1:
        raise PlanError(f"threads: must be at least 1 ({n})")
    return n


def work_off(
    engine: Engine,
    waiting: deque[Task],
    compute: Callable[[Task], Result],
    on_result: Callable[[Task, Result], None],
    on_look: Callable[[], None],
    should_stop: Callable[[], bool],
) -> bool:
    """Keep an engine busy until all tasks are done; False where it was stopped before.

    Parameters
    ----------
    engine : Engine
    waiting : deque
        Tasks, from the left; `on_result` may add some.
    compute : callable
        Does a task, in a worker.
    on_result : callable
        Called with a task and what came of it, from this thread.
    on_look, should_stop : callable
        Called and asked some ten times a second.
    """
    running: dict[Future[Result], Task] = {}
    while True:
        while waiting and len(running) < 2 * engine.n_workers:
            task = waiting.popleft()
            running[engine.submit(compute, task)] = task
        if not running:
            return True
        finished, _ = wait(running, POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in finished:
            on_result(running.pop(future), future.result())
        on_look()
        if should_stop() and (running or waiting):
            return False


class DaskEngine:
    """Processes of Dask: a cluster of this machine's own, or whatever a running scheduler has.

    Parameters
    ----------
    scheduler : str or None
        Address of a running scheduler (`tcp://host:8786`); None starts processes here.
    workers : int or None
        How many processes to start here; None for one on each available core.

    Raises
    ------
    PlanError
        Where Dask is not installed, or the address is not one.
    StoppedError
        Where no scheduler answers at the address.
    """

    is_here = False

    def __init__(self, scheduler: str | None = None, workers: int | None = None) -> None:
        if importlib.util.find_spec("distributed") is None:
            raise PlanError("Dask is not installed; remedy: pip install 'hts[dask]', or --engine threads")
        from distributed import Client

        n = checked(workers)
        if scheduler is not None:
            check_answers(scheduler)
        self._cluster = local_cluster(n) if scheduler is None else None
        try:
            self._client = Client(scheduler or self._cluster, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise StoppedError(f"{scheduler}: no scheduler answers ({error}); start it, and run this again") from error
        quieten()
        # pure=False: the same shard may be handed out twice, when its walkers go on from a checkpoint
        self._executor = self._client.get_executor(pure=False)
        self._reached = time.monotonic()

    @property
    def n_workers(self) -> int:
        """Count the threads of all workers at the moment, or one while there is none yet."""
        if self._client.status != "running":
            return 1
        workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        return max(1, sum(int(worker["nthreads"]) for worker in workers.values()))

    def submit(self, function: Callable[..., Result], /, *arguments: Any) -> "Future[Result]":
        """Have a function called by some worker."""
        future: Future[Result] = self._executor.submit(function, *arguments)
        return future

    def check(self) -> None:
        """Look whether the scheduler is still there.

        Raises
        ------
        StoppedError
            Where it is not.
        """
        now = time.monotonic()
        if self._client.status == "running":
            self._reached = now
        elif self._client.status == "closed" or now > self._reached + PATIENCE_SECONDS:
            raise StoppedError(
                "the scheduler is gone; finished shards are kept. Start one and run this again to go on."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take back what has not begun, and end the processes that were started here."""
        close(self._client, self._cluster)


def check_answers(scheduler: str) -> None:
    """Try an address before a client connects to it, which would take half a minute to give up.

    Raises
    ------
    PlanError
        Where it is no address.
    StoppedError
        Where no scheduler answers.
    """
    from distributed.comm.addressing import get_address_host_port

    try:
        place = get_address_host_port(scheduler)
        with socket.create_connection(place, CONNECT_SECONDS):
            pass
    except (ValueError, TypeError, OverflowError) as error:
        raise PlanError(f"{scheduler}: is no address of a scheduler ({error}); one is tcp://host:8786") from error
    except OSError as error:
        raise StoppedError(f"{scheduler}: no scheduler answers ({error}); start it, and run this again") from error


def quieten() -> None:
    """Keep Dask from printing tracebacks when a connection ends; hts reports that in a message."""
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def local_cluster(workers: int) -> "LocalCluster":
    """Start processes of one thread each, reachable from this machine only, without a dashboard."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    )


def close(client: "Client", cluster: "LocalCluster | None") -> None:
    """Leave a scheduler, and end the processes that were started here."""
    client.close()
    if cluster is not None:
        cluster.close()
