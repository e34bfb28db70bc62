"""Big jumps of paths that leave a domain of R^d, beside docs/model.md (18): l* of them, uniform times, Pareto sizes.

Sizes here are lengths of steps, after clip and projection, as a file of paths has them: paths of the limit law are
measured in the same way, and a jump of b is one of b or more.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, inf

import numpy as np

from hts.answers.space_wells import searched_jumps
from hts.arrays import BoolArray, FloatArray
from hts.comparison.catastrophes import BATCH, LimitPaths
from hts.comparison.paths import FEWEST_LIMIT, N_LIMIT, PathComparison, judge, without_limit
from hts.conditioning.space import SpacePaths
from hts.estimation.paths import BigJumps
from hts.plans import SpacePlan
from hts.space.convex_wells import isotropic_directions
from hts.space.domains import contains
from hts.space.flows import project
from hts.theory.limit.within import FEWEST_STEPS, STEPS_PER_RELAXATION, flow

#: Candidates in all.
MOST_CANDIDATES = 600_000
#: A step this near to b, relatively, has been clipped: its length is b but for roundings.
CLIPPED = 1e-9
#: Places at which curvatures are looked at.
N_LOOKS = 256


@dataclass(frozen=True)
class SpaceCatastrophe:
    """How paths leave a domain of R^d as eta -> 0, given that they leave within a time."""

    n_jumps: int  # l*
    b: float
    time: float  # of the gradient flow
    smallest: float  # length that a jump has at least in a path out


def compare_space_paths(plan: SpacePlan, paths: SpacePaths) -> PathComparison:
    """Compare number, sizes and times of big jumps with (18), given the event; see `hts.comparison.compare_paths`."""
    threshold, n_jumps, cell, n_paths = paths.threshold, paths.jump_number, paths.cell, len(paths.number)
    if threshold is None or n_jumps is None:
        why = "l* is not known, the flow helps, or paths are too long to keep each step"
        return without_limit(n_paths, None, f"no jump is counted: {why}")
    jumps = space_big_jumps(paths, threshold)
    noise = plan.noise_of(cell)
    if paths.question.given != "exit" or paths.question.within is None:
        return without_limit(n_paths, jumps, "no limit law: (18) is about paths that leave within a given time")
    if not noise.is_heavy or noise.alpha is None:
        return without_limit(n_paths, jumps, "light tails: no jump stands out by itself, and there is no limit law")
    if not plan.is_isotropic:
        return without_limit(n_paths, jumps, "no limit law: that of isotropic noise is compared alone")
    # where the flow may help, smaller jumps can be of use than along a straight line: all that are counted
    searched = searched_jumps(plan, cell.b)
    is_straight = not (plan.has_map or (searched is not None and searched.flow_helps))
    event = SpaceCatastrophe(n_jumps, cell.b, paths.question.within, threshold * (2.0 if is_straight else 1.0))
    limit = space_limit_paths(plan, event, noise.alpha, N_LIMIT, plan.seed)
    if len(limit.times) < FEWEST_LIMIT:
        why = f"{n_jumps} jumps leave so rarely that the limit law could not be sampled"
        return without_limit(n_paths, jumps, why)
    n_steps = np.diff(paths.first) - 1
    return judge(jumps, n_steps, cell.eta, float(noise.tail(threshold / cell.eta)), limit, seed=plan.seed)


def space_big_jumps(paths: SpacePaths, threshold: float) -> BigJumps:
    """Gather the steps longer than a threshold."""
    path = np.repeat(np.arange(len(paths.number)), np.diff(paths.first))
    size, is_big = as_clipped(paths.move, paths.cell.b), paths.is_big
    return BigJumps(threshold, len(paths.number), path[is_big], paths.step[is_big], size[is_big])


def as_clipped(size: FloatArray, b: float) -> FloatArray:
    """Return lengths with b for those that are b but for roundings."""
    return np.asarray(np.where(size > b * (1.0 - CLIPPED), b, size)) if b < inf else size


@lru_cache(maxsize=16)  # the same for every eta
def space_limit_paths(plan: SpacePlan, event: SpaceCatastrophe, alpha: float, n_paths: int, seed: int) -> LimitPaths:
    """Draw paths of l* jumps by rejection: a candidate counts when the gradient flow with its jumps leaves in time.

    Parameters
    ----------
    plan : SpacePlan
        Of exits, with isotropic noise.
    event : SpaceCatastrophe
    alpha : float
        Tail index.
    n_paths : int
        Wanted; fewer come where 600 000 candidates hold fewer.
    seed : int
    """
    rng, l = np.random.default_rng(seed), event.n_jumps  # noqa: E741  (as in the papers)
    n_flow = _flow_steps(plan, event)
    times, sizes, n_found, n_candidates = [], [], 0, 0
    while n_found < n_paths and n_candidates < MOST_CANDIDATES:
        n_candidates += BATCH
        t = np.sort(rng.uniform(0.0, event.time, (BATCH, l)), axis=1)
        wanted = event.smallest * (1.0 - rng.uniform(size=(BATCH, l))) ** (-1.0 / alpha)
        leaves, length = _follow(plan, event, rng, t, wanted, n_flow)
        times.append(t[leaves])
        sizes.append(length[leaves])
        n_found += int(leaves.sum())
    return LimitPaths(np.concatenate(times)[:n_paths], np.concatenate(sizes)[:n_paths], n_candidates)


def _follow(
    plan: SpacePlan, event: SpaceCatastrophe, rng: np.random.Generator, times: FloatArray, sizes: FloatArray,
    n_flow: int,
) -> tuple[BoolArray, FloatArray]:  # fmt: skip
    """Return whether paths are outside right after a jump or when the time is over, and how long their jumps were."""
    landscape = plan.build_landscape()
    x, out = np.tile(plan.start, (len(times), 1)), np.zeros(len(times), dtype=bool)
    before, length = np.zeros(len(times)), np.empty_like(sizes)

    def follow(x: FloatArray, time: FloatArray) -> FloatArray:
        return project(flow(landscape.gradient, x, time[:, None], n_flow), landscape.projection)

    for j in range(event.n_jumps):
        x = follow(x, times[:, j] - before)
        jump = np.minimum(sizes[:, j], event.b)[:, None] * isotropic_directions(rng, x.shape)
        to = project(x + jump, landscape.projection)
        length[:, j] = as_clipped(np.linalg.norm(to - x, axis=1), event.b)
        out |= ~contains(plan.region, to)
        x = np.where(out[:, None], plan.start, to)  # how far out no longer matters, and there may be no gradient there
        before = times[:, j]
    return out | ~contains(plan.region, follow(x, event.time - before)), length


def _flow_steps(plan: SpacePlan, event: SpaceCatastrophe) -> int:
    """Return the steps of the flow between two jumps, from the largest curvature that they can reach."""
    rng, d = np.random.default_rng(seed=0), plan.dimension
    reach = min(event.b * event.n_jumps, 10.0 * event.smallest)
    away = isotropic_directions(rng, (N_LOOKS, d)) * reach * rng.random((N_LOOKS, 1))
    places = np.vstack([plan.start, plan.start + away])
    places = places[contains(plan.region, places)]
    curvatures = np.linalg.eigvalsh(np.nan_to_num(plan.build_landscape().hessian(places)))
    n_steps = ceil(STEPS_PER_RELAXATION * float(np.abs(curvatures).max()) * event.time)
    return max(FEWEST_STEPS, n_steps) // (event.n_jumps + 1)
