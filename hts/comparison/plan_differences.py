"""Plans side by side: the keys in which they differ, and the cells that all of them have."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from hts.comparison.folder_records import PlanDifference
from hts.plans import Cell, Plan, differences
from hts.plans.values import shown
from hts.words import number

#: Keys and tables that decide no number.
IDLE = ("title", "figure", "rare")
#: What a plan says that lacks a key.
NOTHING = "nothing"


def plan_differences(plans: Sequence[Plan], streams: Sequence[str | None]) -> tuple[PlanDifference, ...]:
    """List the keys in which plans differ, defaults filled in, with the value of each as TOML writes it.

    Parameters
    ----------
    plans : sequence of Plan
    streams : sequence of str or None
        Versions of their random streams.
    """
    flat = [_keys(plan) | {"random streams": stream or "unknown"} for plan, stream in zip(plans, streams, strict=True)]
    names = dict.fromkeys(key for one in flat for key in one)
    rows = [(key, tuple(shown(one[key]) if key in one else NOTHING for one in flat)) for key in names]
    return tuple(PlanDifference(key, values) for key, values in rows if len(set(values)) > 1)


def world_differences(one: Plan, other: Plan) -> tuple[str, ...]:
    """Name the keys that differ and decide the numbers of a cell, the seed aside."""
    said = differences({**one.physics(), "seed": 0}, {**other.physics(), "seed": 0})
    return tuple(line.split(":", 1)[0] for line in said)


def common_cells(plans: Sequence[Plan]) -> tuple[Cell, ...]:
    """List the cells that all plans have, in the order of the first."""
    others = [set(plan.cells()) for plan in plans[1:]]
    return tuple(cell for cell in plans[0].cells() if all(cell in those for those in others))


def grid_words(plan: Plan) -> str:
    """Say which cells a plan has: "eta 0.1 ... 0.001, b 0.5, inf, alpha 1.2"."""
    return ", ".join(f"{name} {_axis_words(values)}" for name, values in _axes(plan).items() if values)


def _axes(plan: Plan) -> dict[str, list[float]]:
    cells = plan.cells()
    axes = {
        "epsilon": {cell.epsilon for cell in cells if cell.epsilon is not None},
        "eta" if plan.levy is None else "h": {cell.eta for cell in cells},
        "b": {cell.b for cell in cells if plan.levy is None},
        "alpha": {cell.alpha for cell in cells if cell.alpha is not None},
    }
    return {name: sorted(values) for name, values in axes.items()} | {"well": [plan.exit_domain().well]}


def _axis_words(values: Sequence[float]) -> str:
    if len(values) <= 3:
        return " and ".join(map(number, values))
    return f"{number(values[0])} ... {number(values[-1])} ({len(values)} values)"


def _keys(plan: Plan) -> dict[str, Any]:
    """Lay a plan out flat; the products of its grid are joined, axis by axis."""
    tables = {key: part for key, part in tomllib.loads(plan.to_toml()).items() if key not in IDLE}
    if "grid" in tables:
        tables["grid"] = {name: values for name, values in _axes(plan).items() if name in ("eta", "b", "alpha")}
    return _flat(tables)


def _flat(tables: Mapping[str, Any], root: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tables.items():
        found |= _flat(value, f"{root}{key}.") if isinstance(value, Mapping) else {f"{root}{key}": value}
    return found
