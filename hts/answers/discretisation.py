"""Discretisation study of a plan with [levy]: exact exits at h, h/2, h/4, ... and at h = 0, the SDE's own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf, log2
from typing import TypeAlias

from hts.answers.extrapolation import Approach, approach, step_exponents
from hts.answers.records import ExitPrediction, times
from hts.plans import Cell, LevyPlan, Plan

Predict: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[ExitPrediction]]

#: Halvings beyond the largest step of the plan, at least; and in all, at most.
HALVINGS, MOST_HALVINGS = 7, 13
#: The smallest step is at most this part of the plan's smallest.
FINER = 0.25


@dataclass(frozen=True)
class Discretisation:
    """How the exits of Euler's scheme, docs/levy.md (21), tend to those of the SDE, at one epsilon and alpha."""

    epsilon: float
    alpha: float
    well: int
    tolerance: float  #: relative, of the plan
    steps: tuple[float, ...]  #: h, each half of the one before
    mean_exit_time: Approach  #: h E sigma, in t
    escape_rate: Approach  #: mu/h, per time, docs/model.md (10)
    probability_within: Approach  #: P(h sigma <= t), t = `within` of the plan; without values where it has none

    @property
    def approaches(self) -> dict[str, Approach]:
        """Every number that is followed, by its name."""
        return {name: getattr(self, name) for name in ("mean_exit_time", "escape_rate", "probability_within")}


def discretise(plan: Plan, predict: Predict) -> tuple[Discretisation, ...]:
    """Follow the exact exits of a plan with [levy] to h = 0, for each epsilon and alpha.

    Parameters
    ----------
    plan : Plan
        Of exits, with [levy].
    predict : callable
        From a plan and cells to their predictions (`hts.answers.predict`).

    Returns
    -------
    tuple of Discretisation
        By epsilon from large to small, then alpha.
    """
    levy = plan.levy
    if levy is None or plan.exit is None:
        return ()
    steps = ladder(levy, plan.within)
    lines = list(dict.fromkeys((cell.epsilon or 0.0, cell.alpha or 0.0, cell.well) for cell in plan.cells()))
    cells = [Cell(h, inf, alpha, well, epsilon) for epsilon, alpha, well in lines for h in steps]
    found = iter(predict(plan, cells))
    return tuple(_follow(levy, plan.within is not None, line, steps, [next(found) for _ in steps]) for line in lines)


def ladder(levy: LevyPlan, within: float | None) -> tuple[float, ...]:
    """List steps, each half of the one before, from the largest of a plan to well below its smallest.

    With a time `within` they divide it, or the number of steps in it would be rounded in another way at each h.
    """
    first = max(levy.step)
    if within is not None:
        first = within / max(ceil(within / first - 1e-9), 1)
    n = ceil(log2(first / (FINER * min(levy.step))))
    return tuple(first / 2.0**k for k in range(min(max(n, HALVINGS), MOST_HALVINGS) + 1))


def _follow(
    levy: LevyPlan,
    has_time: bool,
    line: tuple[float, float, int],
    steps: tuple[float, ...],
    found: Sequence[ExitPrediction],
) -> Discretisation:
    epsilon, alpha, well = line
    exponents = step_exponents(alpha, levy.gaussian > 0.0)
    errors = [one.relative_error_exact or 0.0 for one in found]

    def followed(values: Iterable[float | None], errors: Sequence[float]) -> Approach:
        return approach(steps, list(values), errors, exponents, levy.tolerance)

    return Discretisation(
        epsilon=epsilon,
        alpha=alpha,
        well=well,
        tolerance=levy.tolerance,
        steps=steps,
        mean_exit_time=followed((times(one.mean_exit_steps_exact, one.eta) for one in found), errors),
        escape_rate=followed((times(one.escape_rate_exact, 1.0 / one.eta) for one in found), errors),
        probability_within=followed(
            (one.probability_within_exact if has_time else None for one in found),
            [one.probability_within_relative_error or 0.0 for one in found],
        ),
    )


def study_of_cell(studies: Sequence[Discretisation], cell: Cell) -> Discretisation | None:
    """Return the study that a cell belongs to."""
    return next((one for one in studies if (one.epsilon, one.alpha) == (cell.epsilon, cell.alpha)), None)
