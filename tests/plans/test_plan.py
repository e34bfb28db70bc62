"""Check what a plan says of itself: its cells, its exit, its identity against spelling, what settings change."""

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest
from drawn_plans import written

from hts.forecast.warnings import warnings_of
from hts.plans import STARTER, Cell, ExitDomain, Plan, differences, parse_plan

HERE = Path("plan.toml")


def plan_of(**changes: Any) -> Plan:
    """A double well, changed."""
    tables: dict[str, Any] = {
        "seed": 1,
        "landscape": {"kind": "double-well", "minima": [-1.0, 2.0], "barriers": [0.0], "curvature": 1.0},
        "noise": {"kind": "pareto"},
        "grid": {"eta": [0.1], "b": [inf], "alpha": [1.5]},
        "exit": {"well": 0, "walkers": 10, "max_steps": 100},
    }
    return parse_plan(written(tables | changes), HERE)


def test_cells_of_overlapping_products_are_merged():
    plan = plan_of(
        grid=[{"eta": [0.1, 0.2], "b": [inf, 0.5], "alpha": [1.5, 1.2]}, {"eta": [0.2], "b": [0.5], "alpha": [1.2]}]
    )
    assert plan.cells()[:3] == (Cell(0.2, 0.5, 1.2, 0), Cell(0.1, 0.5, 1.2, 0), Cell(0.2, 0.5, 1.5, 0))
    assert len(plan.cells()) == 8
    assert [cell.b for cell in plan.cells()] == [0.5] * 4 + [inf] * 4


def test_a_well_and_its_domain_are_the_same_exit():
    by_well = plan_of(exit={"well": 1, "walkers": 1, "max_steps": 1})
    by_ends = plan_of(exit={"domain": [0, inf], "start": 2, "walkers": 7, "max_steps": 9, "within": 1.0})
    assert by_well.exit_domain() == by_ends.exit_domain() == ExitDomain(0.0, inf, 2.0, 1, 2.0)
    assert by_well.identity() == by_ends.identity()
    assert by_well.cells()[0].well == 1


def test_the_start_decides_the_well_and_only_a_lone_minimum_at_home_has_a_limit():
    both = plan_of(exit={"domain": [-3, 3], "start": 0.5, "walkers": 1, "max_steps": 1}).exit_domain()
    assert (both.well, both.minimum) == (1, None)
    away = plan_of(exit={"domain": [-3, 1], "start": 0.5, "walkers": 1, "max_steps": 1}).exit_domain()
    assert (away.well, away.minimum) == (1, None)
    home = plan_of(exit={"domain": [-3, 1], "start": -0.5, "walkers": 1, "max_steps": 1}).exit_domain()
    assert (home.well, home.minimum) == (0, -1.0)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "another"},
        {"figure": {"published": "WOR"}},
        {"grid": {"eta": [0.2], "b": [0.5], "alpha": [1.2]}},
        {"noise": {"kind": "pareto", "scale": 1, "p_plus": 0.5, "normal_scale": 0}},
        {"landscape": {"kind": "multi-well", "minima": [-1, 2], "barriers": [0], "curvatures": [1, 1], "L": inf}},
        {
            "landscape": {
                "kind": "double-well",
                "minima": [-1, 2],
                "barriers": [0],
                "curvature": 1,
                "barrier_curvature": 1,
            }
        },
    ],
)
def test_what_changes_no_number_is_no_new_identity(change: dict[str, Any]):
    assert plan_of(**change).identity() == plan_of().identity()
    assert differences(plan_of(**change).physics(), plan_of().physics()) == ()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"seed": 2}, "seed: 2 here, 1 there"),
        ({"noise": {"kind": "lomax"}}, 'noise.kind: "lomax" here, "pareto" there'),
        ({"noise": {"kind": "pareto", "scale": 0.5}}, "noise.scale: 0.5 here, 1.0 there"),
        ({"exit": {"well": 1, "walkers": 1, "max_steps": 1}}, 'exit.high: "inf" here, 0.0 there'),
        (
            {"landscape": {"kind": "multi-well", "minima": [-1, 2], "barriers": [0], "curvatures": [1, 1], "L": 3}},
            'landscape.L: 3.0 here, "inf" there',
        ),
    ],
)
def test_what_changes_a_number_is_named_with_both_values(change: dict[str, Any], key: str):
    mine, theirs = plan_of(**change), plan_of()
    assert mine.identity() != theirs.identity()
    assert key in differences(mine.physics(), theirs.physics())
    assert key in differences(json.loads(json.dumps(mine.physics())), theirs.physics())


def test_every_number_of_a_landscape_is_part_of_the_identity():
    """Of a kind that identity.py does not know by name; what it says of the older kinds is fixed by stored results."""
    cosine = {"kind": "tilted-cosine", "amplitude": 0.2, "period": 2.0, "tilt": 0.1, "L": 3.0}
    plan = plan_of(landscape=cosine)
    for key in ("amplitude", "period", "tilt", "L"):
        assert plan_of(landscape=cosine | {key: 1.01 * cosine[key]}).identity() != plan.identity()
    basin = plan_of(
        landscape={"kind": "basin", "minimum": 0.0, "curvature": 1.0},
        exit={"domain": [-1, 1], "start": 0.0, "walkers": 1, "max_steps": 1},
    )
    assert basin.physics()["landscape"] == {"kind": "basin", "L": "inf", "minimum": 0.0, "curvature": 1.0}


def test_a_default_projection_written_out_is_no_new_identity():
    preset = {"exit": {"well": 1, "walkers": 1, "max_steps": 1}, "landscape": {"kind": "wang-oh-rhee"}}
    explicit = preset | {"landscape": {"kind": "wang-oh-rhee", "L": 1.6}}
    published = preset | {"exit": {"domain": [-1.3, 0.2], "start": -0.69927305513562, "walkers": 1, "max_steps": 1}}
    assert plan_of(**preset).identity() == plan_of(**explicit).identity()
    assert plan_of(**preset).exit_domain().low == pytest.approx(-1.3, rel=1e-12)
    assert plan_of(**preset).exit_domain().high == pytest.approx(0.2, rel=1e-12)
    assert differences(plan_of(**preset).physics(), plan_of(**published).physics()) == ()


def test_settings_and_seed_change_the_plan_before_it_is_checked():
    plan = parse_plan(
        STARTER, HERE, ["grid.eta=[0.1, 0.05]", "exit.walkers=100", "noise.kind=lomax", "figure.published=WR"], 7
    )
    assert (plan.seed, plan.noise.kind, plan.exit.walkers, plan.figure.published) == (7, "lomax", 100, "WR")
    assert plan.grid[0].eta == (0.1, 0.05)
    two = plan_of(grid=[{"eta": [0.1], "b": [1], "alpha": [1.5]}] * 2).to_toml()
    assert parse_plan(two, HERE, ["grid[1].eta={ lin = [0.1, 0.3, 3] }"]).grid[1].eta == (0.1, 0.2, 0.3)
    assert parse_plan(two, HERE, ["grid[0].b[0]=inf"]).grid[0].b == (inf,)
    assert parse_plan(STARTER, HERE, ["title=bare words"]).title == "bare words"


def test_the_title_is_the_files_name_where_there_is_none():
    assert parse_plan(plan_of().to_toml().replace('title = "plan"\n', ""), Path("a/study.toml")).title == "study"


def test_the_starter_is_small():
    plan = parse_plan(STARTER, HERE)
    assert warnings_of(plan) == ()
    assert len(plan.cells()) == 10
