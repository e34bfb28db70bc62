"""Random plans of exits: all laws, scales and landscapes, sensible and odd, each decided by its number alone."""

from math import inf, log10, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from hts.errors import PlanError
from hts.plans import Plan, parse_plan
from hts.plans.values import toml_value

#: Part of every generator's seed, so that plan number 7 is the same plan for ever.
SEED = 20261127
LAWS = ("pareto", "lomax", "stable", "student", "normal")
Table = dict[str, Any]


def random_plan(number: int) -> Plan:
    """Return plan number 0, 1, ...: the first of its own sequence of drafts that is free of mistakes."""
    rng = np.random.default_rng([SEED, number])
    while True:
        try:
            return parse_plan(written(draft(rng, LAWS[number % len(LAWS)])), Path(f"plan-{number}.toml"))
        except PlanError:
            continue


def written(tables: Table) -> str:
    """Return tables as TOML."""
    return "".join(
        f"[{name}]\n" + "".join(f"{key} = {toml_value(value)}\n" for key, value in table.items())
        for name, table in tables.items()
    )


def draft(rng: np.random.Generator, law: str) -> Table:
    """Draw the tables of a plan; a few drafts in a hundred have mistakes."""
    is_odd = rng.random() < 0.25
    eta = _log_uniform(rng, 1e-6, 0.3)
    curvature = _log_uniform(rng, 1e-9, 1e6) if is_odd else _log_uniform(rng, 0.1, 10.0)
    curvature = min(curvature, 1.5 / eta)
    landscape, study, width = _place(rng, curvature)
    noise, alpha = _noise(rng, law, eta, curvature, width, is_odd)
    grid = {"eta": [eta], "b": [_clip(rng, width)]} | ({} if alpha is None else {"alpha": [alpha]})
    if rng.random() < 0.5:
        study["within"] = eta * _log_uniform(rng, 1.0, 1e5)
    return {"landscape": landscape, "noise": noise, "grid": grid, "exit": study | {"walkers": 400, "max_steps": 50_000}}


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(10.0 ** rng.uniform(log10(low), log10(high)))


def _place(rng: np.random.Generator, curvature: float) -> tuple[Table, Table, float]:
    """Draw a landscape, a domain with a start, and the distance from the start's minimum to the nearer end."""
    left, right = -rng.uniform(0.5, 1.5), rng.uniform(0.5, 1.5)
    kind = rng.choice(
        ["basin", "double-well", "three wells", "several minima", "quartic"], p=[0.35, 0.2, 0.2, 0.15, 0.1]
    )
    minimum, ends, landscape = 0.0, [left, right], {}
    if kind == "basin":
        landscape = {"kind": "basin", "minimum": 0.0, "curvature": curvature}
    elif kind == "quartic":
        landscape, minimum, ends = {"kind": "quartic"}, sqrt(5.0), [0.0, sqrt(5.0) + right]
    elif kind == "double-well":
        landscape = {"kind": "multi-well", "minima": [2.0 * left, 0.0], "barriers": [left], "curvature": curvature}
        ends = [left, right] if rng.random() < 0.5 else [left, inf]
    else:
        minima, barriers = [2.0 * left, 0.0, 2.0 * right], [left, right]
        landscape = {"kind": "multi-well", "minima": minima, "barriers": barriers, "curvature": curvature}
        if kind == "several minima":
            ends = [[-inf, right], [left, 3.0 * right], [2.5 * left, 2.5 * right]][int(rng.integers(3))]
    low, high = ends
    nearest = min(minimum - low, high - minimum)
    if rng.random() < 0.35:
        reach = rng.uniform(0.5, 1.5) * max(abs(minimum), nearest)
        landscape["L"] = max(reach, abs(minimum) * 1.05)
    return landscape, {"domain": ends, "start": _start(rng, minimum, low, high)}, nearest


def _start(rng: np.random.Generator, minimum: float, low: float, high: float) -> float:
    """Draw a start: the minimum, a point near an end, or any point."""
    choice = rng.random()
    if choice < 0.5:
        return minimum
    low, high = max(low, minimum - 2.0), min(high, minimum + 2.0)
    if choice < 0.75:
        distance = _log_uniform(rng, 1e-6, 0.1)
        return low + distance if rng.random() < 0.5 else high - distance
    return float(rng.uniform(low, high))


def _noise(
    rng: np.random.Generator, law: str, eta: float, curvature: float, width: float, is_odd: bool
) -> tuple[Table, float | None]:
    """Draw a law; unless it is odd, its scale makes exits neither sure nor beyond the arithmetic."""
    scale = _log_uniform(rng, 1e-3, 1e3) if is_odd else width / eta * _log_uniform(rng, 10.0**-3.5, 1.0)
    if law == "normal":
        return {"kind": law, "scale": width * sqrt(curvature / eta / rng.uniform(0.5, 20.0))}, None
    alpha = rng.uniform(1.01, 2.0) if rng.random() < 0.7 or law == "stable" else rng.uniform(2.0, 5.0)
    noise = {"kind": law, "scale": scale}
    if law in ("pareto", "lomax") and rng.random() < 0.5:
        noise["p_plus"] = float(rng.choice([0.0, 1.0, 0.95, rng.random()]))
    if rng.random() < 0.35:
        noise["normal_scale"] = scale * _log_uniform(rng, 1e-4, 1e4 if is_odd else 10.0)
    return noise, float(alpha)


def _clip(rng: np.random.Generator, width: float) -> float:
    """Draw b: none, between two fractions of the width, all but one of them, or anything."""
    jumps, choice = int(rng.integers(1, 6)), rng.random()
    if choice < 0.3:
        return inf
    if choice < 0.6:
        return float(width / (jumps - rng.uniform(0.1, 0.9)))
    if choice < 0.8:
        return float(width / jumps * (1.0 + rng.choice([-1.0, 1.0]) * _log_uniform(rng, 1e-12, 1e-2)))
    return width * _log_uniform(rng, 1e-2, 1e2)
