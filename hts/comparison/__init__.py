"""This file is where the room opens in which measured, exact and limit numbers meet, and in no other."""

from hts.comparison.documents import to_json
from hts.comparison.exits import compare_exits, fit_results
from hts.comparison.predictions import exact_predictions, limit_predictions
from hts.comparison.records import CellComparison, CellPrediction, ExitComparison, FitComparison

__all__ = [
    "CellComparison",
    "CellPrediction",
    "ExitComparison",
    "FitComparison",
    "compare_exits",
    "exact_predictions",
    "fit_results",
    "limit_predictions",
    "to_json",
]
