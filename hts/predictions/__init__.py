"""This file is where the rest of hts finds what theory and exact computation say of a plan's cells."""

from hts.predictions.predicting import approach_cells, predict
from hts.predictions.records import ExitPrediction, SurvivalTable

__all__ = ["ExitPrediction", "SurvivalTable", "approach_cells", "predict"]
