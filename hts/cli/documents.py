"""JSON output as docs/interface.md promises it."""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import click
import numpy as np

if TYPE_CHECKING:
    from hts.plans import Cell

SCHEMA = 1
_AS_THEY_ARE: Final = frozenset((bool, int, str, type(None)))
_HOLDERS: Final = frozenset((dict, list))


def plain(value: Any, key: str = "") -> Any:
    """Turn arrays and tuples into lists, an infinite b into "inf", and what is not finite into None."""
    if type(value) in _AS_THEY_ARE:  # most values, and quicker to see than what follows
        return value
    if isinstance(value, (float, np.floating)):
        if math.isfinite(value):
            return float(value)
        return "inf" if key == "b" and value > 0 else None
    if isinstance(value, (dict, Mapping)):
        return {
            str(name): part if type(part) in _AS_THEY_ARE else plain(part, str(name)) for name, part in value.items()
        }
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(part, key) for part in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return int(value) if isinstance(value, (int, np.integer)) else value


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
    click.echo(indented(to_json(document)))


def indented(value: Any, depth: int = 0) -> str:
    """Write what `json.dumps(value, indent=1)` writes, a million cells in seconds.

    With an indent, json writes each number in Python. Here it writes each innermost list or mapping, and each list of
    innermost mappings, at once, in C, with line breaks as separators.

    Parameters
    ----------
    value : JSON value
        Mappings, lists, strings, finite numbers, True, False and None.
    depth : int
        How many mappings and lists stand around it.
    """
    outer, inner = "\n" + " " * depth, "\n" + " " * (depth + 1)
    if not isinstance(value, (dict, list)) or not value:
        return _encoder(depth).encode(value)
    parts = value.values() if isinstance(value, dict) else value
    if _HOLDERS.isdisjoint(map(type, parts)):
        text = _encoder(depth).encode(value)
        return f"{text[0]}{inner}{text[1:-1]}{outer}{text[-1]}"
    if isinstance(value, list) and all(type(part) is dict and part and _is_flat(part) for part in value):
        innermost = inner + " "
        text = (
            _encoder(depth + 1).encode(value)[2:-2].replace("}," + innermost + "{", f"{inner}}},{inner}{{{innermost}")
        )
        return f"[{inner}{{{innermost}{text}{inner}}}{outer}]"  # no string holds a line break that is not escaped
    rows = [indented(part, depth + 1) for part in parts]
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {row}" for key, row in zip(value, rows, strict=True)]
        return f"{{{inner}{f',{inner}'.join(rows)}{outer}}}"
    return f"[{inner}{f',{inner}'.join(rows)}{outer}]"


def _is_flat(value: dict[str, Any]) -> bool:
    return _HOLDERS.isdisjoint(map(type, value.values()))


@lru_cache(maxsize=16)
def _encoder(depth: int) -> json.JSONEncoder:
    """Return the encoder whose items stand on lines of their own, one deeper than `depth`."""
    return json.JSONEncoder(separators=(",\n" + " " * (depth + 1), ": "), allow_nan=False)
