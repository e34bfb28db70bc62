"""Paths of one cell: typical walkers, or paths conditioned on how they leave."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, inf
from typing import Literal

from hts.conditioning.drawing import ConditionedPaths, draw_paths
from hts.ensembles import ExitProblem, VisitProblem
from hts.ensembles.motions import cell_key
from hts.ensembles.paths import PURPOSE, PathSample, simulate_paths, stride_for
from hts.errors import PlanError, StoppedError
from hts.plans import Cell, Plan
from hts.sweeps import EXIT_STUDY, study_of
from hts.theory.exact.conditions import Given, condition
from hts.theory.exact.exits import ExactExit, exact_exit
from hts.theory.exact.steps import ExactExitError
from hts.theory.limit.within import Catastrophe, catastrophe, steps_within

#: Steps that walkers may take in all: a few minutes.
MOST_STEPS = 1e10
#: Steps that conditioned paths may take in all, and one of them: minutes.
MOST_DRAWN, LONGEST_DRAWN = 2e7, 3e5
#: Mean exit times that typical paths may take to leave.
PATIENCE = 30.0
#: Gradient-flow time in which a path settles, in relaxation times of the start's well.
SETTLED = 10.0


@dataclass(frozen=True)
class Question:
    """Which paths are wanted of a cell."""

    given: Given | Literal["none"] = "exit"  # how they leave; "none": walkers as they come
    within: float | None = None  # gradient-flow time in which they leave, or which is recorded; None: no limit
    n_paths: int = 10

    def n_steps(self, eta: float) -> int | None:
        """Return the steps of `within`; None without one.

        Raises
        ------
        PlanError
            It is less than a step.
        """
        if self.within is None:
            return None
        n = steps_within(self.within, eta)
        if n < 1:
            raise PlanError(f"a time of {self.within:g} is less than one step at eta = {eta:g}; give {eta:g} or more")
        return n


@dataclass(frozen=True, eq=False)
class CellPaths:
    """Paths of one cell, with what is known of the event they are conditioned on."""

    cell: Cell
    question: Question
    n_steps: int | None  # within which paths leave, or that were recorded; None: until they leave
    sample: PathSample
    conditioned: ConditionedPaths | None  # None for walkers as they come
    event: Catastrophe | None  # how paths leave in the limit; None where no jump is needed or none helps

    @property
    def has_limit(self) -> bool:
        """Whether the limit law (18) is about these paths: they leave within a given time."""
        return self.conditioned is not None and self.n_steps is not None


def sample_paths(
    plan: Plan,
    cell: Cell,
    question: Question,
    *,
    first_path: int = 0,
    threads: int | None = None,
    should_stop: Callable[[], bool] | None = None,
    on_progress: Callable[[str, float], None] | None = None,
) -> CellPaths:
    """Give paths of one cell.

    Parameters
    ----------
    plan : Plan
    cell : Cell
        Of the plan.
    question : Question
        With "none" the walkers of `hts run`, to the bit; else paths drawn from the h-transform (12). Given any exit
        without a time limit, conditioned paths and walkers are the same thing, and walkers are given.
    first_path : int
        Number of the first path: path k is the same whatever others are asked for.
    threads : int, optional
        Of the drawing; one per core by default.
    should_stop : callable, optional
        Asked all the time.
    on_progress : callable, optional
        Called with what is being done and the share of it that is done, from any thread.

    Raises
    ------
    PlanError
        The event is impossible, or the paths cannot be afforded; the message says what to do.
    StoppedError
        Where `should_stop` said so.
    """
    if question.n_paths < 1:
        raise PlanError(f"paths: {question.n_paths} are none; give 1 or more")
    n_steps = question.n_steps(cell.eta)
    event = _event(plan, cell, question, n_steps)
    size = inf if event is None else event.threshold / cell.eta
    telling = partial(_telling, on_progress, should_stop)

    def walk(problem: ExitProblem | VisitProblem, n: int) -> PathSample:
        on_share = telling("walking")
        return simulate_paths(
            problem, first_path, question.n_paths, n, size=size, should_stop=should_stop, on_share=on_share
        )

    if question.given == "none":
        n = plan.most_steps if n_steps is None else n_steps
        walked = study_of(plan).problem(plan, cell, n)
        if question.n_paths * n > MOST_STEPS:
            raise PlanError(f"{question.n_paths} paths of {n} steps take too long; give a shorter time (--within)")
        return CellPaths(cell, question, n_steps, walk(walked, n), None, event)
    problem = EXIT_STUDY.problem(plan, cell)
    try:
        telling("solving for exits")
        exact = _exact(plan, cell)
        if n_steps is None and question.given == "exit":
            n = _affordable(exact, question, MOST_STEPS, inf)
            return CellPaths(cell, question, None, walk(problem, n), None, event)
        length = _affordable(exact, question, MOST_DRAWN, LONGEST_DRAWN) if n_steps is None else n_steps
        if n_steps is not None and question.n_paths * n_steps > MOST_DRAWN:
            most = int(MOST_DRAWN / n_steps)
            raise PlanError(f"{question.n_paths} paths of {n_steps} steps take too long; ask for {most} at most")
        drawn = draw_paths(
            condition(exact, question.given, n_steps, on_share=telling("tabulating h")),
            problem.start,
            cell_key(problem, PURPOSE),
            first_path,
            question.n_paths,
            stride=stride_for(length),
            size=size,
            threads=threads,
            should_stop=should_stop,
            on_share=telling("drawing paths"),
        )
    except ExactExitError as mistake:
        raise PlanError(f"no paths: {mistake}") from None
    return CellPaths(cell, question, n_steps, drawn.sample, drawn, event)


def _telling(
    on_progress: Callable[[str, float], None] | None, should_stop: Callable[[], bool] | None, part: str
) -> Callable[[float], None]:
    """Report that a part of the work begins; return a function that reports its progress, and may stop it."""

    def tell(share: float) -> None:
        if on_progress is not None:
            on_progress(part, share)
        if should_stop is not None and should_stop():
            raise StoppedError(f"stopped while {part}; run it again")

    tell(0.0)
    return tell


def _exact(plan: Plan, cell: Cell) -> ExactExit:
    return exact_exit(plan.exit_of(cell))


def _affordable(exact: ExactExit, question: Question, most: float, longest: float) -> int:
    """Return the steps that paths may take until they leave.

    Raises
    ------
    PlanError
        They take too long.
    """
    mean = exact.mean_exit_steps
    if question.n_paths * mean > most or mean > longest:
        raise PlanError(
            f"paths leave after {mean:.3g} steps on average, too many to follow {question.n_paths} of them; "
            "give a time within which they leave (--within)"
        )
    return ceil(PATIENCE * mean)


def _event(plan: Plan, cell: Cell, question: Question, n_steps: int | None) -> Catastrophe | None:
    """Return how paths leave in the limit, from the gradient path of the time in question."""
    landscape, domain, p = plan.build_landscape(), plan.exit_domain(), plan.noise.p_plus
    if landscape.is_flat:  # (18) is about jumps from a gradient path, and counts times of descent
        return None
    wanted = {"left": (-1,), "right": (1,)}.get(question.given, (-1, 1))
    signs = tuple(sign for sign in wanted if (p > 0.0 if sign > 0 else p < 1.0))
    longest = SETTLED / float(landscape.curvatures[domain.well])
    time = longest if n_steps is None else min(n_steps * cell.eta, longest)
    return catastrophe(landscape, cell.b, domain.low, domain.high, domain.start, time, signs)
