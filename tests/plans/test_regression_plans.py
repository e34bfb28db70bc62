"""Check that plans of SGD on least squares are read, written, and refused at the place of each mistake."""

import pytest

from hts.errors import PlanError
from hts.plans import read_plan
from hts.plans.regression import RegressionCell, read_regression_plan

GOOD = """\
title = "check"
seed = 5
[regression]
dimension = [10, 2]
batch = 3
eta = [0.2, 0.1]
sigma = 1.5
noise = 2.0
samples = 50
runs = 8
steps = 100
"""


@pytest.fixture
def plan(tmp_path):
    """Write a plan and give what it is refused with, its own name left out."""

    def write(text):
        path = tmp_path / "plan.toml"
        path.write_text(text)
        return path

    return write


def told(path, *overrides, read=read_regression_plan):
    with pytest.raises(PlanError) as refusal:
        read(path, overrides)
    return str(refusal.value).replace(f"{path}:", "").splitlines()


def test_the_good_plan_has_the_product_as_its_cells(plan):
    parsed = read_regression_plan(plan(GOOD))
    assert parsed.cells == tuple(RegressionCell(d, 3, eta, 1.5) for d in (2, 10) for eta in (0.1, 0.2))
    problem = parsed.problem(parsed.cells[0])
    assert (problem.dimension, problem.noise, problem.samples, problem.steps, problem.seed) == (2, 2.0, 50, 100, 5)
    assert problem.truth == problem.start == 0.0


def test_a_plan_written_in_full_is_equal_and_has_the_same_identity(plan):
    parsed = read_regression_plan(plan(GOOD))
    again = read_regression_plan(plan(parsed.to_toml()))
    assert again == parsed
    assert again.identity() == parsed.identity()
    assert (
        read_regression_plan(plan(GOOD), ["regression.runs=16", "regression.eta=0.3"]).identity() == parsed.identity()
    )
    assert read_regression_plan(plan(GOOD), ["regression.noise=3.0"]).identity() != parsed.identity()
    assert read_regression_plan(plan(GOOD), seed=6).identity() != parsed.identity()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("batch = 3", "batch = 0", "5:9: regression.batch: must be between 1 and 1_000_000 (0)"),
        ("dimension = [10, 2]", "dimension = [10, 2.5]", "4:18: regression.dimension[1]: must be a whole number (2.5)"),
        ("dimension = [10, 2]", "dimension = []", "4:13: regression.dimension: must not be empty"),
        ("eta = [0.2, 0.1]", "eta = [0.2, -0.1]", "6:13: regression.eta[1]: must be greater than 0 (-0.1)"),
        ("eta = [0.2, 0.1]", "eta = -0.1", "6:7: regression.eta: must be greater than 0 (-0.1)"),
        ("eta = [0.2, 0.1]", "eta = { lin = [1, 2] }", "6:15: regression.eta.lin: must be the two ends"),
        ("sigma = 1.5", "sigma = inf", "7:9: regression.sigma: must be finite"),
        ("noise = 2.0", "noise = 0.0", "8:9: regression.noise: must be greater than 0 (0.0)"),
        ("noise = 2.0", "niose = 2.0", "8:1: regression.niose: unknown key (did you mean 'noise'?)"),
        ("samples = 50", "samples = 9", "9:11: regression.samples: must be at least dimension and batch, 10 (9)"),
        ("steps = 100", "steps = 1", "11:9: regression.steps: must be at least 2 (1)"),
        ("steps = 100", "", "3:1: regression.steps: 8 runs need steps; add for example steps = 1000"),
        ("runs = 8\nsteps = 100", "", "9:11: regression.samples: are drawn for runs alone"),
        ("seed = 5", "runs = 5", "2:1: runs: unknown key (it belongs in [regression])"),
        ("steps = 100", "steps = 100\n[exit]\n", "12:1: exit: cannot stand beside [regression]"),
        ("steps = 100", "steps = 100\n[regresion]\n", "12:1: regresion: unknown key (did you mean 'regression'?)"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_place(plan, old, new, line):
    assert old in GOOD
    (said,) = told(plan(GOOD.replace(old, new)))
    assert said.startswith(line)


def test_all_mistakes_are_told_at_once(plan):
    text = GOOD.replace("batch = 3", "batch = 0").replace("seed = 5", "seed = -5").replace("runs = 8", "runs = 1e3")
    assert [line.split(": ")[1] for line in told(plan(text))] == ["seed", "regression.batch", "regression.runs"]
    assert told(plan('title = "none"\n')) == [
        "1:1: regression: is missing; add a table [regression] with dimension = 10"
    ]
    assert told(plan("regression = 3\n"))[0].startswith("1:14: regression: must be a table (3)")


def test_a_setting_that_is_wrong_is_told_as_what_was_set(plan):
    assert told(plan(GOOD), "regression.batch=no") == [
        '--set regression.batch: must be a whole number ("no"); for example batch = [1, 10, 100]'
    ]


def test_other_commands_send_such_a_plan_to_its_own(plan):
    said = told(plan(GOOD), read=read_plan)
    assert said == ["3:1: regression: is a study of its own; use it with `hts regression`"]
