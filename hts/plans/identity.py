"""Identity of plans: whether two ask for the same numbers, and where they differ."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from hts.landscapes import Landscape
from hts.plans.landscapes import FormulaPlan, LandscapePlan, SamplesPlan, WellsPlan
from hts.plans.models import NoisePlan
from hts.plans.values import shown

# minima of formulas are found by iteration, whose last bits differ between machines
DIGITS = 12


def physics_of(
    seed: int, plan: LandscapePlan, landscape: Landscape, noise: NoisePlan, table: str, study: Mapping[str, float]
) -> dict[str, Any]:
    """Everything that decides the numbers of a cell but the cell's own parameters, in resolved values.

    Walkers, steps, the grid, title and figure are left out: growing a sweep or renaming it changes no number.
    """
    return {
        "seed": seed,
        "landscape": _landscape(plan, landscape),
        "noise": noise_physics(noise),
        table: {key: _rounded(value) if isinstance(value, float) else value for key, value in study.items()},
    }


def noise_physics(noise: NoisePlan) -> dict[str, Any]:
    """Everything of [noise] that decides a number."""
    return {
        "kind": noise.kind,
        "scale": _number(noise.scale),
        "p_plus": _number(noise.p_plus),
        "normal_scale": _number(noise.normal_scale),
        **({} if noise.shape is None else {"shape": noise.shape}),
        **({} if noise.source is None else noise.model_dump(include={"sha256", "column", "quantile"})),
    }


def _landscape(plan: LandscapePlan, landscape: Landscape) -> dict[str, Any]:
    physics: dict[str, Any] = {"kind": plan.kind, "L": _number(landscape.projection)}
    if isinstance(plan, WellsPlan):
        physics["kind"] = "multi-well"  # a double well is one, with a name of its own
        for name in ("minima", "barriers", "curvatures", "barrier_curvatures"):
            physics[name] = [float(x) for x in getattr(landscape, name)]
    elif isinstance(plan, FormulaPlan):
        physics |= {"f": "".join(plan.f.split()), "domain": list(plan.domain)}
    elif isinstance(plan, SamplesPlan):  # the file's content, wherever it lies
        physics |= {"sha256": plan.sha256, "smoothing": plan.smoothing}
    else:
        physics |= plan.model_dump(exclude={"kind", "L"})
    return physics


def _number(x: float) -> float | str:
    return float(x) if math.isfinite(x) else str(x)  # JSON has no infinity


def _rounded(x: float) -> float | str:
    return _number(float(f"{x:.{DIGITS}g}") + 0.0)  # the sum turns -0.0 into 0.0


def canonical(physics: Mapping[str, Any]) -> str:
    """Write physics as JSON, in one way only: sorted keys, no blanks, floats by `repr`."""
    return json.dumps(physics, sort_keys=True, separators=(",", ":"), allow_nan=False)


def identity_of(physics: Mapping[str, Any]) -> str:
    """Sum physics up in sixty-four hexadecimal digits (SHA-256 of the canonical JSON)."""
    return hashlib.sha256(canonical(physics).encode()).hexdigest()


def differences(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """Name each key in which two results of `Plan.physics` differ, with both values.

    Parameters
    ----------
    mine : mapping
        Physics of the plan in hand.
    theirs : mapping
        Physics of the plan some results were made with.

    Returns
    -------
    tuple of str
        A line for each key; empty where the two ask for the same numbers.
    """
    a, b = _flat(mine), _flat(theirs)
    return tuple(
        f"{key}: {_said(a, key)} here, {_said(b, key)} there"
        for key in sorted(a.keys() | b.keys())
        if a.get(key) != b.get(key)
    )


def _flat(physics: Mapping[str, Any], root: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in physics.items():
        flat |= _flat(value, f"{root}{key}.") if isinstance(value, Mapping) else {f"{root}{key}": value}
    return flat


def _said(flat: Mapping[str, Any], key: str) -> str:
    return shown(flat[key]) if key in flat else "nothing"
