"""Tests of hts/sweeps/samples: walkers come back checked, in order, and once."""

import numpy as np
import pytest
from fake_exits import PLAN, all_columns, fake_exits, plan, shard_names, sweep

from hts.errors import IntegrityError, PlanError
from hts.storage import Provenance, ResultsFolder, write_shard
from hts.storage.reading import read_bytes
from hts.sweeps import load_cells, load_pieces
from hts.sweeps.cells import parameters_of
from hts.sweeps.samples import check_cells
from hts.sweeps.survey import survey


def add_shard(folder, study, cell, first, n, shift=0):
    """Lay another shard of a cell beside those that are there, its exit times shifted."""
    sample = fake_exits(cell, first, n, study.exit.max_steps, lambda steps: None, None)
    columns = {name: getattr(sample, name) for name in ("walker", "exit_steps", "is_censored", "side", "landing")}
    columns["exit_steps"] = columns["exit_steps"] + shift
    provenance = Provenance(study.seed, "fake/1", study.identity(), study.exit.max_steps, 0)
    return write_shard(folder / "shards", folder / "tmp", parameters_of(cell), columns, provenance)


def test_walkers_come_in_order_with_what_is_known_of_them(tmp_path):
    sweep(plan(), tmp_path)
    for cell, sample in zip(plan().cells(), load_cells(tmp_path), strict=True):
        assert sample.cell == cell
        assert (sample.walkers_wanted, sample.max_steps, sample.steps_beyond_domain) == (600, 1000, 600)
        np.testing.assert_array_equal(sample.walker, np.arange(600))
        np.testing.assert_array_equal(sample.is_censored, sample.side == 0)
        assert (sample.exit_steps[sample.is_censored] == 1000).all()


def test_a_cell_without_shards_is_empty_and_a_partial_one_holds_what_is_there(tmp_path):
    sweep(plan(), tmp_path)
    for name in shard_names(tmp_path):
        if name.startswith("eta0.02_b0.7") or "w0000000256" in name:
            (tmp_path / "shards" / name).unlink()
    samples = {(sample.cell.eta, sample.cell.b): sample for sample in load_cells(tmp_path)}
    empty = samples[0.02, 0.7]
    assert (len(empty.walker), empty.steps_beyond_domain, empty.walkers_wanted) == (0, 0, 600)
    assert empty.exit_steps.dtype == np.int64
    np.testing.assert_array_equal(samples[0.05, 0.7].walker, np.r_[0:256, 512:600])


def test_walkers_that_two_shards_hold_count_once(tmp_path):
    sweep(plan(), tmp_path)
    before = all_columns(tmp_path)
    add_shard(tmp_path, plan(), plan().cells()[0], 100, 600)
    assert all_columns(tmp_path) == before


@pytest.mark.parametrize("load", [load_cells, load_pieces])
def test_shards_that_disagree_about_a_walker_are_refused(tmp_path, load):
    sweep(plan("grid.eta=[0.5]"), tmp_path)
    odd = add_shard(tmp_path, plan(), plan("grid.eta=[0.5]").cells()[0], 100, 10, shift=1)
    with pytest.raises(IntegrityError, match=f"disagree about the exit_steps(.|\n)*{odd.name}"):
        list(load(tmp_path))


@pytest.mark.parametrize("load", [load_cells, load_pieces])
def test_every_damaged_shard_is_named_before_any_walker_is_given_out(tmp_path, load):
    sweep(plan(), tmp_path)
    for name in shard_names(tmp_path)[-2:]:
        (tmp_path / "shards" / name).write_bytes(b"no shard")
    with pytest.raises(IntegrityError) as told:
        load(tmp_path)
    assert all(name in str(told.value) for name in shard_names(tmp_path)[-2:])


def test_pieces_are_shards_and_together_the_cells(tmp_path):
    """Cells without shards, with a hole, with walkers that two shards hold, and whole, cut by a plan that shrank."""
    sweep(plan(), tmp_path)
    for name in shard_names(tmp_path):
        if name.startswith(("eta0.02_b0.7", "eta0.05_b0.7_alpha1.5_well0-w0000000256")):
            (tmp_path / "shards" / name).unlink()
    overlapped = plan().cells()[2]
    add_shard(tmp_path, plan(), overlapped, 200, 100)
    text = (tmp_path / "plan.toml").read_text()
    (tmp_path / "plan.toml").write_text(text.replace("walkers = 600", "walkers = 590"))
    pieces, cells = list(load_pieces(tmp_path)), list(load_cells(tmp_path))
    sizes = [256, 78, 0, 512, 78, 256, 256, 78]
    assert [len(piece.walker) for piece in pieces] == sizes
    assert [piece.cell for piece in pieces] == [cells[k].cell for k in (0, 0, 1, 2, 2, 3, 3, 3)]
    for whole in cells:
        mine = [piece for piece in pieces if piece.cell == whole.cell]
        for name in ("walker", "exit_steps", "is_censored", "side", "landing"):
            joined = np.concatenate([getattr(piece, name) for piece in mine])
            assert (joined.dtype, joined.tobytes()) == (getattr(whole, name).dtype, getattr(whole, name).tobytes())
        assert sum(piece.steps_beyond_domain for piece in mine) == whole.steps_beyond_domain
        assert {(piece.walkers_wanted, piece.max_steps) for piece in mine} == {(590, 1000)}


def test_a_folder_without_a_plan_cannot_be_loaded(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN.replace("seed", "sede"))
    with pytest.raises(PlanError):
        load_cells(tmp_path)


def test_small_shards_are_read_once_and_give_what_a_second_reading_gives(tmp_path, monkeypatch):
    """The columns come from the bytes that were checked; the walkers may be asked for twice, and for some cells."""
    study = plan("exit.walkers=20")
    sweep(study, tmp_path)
    read = []
    monkeypatch.setattr("hts.storage.shards.read_bytes", lambda path: read.append(path.name) or read_bytes(path))
    checked = check_cells(tmp_path)
    first, again = list(checked.pieces()), list(checked.whole({study.cells()[2]}))
    assert sorted(read) == sorted(shard_names(tmp_path))
    assert [sample.cell for sample in again] == [study.cells()[2]]
    monkeypatch.setattr("hts.sweeps.samples.KEPT_WALKERS", 0)
    for one, other in zip(first, load_cells(tmp_path), strict=True):
        assert one.cell == other.cell
        for name in ("walker", "exit_steps", "is_censored", "side", "landing"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), strict=True)


def test_one_cell_is_read_without_a_walk_through_the_plan(tmp_path, monkeypatch):
    """Comparing folders reads each cell by itself: a walk for each took minutes where there are thousands."""
    study = plan("exit.walkers=20")
    sweep(study, tmp_path)
    cells, whole, checked = study.cells(), list(load_cells(tmp_path)), check_cells(tmp_path)
    monkeypatch.setattr(type(study), "cells", lambda self: pytest.fail("the plan was walked through"))
    for cell, expected in zip(cells, whole, strict=True):
        sample = checked.read(cell)
        assert sample.cell == cell
        np.testing.assert_array_equal(sample.exit_steps, expected.exit_steps, strict=True)


def test_columns_of_a_survey_are_held_up_to_a_number_of_walkers(tmp_path):
    sweep(plan("exit.walkers=20"), tmp_path)
    folder = ResultsFolder(tmp_path)
    assert [len(survey(folder, None, None, None, keep_walkers=n).columns) for n in (0, 19, 20, 60, 10**6)] == [
        *(0, 0, 1, 3, 4)
    ]
