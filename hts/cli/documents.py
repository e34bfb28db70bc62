"""JSON output as docs/interface.md promises it."""

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click
import numpy as np

if TYPE_CHECKING:
    from hts.plans import Cell

SCHEMA = 1


def plain(value: Any, key: str = "") -> Any:
    """Turn arrays and tuples into lists, an infinite b into "inf", and what is not finite into None."""
    if isinstance(value, Mapping):
        return {str(name): plain(part, str(name)) for name, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(part, key) for part in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        if math.isfinite(value):
            return float(value)
        return "inf" if key == "b" and value > 0 else None
    return value


def to_json(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a document as JSON takes it, its schema first."""
    return {"schema": SCHEMA, **plain(document)}


def cell_document(cell: "Cell") -> dict[str, Any]:
    """Name a cell in JSON: eta, b, alpha and well, or epsilon, step, alpha and well of a plan with [levy]."""
    if cell.epsilon is not None:
        return {"epsilon": cell.epsilon, "step": cell.eta, "alpha": cell.alpha, "well": cell.well}
    return {"eta": cell.eta, "b": cell.b, "alpha": cell.alpha, "well": cell.well}


def print_document(document: Mapping[str, Any]) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(to_json(document), indent=1, allow_nan=False))
