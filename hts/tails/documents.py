"""Estimates as the JSON document of `hts tails`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hts.tails.records import TailEstimate


def to_document(estimates: Sequence[TailEstimate]) -> dict[str, Any]:
    """Turn estimates into the JSON document of `hts tails` (docs/interface.md)."""
    samples = []
    for estimate in estimates:
        own = {key: getattr(estimate, key) for key in ("file", "column", "n", "n_zero", "n_not_finite", "centre")}
        own |= {"block": [asdict(block) for block in estimate.block], "block_size": estimate.block_size}
        for name in ("hill", "moment", "pickands", "surrogate"):
            part = getattr(estimate, name)
            own[name] = None if part is None else asdict(part)
        fit, distance = estimate.stable, estimate.stable_distance
        own["stable"] = None if fit is None else asdict(fit) | {"distance": distance, "is_stable": fit.alpha <= 2.0}
        rival, away = estimate.student, estimate.student_distance
        own["student"] = None if rival is None else asdict(rival) | {"distance": away}
        own["laws"] = list(estimate.laws)
        chain = estimate.dependence
        own["autocorrelation"] = None if chain is None else list(chain.correlation)
        own["correlation_time"] = None if chain is None else chain.time
        own |= {"tied": estimate.tied, "is_heavy": estimate.is_heavy, "verdict": estimate.verdict}
        samples.append(own | {"notes": list(estimate.notes)})
    return {"samples": samples}
