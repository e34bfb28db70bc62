"""The table [levy] of a plan: Euler's scheme of a Levy-driven SDE, translated into the grid of other plans."""

from math import inf, isfinite
from typing import Annotated, Any

from pydantic import Field

from hts.landscapes import Landscape
from hts.noise import LAWS, LawError, Noise
from hts.plans.fields import Axis, Number, Table
from hts.plans.grids import MAX_CELLS
from hts.plans.mistakes import Mistake, first_in_words
from hts.plans.models import GridPlan, NoisePlan
from hts.plans.values import LARGEST, SMALLEST, listed

#: Tables that [levy] stands for.
REPLACED = ("noise", "grid")


class LevyPlan(Table):
    """Strengths epsilon, time steps h and tail indices of docs/levy.md (21): every one with every other."""

    epsilon: Axis = Field(description="Strengths of the Levy motion.", examples=["epsilon = [0.5, 0.2, 0.1]"])
    step: Axis = Field(description="Time steps h of Euler's scheme.", examples=["step = [0.1, 0.01]"])
    alpha: Axis = Field(description="Stability indices, below 2.", examples=["alpha = [1.2, 1.5, 1.8]"])
    gaussian: Annotated[Number, Field(ge=0)] = Field(
        0.0, description="Strength of an added Brownian motion, relative to epsilon.", examples=["gaussian = 0.0"]
    )
    tolerance: Annotated[Number, Field(gt=0, lt=1)] = Field(
        0.01, description="Relative error for which the largest h is sought.", examples=["tolerance = 0.01"]
    )  # no number of a walker

    def law(self, epsilon: float, alpha: float, step: float) -> Noise:
        """Build the Z of docs/model.md (1) whose step h Z is eps h^(1/alpha) S + eps sigma h^(1/2) N, (21).

        Raises
        ------
        LawError
            There is no such law, or its numbers leave floating point.
        """
        try:
            scale = epsilon * step ** (1.0 / alpha - 1.0)
        except OverflowError:
            scale = inf
        return Noise("stable", alpha, scale, normal_scale=epsilon * self.gaussian * step**-0.5)

    def points(self) -> list[tuple[float, float, float]]:
        """List every (epsilon, alpha, h) once: epsilon from large to small, then alpha, then h from large to small."""
        points = {(-epsilon, alpha, -h) for epsilon in self.epsilon for alpha in self.alpha for h in self.step}
        return [(-minus_epsilon, alpha, -minus_h) for minus_epsilon, alpha, minus_h in sorted(points)]

    def noise(self) -> NoisePlan:
        """Give what stands for [noise]: the kind of law; its scales are each cell's own."""
        return NoisePlan.model_construct(kind="stable", normal_scale=self.gaussian)

    def grid(self) -> GridPlan:
        """Give what stands for [grid]: eta is h, and nothing is clipped."""
        return GridPlan.model_construct(eta=self.step, b=(inf,), alpha=self.alpha)

    def physics(self) -> dict[str, Any]:
        """Return what decides the numbers of a cell beside epsilon, h and alpha."""
        return {"kind": "levy", "gaussian": self.gaussian}


def levy_mistakes(plan: LevyPlan) -> list[Mistake]:
    """Find what is wrong with [levy] beyond types and signs."""
    n_cells = len(plan.epsilon) * len(plan.step) * len(plan.alpha)
    if n_cells > MAX_CELLS:
        text = f"holds {n_cells:_} cells, more than {MAX_CELLS:_}; shorten epsilon, step or alpha, or split the plan"
        return [Mistake(("levy",), text, is_about_key=True)]
    low, high = LAWS["stable"].alpha or (0.0, 2.0)
    outside = [i for i, alpha in enumerate(plan.alpha) if not low <= alpha < high]

    def no_index(i: int) -> Mistake:
        reason = "2 is normal noise, which has no jumps; gaussian adds it" if plan.alpha[i] == high else "is no index"
        text = f"{reason} ({plan.alpha[i]:g}); take alpha from {low:g} to below {high:g}"
        return Mistake(("levy", "alpha", i), text)

    return first_in_words(outside, no_index) or _law_mistakes(plan)


def _law_mistakes(plan: LevyPlan) -> list[Mistake]:
    """Find the first point whose noise is no law, or leaves floating point."""
    for epsilon, alpha, h in plan.points():
        try:
            law = plan.law(epsilon, alpha, h)
        except LawError as error:
            if error.key != "normal_scale":
                return [_beyond(epsilon, alpha, h)]
            ratio = plan.gaussian * h ** (0.5 - 1.0 / alpha)
            text = (
                f"one step at h = {h:g}, alpha = {alpha:g} is {ratio:.3g} times as much normal as stable noise "
                f"({plan.gaussian:g}); leave the smaller part out"
            )
            return [Mistake(("levy", "gaussian"), text)]
        if not SMALLEST <= law.scale <= LARGEST:
            return [_beyond(epsilon, alpha, h)]
    return []


def _beyond(epsilon: float, alpha: float, h: float) -> Mistake:
    text = (
        f"the noise of a step, epsilon h^(1/alpha), leaves floating point at epsilon = {epsilon:g}, alpha = {alpha:g} "
        f"({h:g}); take steps nearer to 1, or a larger alpha"
    )
    return Mistake(("levy", "step"), text)


def stability_mistakes(landscape: Landscape, plan: LevyPlan, is_whole: bool) -> list[Mistake]:
    """Find steps so large that walkers run away to infinity, where the whole landscape is walked without projection.

    Beyond the outer wells f' is linear, of slope k: a step takes x to (1 - h k) x, which is farther out where h k > 2.

    Parameters
    ----------
    landscape : Landscape
    plan : LevyPlan
    is_whole : bool
        Whether walkers are followed wherever they go, as [visits] does.
    """
    stiffest = outer_curvature(landscape)
    if not is_whole or isfinite(landscape.projection) or stiffest <= 0.0:
        return []
    large = [h for h in plan.step if h * stiffest >= 2.0]
    if not large:
        return []
    text = (
        f"h f'' is 2 or more beyond the outer wells (f'' = {stiffest:.4g}): walkers out there overshoot and run away "
        f"({listed(large)}); take h < {2.0 / stiffest:.3g}, or a projection L"
    )
    return [Mistake(("levy", "step"), text)]


def outer_curvature(landscape: Landscape) -> float:
    """Return the larger f'' of the two far ends, where f' is linear."""
    low, high = landscape.domain
    ends = [landscape.minima[0] if low == -inf else low, landscape.minima[-1] if high == inf else high]
    return float(max(landscape.second_derivative(ends)))
