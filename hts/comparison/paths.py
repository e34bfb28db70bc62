"""Big jumps of exiting paths compared with the catastrophe principle (docs/model.md (18))."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from hts.arrays import FloatArray, IntArray
from hts.comparison.catastrophes import LimitPaths, limit_paths
from hts.conditioning import CellPaths
from hts.estimation.paths import BigJumps, big_jumps
from hts.plans import Plan

#: Paths drawn from the limit law; the test's own error is that of the measured paths, which are fewer.
N_LIMIT = 10_000
#: Fewer found from the limit law say nothing.
FEWEST_LIMIT = 200
#: p-value below which the limit law is said to be visibly not reached; so often is a world that follows it accused.
LEVEL = 0.01
#: Fewer paths with exactly l* big jumps are not tested.
FEWEST = 8


@dataclass(frozen=True)
class JumpTest:
    """One property of one of the jumps, against the limit law, by the two-sample test of Kolmogorov and Smirnov."""

    what: str  # "time" or "size"
    jump: int  # which, from 1, in the order of time
    distance: float  # largest difference of the two distribution functions
    p: float


@dataclass(frozen=True)
class PathComparison:
    """Big jumps of paths that leave, beside the limit law of how they leave."""

    n_paths: int
    threshold: float | None  # gamma, in landscape units; None where no jump is needed, and none counted
    jump_number: int | None  # l* of the event
    mean_big_jumps: float | None  # per path
    expected_big_jumps: float | None  # l*, and what other steps make by themselves
    share_exact: float | None  # of paths with exactly l* big jumps
    median_sizes: tuple[float, ...]  # of jump 1 ... l*, |eta Z|, in paths with exactly l*
    median_sizes_limit: tuple[float, ...]
    number_p: float | None  # of the number of paths with another number than l*
    tests: tuple[JumpTest, ...]
    p: float | None  # of all together: the smallest times their number
    verdict: str


def compare_paths(plan: Plan, paths: CellPaths) -> PathComparison:
    """Compare number, sizes and times of big jumps with (18): l* of them, times uniform, sizes Pareto, given the event.

    The paths of the limit law are drawn with the plan's seed.
    """
    sample, event, eta = paths.sample, paths.event, paths.cell.eta
    if event is None:
        return without_limit(
            len(sample.number), None, "no jump is needed, or none helps: there is no threshold to count by"
        )
    jumps = big_jumps(sample.first, sample.step, sample.z, eta, event.threshold)
    noise, landscape = plan.noise_of(paths.cell), plan.build_landscape()
    if not paths.has_limit:
        return without_limit(jumps.n_paths, jumps, "no limit law: (18) is about paths that leave within a given time")
    if not noise.is_heavy or noise.alpha is None:
        return without_limit(
            jumps.n_paths, jumps, "light tails: no jump stands out by itself, and there is no limit law"
        )
    found = limit_paths(
        landscape.derivative, event, noise.alpha, noise.p_plus, landscape.projection, N_LIMIT, plan.seed
    )
    if len(found.times) < FEWEST_LIMIT:
        why = f"{event.n_jumps} jumps leave so rarely that the limit law could not be sampled"
        return without_limit(jumps.n_paths, jumps, why)
    return judge(jumps, sample.n_steps, eta, float(noise.tail(event.threshold / eta)), found, seed=plan.seed)


def judge(
    jumps: BigJumps, n_steps: IntArray, eta: float, big_probability: float, limit: LimitPaths, *, seed: int = 0
) -> PathComparison:
    """Compare with paths drawn from the limit law; `big_probability` is that of a big jump in a step of its own."""
    n_jumps, n_paths = limit.times.shape[1], len(n_steps)
    steps, sizes = jumps.of_paths_with(n_jumps)
    # other steps make big jumps too, one by one, as they do without any condition
    other = (n_steps - n_jumps) * big_probability
    is_exact = jumps.numbers == n_jumps
    number_p = float(scipy.stats.binomtest(int(is_exact.sum()), n_paths, float(np.exp(-other).mean())).pvalue)
    # a jump of step n happens between n - 1 and n; spread evenly there, few steps make no ties
    times = (steps - np.random.default_rng(seed).uniform(size=steps.shape)) * eta
    tests = _tests(times, np.abs(sizes), limit) if len(steps) >= FEWEST else ()
    p_values = [number_p, *(test.p for test in tests)]
    p = min(1.0, min(p_values) * len(p_values))
    return PathComparison(
        n_paths=n_paths,
        threshold=jumps.threshold,
        jump_number=n_jumps,
        mean_big_jumps=float(jumps.numbers.mean()),
        expected_big_jumps=n_jumps + float(other.mean()),
        share_exact=float(is_exact.mean()),
        median_sizes=tuple(np.median(np.abs(sizes), axis=0).tolist()) if len(sizes) else (),
        median_sizes_limit=tuple(np.median(np.abs(limit.sizes), axis=0).tolist()),
        number_p=number_p,
        tests=tests,
        p=p,
        verdict=_verdict(n_jumps, float(is_exact.mean()), number_p, tests, p),
    )


def _tests(times: FloatArray, sizes: FloatArray, limit: LimitPaths) -> tuple[JumpTest, ...]:
    """Test times and sizes of every jump."""
    tests = []
    for what, measured, drawn in (("time", times, limit.times), ("size", sizes, np.abs(limit.sizes))):
        for j in range(measured.shape[1]):
            answer = scipy.stats.ks_2samp(measured[:, j], drawn[:, j], method="asymp")
            tests.append(JumpTest(what, j + 1, float(answer.statistic), float(answer.pvalue)))
    return tuple(tests)


def _verdict(n_jumps: int, share: float, number_p: float, tests: Sequence[JumpTest], p: float) -> str:
    """Say in words what the numbers allow to be said."""
    count = f"{n_jumps} big jump{'s' if n_jumps > 1 else ''} in {share:.1%} of paths"
    if not tests:
        return f"{count}: too few of them to test times and sizes"
    if p >= LEVEL:
        return f"{count}; number, times and sizes show no difference from the limit (p = {p:.2g})"
    worst = max(tests, key=lambda test: test.distance)
    parts = [f"{test.what} of jump {test.jump}" for test in tests if test.p < LEVEL / (len(tests) + 1)]
    parts = (["number"] if number_p < LEVEL / (len(tests) + 1) else []) + parts
    return (
        f"{count}; not yet the limit at this eta: {', '.join(parts)} differ (p = {p:.1g}; "
        f"distribution functions by up to {worst.distance:.2f})"
    )


def without_limit(n_paths: int, jumps: BigJumps | None, why: str) -> PathComparison:
    """Return what can be said without a limit law."""
    mean = None if jumps is None else float(jumps.numbers.mean())
    threshold = None if jumps is None else jumps.threshold
    return PathComparison(n_paths, threshold, None, mean, None, None, (), (), None, (), None, why)
