"""Sampled beside exact beside limit: what the samples of each cell say, and whether they may be believed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from hts.answers import ExitPrediction
from hts.answers.laws import within_laws
from hts.estimation.rare import RareEstimate
from hts.plans import Cell, Plan
from hts.rare.questions import Question, questions
from hts.rare.running import load
from hts.rare.stopping import cases_of
from hts.storage import ResultsFolder


@dataclass(frozen=True, eq=False)
class RareResult:
    """One cell by one method.

    Attributes
    ----------
    question : Question
    estimate : RareEstimate
    is_met : bool
        Whether the plan's rule is met; otherwise `max_samples` were not enough.
    exact, exact_error : float or None
        Exact probability and its relative error, where it was computed.
    limit : float or None
        C (H(1/eta)/eta)^l*, docs/model.md (18), where C is known.
    reasons : tuple of str
        Why the interval may not be believed; empty where it may.
    """

    question: Question
    estimate: RareEstimate
    is_met: bool
    exact: float | None
    exact_error: float | None
    limit: float | None
    reasons: tuple[str, ...]

    @property
    def is_trustworthy(self) -> bool:
        """Whether the interval may be believed."""
        return not self.reasons

    @property
    def z(self) -> float | None:
        """Distance from the exact value in standard errors."""
        e = self.estimate
        if self.exact is None or not e.relative_error:
            return None
        return (e.probability - self.exact) / (e.relative_error * e.probability)

    @property
    def error_per_walk(self) -> float | None:
        """Relative error for the work of one whole walk of n steps, whatever a sample costs."""
        e = self.estimate
        return math.sqrt(e.work_variance / self.question.base.n_steps) / e.probability if e.probability else None

    @property
    def error_per_walk_exact(self) -> float | None:
        """Relative error of one sample by the exact probability: of crude walks, and of (19) as it is printed.

        Of importance it is that of weights as printed, which is an upper bound for the others, where all walks that
        leave are in B; None for other methods.
        """
        p, mixture = self.exact, self.question.mixture
        if not p or self.question.method in ("splitting", "trap"):
            return None
        largest = 1.0 if mixture is None else 1.0 / (mixture.weight + (1.0 - mixture.weight) / mixture.chance)
        return math.sqrt(max(largest / p - 1.0, 0.0))

    @property
    def verdict(self) -> str:
        """Say in words whether the interval may be believed."""
        return "believe it" if self.is_trustworthy else "; ".join(self.reasons)


def rare_results(
    plan: Plan, folder: str | PathLike[str], exact: Mapping[Cell, ExitPrediction] | None = None
) -> tuple[RareResult, ...]:
    """Lay what was sampled beside what was computed; what is not sampled to the end of a round is left out.

    Parameters
    ----------
    plan : Plan
        With [rare].
    folder : path
        As `run_rare` leaves it.
    exact : mapping, optional
        Exact values by cell.

    Raises
    ------
    IntegrityError
        Where a file is not what was written.
    """
    assert plan.rare is not None
    assert plan.within is not None
    cases = cases_of(questions(plan), plan.rare)
    load(plan, cases, ResultsFolder(Path(folder)))
    cases = [case for case in cases if not case.missing()]
    laws = {(law.b, law.alpha): law for law in within_laws(plan, plan.within)}
    found = []
    for case in cases:
        cell, known = case.question.cell, (exact or {}).get(case.question.cell)
        law, is_met = laws.get((cell.b, cell.alpha)), case.is_met
        estimate = case.estimate()
        warned = [] if is_met else [f"max_samples = {plan.rare.max_samples} were not enough"]
        if case.question.method == "trap":
            warned.append(f"gamma = {plan.rare.trap_gamma:g} is out of range: exits by smaller jumps are missed")
        found.append(
            RareResult(
                question=case.question,
                estimate=estimate,
                is_met=is_met,
                exact=None if known is None else known.probability_within_exact,
                exact_error=None if known is None else known.probability_within_relative_error,
                limit=None if law is None or law.constant is None else law.constant * law.scale(cell.eta),
                reasons=(*warned, *estimate.reasons),
            )
        )
    return tuple(found)


def to_document(results: Sequence[RareResult]) -> dict[str, Any]:
    """Turn results into the JSON document of `hts rare` (docs/interface.md)."""
    return {"cells": [_row(result) for result in results]}


def _row(result: RareResult) -> dict[str, Any]:
    question, e = result.question, result.estimate
    cell, way, mixture = question.cell, question.base.way, question.mixture
    return {
        "eta": cell.eta,
        "b": cell.b,
        "alpha": cell.alpha,
        "well": cell.well,
        "method": question.method,
        "probability": e.probability,
        "low": e.low,
        "high": e.high,
        "relative_error": e.relative_error,
        "relative_error_error": e.relative_error_error,
        "n_samples": e.n_samples,
        "n_positive": e.n_positive,
        "effective_samples": e.effective_samples,
        "share_plain": e.share_plain if mixture is not None else None,
        "left": e.probability - e.right,
        "right": e.right,
        "error_per_sample": e.error_per_sample,
        "steps_per_sample": e.steps_per_sample,
        "work_variance": e.work_variance,
        "is_met": result.is_met,
        "is_trustworthy": result.is_trustworthy,
        "verdict": result.verdict,
        "n_steps": question.base.n_steps,
        "jump_number": None if way is None else way.jumps,
        "gamma": None if mixture is None else question.base.gamma,
        "largest_gamma": None if way is None else way.largest_gamma,
        "event_probability": None if mixture is None else mixture.chance,
        "probability_within_exact": result.exact,
        "probability_within_relative_error": result.exact_error,
        "z_exact": None if result.z is None or math.isinf(result.z) else result.z,
        "probability_within_limit": result.limit,
    }
