"""Paths drawn from the limit law of rare exits, to compare with measured ones (docs/model.md (18))."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.theory.limit.within import Catastrophe, flow

#: Candidates of one batch, and in all.
BATCH = 20_000
MOST_CANDIDATES = 600_000


@dataclass(frozen=True, eq=False)
class LimitPaths:
    """Jumps of paths drawn from the limit law (18): times uniform and sizes Pareto, restricted to the event."""

    times: FloatArray  # float64[path, jump], increasing, gradient-flow time
    sizes: FloatArray  # float64[path, jump], signed, before the clip, in landscape units
    n_candidates: int  # that were drawn to find them


@lru_cache(maxsize=16)  # the same for every eta
def limit_paths(
    derivative: Callable[[FloatArray], FloatArray],
    event: Catastrophe,
    alpha: float,
    p_plus: float,
    projection: float,
    n_paths: int,
    seed: int,
) -> LimitPaths:
    """Draw paths of l* jumps by rejection: a candidate counts when the gradient flow with its jumps leaves in time.

    Candidates go one way each, their jumps no smaller than the smallest of use; no other path of so few jumps leaves.

    Parameters
    ----------
    derivative : callable
        f'.
    event : Catastrophe
    alpha, p_plus : float
        Tail index, and share of big jumps to the right.
    projection : float
        L, inf for none.
    n_paths : int
        Wanted; fewer come where 600 000 candidates hold fewer.
    seed : int
    """
    rng = np.random.default_rng(seed)
    l = event.n_jumps  # noqa: E741  (as in the papers)
    shares = np.array([p_plus if way.sign > 0 else 1.0 - p_plus for way in event.ways])
    smallest = np.array([way.smallest for way in event.ways])
    signs = np.array([way.sign for way in event.ways])
    weights = (shares * smallest**-alpha) ** l
    times, sizes, n_found, n_candidates = [], [], 0, 0
    while n_found < n_paths and n_candidates < MOST_CANDIDATES:
        n_candidates += BATCH
        way = rng.choice(len(signs), BATCH, p=weights / weights.sum())
        t = np.sort(rng.uniform(0.0, event.time, (BATCH, l)), axis=1)
        w = (signs[way] * smallest[way])[:, None] * (1.0 - rng.uniform(size=(BATCH, l))) ** (-1.0 / alpha)
        leaves = _leaves(derivative, event, projection, t, w)
        times.append(t[leaves])
        sizes.append(w[leaves])
        n_found += int(leaves.sum())
    return LimitPaths(np.concatenate(times)[:n_paths], np.concatenate(sizes)[:n_paths], n_candidates)


def _leaves(
    derivative: Callable[[FloatArray], FloatArray],
    event: Catastrophe,
    projection: float,
    times: FloatArray,
    sizes: FloatArray,
) -> npt.NDArray[np.bool_]:
    """Return whether paths (float64[path, jump] both) are outside right after a jump, or when the time is over."""
    x = np.full(len(times), event.start)
    out = np.zeros(len(times), np.bool_)
    n_steps = max(8, event.n_flow_steps // (event.n_jumps + 1))
    before = np.zeros(len(times))
    for j in range(event.n_jumps):
        x = flow(derivative, x, times[:, j] - before, n_steps)
        x = np.clip(x + np.clip(sizes[:, j], -event.b, event.b), -projection, projection)
        out |= (x <= event.low) | (x >= event.high)
        x = np.where(out, event.start, x)  # how far out no longer matters, and a formula may end there
        before = times[:, j]
    x = flow(derivative, x, event.time - before, n_steps)
    return out | (x <= event.low) | (x >= event.high)
