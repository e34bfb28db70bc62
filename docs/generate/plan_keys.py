"""The reference of plan keys, from the models that read a plan."""

import math
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from generate.words import escaped
from hts.noise import LAWS
from hts.plans.landscapes import LANDSCAPE_PLANS
from hts.plans.models import GridPlan, HeadPlan
from hts.plans.schema import SPACE_TABLES, TABLES, plan_schema
from hts.plans.space_landscapes import DOMAINS, SPACE_LANDSCAPES
from hts.plans.space_models import SpaceHeadPlan
from hts.plans.values import toml_value

#: Tables in the order in which a plan states them.
ORDER = ("noise", "exit", "visits", "levy", "rare", "regression", "training", "figure")
NUMBERS = {"number": "number", "integer": "whole number"}
BOUNDS = {"exclusiveMinimum": "> ", "minimum": "≥ ", "exclusiveMaximum": "< ", "maximum": "≤ "}


def plan_keys() -> str:
    """Write every key of a plan as Markdown: type, range, default, meaning and example, table by table."""
    parts = [section("Above the tables", HeadPlan, ""), "## \\[landscape\\]\n\nThe keys follow from `kind`."]
    for model in dict.fromkeys(LANDSCAPE_PLANS.values()):
        kinds = [kind for kind, of in LANDSCAPE_PLANS.items() if of is model]
        parts.append(section(" or ".join(f'kind = "{kind}"' for kind in kinds), model, f"landscape.{kinds[0]}", "###"))
    parts.append(section("[grid]", GridPlan, "grid"))
    parts += [section(f"[{name}]", TABLES[name], name) for name in ORDER]
    return "\n\n".join([*parts, *space_keys()])


def space_keys() -> list[str]:
    """Write the keys of plans in several dimensions that differ from those in one; [grid] is the same."""
    entry = key_entry("dimension", SpaceHeadPlan.model_fields["dimension"], plan_schema()["properties"]["dimension"])
    about = "A plan with `dimension` above its tables has these in place of the ones above; [grid] is the same."
    parts = [f"## Several dimensions\n\n{escaped(about)}", entry]
    for kind, model in SPACE_LANDSCAPES.items():
        parts.append(section(f'[landscape], kind = "{kind}"', model, f"space.landscape.{kind}", "###"))
    parts += [section(f"[{name}]", model, f"space.{name}", "###") for name, model in SPACE_TABLES.items()]
    for kind, model in DOMAINS.items():
        parts.append(section(f'exit.domain, kind = "{kind}"', model, f"space.exit.domain.{kind}", "###"))
    return parts


def section(title: str, model: type[BaseModel], table: str, level: str = "##") -> str:
    """Write one table: its title, its sentence and its keys."""
    properties = schema_of(model)["properties"]
    keys = [
        key_entry(name if not table else f"{table}.{name}", field, properties[name])
        for name, field in model.model_fields.items()
        if not (name == "kind" and ("landscape." in table or "domain." in table))
    ]
    about = " ".join((model.__doc__ or "").split())
    return "\n\n".join([f"{level} {escaped(title)}", escaped(about), *keys])


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return what the JSON Schema of plans says of one table."""
    schema = plan_schema()
    return schema if model is HeadPlan else schema["$defs"][model.__name__]


def key_entry(name: str, field: FieldInfo, schema: dict[str, Any]) -> str:
    """Write one key."""
    description = escaped(field.description or "")
    if name == "noise.kind":
        description += f" One of {', '.join(f'`{law}`' for law in LAWS)}."
    example = " ".join(f"`{one}`" for one in field.examples or ())
    needed = "required" if field.is_required() else "optional"
    lines = [f"````{{confval}} {name}", f":type: {type_in_words(schema)}; {needed}"]
    if not field.is_required() and field.default is not None:
        lines.append(f":default: `{toml_value(field.default)}`")
    return "\n".join([*lines, "", description, "", f"Example: {example}", "````"])


def type_in_words(schema: dict[str, Any]) -> str:
    """Say what a value may be: its type and range."""
    if "anyOf" in schema:
        return ", or ".join(dict.fromkeys(type_in_words(one) for one in schema["anyOf"]))
    if "$ref" in schema:
        return "table with a `kind`, below"
    if "const" in schema or "enum" in schema:
        return " or ".join(f"`{toml_value(value)}`" for value in schema.get("enum", [schema.get("const")]))
    if schema["type"] in NUMBERS:
        bounds = [sign + bound(schema[key]) for key, sign in BOUNDS.items() if key in schema]
        return " ".join([NUMBERS[schema["type"]], " and ".join(bounds)]).strip()
    if schema["type"] == "array":
        return f"list, each a {type_in_words(schema['items'])}"
    if schema["type"] == "object":
        (key, value), *_ = schema["properties"].items()
        inner = "[first, last, how many]" if value["type"] == "array" else type_in_words(value)
        return f"`{{ {key} = {inner} }}`"
    return "text in quotes"


def bound(value: float) -> str:
    """Write an end of a range; powers of two as such."""
    if isinstance(value, int) and value > 1_000_000:
        exponent = round(math.log2(value))
        for less in (0, 1):
            if value == 2**exponent - less:
                return f"2^{exponent}" + " − 1" * less
    return f"{value:_}" if isinstance(value, int) else f"{value:g}"
