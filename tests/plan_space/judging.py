"""Judges of a predicted cell: its own bounds, plain walks of the same plan, and a finer mesh."""

import signal
import warnings
from dataclasses import dataclass, field
from math import ceil, isfinite

import numpy as np
from random_plans import random_plan
from scipy import stats

from hts.answers import ExitPrediction
from hts.answers.predicting import predict_cell
from hts.ensembles import ExitSample, simulate_exits
from hts.plans import Plan
from hts.sweeps import EXIT_STUDY
from hts.theory.exact.exits import exact_exit
from hts.theory.exact.refinement import downhill, solve_again

#: Walkers of a plan, at least and at most, and how many must lie on either side for a mean to be nearly normal.
FEWEST, MOST, ENOUGH = 400, 4000, 30
#: What rounding may add to a probability.
ROUNDING = 1e-12


def predict_strictly(plan: Plan) -> ExitPrediction:
    """Predict the only cell of a plan, every warning of NumPy an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return predict_cell(plan, plan.cells()[0], with_survival=True)


def faults(said: ExitPrediction) -> list[str]:
    """Return what no right prediction says, whatever the plan."""
    if said.mean_exit_steps_exact is None:
        return [] if any("no exact value" in text for text in said.warnings) else ["no exact value, and no reason"]
    found = []
    if not 1.0 - ROUNDING <= said.mean_exit_steps_exact < np.inf:
        found.append(f"mean {said.mean_exit_steps_exact}")
    chances = {f"destination {name}": p for name, p in said.destinations_exact.items()}
    if said.escape_rate_exact is not None:
        chances["escape rate"] = said.escape_rate_exact
    elif not any("no exact escape rate" in text for text in said.warnings):
        found.append("no escape rate, and no reason")
    if said.probability_within_exact is not None:
        chances["within"] = said.probability_within_exact
    found += [f"{name} {p}" for name, p in chances.items() if not -ROUNDING <= p <= 1.0 + ROUNDING]
    errors = {
        "error of the mean": said.relative_error_exact,
        "error of the exponent": said.local_exponent_error,
        "error of destinations": said.destinations_error,
        "error of within": said.probability_within_relative_error,
    }
    found += [f"{name} {e}" for name, e in errors.items() if e is not None and not (e >= 0.0 and isfinite(e))]
    total = sum(said.destinations_exact.values())
    # a domain may hold a part of a well into which nobody can land from outside: at most 1, and 1 to the error
    if abs(total - 1.0) > 10.0 * said.destinations_error + 1e-9:
        found.append(f"destinations add up to {total}")
    if said.survival_exact is None:
        return found if any("no exact survival" in text for text in said.warnings) else [*found, "no survival"]
    n = np.unique(np.geomspace(1, 100 * said.mean_exit_steps_exact, 200).round())
    stays = said.survival_exact(n)
    is_sound = np.all((stays >= 0.0) & (stays <= 1.0 + 1e-9)) and np.all(np.diff(stays) <= 1e-9)
    return found if is_sound else [*found, f"survival from {stays.min()} to {stays.max()}, or growing"]


def walk(plan: Plan, said: ExitPrediction, budget: float) -> ExitSample:
    """Simulate some walkers of a plan for about `budget` steps in all, until they leave or have used up their part."""
    mean = said.mean_exit_steps_exact
    walkers = int(np.clip(budget / mean, FEWEST, MOST))
    longest = int(min(max(ceil(30.0 * mean), 2), budget / walkers if mean * walkers > budget else 1e9))
    return simulate_exits(EXIT_STUDY.problem(plan, plan.cells()[0]), 0, walkers, longest)


@dataclass
class Held:
    """A prediction held against walkers: z of the mean, where it can be had, and two-sided p of what was counted."""

    z: float | None = None
    p: dict[str, float] = field(default_factory=dict)


def against_walkers(said: ExitPrediction, sample: ExitSample) -> Held:
    """Compare the mean, how many are left after a few numbers of steps, and on which side they left.

    Counts are compared by the exact binomial law (destinations only where all have left, and there are sides); their p
    are at least uniform. z is that of the mean of all walkers, where enough of them lie on either side of it.
    Survival is looked at as far as its table was made: beyond, the table follows the slowest mode alone.
    """
    held, steps, n = Held(), sample.exit_steps, len(sample.exit_steps)
    table = said.survival_exact
    longest = 0 if table is None else min(int(steps.max()), table.max_steps)
    for k in np.unique(np.geomspace(1, max(longest - 1, 1), 4).astype(int)) if longest else ():
        chance = float(np.clip(table(np.array([float(k)]))[0], 0.0, 1.0))
        held.p[f"more than {k} steps"] = stats.binomtest(int(np.sum(steps > k)), n, chance).pvalue
    if np.any(sample.is_censored):
        return held
    chance = said.destinations_exact.get("left")
    if chance is not None:
        held.p["left"] = stats.binomtest(int(np.sum(sample.side < 0)), n, min(chance, 1.0)).pvalue
    mean = said.mean_exit_steps_exact
    if min(np.sum(steps > mean), np.sum(steps < mean)) >= ENOUGH:
        held.z = float((steps.mean() - mean) / np.hypot(steps.std() / np.sqrt(n), mean * said.relative_error_exact))
    return held


def against_finer_mesh(plan: Plan) -> dict[str, float]:
    """Return true over stated error of the mean and the rate, each panel halved and two more nodes on each half."""
    answer = exact_exit(plan.exit_of(plan.cells()[0]))
    mesh = answer.refined.mesh.split(np.full(len(answer.refined.mesh.half), 2)).with_order(
        answer.refined.mesh.order + 2
    )
    finer = solve_again(answer.refined, downhill(answer.refined.step, mesh))
    return {
        "mean": abs(answer.mean_exit_steps / finer.mean_exit_steps - 1.0) / answer.relative_error,
        "rate": abs(answer.escape_rate / finer.escape.rate - 1.0) / answer.escape_rate_relative_error,
    }


@dataclass
class Judgement:
    """All that is found of one plan; a slow one is not judged to the end, and that is no fault."""

    number: int
    is_slow: bool = False
    faults: list[str] = field(default_factory=list)
    held: Held = field(default_factory=Held)
    too_small: dict[str, float] = field(default_factory=dict)  # true over stated errors


def judge(number: int, budget: float, with_finer_mesh: bool = False) -> Judgement:
    """Judge plan `number` by its bounds, by walkers of so many steps in all, and by a finer mesh."""
    plan, found = random_plan(number), Judgement(number)
    said = predict_strictly(plan)
    found.faults = faults(said)
    if not found.faults and said.mean_exit_steps_exact is not None:
        found.held = against_walkers(said, walk(plan, said, budget))
        if with_finer_mesh:
            found.too_small = against_finer_mesh(plan)
    return found


def judge_patiently(number: int, budget: float, seconds: int) -> Judgement:
    """Judge a plan as `judge` does with a finer mesh, or give it up as slow; for the main thread of a process."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        return judge(number, budget, with_finer_mesh=True)
    except TimeoutError:
        return Judgement(number, is_slow=True)
    except Exception as problem:
        return Judgement(number, faults=[repr(problem)])
    finally:
        signal.alarm(0)
