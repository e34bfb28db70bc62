"""Check the plans that come with hts, the published ones against the published points."""

import csv
from pathlib import Path

import pytest

from hts.plans import read_plan

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.toml")), ids=lambda file: file.stem)
def test_each_plan_that_comes_with_hts_is_read_and_says_what_it_is_about(file: Path):
    plan = read_plan(file)
    assert plan.cells()
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert plan.exit_domain().minimum is not None  # on a flat landscape the start itself


@pytest.mark.parametrize(("name", "source"), [("published_exit", "WOR"), ("published_exit_lomax", "WR")])
def test_the_published_plans_have_a_cell_for_each_published_point(name: str, source: str):
    with (Path(__file__).parents[2] / "hts" / "plots" / "published_exit.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    points = {(float(row["eta"]), float(row["b"])) for row in rows if row["source"] == source}
    plan = read_plan(CONFIGS / f"{name}.toml")
    assert {(cell.eta, cell.b) for cell in plan.cells()} == points
    assert plan.figure.published == source
