"""Tests of `hts rare`: table, JSON, damage and exit codes."""

import json
import os
import signal
import time

import pytest
from small_rare import TEXT


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "study.toml"
    path.write_text(TEXT)
    return path


def test_the_command_lays_sampled_beside_exact(study, hts):
    code, out, err = hts("rare", study, "--json", "-o", "here")
    document = json.loads(out)
    assert code == 0
    assert "samples taken" in err
    cell = document["cells"][-2]
    promised = {"eta", "b", "alpha", "well", "method", "probability", "relative_error", "n_samples"}
    assert promised | {"effective_samples", "is_trustworthy"} <= set(cell)
    assert cell["probability_within_exact"] == pytest.approx(0.04572384, rel=1e-6)
    assert all(abs(one["z_exact"]) < 4.0 for one in document["cells"])
    code, out, _ = hts("rare", study, "-o", "here")
    assert code == 0
    assert "nothing to do" in out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80
    code, out, _ = hts("describe", study, "-o", "here")
    assert (code, "hts rare samples exits within 1: 20 000 samples each" in out) == (0, True)
    told = json.loads(hts("describe", study, "--json")[1])["rare"]
    assert [(one["method"], one["n_steps"], one["jump_number"]) for one in told[:2]] == [
        ("importance", 50, 2), ("crude", 50, 2),
    ]  # fmt: skip
    code, out, _ = hts("status", "here", "--json")
    assert [one["state"] for one in json.loads(out)["rare"]] == 4 * ["done"]
    code, out, _ = hts("verify", "here", "--replay", "10", "--json")
    assert (code, json.loads(out)["n_replayed"], json.loads(out)["different"]) == (0, 10, [])
    damaged = next((study.parent / "here/rare").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:-1])
    code, _, err = hts("verify", "here")
    assert code == 4
    assert damaged.name in err
    code, out, _ = hts("rare", study, "-o", "here")
    assert (code, "set aside" in out) == (0, True)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 3)])
def test_a_signal_keeps_what_is_done(study, hts, monkeypatch, number, code):
    from hts.rare import running

    honest = running.write_samples

    def struck(*arguments):
        path = honest(*arguments)
        os.kill(os.getpid(), number)
        time.sleep(0.5)
        return path

    monkeypatch.setattr(running, "write_samples", struck)
    ended, _, err = hts("rare", study, "--threads", "1", "--no-exact")
    assert ended == code
    assert "Run it again to go on" in err
    monkeypatch.setattr(running, "write_samples", honest)
    ended, out, _ = hts("rare", study, "--no-exact")
    assert ended == 0
    assert "samples taken" in out
