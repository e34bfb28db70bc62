"""Check whole plans: cells against itertools, identity against spelling, round trips and mutations by hypothesis."""

import csv
import itertools
import json
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hts.errors import PlanError
from hts.plans import STARTER, Cell, ExitDomain, Plan, differences, parse_plan, read_plan
from hts.plans.values import toml_value

CONFIGS = Path(__file__).parents[2] / "configs"
HERE = Path("plan.toml")
unhurried = settings(deadline=None)  # the machines that run this are shared


def written(tables: dict[str, Any]) -> str:
    """A plan's tables as TOML, [[grid]] where there are several."""
    text = "".join(
        f"{key} = {toml_value(value)}\n" for key, value in tables.items() if not isinstance(value, (dict, list))
    )
    for name, content in tables.items():
        for table in content if isinstance(content, list) else [content]:
            if isinstance(table, dict):
                text += f"[[{name}]]\n" if isinstance(content, list) else f"[{name}]\n"
                text += "".join(f"{key} = {toml_value(value)}\n" for key, value in table.items())
    return text


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


# valid plans ---------------------------------------------------------------------------------------------------------
positive = st.floats(1e-3, 1e3)
tail_index = st.floats(1.01, 2.0)
axes = st.one_of(
    st.lists(positive, min_size=1, max_size=3),
    st.builds(lambda a, c, n: {"geom": [a, c, n]}, positive, positive, st.integers(2, 4)),
    st.builds(lambda a, c, n: {"lin": [a, c, n]}, positive, positive, st.integers(2, 4)),
)
clips = axes | st.lists(positive | st.just(inf), min_size=1, max_size=3)
points = st.lists(st.integers(-9, 9), min_size=5, max_size=5, unique=True).map(sorted)
projections = st.sampled_from([{}, {"L": inf}, {"L": 20.0}])
numbers = st.integers(1, 2**32 - 1)
walkers = numbers | st.builds(lambda error: {"relative_error": error}, st.floats(1.6e-5, 1))
recorded = st.fixed_dictionaries(
    {},
    optional={
        "radius": st.floats(1e-3, 0.49),
        "bins": st.integers(1, 10_000),
        "checkpoints_per_decade": st.integers(1, 100),
    },
)
bends = st.one_of(
    st.builds(lambda k: {"curvature": k}, positive),
    st.builds(lambda k: {"curvatures": k}, st.lists(st.floats(0.5, 2), min_size=3, max_size=3)),
)


@st.composite
def plans(draw: st.DrawFn, kinds: tuple[str, ...] = ("exit",)) -> dict[str, Any]:
    left, first, low, high, right = (float(x) for x in draw(points))
    landscape: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"kind": "basin", "minimum": low, "curvature": 2.0},
                {"kind": "multi-well", "minima": [left, low, right], "barriers": [first, high]},
                {"kind": "formula", "f": f"({low} - x)**2", "domain": [left - 5, right + 5]},
            ]
        )
    )
    if landscape["kind"] == "multi-well":
        landscape |= draw(bends)
    ends = draw(st.sampled_from([[first, high], [-inf, high], [first, inf]]))
    exit_table: dict[str, Any] = {"domain": ends, "start": draw(st.sampled_from([low, (low + high) / 2]))}
    if landscape["kind"] == "multi-well":
        exit_table = draw(st.sampled_from([exit_table, {"well": 0}, {"well": 2}]))
    kind = draw(st.sampled_from(["pareto", "lomax", "stable", "student", "normal"]))
    noise: dict[str, Any] = {"kind": kind, "scale": draw(positive)}
    if kind in ("pareto", "lomax"):
        noise["p_plus"] = draw(st.floats(0, 1))
    indices = {} if kind == "normal" else {"alpha": draw(st.lists(tail_index, min_size=1, max_size=2))}
    grids = draw(
        st.lists(st.builds(lambda eta, b: {"eta": eta, "b": b} | indices, axes, clips), min_size=1, max_size=2)
    )
    n_steps = draw(st.integers(1, 2**62))
    studies = {
        "exit": exit_table
        | {"max_steps": n_steps, "walkers": draw(walkers)}
        | draw(st.sampled_from([{}, {"within": 1}])),
        "visits": draw(st.sampled_from([{"well": 0}, {"start": low}]))
        | {"steps": n_steps, "walkers": draw(numbers)}
        | draw(recorded)
        | draw(
            st.sampled_from(
                [{"range": [left, right]}] if landscape["kind"] == "basin" else [{}, {"range": [left, right]}]
            )
        ),
    }
    study = draw(st.sampled_from(kinds))
    return {
        "title": draw(st.text(max_size=9)),
        "seed": draw(st.integers(0, 2**64 - 1)),
        "landscape": landscape | draw(projections),
        "noise": noise,
        "grid": grids if len(grids) > 1 or draw(st.booleans()) else grids[0],
        study: studies[study],
        "figure": draw(st.sampled_from([{}, {"published": "WR"}])),
    }


