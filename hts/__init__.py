"""hts: metastability of heavy-tailed SGD in one dimension.

Each command of the command line is a function here, which takes and returns frozen records:

>>> import hts
>>> plan = hts.read_plan("configs/quick.toml")
>>> hts.describe(plan).cost
>>> hts.run_sweep(plan, "results/quick")
>>> hts.fit_results("results/quick", hts.exact_predictions(hts.predict)).fits

Names are imported when they are first used: SciPy, pyarrow and matplotlib take a while each.
"""

from importlib import import_module
from typing import Any

from hts.version import __version__

_HOMES = {
    "read_plan": "hts.plans",
    "Plan": "hts.plans",
    "describe": "hts.forecast",
    "choose_walkers": "hts.walkers",
    "run_sweep": "hts.sweeps",
    "sweep_status": "hts.sweeps",
    "verify_sweep": "hts.sweeps",
    "dry_run": "hts.sweeps",
    "replay_sweep": "hts.sweeps",
    "repair_sweep": "hts.sweeps",
    "load_cells": "hts.sweeps",
    "load_visits": "hts.sweeps",
    "predict": "hts.answers",
    "predict_shares": "hts.answers",
    "exact_predictions": "hts.comparison",
    "exact_predictions_again": "hts.comparison",
    "exact_references": "hts.comparison",
    "exact_references_again": "hts.comparison",
    "fit_results": "hts.comparison",
    "fit_visits": "hts.comparison",
    "sample_paths": "hts.conditioning",
    "compare_paths": "hts.comparison.paths",
    "simulate_exits": "hts.ensembles",
    "ExitProblem": "hts.ensembles",
    "Noise": "hts.noise",
    "estimate_tails": "hts.tails",
    "tail_of": "hts.tails",
    "read_regression_plan": "hts.plans.regression",
    "predict_regression": "hts.regression",
    "run_regression": "hts.regression",
    "regression_results": "hts.regression",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'hts' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
