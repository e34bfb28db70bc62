"""Public API of predictions: what theory and exact computation say of a plan's cells."""

from hts.answers.outlook import approach_cells, predict_outlook
from hts.answers.predicting import predict, predict_roughly
from hts.answers.records import ExitPrediction, SharePrediction, SurvivalTable
from hts.answers.shares import predict_shares

__all__ = [
    "ExitPrediction",
    "SharePrediction",
    "SurvivalTable",
    "approach_cells",
    "predict",
    "predict_outlook",
    "predict_roughly",
    "predict_shares",
]
