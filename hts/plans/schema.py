"""JSON Schema of a plan, made from the models that read it."""

import math
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hts.plans.landscapes import LANDSCAPE_PLANS
from hts.plans.levy import LevyPlan
from hts.plans.models import ExitPlan, FigurePlan, GridPlan, HeadPlan, NoisePlan, VisitsPlan
from hts.plans.rare import RarePlan
from hts.plans.regression import RegressionTable
from hts.plans.space_landscapes import SPACE_LANDSCAPES
from hts.plans.space_models import SpaceExitPlan, SpaceHeadPlan, SpaceNoisePlan, SpaceRarePlan, SpaceVisitsPlan
from hts.plans.training import TrainingTable

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TABLES: dict[str, type[BaseModel]] = {
    "noise": NoisePlan,
    "exit": ExitPlan,
    "visits": VisitsPlan,
    "figure": FigurePlan,
    "levy": LevyPlan,
    "rare": RarePlan,
    "regression": RegressionTable,
    "training": TrainingTable,
}

#: Tables that have other keys in several dimensions.
SPACE_TABLES: dict[str, type[BaseModel]] = {
    "noise": SpaceNoisePlan,
    "exit": SpaceExitPlan,
    "visits": SpaceVisitsPlan,
    "rare": SpaceRarePlan,
}


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a plan.

    It knows keys, types, bounds, defaults and examples. What holds between tables, such as a start inside its domain,
    is left to `hts describe`. Defaults of inf, for which JSON has no number, are named in the description.

    Returns
    -------
    dict
        Plain values; `json.dumps` writes them.
    """
    kinds = list(dict.fromkeys([*LANDSCAPE_PLANS.values(), *SPACE_LANDSCAPES.values()]))
    own: list[type[BaseModel]] = [SpaceHeadPlan, *SPACE_TABLES.values()]
    models: list[type[BaseModel]] = [HeadPlan, GridPlan, *TABLES.values(), *kinds, *own]
    names, definitions = models_json_schema([(model, "validation") for model in models])
    of = {model: {"$ref": names[model, "validation"]["$ref"]} for model in models}
    head = definitions["$defs"].pop(HeadPlan.__name__)
    dimension = definitions["$defs"].pop(SpaceHeadPlan.__name__)["properties"]["dimension"]

    def table(name: str) -> dict[str, Any]:
        """Return what a table may be: in one dimension, or in several."""
        found = [of[model] for model in (TABLES[name], SPACE_TABLES.get(name)) if model is not None]
        return found[0] if len(found) == 1 else {"anyOf": found}

    needed, _ = (definitions["$defs"][model.__name__].pop("required") for model in (ExitPlan, SpaceExitPlan))
    schema = {
        "$schema": DIALECT,
        "description": "A study of hts: a landscape, a law of the noise, a grid of cells, and exits or long runs.",
        "type": "object",
        "properties": {
            **head["properties"],
            "dimension": dimension,
            "landscape": {"anyOf": [of[kind] for kind in kinds]},
            "grid": {"anyOf": [of[GridPlan], {"type": "array", "items": of[GridPlan], "minItems": 1}]},
            **{name: table(name) for name in TABLES},
        },
        "oneOf": [
            *(
                {"required": ["landscape", *law, study]}
                for law in (("noise", "grid"), ("levy",))
                for study in ("exit", "visits")
            ),
            {"required": ["regression"]},
            {"required": ["training"]},
        ],
        # [rare] fills in walkers and max_steps
        "if": {"not": {"required": ["rare"]}},
        "then": {"properties": {"exit": {"required": needed}}},
        "additionalProperties": False,
        **definitions,
    }
    return {"title": "hts plan", **_in_json(schema)}


def _in_json(value: Any) -> Any:
    """Keep what TOML and JSON can both write: no null, and infinite defaults said in words."""
    if isinstance(value, list):
        return [_in_json(one) for one in value if one != {"type": "null"}]
    if not isinstance(value, dict):
        return value
    kept = {key: _in_json(one) for key, one in value.items() if not (key == "title" and isinstance(one, str))}
    if len(kept.get("anyOf", ())) == 1:  # the other was null
        kept = {**kept.pop("anyOf")[0], **kept}
    default = kept.get("default", 0)
    if default is None or (isinstance(default, float) and math.isinf(default)):
        del kept["default"]
    if default == math.inf:
        kept["description"] = f"{kept.get('description', '')} Default: inf.".strip()
    return kept
