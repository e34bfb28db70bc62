"""Check whole plans: cells against itertools, round trips and mutations by hypothesis."""

import itertools
import json
from pathlib import Path
from typing import Any

from drawn_plans import plans, written
from hypothesis import given, settings
from hypothesis import strategies as st

from hts.errors import PlanError
from hts.forecast.warnings import warnings_of
from hts.plans import STARTER, parse_plan

HERE = Path("plan.toml")
unhurried = settings(deadline=None)  # the machines that run this are shared
either = plans(("exit", "exit", "visits"))
KEYS = ["geom", "lin", "relative_error", "a"]
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=4) | st.just(10**400),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(KEYS), part, max_size=2),
    max_leaves=4,
)
extremes = st.sampled_from([1e308, -1e308, 5e-324, 1e-300, 0.0, -0.0, 2.0**53, 10**20])


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
    assert all(warning.isprintable() for warning in warnings_of(plan))
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
        assert isinstance(warnings_of(plan), tuple)


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
