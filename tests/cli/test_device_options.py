"""Tests of --device of run, describe, status and report: what is said, with which exit code; stand-ins are the GPUs."""

import sys

import pytest
from answers import document
from small_space_plans import RADIAL
from stand_in_device import StandIn

from hts.cli.progress import rate
from hts.forecast import speeds


@pytest.fixture(autouse=True)
def _no_speeds(tmp_path, monkeypatch):
    monkeypatch.setattr(speeds, "SPEEDS_FILE", tmp_path / "cache" / "speeds.json")


@pytest.fixture
def cards(monkeypatch):
    """Two cards in this machine."""
    cards = [StandIn("cuda:0"), StandIn("cuda:1")]
    by_name = {"cuda": cards[:1], "auto": cards, "cuda:all": cards, "cuda:0": cards[:1], "cuda:1": cards[1:]}
    monkeypatch.setattr("hts.ensembles.devices.open_devices", lambda text: tuple(by_name[text]))
    return cards


def in_the_log(folder, seconds=10.0, steps=10**12, devices='["cuda:0"]'):
    """Lay down the line of an earlier run."""
    folder.mkdir(parents=True, exist_ok=True)
    line = f'{{"devices": {devices}, "shards": 2, "walker_steps": {steps}, "seconds": {seconds}}}\n'
    with (folder / "runs.jsonl").open("a") as file:
        file.write(line)


def test_run_on_a_device_says_so_and_status_and_report_remember(hts, plan, cards, tmp_path):
    code, out, _ = hts("run", plan, "--device", "cuda:all")
    assert code == 0
    assert "Msteps/s on cuda:0, cuda:1). Next: hts fit" in out
    assert cards[0].asked
    assert cards[1].asked
    (said,) = document(hts("status", "results/study", "--json"))["devices"]
    assert (said["devices"], said["shards"]) == (["cuda:0", "cuda:1"], 4)
    assert "runs on cuda:0, cuda:1 wrote 4 shards" in hts("status", "results/study")[1]
    assert document(hts("verify", "results/study", "--replay", "5", "--json"))["different"] == []
    assert hts("report", "results/study", "--no-exact")[0] == 0
    assert "walkers of cuda:0, cuda:1 (4 shards)" in (tmp_path / "results/study/report.html").read_text()
    assert hts("run", plan, "--device", "cuda")[0] == 0  # a folder with the log is still one of hts


def test_a_run_on_cores_looks_for_no_gpu_and_leaves_no_log(hts, plan, tmp_path, monkeypatch):
    asked = []

    class Finder:
        def find_spec(self, name, *_):
            asked.append(name.partition(".")[0])

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    assert hts("run", plan)[0] == 0
    assert "cupy" not in asked
    assert not (tmp_path / "results/study/runs.jsonl").exists()
    assert "devices" not in document(hts("status", "results/study", "--json"))


def test_auto_takes_all_cards_or_says_why_the_cpu_computes(hts, plan, cards, monkeypatch):
    assert "on cuda:0, cuda:1" in hts("run", plan, "--device", "auto", "-o", "cards")[1]
    monkeypatch.setattr("hts.ensembles.devices.open_devices", lambda text: ())
    code, out, err = hts("run", plan, "--device", "auto", "-o", "cores")
    assert code == 0
    assert "no GPU that hts can use is here" in err
    assert " on " not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--device", "gpu"], "--device gpu: is no device; give auto, cpu, cuda"),
        (["--device", "cuda", "--engine", "dask"], "or name a cluster with a worker per GPU by --scheduler"),
        (["--device", "cuda:1", "--scheduler", "tcp://127.0.0.1:9"], "each worker its own GPU by CUDA_VISIBLE_DEVICES"),
    ],
)
def test_devices_that_make_no_sense_are_refused_with_the_remedy(hts, plan, cards, words, said):
    code, _, err = hts("run", plan, *words)
    assert code == 2
    assert said in err


def test_several_dimensions_are_left_to_cores(hts, plan, cards):
    plan.write_text(RADIAL)
    for command in ("run", "describe"):
        code, _, err = hts(command, plan, "--device", "cuda")
        assert code == 2
        assert "--device cuda: devices simulate in one dimension only; leave --device out" in err
    code, _, err = hts("run", plan, "--device", "auto")
    assert code == 0
    assert "one dimension only; the CPU computes" in err
    assert cards[0].asked == []


def test_describe_tells_of_devices_where_they_ran_before(hts, plan, tmp_path):
    assert document(hts("describe", plan, "--json"))["cost"]["device"] is None
    in_the_log(tmp_path / "results/study")
    in_the_log(tmp_path / "results/study", seconds=20.0, devices='["cuda:1"]')
    in_the_log(tmp_path / "results/study", seconds=1e-3, steps=5)  # says nothing about speed
    cost = document(hts("describe", plan, "--json"))["cost"]
    assert cost["device"] == {
        "device": "cuda:0",
        "steps_per_second": 1e11,
        "wall_seconds": cost["expected_steps"] / 1e11,
        "basis": "earlier runs",
    }
    assert document(hts("describe", plan, "--device", "cuda:1", "--json"))["cost"]["device"]["steps_per_second"] == 5e10
    assert "on cuda:0: about a second, at 100 Gsteps/s in all (of earlier runs)" in hts("describe", plan)[1]
    assert document(hts("describe", plan, "--device", "cpu", "--json"))["cost"]["device"] is None


def test_describe_assumes_a_speed_where_no_device_ran(hts, plan):
    cost = document(hts("describe", plan, "--device", "cuda", "--json"))["cost"]["device"]
    assert (cost["steps_per_second"], cost["basis"]) == (1e11, "assumed")
    out = hts("describe", plan, "--device", "cuda:3")[1]
    assert "(assumed; --calibrate --device cuda:3 measures it)" in out


def test_describe_measures_a_device_now(hts, plan, cards, monkeypatch):
    monkeypatch.setattr("hts.forecast.devices.CALIBRATION_SECONDS", 0.05)
    monkeypatch.setattr("hts.forecast.devices.CALIBRATION_WALKERS", 4096)
    monkeypatch.setattr(speeds, "CALIBRATION_SECONDS", 0.05)
    cost = document(hts("describe", plan, "--calibrate", "--device", "cuda:all", "--json"))["cost"]
    assert cost["basis"] == cost["device"]["basis"] == "calibrated"
    assert cost["device"]["steps_per_second"] > 1e5
    assert {first for card in cards for first, _ in card.asked} == {0, 4096, 2 * 4096, 3 * 4096}


def test_large_speeds_are_told_in_thousand_millions():
    assert (rate(4.2e8), rate(9.9e9), rate(1.745e11)) == ("420 Msteps/s", "9900 Msteps/s", "174 Gsteps/s")
