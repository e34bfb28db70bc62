"""Training of networks from Python, as `hts train` does it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from hts.errors import PlanError
from hts.plans.training import TrainingPlan
from hts.studies.fitting import compared_training

if TYPE_CHECKING:
    from hts.networks.results import Comparison
    from hts.networks.running import TrainingProgress


def check_libraries() -> None:
    """Refuse where JAX or scikit-learn is not installed.

    Raises
    ------
    PlanError
        With the command that installs them.
    """
    for name in ("jax", "sklearn"):
        if find_spec(name) is None:
            raise PlanError(f"hts train needs {name}, which is not installed: pip install 'hts[networks]'")


def train(
    plan: TrainingPlan,
    folder: str | PathLike[str],
    *,
    on_progress: Callable[[TrainingProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Comparison:
    """Train the networks of a plan that a folder lacks, and compare its methods, as `hts train` does.

    Parameters
    ----------
    plan : TrainingPlan
        `read_training_plan` reads one.
    folder : path
        Made where it is missing; a second call goes on where the first was stopped.
    on_progress, should_stop : callable, optional
        Called after every 250 iterations, from any thread.

    Returns
    -------
    Comparison
        Measures of each method, and paired differences; `frame` makes a table of both.

    Raises
    ------
    PlanError
        JAX or scikit-learn, images or memory are lacking, or the folder belongs to another plan.
    StoppedError
        Where `should_stop` said so; what is done is kept.
    """
    check_libraries()
    from hts.networks.running import run_training

    run_training(plan, folder, on_progress=on_progress, should_stop=should_stop)
    return compared_training(Path(folder))[1]
