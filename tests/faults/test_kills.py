"""Faults: a process that is killed or interrupted at any moment leaves whole shards only, and the next one goes on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_exits import all_columns, half_written, plan, shard_names, slow_exits, sweep
from stops import wait_until

from hts.errors import StoppedError
from hts.sweeps import sweep_status, verify_sweep

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    sweep(plan(), folder)
    return folder


@pytest.fixture(scope="module")
def nursery():
    """Start one process that has everything imported and no threads, and has a child for each folder it is told.

    A child never finishes: from its sixth shard on it waits for the signal, however late that comes. A shell that
    starts the tests in the background has them ignore Ctrl-C, so a child asks for it again.
    """
    code = f"""
import os, signal, sys; sys.path.insert(0, {str(TESTS)!r})
from itertools import count
from fake_exits import plan, sweep, taking
from stops import stopped
for folder in sys.stdin:
    child = os.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        numbers, exits = count(1), taking(0.15)
        try:
            sweep(plan(), folder.strip(), lambda *a: (exits if next(numbers) < 6 else stopped)(*a), threads=1)
        except KeyboardInterrupt:
            os._exit(130)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        process.stdin.close()


def hit(nursery, folder, number, seconds):
    """Send a signal to a sweep some time after its first shard; give back its exit code."""
    nursery.stdin.write(f"{folder}\n")
    nursery.stdin.flush()
    child = int(nursery.stdout.readline())
    wait_until(lambda: any((folder / "shards").glob("*.parquet")), "the first shard")
    time.sleep(seconds)
    os.kill(child, number)
    return int(nursery.stdout.readline())


@pytest.mark.parametrize("seconds", [0.0, 0.03, 0.08, 0.15, 0.2])
def test_a_killed_sweep_goes_on_where_it_was(nursery, undisturbed, tmp_path, seconds):
    assert hit(nursery, tmp_path, signal.SIGKILL, seconds) == -signal.SIGKILL
    names = shard_names(tmp_path)
    assert set(names) <= set(shard_names(undisturbed))
    assert verify_sweep(tmp_path).damaged == ()
    assert {status.state for status in sweep_status(tmp_path)} <= {"done", "partial", "missing"}
    report = sweep(plan(), tmp_path)
    assert (report.n_skipped, report.n_written) == (len(names), 12 - len(names))
    assert shard_names(tmp_path) == shard_names(undisturbed)
    assert all_columns(tmp_path) == all_columns(undisturbed)


def test_ctrl_c_ends_a_sweep_before_its_end_with_nothing_half_written(nursery, undisturbed, tmp_path):
    assert hit(nursery, tmp_path, signal.SIGINT, 0.0) == 130
    assert half_written(tmp_path) == []
    assert set(shard_names(tmp_path)) < set(shard_names(undisturbed))


def n_shards(folder):
    return len(list((folder / "shards").glob("*.parquet")))


def test_a_sweep_stopped_again_and_again_comes_out_as_one_that_never_was(undisturbed, tmp_path):
    n_stops = 0
    while True:
        n_before = n_shards(tmp_path)
        try:
            sweep(plan(), tmp_path, slow_exits, should_stop=lambda n=n_before: n_shards(tmp_path) > n)
            break
        except StoppedError:
            n_stops += 1
            assert n_stops < 60
            assert half_written(tmp_path) == []
    assert n_stops > 1
    assert shard_names(tmp_path) == shard_names(undisturbed)
    assert all_columns(tmp_path) == all_columns(undisturbed)


def test_what_a_killed_process_left_in_scratch_harms_nothing_and_goes_after_an_hour(undisturbed, tmp_path):
    folder = shutil.copytree(undisturbed, tmp_path / "results")
    left = folder / "tmp" / "123-abc.part"
    left.write_bytes(b"half a sha")
    sweep(plan(), folder)
    assert left.exists()
    assert verify_sweep(folder).n_shards == 12
    os.utime(left, (time.time() - 7200,) * 2)
    sweep(plan(), folder)
    assert not left.exists()
