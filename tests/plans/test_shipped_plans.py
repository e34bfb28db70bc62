"""Check the plans that come with hts, the published ones against the published points."""

import csv
from pathlib import Path

import pytest

from hts.plans import SpacePlan, read_plan, read_study
from hts.plans.regression import read_regression_plan

CONFIGS = Path(__file__).parents[2] / "configs"


def plans_with(table: str) -> list[Path]:
    return [file for file in sorted(CONFIGS.glob("*.toml")) if table in file.read_text(encoding="utf-8")]


REGRESSIONS, TRAININGS = plans_with("[regression]"), plans_with("[training]")
OTHERS = sorted({*CONFIGS.glob("*.toml")} - {*REGRESSIONS, *TRAININGS})


@pytest.mark.parametrize("file", OTHERS, ids=lambda file: file.stem)
def test_each_plan_that_comes_with_hts_is_read_and_says_what_it_is_about(file: Path):
    plan = read_study(file)
    assert plan.cells()
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    if isinstance(plan, SpacePlan):
        assert plan.wells.minima
        return
    assert plan.exit_domain().minimum is not None  # on a flat landscape the start itself


@pytest.mark.parametrize("file", REGRESSIONS, ids=lambda file: file.stem)
def test_each_regression_plan_is_read_and_says_what_it_is_about(file: Path):
    assert read_regression_plan(file).cells
    assert file.read_text(encoding="utf-8").startswith("# ")


def test_the_published_regression_has_the_published_grid():
    plan = read_regression_plan(CONFIGS / "published_regression.toml")
    assert len(plan.cells) == 70
    assert plan.table.eta == (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2)
    table = plan.table
    assert (table.runs, table.steps, table.samples, table.noise, table.start) == (1600, 1000, 10_000, 3.0, 5.0)


@pytest.mark.parametrize(("name", "source"), [("published_exit", "WOR"), ("published_exit_lomax", "WR")])
def test_the_published_plans_have_a_cell_for_each_published_point(name: str, source: str):
    with (Path(__file__).parents[2] / "hts" / "plots" / "published_exit.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    points = {(float(row["eta"]), float(row["b"])) for row in rows if row["source"] == source}
    plan = read_plan(CONFIGS / f"{name}.toml")
    assert {(cell.eta, cell.b) for cell in plan.cells()} == points
    assert plan.figure.published == source
