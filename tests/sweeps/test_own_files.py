"""A plan that names a file: read beside the plan, part of its identity, copied into the results folder."""

import json

import numpy as np
import pytest

from hts.errors import IntegrityError, PlanError
from hts.plans import parse_plan, read_plan
from hts.sweeps import load_cells, replay_sweep, run_sweep, verify_sweep
from hts.sweeps.computer import compute_slice
from hts.sweeps.tasks import Task

PLAN = """title = "of samples"
[landscape]
kind = "samples"
file = "slice.csv"
[noise]
kind = "pareto"
scale = 0.5
[grid]
eta = [0.1]
b = [1.5]
alpha = [1.5]
[exit]
well = 0
walkers = 60
max_steps = 100000
"""
X = np.linspace(-4.0, 4.0, 41)


def write_slice(path, f=None, header="x,f"):
    rows = np.column_stack([X, X**4 / 10 - X**2 if f is None else f])
    np.savetxt(path, rows, delimiter=",", header=header, comments="", fmt="%.12g")


@pytest.fixture
def plan(tmp_path):
    write_slice(tmp_path / "slice.csv")
    (tmp_path / "study.toml").write_text(PLAN)
    return tmp_path / "study.toml"


def test_a_folder_goes_on_without_the_original(plan, tmp_path):
    run_sweep(read_plan(plan), tmp_path / "r")
    (tmp_path / "slice.csv").unlink()
    kept = read_plan(tmp_path / "r" / "plan.toml", ["exit.walkers=80"])
    assert run_sweep(kept, tmp_path / "r").n_written == 1
    (cell,) = load_cells(tmp_path / "r")
    assert len(cell.walker) == 80
    assert verify_sweep(tmp_path / "r").damaged == ()
    assert replay_sweep(tmp_path / "r", 5).differences == ()
    assert [path.name[16:] for path in (tmp_path / "r" / "inputs").iterdir()] == ["-slice.csv"]


def test_a_worker_elsewhere_reads_the_copy_of_the_folder(plan, tmp_path):
    read = read_plan(plan)
    run_sweep(read, tmp_path / "r")
    (tmp_path / "slice.csv").unlink()
    from hts.ensembles import STREAM_VERSION

    text, cell = read.with_copies().to_toml(), read.cells()[0]
    outcome = compute_slice(text, str(tmp_path / "r"), STREAM_VERSION, Task(cell, 60, 20), 60.0)
    assert outcome.failure is None
    assert len(outcome.shards) == 1


def test_the_content_of_the_file_and_not_its_name_is_the_plan_s_identity(plan, tmp_path):
    first = read_plan(plan).identity()
    (tmp_path / "slice.csv").rename(tmp_path / "other.csv")
    assert read_plan(plan, ["landscape.file=other.csv"]).identity() == first
    write_slice(tmp_path / "slice.csv", 1.001 * X**4 - X**2)
    assert read_plan(plan).identity() != first


def test_a_file_that_changed_after_the_run_is_told_with_the_way_on(plan, tmp_path):
    run_sweep(read_plan(plan), tmp_path / "r")
    write_slice(tmp_path / "slice.csv", 0.11 * X**4 - X**2)
    with pytest.raises(PlanError, match=r"(?s)another plan.*landscape.sha256.*its own copy of the file goes on"):
        run_sweep(read_plan(plan), tmp_path / "r")
    stated = json.loads((tmp_path / "r" / "identity.json").read_text())["physics"]["landscape"]["sha256"]
    with pytest.raises(PlanError, match=r"sha256: .*is another file than the plan states"):
        read_plan(plan, [f"landscape.sha256={stated}"])


def test_a_damaged_copy_is_named_and_copied_anew(plan, tmp_path):
    run_sweep(read_plan(plan), tmp_path / "r")
    (copy,) = (tmp_path / "r" / "inputs").iterdir()
    data = copy.read_bytes()
    copy.write_bytes(data + b"\n")
    with pytest.raises(IntegrityError, match="damaged copies"):
        load_cells(tmp_path / "r")
    assert verify_sweep(tmp_path / "r").damaged == (f"inputs/{copy.name}",)
    run_sweep(read_plan(plan), tmp_path / "r")
    assert copy.read_bytes() == data
    assert verify_sweep(tmp_path / "r").damaged == ()


def test_a_resolved_plan_reads_back_as_itself(plan, tmp_path):
    read = read_plan(plan)
    again = parse_plan(read.to_toml(), plan)
    assert again == read
    assert again.identity() == read.identity()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.unlink(), "no such file"),
        (lambda path: path.write_text(""), "cannot be read"),
        (lambda path: write_slice(path, header="x,g"), "has no column f; there are x, g"),
        (lambda path: write_slice(path, np.where(X > 3.9, np.nan, X**2)), "column f is not finite in row 41"),
        (lambda path: path.write_text("x,f\n1,2\n2,a\n"), "holds no real numbers"),
        (lambda path: path.write_text("x,f\n1,2\n2,3\n"), "2 samples: 8 to 20000 are needed"),
    ],
)
def test_files_that_hold_no_slice_are_mistakes_of_the_plan(plan, make, words):
    make(plan.parent / "slice.csv")
    with pytest.raises(PlanError, match=rf"study.toml:4:8: landscape.file: .*{words}"):
        read_plan(plan)


@pytest.mark.parametrize("smoothing", ['"much"', "-1.0", "0", "true", "[1]"])
def test_a_smoothing_that_is_none_is_a_mistake(plan, smoothing):
    with pytest.raises(PlanError, match='smoothing: must be "auto" or a penalty between'):
        read_plan(plan, [f"landscape.smoothing={smoothing}"])
