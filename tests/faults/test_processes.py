"""Faults: whole commands with the real kernels, killed at random moments, side by side, and on disks that refuse."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from fake_exits import half_written, shard_names
from stops import LONG_PATIENCE

from hts.sweeps import verify_sweep

PLAN = """title = "to be killed"
seed = 12
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[noise]
kind = "lomax"
[grid]
eta = [0.02, 0.01, 0.005]
b = [0.45, 0.7, inf]
alpha = [1.4]
[exit]
well = 0
walkers = 700
max_steps = 200_000
"""
RUN = [sys.executable, "-m", "hts", "run", "study.toml", "--threads", "2"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A plan, and the results of an undisturbed run of it in `plain`."""
    folder = tmp_path_factory.mktemp("processes")
    (folder / "study.toml").write_text(PLAN)
    subprocess.run([*RUN, "-o", "plain"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def seconds(study):
    """What an undisturbed run takes here and now, kernels compiled: kills come within that time."""
    begin = time.monotonic()
    subprocess.run([*RUN, "-o", "timed"], cwd=study, check=True, capture_output=True)
    return time.monotonic() - begin


def kill_until_done(study, name, n_kills, seed, seconds):
    """Kill a run at random moments and start it again, the last time to its end; give back the kills that struck."""
    rng, struck = np.random.default_rng(seed), 0
    for _ in range(n_kills):
        process = subprocess.Popen([*RUN, "-o", name], cwd=study, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform() * seconds)
        process.kill()
        struck += process.wait() < 0
        if (study / name / "shards").exists():
            assert verify_sweep(study / name).damaged == ()
            assert set(shard_names(study / name)) <= set(shard_names(study / "plain"))
    done = subprocess.run([*RUN, "-o", name], cwd=study, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return struck


def test_a_run_that_is_killed_twice_ends_as_one_that_never_was(study, seconds):
    kill_until_done(study, "killed twice", 2, seed=1, seconds=seconds)
    assert shard_names(study / "killed twice") == shard_names(study / "plain")


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_a_run_that_is_killed_twenty_times_ends_as_one_that_never_was(study, seconds, seed):
    assert kill_until_done(study, f"killed {seed}", 20, seed, seconds) >= 1  # the first comes early
    assert shard_names(study / f"killed {seed}") == shard_names(study / "plain")


def test_two_runs_and_a_share_at_once_in_one_folder_damage_nothing(study):
    runs = [
        subprocess.Popen([*RUN, "-o", "crowd", *more], cwd=study, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for more in ((), (), ("--share", "1/2"))
    ]
    assert [(run.communicate(timeout=LONG_PATIENCE), run.returncode)[1] for run in runs] == [0, 0, 0]
    assert shard_names(study / "crowd") == shard_names(study / "plain")
    assert half_written(study / "crowd") == []


def test_shares_together_are_the_plain_run(study):
    for share in ("1/2", "2/2"):
        subprocess.run([*RUN, "-o", "shared", "--share", share], cwd=study, check=True, capture_output=True)
    assert shard_names(study / "shared") == shard_names(study / "plain")


#: Becomes the command behind it, with a limit on file sizes. A fork of this process would warn where it has threads.
LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_full_disk_answers_3_and_the_run_goes_on_when_there_is_space(study):
    limited = [sys.executable, "-c", LIMITED, *RUN, "-o", "full"]
    refused = subprocess.run(limited, cwd=study, capture_output=True, text=True, check=False)
    assert refused.returncode == 3
    assert "ulimit -f" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert half_written(study / "full") == []
    subprocess.run([*RUN, "-o", "full"], cwd=study, check=True, capture_output=True)
    assert shard_names(study / "full") == shard_names(study / "plain")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_standard_output_answers_3_in_one_line(study):
    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "hts", "status", "plain"]
        answer = subprocess.run(words, cwd=study, stdout=full, stderr=subprocess.PIPE, text=True)
    assert answer.returncode == 3
    assert answer.stderr.startswith("standard output cannot be written")
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is read-only to root")
def test_a_finished_sweep_in_a_read_only_folder_is_nothing_to_do(study):
    for path in (study / "plain").rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    answer = subprocess.run([*RUN, "-o", "plain"], cwd=study, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "nothing to do" in answer.stdout
