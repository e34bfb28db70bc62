"""Ways to stop a run in the middle of its work, on a machine of any speed."""

import threading
import time
from pathlib import Path

import pytest

from hts.engines import ThreadEngine
from hts.errors import StoppedError
from hts.storage import ResultsFolder
from hts.sweeps import run_sweep

#: Seconds for what comes soon or, in a wrong world, never: a busy machine is no failure.
PATIENCE = 60.0
#: The same of another process, which may have to compile first.
LONG_PATIENCE = 300.0


def wait_until(is_so, *about, patience=LONG_PATIENCE):
    """Wait for something to become so; fail where it does not."""
    end = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < end, about
        time.sleep(0.005)


def stopped(cell, first_walker, n_walkers, max_steps, on_steps, should_stop):
    """Stand for a simulator that goes on until it is told to stop."""
    wait_until(should_stop, cell, first_walker, patience=PATIENCE)
    raise RuntimeError("told to stop")


class Watched(ThreadEngine):
    """Threads that know when the run leaves them, which it does after it has told them to stop."""

    def __init__(self, threads):
        super().__init__(threads, spare=1)
        self.is_left = threading.Event()

    def __exit__(self, *error):
        self.is_left.set()
        return super().__exit__(*error)


def stop_kernels(is_time, study, folder, module, name, threads=1):
    """Run with the real kernels until it is time; from then on each waits for the stop and takes one call more.

    Parameters
    ----------
    is_time : callable
        Given how often kernels were called.
    study : Plan
    folder : path
    module, name
        Where the kernel is called, and by which name.
    threads : int
    """
    engine, honest, calls = Watched(threads), getattr(module, name), []

    def advance(*arguments):
        calls.append(None)
        if is_time(len(calls)):
            assert engine.is_left.wait(PATIENCE)
        return honest(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, advance)
        with pytest.raises(StoppedError):
            run_sweep(study, folder, engine=lambda: engine, should_stop=lambda: is_time(len(calls)))


def stop_at_checkpoint(study, folder, module, name):
    """Run with the real kernels until the first checkpoint is written; list what lies there after the stop."""
    keeper = ResultsFolder(Path(folder)).checkpoints
    stop_kernels(lambda _: any(keeper.glob("*")), study, folder, module, name)
    return sorted(keeper.iterdir())
