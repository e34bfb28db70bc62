"""Text of the plan that `hts new` writes."""

from collections.abc import Iterable

from hts.noise import LAWS
from hts.plans.models import LANDSCAPE_PLANS


def _listed(names: Iterable[str]) -> str:
    """Write "a, b or c"."""
    *others, last = names
    return f"{', '.join(others)} or {last}"


_TEXT = """\
# Exit times of a double well under clipped heavy-tailed noise: a plan to start from.
#   hts describe PLAN    what it asks for and what it will cost
#   hts run PLAN         the simulation; running it again continues it
#   hts plot PLAN        the figures
title = "Exit times of a clipped double well"
seed = 20210704                   # enters every random stream: the same seed gives the same numbers

[landscape]                       # <landscapes>
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0                   # f'' at the minima; the barrier takes the same unless barrier_curvature is given

[noise]
kind = "pareto"                   # <laws>
scale = 1.0

[grid]                            # every eta with every b and every alpha; [[grid]] several times: all of them together
eta = { geom = [1e-3, 1e-1, 5] }  # step sizes: five from 0.001 to 0.1 in constant ratio; or a list, or { lin = [...] }
b = [0.7, inf]                    # largest step; inf is no clipping. The barrier is 1 away: 2 jumps against 1
alpha = [1.5]                     # tail index: P(|Z| > z) falls like z**-alpha

[exit]
well = 0                          # leave the left well, from its minimum; or domain = [lo, hi] with start = x
walkers = 1000                    # in each cell; or { relative_error = 0.02 }: as many as that takes, from exact means
max_steps = 50_000_000            # a walker that has not left by then is counted as censored
# instead of [exit]: long runs over all wells, and the share of time in each
# [visits]
# well = 0                        # start at its minimum; or start = x
# walkers = 40
# steps = 10_000_000              # of each walker
"""

STARTER = _TEXT.replace("<landscapes>", _listed(LANDSCAPE_PLANS)).replace("<laws>", _listed(LAWS))
