"""Tests of hts/sweeps/status: any folder, in whatever state, is told as it is."""

import shutil

import pytest
from fake_exits import STREAMS, plan, shard_names, sweep

from hts.errors import PlanError
from hts.sweeps import CellStatus, sweep_status, verify_sweep
from hts.sweeps.survey import Damage


def states(folder):
    return [(status.state, status.walkers_done, status.walkers_wanted) for status in sweep_status(folder)]


def remove(folder, part):
    for path in (folder / "shards").glob(f"*{part}*"):
        path.unlink()


def test_cells_are_told_in_the_order_of_the_plan(tmp_path):
    sweep(plan(), tmp_path)
    assert sweep_status(tmp_path) == tuple(CellStatus(cell, "done", 600, 600, "") for cell in plan().cells())


def test_partial_and_missing_cells_are_told_apart(tmp_path):
    sweep(plan(), tmp_path)
    remove(tmp_path, "eta0.05_b0.7_alpha1.5_well0-w0000000256")
    remove(tmp_path, "eta0.02_binf")
    assert states(tmp_path) == [("partial", 344, 600), ("done", 600, 600), ("done", 600, 600), ("missing", 0, 600)]


@pytest.mark.parametrize("gone", ["shards", "tmp", "identity.json"])
def test_a_half_made_folder_has_a_status(tmp_path, gone):
    sweep(plan(), tmp_path)
    path = tmp_path / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert states(tmp_path) == [("missing", 0, 600) if gone == "shards" else ("done", 600, 600)] * 4


def test_a_folder_without_results_or_without_its_plan_says_what_to_do(tmp_path):
    for ask in (sweep_status, verify_sweep):
        with pytest.raises(PlanError, match="holds no results of hts"):
            ask(tmp_path)
    sweep(plan(), tmp_path)
    (tmp_path / "plan.toml").unlink()
    with pytest.raises(PlanError, match=r"plan\.toml: is missing; .*hts run PLAN"):
        sweep_status(tmp_path)
    assert verify_sweep(tmp_path).n_shards == 12
    assert sweep(plan(), tmp_path).n_written == 0
    assert len(states(tmp_path)) == 4


def test_a_plan_edited_inside_the_folder_is_noticed(tmp_path):
    sweep(plan(), tmp_path)
    text = (tmp_path / "plan.toml").read_text()
    (tmp_path / "plan.toml").write_text(text.replace("scale = 1.0", "scale = 3.0", 1))
    with pytest.raises(PlanError, match=r"noise\.scale: 3\.0 here, 1\.0 there"):
        sweep_status(tmp_path)


def test_a_damaged_shard_makes_its_cell_damaged_and_says_which(tmp_path):
    sweep(plan(), tmp_path)
    name = shard_names(tmp_path)[0]
    (tmp_path / "shards" / name).write_bytes(b"")
    (damaged,) = [status for status in sweep_status(tmp_path) if status.state == "damaged"]
    assert (damaged.cell.eta, damaged.cell.b, damaged.walkers_done) == (0.02, 0.7, 344)
    assert damaged.message.startswith(name)
    assert "computes it anew" in damaged.message
    (tmp_path / "shards" / shard_names(tmp_path)[1]).write_bytes(b"")
    (damaged,) = [status for status in sweep_status(tmp_path) if status.state == "damaged"]
    assert "and 1 more" in damaged.message
    assert verify_sweep(tmp_path).damaged == tuple(f"shards/{name}" for name in shard_names(tmp_path)[:2])


def test_the_status_of_all_cells_looks_at_each_damaged_shard_once(tmp_path, monkeypatch):
    """Twelve shards of four cells, all damaged: 48 looks where every cell asks every shard whose it is."""
    sweep(plan(), tmp_path)
    for name in shard_names(tmp_path):
        (tmp_path / "shards" / name).write_bytes(b"")
    looks = []

    class Watched(Damage):
        def __getattribute__(self, name):
            if name == "slug":
                looks.append(object.__getattribute__(self, "path").name)
            return object.__getattribute__(self, name)

    monkeypatch.setattr("hts.sweeps.survey.Damage", Watched)
    assert states(tmp_path) == [("damaged", 0, 600)] * 4
    assert sorted(looks) == shard_names(tmp_path)


@pytest.mark.parametrize(
    ("max_steps", "message"), [(100_000, "stopped at a smaller max_steps"), (150, "took more steps than max_steps")]
)
def test_a_limit_that_no_longer_fits_is_told(tmp_path, max_steps, message):
    sweep(plan("grid.eta=[0.002]"), tmp_path)
    text = (tmp_path / "plan.toml").read_text()
    (tmp_path / "plan.toml").write_text(text.replace("max_steps = 1000", f"max_steps = {max_steps}"))
    for status in sweep_status(tmp_path):
        assert (status.state, status.walkers_done) == ("missing", 0)
        assert message in status.message


def test_a_failure_that_cannot_be_read_is_still_a_failure(tmp_path):
    sweep(plan(), tmp_path)
    remove(tmp_path, "eta0.02_binf")
    (tmp_path / "failures").mkdir()
    (tmp_path / "failures" / "eta0.02_binf_alpha1.5_well0.json").write_text("{")
    assert [(s.state, s.message) for s in sweep_status(tmp_path)][3] == (
        "failed",
        "failed; eta0.02_binf_alpha1.5_well0.json cannot be read",
    )


def test_a_shard_of_another_plan_is_damage_even_where_only_the_plan_tells(tmp_path):
    sweep(plan(), tmp_path / "a")
    sweep(plan("noise.scale=2.0", "grid.eta=[0.05]"), tmp_path / "b")
    shutil.copytree(tmp_path / "b" / "shards", tmp_path / "a" / "shards", dirs_exist_ok=True)
    for name in ("identity.json", "plan.toml"):
        foreign = verify_sweep(tmp_path / "a")
        n = len(shard_names(tmp_path / "b"))
        assert foreign.damaged[:n] == tuple(f"shards/{name}" for name in shard_names(tmp_path / "b"))
        assert all("another plan" in reason for reason in foreign.reasons[:n])
        (tmp_path / "a" / name).unlink()
    assert verify_sweep(tmp_path / "a").damaged == ("identity.json", "plan.toml")  # nobody is left who could tell


def test_a_shard_of_other_random_streams_is_damage(tmp_path):
    sweep(plan("grid.eta=[0.05]"), tmp_path / "a")
    sweep(plan("grid.eta=[0.02]"), tmp_path / "b", stream_version="fake/2")
    shutil.copytree(tmp_path / "b" / "shards", tmp_path / "a" / "shards", dirs_exist_ok=True)
    found = verify_sweep(tmp_path / "a")
    assert len(found.damaged) == 6
    assert all(f"streams fake/2, not {STREAMS}" in reason for reason in found.reasons)


def test_walkers_that_wait_in_a_checkpoint_are_told(tmp_path):
    sweep(plan(), tmp_path)
    remove(tmp_path, "eta0.05_b0.7_alpha1.5_well0-w0000000256")
    (tmp_path / "checkpoints").mkdir(exist_ok=True)
    (tmp_path / "checkpoints" / "eta0.05_b0.7_alpha1.5_well0-w0000000256-0000000511.checkpoint").write_bytes(b"")
    messages = [status.message for status in sweep_status(tmp_path)]
    assert messages == ["256 walkers wait in checkpoints; running it again goes on with them", "", "", ""]
