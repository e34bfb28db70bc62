"""Tests of checkpoints: unfinished walkers go on to the bit, and a checkpoint of anything else is passed over."""

import shutil

import numpy as np
import pytest
from fake_exits import plan, shard_names
from stops import stop_at_checkpoint

from hts import ensembles
from hts.ensembles import driving, exits
from hts.storage.checkpoints import read_checkpoint, write_checkpoint
from hts.sweeps import EXIT_STUDY, run_sweep, verify_sweep

STUDY = plan("grid.eta=[0.02]", "grid.b=[0.7]", "exit.walkers=300", "exit.max_steps=50_000")


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    """Keep every call of the kernel, and make calls short."""
    monkeypatch.setattr(driving, "SECONDS_PER_CHECKPOINT", 0.0)
    monkeypatch.setattr(driving, "SECONDS_NOT_WORTH_KEEPING", 0.0)
    monkeypatch.setattr(driving, "SECONDS_PER_CALL", 1e-4)
    monkeypatch.setattr(driving, "FIRST_BUDGET", 10_000)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    run_sweep(STUDY, folder, threads=1)
    return folder


def stop_once(folder):
    """Run until something lies in checkpoints/."""
    return stop_at_checkpoint(STUDY, folder, exits, "advance_exits")


def columns(sample):
    return [getattr(sample, name).tobytes() for name in ("walker", "exit_steps", "is_censored", "side", "landing")]


def test_walkers_go_on_from_every_checkpoint_to_the_same_bits(monkeypatch):
    monkeypatch.setattr(driving, "SECONDS_PER_CALL", 1e-9)  # a chunk a call, however fast the machine
    problem, kept = EXIT_STUDY.problem(STUDY, STUDY.cells()[0]), []

    def keep(state):
        kept.append({name: array.copy() for name, array in state.items()})

    whole = ensembles.simulate_exits(problem, 5, 200, 2_000, on_checkpoint=keep)
    assert len(kept) > 5
    assert whole.is_censored.any()
    steps = [ensembles.steps_in(state) for state in kept]
    assert steps == sorted(steps)
    for state in kept[:: len(kept) // 5]:
        taken = []
        again = ensembles.simulate_exits(problem, 5, 200, 2_000, taken.append, resume_from=state)
        assert columns(again) == columns(whole)
        assert again.steps_beyond_domain == whole.steps_beyond_domain
        assert sum(taken) >= int(whole.exit_steps.sum()) - ensembles.steps_in(state)


@pytest.mark.parametrize("other", [dict(n_walkers=150), dict(first_walker=6), dict(width=32), None])
def test_a_state_of_other_walkers_or_lanes_is_left_aside(other):
    problem, kept = EXIT_STUDY.problem(STUDY, STUDY.cells()[0]), []

    def keep(state):
        kept.append({name: array.copy() for name, array in state.items()})

    asked = dict(first_walker=5, n_walkers=200, max_steps=2_000)
    ensembles.simulate_exits(problem, **asked | (other or {}), on_checkpoint=keep)
    state = kept[len(kept) // 2] if other else {"streams": np.zeros(3)}
    whole = ensembles.simulate_exits(problem, **asked)
    assert columns(ensembles.simulate_exits(problem, **asked, resume_from=state)) == columns(whole)


def test_a_stopped_shard_goes_on_where_it_was(undisturbed, tmp_path):
    (kept,) = stop_once(tmp_path)
    assert kept.name == "eta0.02_b0.7_alpha1.5_well0-w0000000000-0000000299.checkpoint"
    assert verify_sweep(tmp_path).damaged == ()
    report = run_sweep(STUDY, tmp_path, threads=1)
    assert report.steps_resumed > 0
    assert list((tmp_path / "checkpoints").iterdir()) == []
    assert shard_names(tmp_path) == shard_names(undisturbed)


def harm(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-7])


@pytest.mark.parametrize("spoil", [harm, truncate])
def test_a_harmed_checkpoint_is_passed_over_and_its_shard_computed_anew(undisturbed, tmp_path, spoil):
    for path in stop_once(tmp_path):
        spoil(path)
    report = run_sweep(STUDY, tmp_path, threads=1)
    assert report.steps_resumed == 0
    assert shard_names(tmp_path) == shard_names(undisturbed)
    assert list((tmp_path / "checkpoints").iterdir()) == []


@pytest.mark.parametrize("change", ["exit.max_steps=60_000", "noise.scale=1.5"])
def test_a_checkpoint_of_another_max_steps_or_plan_is_passed_over(tmp_path, change):
    other = plan("grid.eta=[0.02]", "grid.b=[0.7]", "exit.walkers=300", "exit.max_steps=50_000", change)
    stop_once(tmp_path / "old")
    (tmp_path / "new").mkdir()
    shutil.copytree(tmp_path / "old" / "checkpoints", tmp_path / "new" / "checkpoints")
    report = run_sweep(other, tmp_path / "new", threads=1)
    assert report.steps_resumed == 0
    run_sweep(other, tmp_path / "fresh", threads=1)
    assert shard_names(tmp_path / "new") == shard_names(tmp_path / "fresh")


def test_a_checkpoint_that_nobody_misses_is_cleared(undisturbed, tmp_path):
    (kept,) = stop_once(tmp_path / "stopped")
    folder = shutil.copytree(undisturbed, tmp_path / "whole")
    (folder / "checkpoints").mkdir(exist_ok=True)
    shutil.copy(kept, folder / "checkpoints")
    assert run_sweep(STUDY, folder, threads=1).n_written == 0
    assert list((folder / "checkpoints").iterdir()) == []


def test_a_checkpoint_belongs_to_its_key_and_survives_no_change(tmp_path):
    path, key = tmp_path / "one", {"identity": "abc", "max_steps": 5}
    assert read_checkpoint(path, key) is None
    write_checkpoint(path, tmp_path / "tmp", key, {"x": np.arange(3.0), "walker": np.array([1, 2])})
    back = read_checkpoint(path, key)
    assert back is not None
    assert back["x"].tolist() == [0.0, 1.0, 2.0]
    assert read_checkpoint(path, key | {"max_steps": 6}) is None
    data = path.read_bytes()
    for k in range(0, len(data), 29):
        path.write_bytes(data[:k] + bytes([data[k] ^ 8]) + data[k + 1 :])
        assert read_checkpoint(path, key) is None
