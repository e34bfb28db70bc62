"""Made-up predictions for the figure tests: a closed form that goes to the limit law."""

import math

import numpy as np

from hts.answers import ExitPrediction
from hts.plans import parse_plan

PLAN = """
title = "exact figures"
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1, 0.01, 0.001]
b = [inf, 0.8, 0.55, 0.4, 0.3]
alpha = [1.2, 1.5, 1.8]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 50
max_steps = 1000000
"""
CORRECTION = 30.0


def made_plan(path="exact.toml"):
    return parse_plan(PLAN, path)


def made_prediction(eta, b, alpha, well=0, error=1e-6, exact=True):
    """E sigma = 1/(q lambda (1 + C eta^(alpha - 1))), the form of the first correction; q = 2, H(1/eta) = eta^alpha.

    Its local exponent is the limit's plus (alpha - 1) C eta^(alpha - 1)/(1 + C eta^(alpha - 1)).
    """
    jumps = 1 if math.isinf(b) else math.ceil(1.0 / b)
    exponent = alpha + (jumps - 1) * (alpha - 1)
    rest = CORRECTION * eta ** (alpha - 1)
    limit = 0.5 * eta**-exponent
    return ExitPrediction(
        eta=eta,
        b=b,
        alpha=alpha,
        well=well,
        jump_number=jumps,
        exit_exponent_limit=exponent,
        rate_constant=2.0,
        rate_scale=eta**exponent,
        mean_exit_steps_limit=limit,
        destinations_limit=None,
        mean_exit_steps_exact=limit / (1 + rest) if exact else None,
        relative_error_exact=error if exact else None,
        escape_rate_exact=(1 + rest) / limit if exact else None,
        local_exponent_exact=exponent + (alpha - 1) * rest / (1 + rest) if exact else None,
        local_exponent_error=error if exact else None,
        destinations_exact=None,
        destinations_error=None,
        probability_within_exact=None,
        survival_exact=None,
        warnings=(),
    )


def made_predictions(plan):
    return tuple(made_prediction(cell.eta, cell.b, cell.alpha, cell.well) for cell in plan.cells())


def many_predictions(n_eta=13, clips=(0.22, 0.28, 0.4, 0.7, math.inf), alphas=(1.2, 1.5, 1.8)):
    etas = np.geomspace(1e-7, 1e-1, n_eta).tolist()
    return [made_prediction(eta, b, alpha) for alpha in alphas for b in clips for eta in etas]
