"""Sampled beside exact beside limit: what the samples of each cell say, and whether they may be believed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from hts.answers import ExitPrediction
from hts.answers.laws import within_laws
from hts.estimation.rare import FEWEST, RareEstimate
from hts.estimation.renewal import MeanExit
from hts.plans import AnyPlan, Cell, SpacePlan
from hts.rare.questions import Question, questions
from hts.rare.running import load
from hts.rare.stopping import cases_of
from hts.records import Records, Row, Tabular
from hts.storage import ResultsFolder

#: Longest part of the start that the first half of a window may leave, for its mean exit time to be believed.
LARGEST_REST = 0.05


@dataclass(frozen=True, eq=False)
class RareResult(Tabular):
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
    mean_exit : MeanExit or None
        Of the walks' mean exit time, where exit steps are kept.
    mean_exact : float or None
        Exact mean exit time in steps.
    rest : float
        exp(-f''(m) within/2): what the first half of the window leaves of the start.
    """

    question: Question
    estimate: RareEstimate
    is_met: bool
    exact: float | None
    exact_error: float | None
    limit: float | None
    reasons: tuple[str, ...]
    mean_exit: MeanExit | None
    mean_exact: float | None
    rest: float

    def rows(self) -> list[Row]:
        """List what docs/interface.md, "rare", says of a cell by one method."""
        return [_row(self)]

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
    def mean_reasons(self) -> tuple[str, ...]:
        """Say why the mean exit time may not be believed; empty where it may."""
        if self.mean_exit is None:
            return ("no mean exit time: exit steps are not kept, or no walk leaves in the second half of the window",)
        found = list(self.reasons)
        if self.rest > LARGEST_REST:
            times = -2.0 * math.log(LARGEST_REST)
            found.append(
                f"the window is too short to forget the start ({self.rest:.0%} left): give within >= {times:.0f}/f''"
            )
        if self.mean_exit.n_positive < FEWEST:
            found.append(f"only {self.mean_exit.n_positive} samples leave in the second half of the window")
        return tuple(found)

    @property
    def z_mean(self) -> float | None:
        """Distance of the mean exit time from the exact one, in standard errors."""
        mean = self.mean_exit
        if mean is None or self.mean_exact is None or not mean.relative_error:
            return None
        return (mean.steps - self.mean_exact) / (mean.relative_error * mean.steps)

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
    plan: AnyPlan, folder: str | PathLike[str], exact: Mapping[Cell, ExitPrediction] | None = None
) -> Records[RareResult]:
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
    rest = math.exp(-slowest(plan) * plan.within / 2.0)
    limits = () if isinstance(plan, SpacePlan) else within_laws(plan, plan.within)
    laws = {(law.b, law.alpha): law for law in limits}
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
                mean_exit=case.mean_exit(),
                mean_exact=None if known is None else known.mean_exit_steps_exact,
                rest=rest,
            )
        )
    return Records(found)


def slowest(plan: AnyPlan) -> float:
    """Return the least f'' at a minimum inside the domain: walks settle at that rate; 0 without a minimum.

    In R^d, the least eigenvalue of the Hessian at the well's minimum; 0 where that is a set.
    """
    if isinstance(plan, SpacePlan):
        points = plan.wells.minima[plan.well].points
        rates = np.linalg.eigvalsh(plan.build_landscape().hessian(points[:1])[0])
        return float(max(rates[0], 0.0)) if len(points) == 1 else 0.0
    landscape, domain = plan.build_landscape(), plan.exit_domain()
    is_in = (landscape.minima > domain.low) & (landscape.minima < domain.high)
    return float(landscape.curvatures[is_in].min(initial=math.inf)) if is_in.any() else 0.0


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
        "left": None if question.has_no_sides else e.probability - e.right,
        "right": None if question.has_no_sides else e.right,
        "error_per_sample": e.error_per_sample,
        "steps_per_sample": e.steps_per_sample,
        "work_variance": e.work_variance,
        "is_met": result.is_met,
        "is_trustworthy": result.is_trustworthy,
        "verdict": result.verdict,
        "n_steps": question.base.n_steps,
        "jump_number": None if way is None else way.jumps,
        "gamma": None if mixture is None else question.base.gamma,
        "largest_gamma": question.largest_gamma,
        "event_probability": None if mixture is None else mixture.chance,
        "probability_within_exact": result.exact,
        "probability_within_relative_error": result.exact_error,
        "z_exact": None if result.z is None or math.isinf(result.z) else result.z,
        "probability_within_limit": result.limit,
        "mean_exit_steps": None if result.mean_exit is None else result.mean_exit.steps,
        "mean_exit_relative_error": None if result.mean_exit is None else result.mean_exit.relative_error,
        "mean_exit_window_error": result.rest,
        "mean_exit_steps_exact": result.mean_exact,
        "mean_exit_is_trustworthy": not result.mean_reasons,
        "mean_exit_verdict": "; ".join(result.mean_reasons) or "believe it",
    }
