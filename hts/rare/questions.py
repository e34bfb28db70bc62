"""What is sampled of a plan: one question for each cell and method, with all that decides its numbers."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from hts.ensembles import STREAM_VERSION
from hts.ensembles.mixtures import Mixture
from hts.ensembles.rare import RARE_VERSION, RareSample, simulate_walks
from hts.ensembles.splitting import simulate_splitting, split_levels
from hts.plans import Cell, Plan
from hts.plans.rare import Method, RareCell, rare_cell
from hts.sweeps import EXIT_STUDY
from hts.sweeps.cells import slug_of


class Sampler(Protocol):
    """A function that takes samples of one question; whatever walks, a later one in R^d, it gives values and steps."""

    def __call__(
        self,
        first: int,
        n: int,
        *,
        on_steps: Callable[[int], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> RareSample:
        """Take samples first, ..., first + n - 1."""


@dataclass(frozen=True, eq=False)
class Question:
    """The probability of one cell by one method.

    Attributes
    ----------
    cell : Cell
    method : str
    base : RareCell
        Steps, J and gamma.
    mixture : Mixture or None
        What importance, and the trap, sample from; None for other methods.
    steps_per_sample : int
        At most.
    sampler : callable
    decides : dict
        What decides the numbers beside plan and cell.
    """

    cell: Cell
    method: Method
    base: RareCell
    mixture: Mixture | None
    steps_per_sample: int
    sampler: Sampler
    decides: dict[str, Any]

    @property
    def slug(self) -> str:
        """Write the question so that it can stand in a file name: other gammas have other names."""
        text = json.dumps(self.decides, sort_keys=True)
        return f"{slug_of(self.cell)}_{self.method}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def stated(self, plan: Plan) -> dict[str, str]:
        """Say what decides the numbers of its files."""
        return {
            "identity": plan.identity(),
            "stream_version": f"{STREAM_VERSION} {RARE_VERSION}",
            "question": json.dumps(self.decides, sort_keys=True),
        }


def questions(plan: Plan) -> tuple[Question, ...]:
    """List what a plan with [rare] asks, cell by cell, each method in turn."""
    if plan.rare is None:
        return ()
    return tuple(question_of(plan, cell, method) for cell in plan.cells() for method in plan.rare.method)


def question_of(plan: Plan, cell: Cell, method: Method) -> Question:
    """Gather all that decides the samples of one cell by one method."""
    assert plan.rare is not None
    base, rare, problem = rare_cell(plan, cell), plan.rare, EXIT_STUDY.problem(plan, cell)
    n, way = base.n_steps, base.way
    if method == "crude" or way is None:
        return Question(cell, method, base, None, n, partial(simulate_walks, problem, n, None), {"steps": n})
    if method == "splitting":
        levels = split_levels(way.distance, cell.b, way.jumps)
        sampler = partial(simulate_splitting, problem, n, levels, rare.effort)
        decides = {"steps": n, "levels": levels, "effort": rare.effort}
        return Question(cell, method, base, None, n * rare.effort * len(levels), sampler, decides)
    if method == "trap":
        base = replace(base, gamma=rare.trap_gamma)
    assert base.gamma is not None
    is_whole = rare.weights == "whole" or method == "trap"  # stopped weights see some of what the trap misses
    mixture = Mixture(plan.noise_of(cell), n, way.jumps, base.gamma / cell.eta, rare.weight, is_whole)
    decides = {"steps": n, "jumps": way.jumps, "gamma": base.gamma, "weight": rare.weight}
    decides |= {"weights": "whole" if is_whole else "stopped"}
    return Question(cell, method, base, mixture, n, partial(simulate_walks, problem, n, mixture), decides)
