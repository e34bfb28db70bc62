"""Checks of all tables of a plan in several dimensions: all mistakes at once, each at its place."""

from pathlib import Path
from typing import Any

import numpy as np

from hts.landscapes import LandscapeError
from hts.plans.checks import grid_mistakes
from hts.plans.inputs import with_numbers
from hts.plans.mistakes import Mistake, did_you_mean, first_in_words
from hts.plans.models import FigurePlan
from hts.plans.positions import KeyPath
from hts.plans.rare import rare_table_mistakes, with_exit_defaults
from hts.plans.space import SpacePlan, built_in_space
from hts.plans.space_checks import about_domain, about_grid, about_lengths, about_study, about_wells
from hts.plans.space_landscapes import DOMAINS, SPACE_LANDSCAPES, SpaceLandscapePlan
from hts.plans.space_models import SpaceExitPlan, SpaceHeadPlan, SpaceNoisePlan, SpaceRarePlan, SpaceVisitsPlan
from hts.plans.space_rare import space_rare_mistakes
from hts.plans.tables import grids_of, table_of, validated
from hts.plans.values import shown

TABLES = ("landscape", "noise", "grid", "exit", "visits", "rare", "figure")


def check_space(tables: dict[str, Any], path: Path, mistakes: list[Mistake]) -> SpacePlan | None:
    """Check every table, then what holds between the sound ones; a plan if nothing was found."""
    head = _head(tables, mistakes)
    dimension = None if head is None else head.dimension
    landscape = _landscape(tables, dimension, mistakes)
    noise = table_of(tables, "noise", SpaceNoisePlan, mistakes)
    noise = None if noise is None else with_numbers(noise, path.parent, mistakes)
    grids = grids_of(tables, mistakes)
    tables = with_exit_defaults(tables, [eta for _, grid in grids for eta in grid.eta])
    study, rare = _study(tables, mistakes), _rare(tables, mistakes)
    figure = table_of({"figure": {}} | tables, "figure", FigurePlan, mistakes)
    mistakes += grid_mistakes(noise, grids)
    mistakes += about_grid(noise, grids, study)
    if study is not None:
        mistakes += about_study(study)
    if dimension is not None:
        wrong = list(about_lengths(dimension, landscape, study))
        mistakes += wrong
        landscape = None if wrong else landscape
    if head is None or landscape is None or noise is None or study is None or figure is None:
        return None
    exits, visits = (study, None) if isinstance(study, SpaceExitPlan) else (None, study)
    products = tuple(grid for _, grid in grids)
    title = path.stem if head.title is None else head.title
    plan = SpacePlan(
        title, head.seed, head.dimension, landscape, noise, products, exits, visits, figure, path, rare=rare
    )
    if not any(mistake.path[:1] in (("exit",), ("visits",)) for mistake in mistakes):
        with np.errstate(all="ignore"):  # a bad formula overflows on its way to the mistake
            mistakes += about_wells(plan) or about_domain(plan, grids)
            mistakes += [] if mistakes else space_rare_mistakes(plan)
    return None if mistakes else plan


def _rare(tables: dict[str, Any], mistakes: list[Mistake]) -> SpaceRarePlan | None:
    """Read [rare], where there is one; it stands beside [exit]."""
    if "rare" not in tables:
        return None
    if "visits" in tables:
        text = "cannot stand beside [visits]: rare exits are those of [exit]"
        mistakes.append(Mistake(("rare",), text, is_about_key=True))
        return None
    rare = table_of(tables, "rare", SpaceRarePlan, mistakes)
    mistakes += [] if rare is None else rare_table_mistakes(rare)
    return rare


def _head(tables: dict[str, Any], mistakes: list[Mistake]) -> SpaceHeadPlan | None:
    known = [*SpaceHeadPlan.model_fields, *TABLES]

    def unknown(key: str) -> Mistake:
        if key in ("levy", "regression"):
            text = f"[{key}] is of one dimension; leave it out beside dimension, or write another plan"
            return Mistake((key,), text, is_about_key=True)
        return Mistake((key,), f"unknown key ({did_you_mean(key, known)})", is_about_key=True)

    mistakes += first_in_words([key for key in tables if key not in known], unknown)
    head = {key: tables[key] for key in SpaceHeadPlan.model_fields if key in tables}
    return validated(SpaceHeadPlan, head, (), mistakes)


def _landscape(tables: dict[str, Any], dimension: int | None, mistakes: list[Mistake]) -> SpaceLandscapePlan | None:
    plan: SpaceLandscapePlan | None = _of_kind(
        tables.get("landscape"), ("landscape",), SPACE_LANDSCAPES, 'kind = "radial"', mistakes
    )
    if plan is None or dimension is None:
        return plan
    if plan.kind == "himmelblau" and dimension != 2:
        mistakes.append(
            Mistake(("dimension",), f"must be 2 for the Himmelblau function ({dimension}); write dimension = 2")
        )
        return None
    try:
        n = built_in_space(plan, dimension).dimension
    except LandscapeError as error:
        column = getattr(error, "column", None)
        within = ("", 1) if column is None else (str(getattr(plan, "f", "")), int(column))
        mistakes.append(Mistake(("landscape", error.key), f"{error}", within=within))
        return None
    if n != dimension:
        text = f"has {n} rows, and dimension = {dimension}; give as many rows and columns as there are coordinates"
        mistakes.append(Mistake(("landscape", "hessian"), text))
        return None
    return plan


def _of_kind(table: Any, place: KeyPath, kinds: dict[str, Any], example: str, mistakes: list[Mistake]) -> Any:
    """Check a table whose key `kind` says which others it may have."""
    if not isinstance(table, dict):
        if table is None:
            mistakes.append(Mistake(place, f"is missing; add a table with {example}", is_about_key=True))
        else:
            mistakes.append(Mistake(place, f"must be a table ({shown(table)}); write one with {example}"))
        return None
    kind = table.get("kind")
    if kind is None:
        text = f"is missing; add {example} or another of {', '.join(kinds)}"
        mistakes.append(Mistake((*place, "kind"), text, is_about_key=True))
        return None
    if not isinstance(kind, str) or kind not in kinds:
        hint = did_you_mean(kind if isinstance(kind, str) else "", list(kinds))
        text = f"no such {place[-1]} ({shown(kind)}) in several dimensions; {hint}"
        mistakes.append(Mistake((*place, "kind"), text))
        return None
    return validated(kinds[kind], table, place, mistakes)


def _study(tables: dict[str, Any], mistakes: list[Mistake]) -> SpaceExitPlan | SpaceVisitsPlan | None:
    if "exit" in tables and "visits" in tables:
        text = "cannot stand beside [exit]: a folder of results holds one kind of study; write two plans"
        mistakes.append(Mistake(("visits",), text, is_about_key=True))
        return None
    if "visits" in tables:
        return table_of(tables, "visits", SpaceVisitsPlan, mistakes)
    given = tables.get("exit")
    if not isinstance(given, dict) or "domain" not in given:
        return table_of(tables, "exit", SpaceExitPlan, mistakes)
    domain = _of_kind(given["domain"], ("exit", "domain"), DOMAINS, 'kind = "ball", radius = 1.0', mistakes)
    rest = {key: value for key, value in given.items() if key != "domain"}
    study = table_of({"exit": rest}, "exit", SpaceExitPlan, mistakes)
    return None if study is None or domain is None else study.model_copy(update={"domain": domain})