either = plans(("exit", "exit", "visits"))


@unhurried
@given(either)
def test_a_plan_written_in_full_reads_as_the_same_plan(tables: dict[str, Any]):
    plan = parse_plan(written(tables), HERE)
    again = parse_plan(plan.to_toml(), Path("elsewhere.toml"))
    assert again == plan
    assert again.to_toml() == plan.to_toml()
    assert again.identity() == plan.identity()
    assert again.cells() == plan.cells()
    assert plan.title == tables["title"]
    assert (plan.visits is None) == ("exit" in tables)
    assert all(warning.isprintable() for warning in plan.warnings())
    assert json.loads(json.dumps(plan.physics(), allow_nan=False)) == plan.physics()


@unhurried
@given(either)
def test_cells_are_the_products_once_each_in_their_order(tables: dict[str, Any]):
    plan = parse_plan(written(tables), HERE)
    cells = plan.cells()
    expected = {point for grid in plan.grid for point in itertools.product(grid.eta, grid.b, grid.alpha or [None])}
    assert {(cell.eta, cell.b, cell.alpha) for cell in cells} == expected
    assert len(cells) == len(expected)
    for before, after in itertools.pairwise(cells):
        a, b = ((cell.b, cell.alpha or 0, -cell.eta) for cell in (before, after))
        assert a < b
    assert all(plan.noise_of(cell).alpha == cell.alpha for cell in cells)


KEYS = ["geom", "lin", "relative_error", "a"]
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=4) | st.just(10**400),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(KEYS), part, max_size=2),
    max_leaves=4,
)
extremes = st.sampled_from([1e308, -1e308, 5e-324, 1e-300, 0.0, -0.0, 2.0**53, 10**20])


@unhurried
@given(either, st.data())
def test_a_plan_gone_wrong_raises_nothing_but_a_plan_error(tables: dict[str, Any], data: st.DataObject):
    place: Any = tables
    while isinstance(place, (dict, list)) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if isinstance(inner, (dict, list)) and inner and data.draw(st.integers(0, 4)):
            place = inner
            continue
        place[key] = data.draw(junk | extremes)
        if place[key] is None:
            del place[key]
        break
    text = written(tables)
    try:
        plan = parse_plan(text, HERE)
    except PlanError as refusal:
        for line in str(refusal).split("\n"):
            assert line.startswith("plan.toml:")
            assert line.isprintable()
    else:
        assert parse_plan(plan.to_toml(), HERE) == plan
        assert isinstance(plan.warnings(), tuple)


@unhurried
@given(st.integers(0, len(STARTER)), st.integers(0, 20), st.text("\"'[]{}=.,#\n \\-e9ax\x00é", max_size=4))
def test_a_text_gone_wrong_raises_nothing_but_a_plan_error(start: int, length: int, piece: str):
    text = STARTER[:start] + piece + STARTER[start + length :]
    try:
        parse_plan(text, HERE)
    except PlanError as refusal:
        for line in str(refusal).split("\n"):
            assert line.startswith("plan.toml:")
            assert line.isprintable()


# what a plan says of itself ---------------------------------------------------------------------------------------
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
    assert plan.warnings() == ()
    assert len(plan.cells()) == 10


# the plans that come with hts ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.toml")), ids=lambda file: file.stem)
def test_each_plan_that_comes_with_hts_is_read_and_says_what_it_is_about(file: Path):
    plan = read_plan(file)
    assert plan.cells()
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ")
    assert plan.exit_domain().minimum is not None


@pytest.mark.parametrize(("name", "source"), [("published_exit", "WOR"), ("published_exit_lomax", "WR")])
def test_the_published_plans_have_a_cell_for_each_published_point(name: str, source: str):
    with (Path(__file__).parents[2] / "hts" / "plots" / "published_exit.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    points = {(float(row["eta"]), float(row["b"])) for row in rows if row["source"] == source}
    plan = read_plan(CONFIGS / f"{name}.toml")
    assert {(cell.eta, cell.b) for cell in plan.cells()} == points
    assert plan.figure.published == source
