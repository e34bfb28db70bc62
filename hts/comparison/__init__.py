"""Public API of comparison, the only room that sees measured, exact and limit numbers together."""

from hts.comparison.exits import compare_exits, fit_results
from hts.comparison.predictions import exact_predictions, exact_predictions_again, limit_predictions
from hts.comparison.records import CellComparison, CellPrediction, ExitComparison, FitComparison
from hts.comparison.visit_records import ShareComparison, ShareReference, VisitComparison
from hts.comparison.visits import (
    compare_visits,
    exact_references,
    exact_references_again,
    fit_visits,
    limit_references,
)

__all__ = [
    "CellComparison",
    "CellPrediction",
    "ExitComparison",
    "FitComparison",
    "ShareComparison",
    "ShareReference",
    "VisitComparison",
    "compare_exits",
    "compare_visits",
    "exact_predictions",
    "exact_predictions_again",
    "exact_references",
    "exact_references_again",
    "fit_results",
    "fit_visits",
    "limit_predictions",
    "limit_references",
]
