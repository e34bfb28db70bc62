"""hts: metastability of heavy-tailed SGD.

Each command of the command line is a function here, and so is what the commands are made of; all take and return frozen
records (docs/python.md):

>>> import hts
>>> plan = hts.read_plan("configs/quick.toml")
>>> hts.describe(plan).cost
>>> hts.run_sweep(plan, "results/quick")
>>> hts.fit("results/quick").fits

Names are imported when they are first used: SciPy, pyarrow and matplotlib take a while each.
"""

from importlib import import_module

from hts.version import __version__

TYPE_CHECKING = False  # as type checkers know it; `typing` alone would take most of the time of this import
if TYPE_CHECKING:  # what editors and type checkers see; a test holds it against _HOMES
    from hts import landscapes as landscapes
    from hts.answers import ExitPrediction as ExitPrediction
    from hts.answers import SharePrediction as SharePrediction
    from hts.answers import predict as predict
    from hts.answers import predict_shares as predict_shares
    from hts.answers.discretisation import Discretisation as Discretisation
    from hts.answers.discretisation import discretise as discretise
    from hts.answers.space import predict_space as predict_space
    from hts.comparison import exact_predictions as exact_predictions
    from hts.comparison import exact_predictions_again as exact_predictions_again
    from hts.comparison import exact_references as exact_references
    from hts.comparison import exact_references_again as exact_references_again
    from hts.comparison import fit_results as fit_results
    from hts.comparison import fit_visits as fit_visits
    from hts.comparison.folders import compare_folders as compare_folders
    from hts.comparison.frames import frame as frame
    from hts.comparison.paths import compare_paths as compare_paths
    from hts.comparison.space_paths import compare_space_paths as compare_space_paths
    from hts.conditioning import Question as Question
    from hts.conditioning import sample_paths as sample_paths
    from hts.conditioning import store_paths as store_paths
    from hts.conditioning.space import sample_space_paths as sample_space_paths
    from hts.ensembles import ExitProblem as ExitProblem
    from hts.ensembles import ExitSample as ExitSample
    from hts.ensembles import VisitProblem as VisitProblem
    from hts.ensembles import VisitSample as VisitSample
    from hts.ensembles import simulate_exits as simulate_exits
    from hts.ensembles import simulate_visits as simulate_visits
    from hts.errors import HtsError as HtsError
    from hts.exits import Exit as Exit
    from hts.forecast import describe as describe
    from hts.forecast.space import describe_space as describe_space
    from hts.landscapes import Landscape as Landscape
    from hts.networks.initialisation import initialisation_rows as initialisation_rows
    from hts.networks.initialisation import through_depth as through_depth
    from hts.networks.layers import Layer as Layer
    from hts.networks.side_by_side import compare_trainings as compare_trainings
    from hts.noise import LAWS as LAWS
    from hts.noise import Noise as Noise
    from hts.plans import Cell as Cell
    from hts.plans import Plan as Plan
    from hts.plans import make_plan as make_plan
    from hts.plans import read_plan as read_plan
    from hts.plans import read_study as read_study
    from hts.plans.regression import read_regression_plan as read_regression_plan
    from hts.plans.schema import plan_schema as plan_schema
    from hts.plans.starter import starter as starter
    from hts.plans.training import read_training_plan as read_training_plan
    from hts.rare import rare_results as rare_results
    from hts.rare import run_rare as run_rare
    from hts.regression import predict_regression as predict_regression
    from hts.regression import regression_results as regression_results
    from hts.regression import run_regression as run_regression
    from hts.reports.gathering import report as report
    from hts.studies import draw as draw
    from hts.studies import fit as fit
    from hts.studies import plot as plot
    from hts.studies import status as status
    from hts.studies import train as train
    from hts.studies import verify as verify
    from hts.sweeps import dry_run as dry_run
    from hts.sweeps import load_cells as load_cells
    from hts.sweeps import load_visits as load_visits
    from hts.sweeps import repair_sweep as repair_sweep
    from hts.sweeps import replay_sweep as replay_sweep
    from hts.sweeps import run_sweep as run_sweep
    from hts.sweeps import sweep_status as sweep_status
    from hts.sweeps import verify_sweep as verify_sweep
    from hts.tails import TailEstimate as TailEstimate
    from hts.tails import estimate_tails as estimate_tails
    from hts.tails import tail_of as tail_of
    from hts.theory.exact.exits import ExactExit as ExactExit
    from hts.theory.exact.exits import exact_exit as exact_exit
    from hts.theory.exact.shares import StationaryShares as StationaryShares
    from hts.theory.exact.shares import stationary_shares as stationary_shares
    from hts.theory.limit.chains import LimitChain as LimitChain
    from hts.theory.limit.chains import limit_chain as limit_chain
    from hts.theory.limit.levy import LevyChain as LevyChain
    from hts.theory.limit.levy import levy_chain as levy_chain
    from hts.theory.limit.limits import ExitLimit as ExitLimit
    from hts.theory.limit.limits import exit_limit as exit_limit
    from hts.walkers import choose_walkers as choose_walkers

