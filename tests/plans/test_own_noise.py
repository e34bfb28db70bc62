"""[noise] kind = "empirical": what is read, what is estimated, and what is refused."""

import numpy as np
import pytest

from hts.errors import PlanError
from hts.plans import parse_plan, read_plan
from hts.sweeps import load_cells, replay_sweep, run_sweep, verify_sweep

PLAN = """title = "of numbers"
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "empirical"
file = "noise.npy"
[grid]
eta = [0.1]
b = [0.7]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 50
max_steps = 100000
"""
RNG = np.random.default_rng(2)
HEAVY = RNG.standard_t(1.5, 20_000)
LIGHT = RNG.standard_normal(20_000)


@pytest.fixture
def plan(tmp_path):
    np.save(tmp_path / "noise.npy", HEAVY)
    (tmp_path / "study.toml").write_text(PLAN)
    return tmp_path / "study.toml"


def test_the_tail_index_is_estimated_and_stands_in_the_resolved_plan(plan):
    read = read_plan(plan)
    (alpha,) = read.grid[0].alpha
    assert 1.3 < alpha < 1.7
    assert any(f"alpha = {alpha:g}" in line for line in read.noise.origin)
    again = parse_plan(read.to_toml(), plan)
    assert (again, again.identity()) == (read, read.identity())
    given = read_plan(plan, ["grid.alpha=[1.2, 1.9]", "noise.quantile=0.9", "noise.scale=2.0"])
    assert [cell.alpha for cell in given.cells()] == [1.2, 1.9]
    assert given.noise_of(given.cells()[0]).scale == 2.0 * given.noise._numbers.body.unit
    assert given.identity() != read.identity()


def test_light_tails_are_told_with_the_way_on(plan):
    np.save(plan.parent / "noise.npy", LIGHT)
    with pytest.raises(
        PlanError, match=r"(?s)noise.file: noise.npy: No power law in sight.*give alpha in .grid.*normal"
    ):
        read_plan(plan)
    assert read_plan(plan, ["grid.alpha=[3.0]"]).cells()[0].alpha == 3.0


def test_a_folder_goes_on_without_the_numbers(plan, tmp_path):
    run_sweep(read_plan(plan), tmp_path / "r")
    (tmp_path / "noise.npy").unlink()
    assert run_sweep(read_plan(tmp_path / "r" / "plan.toml", ["exit.walkers=70"]), tmp_path / "r").n_written == 1
    (cell,) = load_cells(tmp_path / "r")
    assert len(cell.walker) == 70
    assert (verify_sweep(tmp_path / "r").damaged, replay_sweep(tmp_path / "r", 3).differences) == ((), ())


def test_changed_numbers_are_another_plan(plan, tmp_path):
    run_sweep(read_plan(plan), tmp_path / "r")
    np.save(tmp_path / "noise.npy", 1.1 * HEAVY)
    with pytest.raises(PlanError, match=r"(?s)another plan.*noise.sha256.*its own copy of the file goes on"):
        run_sweep(read_plan(plan), tmp_path / "r")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["noise.file=none.npy"], "noise.file: .*no such file"),
        (["noise.p_plus=0.4"], "noise.p_plus: belongs to other laws"),
        (["noise.normal_scale=0.4"], "noise.normal_scale: belongs to other laws"),
        (["noise.quantile=1.0"], "noise.quantile"),
        (["noise.quantile=0.9999"], "beyond the quantile 0.9999 there must be 25"),
        (["noise.kind=pareto", "grid.alpha=[1.5]"], 'noise.file: belongs to kind = "empirical"'),
        (["grid.alpha=[0.05]"], "takes alpha between 0.1 and 100"),
    ],
)
def test_mistakes_of_the_table_are_told(plan, changes, words):
    with pytest.raises(PlanError, match=words):
        read_plan(plan, changes)


def test_what_is_not_finite_is_named_by_row_and_a_table_needs_a_column(plan):
    np.save(plan.parent / "noise.npy", np.append(HEAVY, np.nan))
    with pytest.raises(PlanError, match=r"1 of 20001 numbers are not finite \(row 20001\)"):
        read_plan(plan)
    np.save(plan.parent / "noise.npy", np.stack([HEAVY, LIGHT], axis=1))
    with pytest.raises(PlanError, match="2 columns"):
        read_plan(plan)
    assert read_plan(plan, ["noise.column='0'"]).cells()[0].alpha > 1.2
