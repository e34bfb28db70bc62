"""Rare exits by sampling: their table, and what may be believed of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hts.reports.document import Part
from hts.reports.tables import TextTable, text_table
from hts.words import each_once, number, plural, whole

if TYPE_CHECKING:
    from hts.rare import RareResult

HEADERS = ("b", "alpha", "eta", "method", "probability", "+- %", "exact", "z", "limit", "samples", "worth", "from wP",
           "right", "error of one", "believe")  # fmt: skip


def rare_table(results: Sequence[RareResult], title: str) -> TextTable:
    """Lay sampled probabilities out beside exact and limit ones."""
    rows = []
    for result in results:
        cell, e = result.question.cell, result.estimate
        error = None if e.relative_error is None else 100.0 * e.relative_error
        share = "-" if result.question.mixture is None or e.share_plain is None else f"{e.share_plain:.1%}"
        right = f"{e.right / e.probability:.0%}" if e.probability and not result.question.has_no_sides else "-"
        rows.append(
            [number(cell.b), number(cell.alpha), number(cell.eta), result.question.method, number(e.probability),
             number(error, 2), number(result.exact), number(result.z, 2), number(result.limit), whole(e.n_samples),
             whole(round(e.effective_samples)), share, right, number(e.error_per_sample, 3),
             "yes" if result.is_trustworthy else "NO"]
        )  # fmt: skip
    return text_table(f"Leaving within a time: {title}", HEADERS, rows)


def rare_reasons(results: Sequence[RareResult]) -> list[str]:
    """List each reason not to believe an interval once, with the first cell it is about."""
    return each_once(
        (f"(b {number(r.question.cell.b)}, eta {r.question.cell.eta:g}, {r.question.method})", reason)
        for r in results
        for reason in r.reasons
    )


def rare_part(results: Sequence[RareResult], title: str) -> Part:
    """Lay rare exits out for a report."""
    n_believed = sum(result.is_trustworthy for result in results)
    verdict = (
        f"Sampled probabilities to leave within a time: {n_believed} of {plural(len(results), 'interval')} may be "
    )
    reasons = [f"not to be believed: {reason}" for reason in rare_reasons(results)]
    return Part([rare_table(results, title)], [f"{verdict}believed."], reasons)
