"""What is sampled of a plan: one question for each cell and method, with all that decides its numbers."""

import hashlib
import json
import math
from dataclasses import dataclass, replace
from typing import Any

from hts.ensembles.mixtures import Mixture
from hts.plans import AnyPlan, Cell, SpacePlan
from hts.plans.rare import Method, RareCell
from hts.rare.walking import Sampler, walking_of
from hts.sweeps.cells import slug_of


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
    version : str
        Of the computation from a seed to a value.
    has_no_sides : bool
        Whether walks are in R^d, where nothing is left or right.
    """

    cell: Cell
    method: Method
    base: RareCell
    mixture: Mixture | None
    steps_per_sample: int
    sampler: Sampler
    decides: dict[str, Any]
    version: str
    has_no_sides: bool = False

    @property
    def largest_gamma(self) -> float | None:
        """Upper end of the range of gamma; None where no bound is known."""
        found = math.inf if self.base.way is None else self.base.way.largest_gamma
        return found if math.isfinite(found) else None

    @property
    def slug(self) -> str:
        """Write the question so that it can stand in a file name: other gammas have other names."""
        text = json.dumps(self.decides, sort_keys=True)
        return f"{slug_of(self.cell)}_{self.method}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def stated(self, plan: AnyPlan) -> dict[str, str]:
        """Say what decides the numbers of its files."""
        return {
            "identity": plan.identity(),
            "stream_version": self.version,
            "question": json.dumps(self.decides, sort_keys=True),
        }


def questions(plan: AnyPlan) -> tuple[Question, ...]:
    """List what a plan with [rare] asks, cell by cell, each method in turn."""
    if plan.rare is None:
        return ()
    return tuple(question_of(plan, cell, method) for cell in plan.cells() for method in plan.rare.method)


def question_of(plan: AnyPlan, cell: Cell, method: Method) -> Question:
    """Gather all that decides the samples of one cell by one method."""
    assert plan.rare is not None
    rare, walking = plan.rare, walking_of(plan, cell)
    base, world = walking.base, (walking.version, isinstance(plan, SpacePlan))
    n, way = base.n_steps, base.way
    if method == "crude" or way is None:
        return Question(cell, method, base, None, n, walking.walks(None), {"steps": n}, *world)
    if method == "splitting":
        levels, sampler = walking.splitting(rare.effort)
        decides = {"steps": n, "levels": levels, "effort": rare.effort}
        return Question(cell, method, base, None, n * rare.effort * len(levels), sampler, decides, *world)
    if method == "trap":
        base = replace(base, gamma=rare.trap_gamma)
    assert base.gamma is not None
    is_whole = rare.weights == "whole" or method == "trap"  # stopped weights see some of what the trap misses
    n_draws, threshold = n * walking.draws_per_step, base.gamma / cell.eta
    mixture = Mixture(plan.noise_of(cell), n_draws, way.jumps, threshold, rare.weight, is_whole)
    decides = {"steps": n, "jumps": way.jumps, "gamma": base.gamma, "weight": rare.weight}
    decides |= {"weights": "whole" if is_whole else "stopped"}
    return Question(cell, method, base, mixture, n, walking.walks(mixture), decides, *world)
