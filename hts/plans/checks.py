"""Checks of a plan's tables against one another and against the model they describe."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from hts.landscapes import LandscapeError
from hts.noise import LAWS, LawError
from hts.plans.domains import domain_mistakes, exit_domain
from hts.plans.grids import EXAMPLES, MAX_CELLS
from hts.plans.landscapes import FormulaPlan, LandscapePlan, WellsPlan
from hts.plans.mistakes import Mistake
from hts.plans.models import MAX_STEPS, ExitPlan, GridPlan, NoisePlan, VisitsPlan
from hts.plans.plan import built
from hts.plans.positions import KeyPath
from hts.plans.values import shown
from hts.plans.visits import record_mistakes

MAX_ELEMENTS = 10  # bad tail indices named one by one; a range may hold thousands
ANY_ALPHA = 1.5  # every heavy law has it: checks the rest of [noise] where the grid cannot be read


def landscape_mistakes(plan: LandscapePlan) -> list[Mistake]:
    """Find what is wrong with [landscape] beyond types and bounds, by building it."""
    if isinstance(plan, WellsPlan) and (found := list(_wells_mistakes(plan))):
        return found
    return _landscape_errors(plan, lambda: built(plan))


def _wells_mistakes(plan: WellsPlan) -> Iterator[Mistake]:
    if plan.kind == "double-well" and len(plan.minima) != 2:
        text = f'a double well has two minima ({len(plan.minima)} given); write kind = "multi-well" for another number'
        yield Mistake(("landscape", "minima"), text)
    for one, each in (("curvature", "curvatures"), ("barrier_curvature", "barrier_curvatures")):
        if getattr(plan, one) is not None and getattr(plan, each) is not None:
            text = f"cannot stand beside {one}; remove one of the two"
            yield Mistake(("landscape", each), text, is_about_key=True)
    if plan.curvature is None and plan.curvatures is None:
        text = "is missing; add curvature = 1.0, or curvatures = [..] with one for each minimum"
        yield Mistake(("landscape", "curvature"), text, is_about_key=True)


def _landscape_errors(plan: LandscapePlan, work: Callable[[], object]) -> list[Mistake]:
    """Collect what a landscape says of itself when asked to do some work, at the key that stands in the plan."""
    try:
        with np.errstate(all="ignore"):  # a bad formula overflows on its way to the error
            work()
    except LandscapeError as error:
        key = error.key
        if key not in plan.model_fields_set and key.endswith("s") and key[:-1] in plan.model_fields_set:
            key = key[:-1]  # curvature stands for all curvatures
        column = getattr(error, "column", None)
        if isinstance(plan, FormulaPlan) and key == "f" and column is not None:
            return [Mistake(("landscape", "f"), str(error), within=(plan.f, column))]
        return [Mistake(("landscape", key), str(error))]
    return []


def grid_mistakes(noise: NoisePlan | None, grids: Sequence[tuple[KeyPath, GridPlan]]) -> list[Mistake]:
    """Find what is wrong between [noise] and the sound [grid] tables, and whether the grid is too large."""
    found = []
    n_cells = sum(grid.n_cells for _, grid in grids)
    if n_cells > MAX_CELLS:
        text = f"holds {n_cells:_} cells, more than {MAX_CELLS:_}; shorten eta, b or alpha, or split the plan"
        found.append(Mistake(grids[0][0][:1], text, is_about_key=True))
    if noise is None or found:
        return found
    for place, grid in grids:
        found += _alpha_mistakes(noise, grid, (*place, "alpha"))
    given = {} if found else {alpha: None for _, grid in grids for alpha in grid.alpha or ()}
    for alpha in (given or {ANY_ALPHA: None}) if LAWS[noise.kind].alpha is not None else [None]:
        if (error := _law_error(noise, alpha)) is not None:
            is_missing = error.key == "shape" and noise.shape is None
            return [*found, Mistake(("noise", error.key), str(error), is_about_key=is_missing)]
    return found


def _alpha_mistakes(noise: NoisePlan, grid: GridPlan, place: KeyPath) -> list[Mistake]:
    if LAWS[noise.kind].alpha is None:
        if grid.alpha is None:
            return []
        return [Mistake(place, f"{noise.kind} noise has no tail index; leave alpha out", is_about_key=True)]
    if grid.alpha is None:
        text = f"is missing; {noise.kind} noise needs a tail index, for example {EXAMPLES['alpha']}"
        return [Mistake(place, text, is_about_key=True)]
    bare = noise.model_copy(update={"p_plus": 0.5, "normal_scale": 0.0})  # what is wrong with these hides no alpha
    found = []
    for i, alpha in enumerate(grid.alpha):
        error = _law_error(bare, alpha) or _law_error(noise, alpha)
        if error is not None and error.key == "alpha":
            found.append(Mistake((*place, i), str(error)))
    if len(found) > MAX_ELEMENTS:
        more = Mistake(place, f"{len(found) - MAX_ELEMENTS} more of its values are no tail index of {noise.kind} noise")
        return [*found[:MAX_ELEMENTS], more]
    return found


def _law_error(noise: NoisePlan, alpha: float | None) -> LawError | None:
    try:
        noise.build(alpha)
    except LawError as error:
        return error
    return None


def within_mistakes(plan: ExitPlan | VisitsPlan | None, grids: Sequence[tuple[KeyPath, GridPlan]]) -> list[Mistake]:
    """Find whether the time `within` is more steps than can be counted at the smallest eta of the grid."""
    etas = [eta for _, grid in grids for eta in grid.eta]
    if not isinstance(plan, ExitPlan) or plan.within is None or not etas:
        return []
    n_steps = plan.within / min(etas)
    if n_steps <= MAX_STEPS:
        return []
    text = f"is {n_steps:.3g} steps at eta = {min(etas):g}, more than {MAX_STEPS} ({shown(plan.within)}); shorten it"
    return [Mistake(("exit", "within"), text)]


def keep_mistakes(plan: ExitPlan | VisitsPlan | None) -> list[Mistake]:
    """Find whether a plan with [levy] asks for summaries, which its tables cannot be made from."""
    if not isinstance(plan, ExitPlan) or plan.keep != "summary":
        return []
    text = 'cannot be "summary" beside [levy]; leave keep out, or write the plan with [noise] and [grid]'
    return [Mistake(("exit", "keep"), text)]


def cross_mistakes(landscape: LandscapePlan | None, plan: ExitPlan | VisitsPlan | None) -> list[Mistake]:
    """Find what is wrong between a sound [landscape] and a sound [exit] or [visits]."""
    if landscape is None or plan is None:
        return []
    if isinstance(plan, VisitsPlan):
        found = record_mistakes(built(landscape), plan)
        L = built(landscape).projection
        return found or _landscape_errors(landscape, lambda: built(landscape).check_gradient(-L, L))
    if found := domain_mistakes(built(landscape), plan):
        return found
    domain = exit_domain(built(landscape), plan)
    return _landscape_errors(landscape, lambda: built(landscape).check_gradient(domain.low, domain.high))
