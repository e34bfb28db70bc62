"""The JSON document of a comparison (docs/interface.md, "fit")."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from hts.comparison.records import ExitComparison
from hts.comparison.visit_records import ShareComparison

SCHEMA = 1


def to_json(comparison: ExitComparison | ShareComparison) -> dict[str, Any]:
    """Turn a comparison into plain dicts and lists that are JSON without NaN or Infinity.

    Parameters
    ----------
    comparison : ExitComparison or ShareComparison

    Returns
    -------
    dict
        "schema" first, then "cells" and "fits", or "visits" beside empty ones; b of inf is "inf", any other number
        that is not finite is None.
    """
    if isinstance(comparison, ShareComparison):
        visits = [_row(asdict(cell)) for cell in comparison.visits]
        return {"schema": SCHEMA, "cells": [], "fits": [], "visits": visits}
    return {
        "schema": SCHEMA,
        "cells": [_row(asdict(cell)) for cell in comparison.cells],
        "fits": [_row(asdict(fit)) for fit in comparison.fits],
    }


def _row(values: dict[str, Any]) -> dict[str, Any]:
    return {key: "inf" if key == "b" and value == math.inf else _finite(value) for key, value in values.items()}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
