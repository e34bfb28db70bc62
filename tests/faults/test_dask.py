"""Faults: a Dask worker that is killed, a scheduler that goes away; the results are those of an undisturbed run."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from fake_exits import half_written, shard_names

from hts.engines import DaskEngine
from hts.errors import PlanError, StoppedError
from hts.sweeps import verify_sweep

psutil = pytest.importorskip("psutil", reason="Dask is not installed")
pytest.importorskip("distributed", reason="Dask is not installed")

# 36 shards of a second or so of one core in all; the first ones take longest
PLAN = """title = "for Dask"
seed = 8
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.01, 0.007, 0.005]
b = [0.4, 0.5, 0.7]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 1000
max_steps = 100_000
"""
RUN = [sys.executable, "-m", "hts", "run", "study.toml"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    (folder / "study.toml").write_text(PLAN)
    subprocess.run([*RUN, "-o", "plain"], cwd=folder, check=True, capture_output=True)
    return folder


def wait_for_shards(folder, n, process, seconds=60):
    deadline = time.monotonic() + seconds
    while len(list((folder / "shards").glob("*.parquet"))) < n and time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)


def start(*words, cwd):
    return subprocess.Popen([*words], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_killed_worker_costs_its_last_seconds_and_no_shard(study):
    run = start(*RUN, "-o", "killed", "--engine", "dask", "--threads", "2", cwd=study)
    wait_for_shards(study / "killed", 4, run)
    workers = [child for child in psutil.Process(run.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    workers[0].send_signal(signal.SIGKILL)
    out, err = run.communicate(timeout=90)
    assert run.returncode == 0, err
    assert "36 shards written" in out
    assert "Traceback" not in err, err
    assert shard_names(study / "killed") == shard_names(study / "plain")


@contextmanager
def cluster(folder, port):
    """Start a scheduler and a worker as somebody else's cluster would."""
    dask = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        port,
        "--no-dashboard",
    ]
    scheduler = start(*dask, cwd=folder)
    address = f"tcp://127.0.0.1:{port}"
    # a folder of its own to stand in, as on another machine: paths must not be relative to the driver's
    (folder / "elsewhere").mkdir(exist_ok=True)
    words = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
    ]
    worker = start(*words, cwd=folder / "elsewhere")
    try:
        yield address, scheduler
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.communicate()


def test_a_scheduler_that_goes_away_stops_the_run_which_goes_on_without_it(study):
    with cluster(study, "28786") as (address, scheduler):
        run = None
        for _ in range(20):  # until the scheduler is up
            run = start(*RUN, "-o", "gone", "--scheduler", address, cwd=study)
            try:
                run.wait(1.5)
            except subprocess.TimeoutExpired:
                break
        wait_for_shards(study / "gone", 4, run)
        os.kill(scheduler.pid, signal.SIGKILL)
        _, err = run.communicate(timeout=90)
    assert run.returncode == 3, err
    assert "Traceback" not in err, err
    assert verify_sweep(study / "gone").damaged == ()
    assert 4 <= len(shard_names(study / "gone")) < 36
    subprocess.run([*RUN, "-o", "gone"], cwd=study, check=True, capture_output=True)
    assert shard_names(study / "gone") == shard_names(study / "plain")
    assert half_written(study / "gone") == []


def test_an_address_where_nobody_answers_or_that_is_none_is_told_in_words():
    with pytest.raises(StoppedError, match="no scheduler answers"):
        DaskEngine("tcp://127.0.0.1:9")
    for nonsense in ("nonsense", "tcp://", "ftp://host:1"):
        with pytest.raises(PlanError, match="is no address of a scheduler"):
            DaskEngine(nonsense)
