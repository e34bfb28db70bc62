"""Tables of a plan, each checked by its model."""

from typing import Any, TypeVar

from pydantic import ValidationError

from hts.plans.fields import Table
from hts.plans.mistakes import Mistake, table_mistakes
from hts.plans.models import GridPlan
from hts.plans.positions import KeyPath
from hts.plans.values import shown

MAX_PRODUCTS = 1_000  # [[grid]] tables: each is validated on its own, and a hundred cells a table are a study
AnyTable = TypeVar("AnyTable", bound=Table)


def grids_of(tables: dict[str, Any], mistakes: list[Mistake]) -> list[tuple[KeyPath, GridPlan]]:
    """Collect the sound products, each with its place."""
    given = tables.get("grid")
    if isinstance(given, dict):
        places: list[tuple[KeyPath, Any]] = [(("grid",), given)]
    elif isinstance(given, list) and len(given) > MAX_PRODUCTS:
        text = f"holds {len(given)} tables, more than {MAX_PRODUCTS}; put more values into each, or split the plan"
        mistakes.append(Mistake(("grid",), text, is_about_key=True))
        return []
    elif isinstance(given, list) and given:
        places = [(("grid", i), table) for i, table in enumerate(given)]
    else:
        mistakes.append(no_table(tables, "grid", "a table [grid] with eta, b and alpha"))
        return []
    plans = [(place, validated(GridPlan, table, place, mistakes)) for place, table in places]
    return [(place, plan) for place, plan in plans if plan is not None]


def table_of(tables: dict[str, Any], name: str, model: type[AnyTable], mistakes: list[Mistake]) -> AnyTable | None:
    """Check one table by its model."""
    if not isinstance(tables.get(name), dict):
        examples = [str(info.examples[0]) for info in model.model_fields.values() if info.examples]
        other = ", or [visits] for long runs over all wells" if name == "exit" else ""
        mistakes.append(no_table(tables, name, f"a table [{name}] with {examples[0]}{other}"))
        return None
    return validated(model, tables[name], (name,), mistakes)


def no_table(tables: dict[str, Any], name: str, wanted: str) -> Mistake:
    """Say that a table is missing, or is none."""
    if name not in tables:
        return Mistake((name,), f"is missing; add {wanted}", is_about_key=True)
    return Mistake((name,), f"must be a table ({shown(tables[name])}); write {wanted}")


def validated(model: type[AnyTable], table: object, place: KeyPath, mistakes: list[Mistake]) -> AnyTable | None:
    """Check a table that stands at a place."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        mistakes += table_mistakes(error, model, place)
        return None