_NAMES = {
    "hts.answers": ("ExitPrediction", "SharePrediction", "predict", "predict_shares"),
    "hts.answers.discretisation": ("Discretisation", "discretise"),
    "hts.answers.space": ("predict_space",),
    "hts.comparison": (
        "exact_predictions",
        "exact_predictions_again",
        "exact_references",
        "exact_references_again",
        "fit_results",
        "fit_visits",
    ),
    "hts.comparison.folders": ("compare_folders",),
    "hts.comparison.frames": ("frame",),
    "hts.comparison.paths": ("compare_paths",),
    "hts.comparison.space_paths": ("compare_space_paths",),
    "hts.conditioning": ("Question", "sample_paths", "store_paths"),
    "hts.conditioning.space": ("sample_space_paths",),
    "hts.ensembles": (
        "ExitProblem",
        "ExitSample",
        "VisitProblem",
        "VisitSample",
        "simulate_exits",
        "simulate_visits",
    ),
    "hts.errors": ("HtsError",),
    "hts.exits": ("Exit",),
    "hts.forecast": ("describe",),
    "hts.forecast.space": ("describe_space",),
    "hts.landscapes": ("Landscape",),
    "hts.noise": ("LAWS", "Noise"),
    "hts.networks.initialisation": ("initialisation_rows", "through_depth"),
    "hts.networks.layers": ("Layer",),
    "hts.networks.side_by_side": ("compare_trainings",),
    "hts.plans": ("Cell", "Plan", "make_plan", "read_plan", "read_study"),
    "hts.plans.regression": ("read_regression_plan",),
    "hts.plans.schema": ("plan_schema",),
    "hts.plans.starter": ("starter",),
    "hts.plans.training": ("read_training_plan",),
    "hts.rare": ("rare_results", "run_rare"),
    "hts.regression": ("predict_regression", "regression_results", "run_regression"),
    "hts.reports.gathering": ("report",),
    "hts.studies": ("draw", "fit", "plot", "status", "train", "verify"),
    "hts.sweeps": (
        "dry_run",
        "load_cells",
        "load_visits",
        "repair_sweep",
        "replay_sweep",
        "run_sweep",
        "sweep_status",
        "verify_sweep",
    ),
    "hts.tails": ("TailEstimate", "estimate_tails", "tail_of"),
    "hts.theory.exact.exits": ("ExactExit", "exact_exit"),
    "hts.theory.exact.shares": ("StationaryShares", "stationary_shares"),
    "hts.theory.limit.chains": ("LimitChain", "limit_chain"),
    "hts.theory.limit.levy": ("LevyChain", "levy_chain"),
    "hts.theory.limit.limits": ("ExitLimit", "exit_limit"),
    "hts.walkers": ("choose_walkers",),
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = ["__version__", "landscapes", *_HOMES]


if not TYPE_CHECKING:  # to them a module with `__getattr__` has every name, also misspelt ones

    def __getattr__(name):
        if name == "landscapes":
            return import_module("hts.landscapes")
        if name in _HOMES:
            return getattr(import_module(_HOMES[name]), name)
        raise AttributeError(f"module 'hts' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
