"""SGD on Gaussian least squares: where heavy tails come from, computed and simulated."""

from hts.regression.measuring import RegressionEstimate, estimate_tail
from hts.regression.prediction import RegressionPrediction, predict_regression
from hts.regression.results import CellResult, regression_results, to_document
from hts.regression.running import RunsProgress, run_regression
from hts.regression.stored import (
    open_regression,
    regression_status,
    repair_regression,
    replay_regression,
    verify_regression,
)

__all__ = [
    "CellResult",
    "RegressionEstimate",
    "RegressionPrediction",
    "RunsProgress",
    "estimate_tail",
    "open_regression",
    "predict_regression",
    "regression_results",
    "regression_status",
    "repair_regression",
    "replay_regression",
    "run_regression",
    "to_document",
    "verify_regression",
]
