"""Public API of predictions: what theory and exact computation say of a plan's cells."""

from hts.predictions.predicting import approach_cells, predict, predict_roughly
from hts.predictions.records import ExitPrediction, SharePrediction, SurvivalTable
from hts.predictions.shares import predict_shares

__all__ = [
    "ExitPrediction",
    "SharePrediction",
    "SurvivalTable",
    "approach_cells",
    "predict",
    "predict_roughly",
    "predict_shares",
]
