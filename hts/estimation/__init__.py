"""Estimation: what samples say, without knowing which answer is expected."""

from hts.estimation.exits import ExitEstimate, count_destinations, estimate_exits
from hts.estimation.exponentiality import GoodnessOfFit, agreement_with_law, exponentiality
from hts.estimation.rates import MeanEstimate, estimate_mean
from hts.estimation.regression import LogLinearFit, fit_log_linear
from hts.estimation.survival import SurvivalCurve, survival_curve

__all__ = [
    "ExitEstimate",
    "GoodnessOfFit",
    "LogLinearFit",
    "MeanEstimate",
    "SurvivalCurve",
    "agreement_with_law",
    "count_destinations",
    "estimate_exits",
    "estimate_mean",
    "exponentiality",
    "fit_log_linear",
    "survival_curve",
]
