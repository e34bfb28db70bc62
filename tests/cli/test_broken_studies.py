"""Tests of the commands where something went wrong under way: damaged shards, failed cells, Ctrl-C."""

import signal
import subprocess
import sys

import pytest
from answers import document
from stops import LONG_PATIENCE, wait_until

from hts.sweeps import studies


def test_a_damaged_shard_is_named_with_exit_code_4_and_healed_by_the_next_run(hts, plan, tmp_path):
    assert hts("run", plan, "-o", "out")[0] == 0
    shard = sorted((tmp_path / "out/shards").iterdir())[0]
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    code, _, err = hts("verify", "out")
    assert code == 4
    assert shard.name in err
    assert hts("fit", "out")[0] == 4
    assert hts("run", plan, "-o", "out")[0] == 0
    assert hts("verify", "out")[0] == 0


def test_verify_computes_walkers_again_and_sets_aside_what_is_wrong(hts, plan, tmp_path):
    assert hts("run", plan, "-o", "out")[0] == 0
    found = document(hts("verify", "out", "--replay", "20", "--json"))
    assert (found["n_replayed"], found["different"], found["damaged"]) == (20, [], [])
    shard = sorted((tmp_path / "out/shards").iterdir())[0]
    shard.write_bytes(shard.read_bytes()[:-1])
    code, _, err = hts("verify", "out", "--repair")
    assert code == 4
    assert "set aside in out/damaged" in err
    assert [path.name for path in (tmp_path / "out/damaged").iterdir()] == [shard.name]
    assert document(hts("verify", "out", "--json"))["damaged"] == []
    assert "1 shard written" in hts("run", plan, "-o", "out")[1]


def test_a_failed_cell_is_recorded_left_alone_and_tried_again_when_asked(hts, plan, monkeypatch):
    honest = studies.simulate_exits

    def fails(problem, *rest, **more):
        if problem.eta == 0.05:
            raise FloatingPointError("no such luck")
        return honest(problem, *rest, **more)

    monkeypatch.setattr(studies, "simulate_exits", fails)
    for _ in range(2):
        code, _, err = hts("run", plan, "-o", "out")
        assert code == 1
        assert "no such luck" in err
        assert "--retry-failed" in err
    monkeypatch.setattr(studies, "simulate_exits", honest)
    assert hts("run", plan, "-o", "out")[0] == 1
    assert "left alone" in document(hts("describe", plan, "-o", "out", "--json"))["cells"][1]["message"]
    assert hts("run", plan, "-o", "out", "--retry-failed")[0] == 0
    assert hts("run", plan, "-o", "out")[0] == 0


LONG = [
    "--set",
    "exit.walkers=20000",
    "--set",
    "grid.eta=[0.002]",
    "--set",
    "grid.b=[0.4]",
    "--set",
    "exit.max_steps=100000000",
]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 3)])
def test_a_signal_stops_a_run_and_keeps_what_is_done(plan, tmp_path, number, code, hts):
    words = [sys.executable, "-m", "hts", "run", str(plan), "-o", "out", "--threads", "2", *LONG]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    wait_until(lambda: process.poll() is not None or any((tmp_path / "out/shards").glob("*.parquet")), "a shard")
    process.send_signal(number)
    _, err = process.communicate(timeout=LONG_PATIENCE)
    assert process.returncode == code, err
    assert "Run it again to go on" in err
    assert "Traceback" not in err
    assert hts("verify", "out")[0] == 0
    status = document(hts("status", "out", "--json"))["cells"][0]
    assert status["state"] == "partial"
    assert 0 < status["walkers_done"] < 20000
