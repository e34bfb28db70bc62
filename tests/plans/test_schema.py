"""The JSON Schema of plans against jsonschema: it takes what hts takes, and refuses what no table may hold."""

import copy
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from hts.plans import parse_study, starter
from hts.plans.landscapes import LANDSCAPE_PLANS
from hts.plans.models import HeadPlan
from hts.plans.regression import read_regression_plan
from hts.plans.schema import TABLES, plan_schema
from hts.plans.starter import KINDS
from hts.plans.training import read_training_plan

CONFIGS = Path(__file__).parents[2] / "configs"
SCHEMA = plan_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


PLANS = sorted(CONFIGS.glob("*.toml"))


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.stem)
def test_every_plan_that_comes_with_hts_fits_the_schema(file):
    assert list(VALIDATOR.iter_errors(tomllib.loads(file.read_text(encoding="utf-8")))) == []


def test_exits_need_walkers_unless_the_plan_has_rare():
    tables = tomllib.loads(starter("rare"))
    assert "walkers" not in tables["exit"]
    assert VALIDATOR.is_valid(tables)
    del tables["rare"]
    assert not VALIDATOR.is_valid(tables)


@pytest.mark.parametrize("kind", KINDS)
def test_each_template_is_a_plan_without_mistakes_that_fits_the_schema(kind, tmp_path):
    text = starter(kind)
    (tmp_path / "plan.toml").write_text(text)
    if kind == "training":
        assert read_training_plan(tmp_path / "plan.toml").table.methods
    elif kind == "regression":
        assert read_regression_plan(tmp_path / "plan.toml").cells
    else:
        assert parse_study(text, Path("plan.toml")).cells()
    assert list(VALIDATOR.iter_errors(tomllib.loads(text))) == []
    assert "<" not in text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("grid", "eta"), []),
        (("grid", "eta"), {"geom": [0.1, 0.2]}),
        (("grid", "eta"), "0.1"),
        (("grid", "etas"), [0.1]),
        (("noise", "kind"), "paretto"),
        (("noise", "p_plus"), 1.5),
        (("exit", "walkers"), {"relative": 0.1}),
        (("exit", "walkers"), 0),
        (("exit", "within"), -1.0),
        (("landscape", "kind"), "triple-well"),
        (("landscape", "depth"), 1.0),
        (("seed",), -1),
        (("figures",), {}),
        (("visits",), {"walkers": 1, "steps": 1}),
    ],
)
def test_a_mistake_does_not_fit_the_schema(path, value):
    tables = tomllib.loads(starter())
    assert VALIDATOR.is_valid(tables)
    changed = copy.deepcopy(tables)
    table = changed
    for key in path[:-1]:
        table = table[key]
    table[path[-1]] = value
    assert not VALIDATOR.is_valid(changed)


def test_every_key_of_every_table_says_what_it_is():
    """Completion shows the description; the reference of keys in the docs is made of it."""
    for model in (HeadPlan, *TABLES.values(), *LANDSCAPE_PLANS.values()):
        for name, field in model.model_fields.items():
            assert name == "kind" or field.description, (model, name)
            assert name == "kind" or field.examples, (model, name)


def test_nothing_stands_in_the_schema_that_toml_cannot_hold():
    def values(part):
        yield part
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        for one in inner:
            yield from values(one)

    assert all(one is not None and one != {"type": "null"} and one != float("inf") for one in values(SCHEMA))
