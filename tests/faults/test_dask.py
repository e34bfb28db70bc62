"""Faults: a Dask worker that is killed, a scheduler that goes away; the results are those of an undisturbed run."""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from fake_exits import half_written, shard_names
from stops import LONG_PATIENCE, wait_until

from hts.engines import DaskEngine
from hts.ensembles.devices import open_devices
from hts.errors import PlanError, StoppedError
from hts.sweeps import verify_sweep

pytest.importorskip("psutil", reason="Dask is not installed")
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


#: `hts run` that strikes where it asks whether to stop; from outside, the run might be over before.
STRIKING = """
import os, signal, sys
from pathlib import Path
import psutil
from hts.cli.main import main
from hts.cli.signals import StopOnSignal

struck = []

def strike(stop):
    if not struck and len(list(Path({folder!r}, "shards").glob("*"))) >= 4:
        struck.extend([{victims}][:1])
        os.kill(struck[0], signal.SIGKILL)
    return False

StopOnSignal.__call__ = strike
try:
    main(sys.argv[1:])
finally:
    assert struck
"""
WORKERS = "c.pid for c in psutil.Process().children() if 'spawn_main' in ' '.join(c.cmdline())"


def run_striking(victims, folder, *words, cwd):
    """Run a plan to its end, killing a process on the way; give exit code, standard output and standard error."""
    script = STRIKING.format(victims=victims, folder=folder)
    command = [sys.executable, "-c", script, *RUN[3:], "-o", folder, *words]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=LONG_PATIENCE)
    return done.returncode, done.stdout, done.stderr


def test_a_killed_worker_costs_its_last_seconds_and_no_shard(study):
    code, out, err = run_striking(WORKERS, "killed", "--engine", "dask", "--threads", "2", cwd=study)
    assert code == 0, err
    assert "36 shards written" in out
    assert "Traceback" not in err, err
    assert shard_names(study / "killed") == shard_names(study / "plain")


@contextmanager
def cluster(folder):
    """Start a scheduler and a worker as somebody else's cluster would, at a port that is free."""
    told = folder / "scheduler.json"
    # a folder of its own to stand in, as on another machine: paths must not be relative to the driver's
    (folder / "elsewhere").mkdir(exist_ok=True)
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    dask += ["--no-dashboard", "--scheduler-file", str(told)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(told)]
    worker += ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [subprocess.Popen(dask, cwd=folder, **quiet)]
    try:
        wait_until(lambda: address_in(told) or processes[0].poll() is not None, told)
        processes.append(subprocess.Popen(worker, cwd=folder / "elsewhere", **quiet))
        yield address_in(told), processes[0].pid
    finally:
        for process in processes:
            process.kill()
            process.wait()


def address_in(told):
    """Read the address that a scheduler has written; None before it has."""
    try:
        return json.loads(told.read_text())["address"]
    except (OSError, ValueError):
        return None


def test_a_scheduler_that_goes_away_stops_the_run_which_goes_on_without_it(study):
    with cluster(study) as (address, scheduler):
        code, _, err = run_striking(scheduler, "gone", "--scheduler", address, cwd=study)
    assert code == 3, err
    assert "Traceback" not in err, err
    assert verify_sweep(study / "gone").damaged == ()
    assert 4 <= len(shard_names(study / "gone")) < 36
    subprocess.run([*RUN, "-o", "gone"], cwd=study, check=True, capture_output=True)
    assert shard_names(study / "gone") == shard_names(study / "plain")
    assert half_written(study / "gone") == []


@pytest.mark.long
def test_a_worker_computes_on_a_device_of_its_own(study):
    try:
        open_devices("host")
    except PlanError as lack:
        pytest.skip(str(lack))
    few = ("--set", "grid.eta=[0.01]")
    subprocess.run([*RUN, *few, "-o", "few"], cwd=study, check=True, capture_output=True)
    with cluster(study) as (address, _):
        command = [*RUN, *few, "-o", "device", "--scheduler", address, "--device", "host"]
        done = subprocess.run(command, cwd=study, check=True, capture_output=True, text=True)
    assert "on host of workers" in done.stdout
    assert shard_names(study / "device") == shard_names(study / "few") != []


def test_an_address_where_nobody_answers_or_that_is_none_is_told_in_words():
    with pytest.raises(StoppedError, match="no scheduler answers"):
        DaskEngine("tcp://127.0.0.1:9")
    for nonsense in ("nonsense", "tcp://", "ftp://host:1"):
        with pytest.raises(PlanError, match="is no address of a scheduler"):
            DaskEngine(nonsense)
