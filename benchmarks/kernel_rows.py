"""Kernel benchmarks: peers, other landscapes, other laws, two threads."""

import importlib.util
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks import problems
from benchmarks.measuring import Contender, Timings, take_turns
from benchmarks.peers import naive_numba
from benchmarks.peers.limit import Limit, NoLimitError
from benchmarks.peers.numpy_lockstep import exit_steps, one_uniform, two_uniforms
from benchmarks.problems import ALPHA, ETA, B
from benchmarks.rows import Row
from hts.engines import available_cores
from hts.ensembles import ExitProblem, VisitProblem, simulate_exits, simulate_visits
from hts.kernels.blocks import WIDTH

#: Means of exit times differ a thousandfold between cells: walkers are censored here, so that all cells are long.
MAX_STEPS = 20_000
#: Walker-steps of one measured run: about 0.1 s for the kernel.
WORK = 4e7
#: What visits may cost: they count where a walker is after every step.
VISITS_TARGET = 0.7


def kernel(problem: ExitProblem, work: float = WORK) -> Contender:
    """Give a run of the kernel of about `work` walker-steps, counted by exit steps (frozen lanes do not count)."""
    trial = simulate_exits(problem, 0, 512, MAX_STEPS).exit_steps.mean()
    n_walkers = max(512, int(work / trial))
    return lambda: float(simulate_exits(problem, 0, n_walkers, MAX_STEPS).exit_steps.sum())


def speeds(timings: Timings, *names: str) -> str:
    """Write rates beside a ratio."""
    return " against ".join(f"{timings.median(name) / 1e6:.3g}" for name in names) + " Msteps/s"


def ratio_row(timings: Timings, what: str, name: str, other: str, target: float) -> Row:
    """Make a row of one contender's rate over another's."""
    return Row(what, timings.ratio(name, other), "x", "at least", target, speeds(timings, name, other))


def peer_rows(repetitions: int) -> list[Row]:
    """Time the kernel against what others would write."""
    contenders: dict[str, Contender] = {
        "hts": kernel(problems.basin()),
        "naive": lambda: float(naive_numba.exit_steps(ALPHA, ETA, B, 2000, MAX_STEPS).sum()),
        "numpy": lambda: float(exit_steps(ALPHA, ETA, B, 10_000, 300, two_uniforms).sum()),
        "numpy, one uniform": lambda: float(exit_steps(ALPHA, ETA, B, 10_000, 300, one_uniform).sum()),
    }
    has_jax = importlib.util.find_spec("jax") is not None
    if has_jax:
        from benchmarks.peers import jax_scan

        contenders["jax"] = lambda: float(jax_scan.exit_steps(ALPHA, ETA, B, 4096, 700).sum())
    limit_remark = ""
    try:
        limit = Limit()
        check_limit(limit)
        n_walkers = int(WORK / 1400)
        contenders["limit"] = lambda: float(limit.exit_steps(problems.basin(), n_walkers, MAX_STEPS).sum())
        limit_remark = f"; limit.c with {limit.vector_bits}-bit vectors, same exit steps"
    except NoLimitError as reason:
        limit_remark = str(reason)
    timings = take_turns(contenders, repetitions)

    rows = [
        ratio_row(timings, "against the naive Numba loop", "hts", "naive", 12.0),
        ratio_row(timings, "against NumPy, 10,000 walkers in lock step, two uniforms a step", "hts", "numpy", 8.0),
        ratio_row(timings, "against NumPy, the same with one uniform a step", "hts", "numpy, one uniform", 8.0),
    ]
    what = "against JAX, jit + scan, 4,096 walkers, float64"
    if has_jax:
        rows.append(ratio_row(timings, what, "hts", "jax", 8.0))
    else:
        rows.append(Row(what, None, "x", "at least", 8.0, "JAX is not installed (dependency group `bench`)"))
    what = "against limit.c, the intrinsics twin"
    if "limit" in contenders:
        speed = speeds(timings, "hts", "limit") + limit_remark
        rows.append(Row(what, timings.ratio("hts", "limit"), "x", "at least", 0.6, speed))
    else:
        rows.append(Row(what, None, "x", "at least", 0.6, limit_remark))
    return rows


def check_limit(limit: Limit) -> None:
    """Require of limit.c the exit steps of the kernel, walker by walker, long exits and short, free and censored."""
    for eta, max_steps in ((ETA, 10**9), (0.1, 10**9), (ETA, 1001)):
        problem = problems.basin(eta=eta)
        ours = simulate_exits(problem, 0, 3000, max_steps).exit_steps
        if not np.array_equal(ours, limit.exit_steps(problem, 3000, max_steps)):
            raise RuntimeError("limit.c and the kernel disagree about exit steps: one of them has changed")


def landscape_and_law_rows(repetitions: int) -> list[Row]:
    """Time other landscapes, other laws and short exits against the basin."""
    others = {
        "double well (two hinges)": (problems.double_well(), 0.8),
        "four wells (six hinges)": (problems.four_wells(), 0.8),
        "published formula, domain of its exit figure (table)": (problems.published(), 0.5),
        "published formula, all wells (table)": (problems.published_whole(), 0.5),
        "lomax noise": (problems.basin(problems.LAWS["lomax"]), 0.9),
        "student noise": (problems.basin(problems.LAWS["student"]), 0.5),
        "normal noise": (problems.basin(problems.LAWS["normal"]), 0.5),
        "stable noise": (problems.basin(problems.LAWS["stable"]), 0.35),
        "empirical noise": (problems.basin(problems.LAWS["empirical"]), 0.4),
        "short exits (eta 0.1)": (problems.basin(eta=0.1), 0.5),
    }
    contenders = {"basin": kernel(problems.basin())} | {name: kernel(other) for name, (other, _) in others.items()}
    timings = take_turns(contenders, repetitions)
    return [
        ratio_row(timings, f"{name} against the basin", name, "basin", target) for name, (_, target) in others.items()
    ]


def visit_rows(repetitions: int) -> list[Row]:
    """Time visits across all wells against first exits on the same landscape, every lane full."""
    pairs = {
        "two wells": (problems.DOUBLE_WELL, problems.double_well()),
        "four wells": (problems.FOUR_WELLS, problems.four_wells()),
        "published formula": (problems.PUBLISHED, problems.published_whole()),
    }
    contenders: dict[str, Contender] = {}
    for name, (landscape, same) in pairs.items():
        contenders[name] = kernel(same)
        contenders[f"{name}, visits"] = visit_kernel(problems.visits(landscape, same, MAX_STEPS))
    timings = take_turns(contenders, repetitions)
    return [
        ratio_row(timings, f"visits against exits, {name}", f"{name}, visits", name, VISITS_TARGET) for name in pairs
    ]


def visit_kernel(problem: VisitProblem, work: float = WORK) -> Contender:
    """Give a run of the visits kernel of about `work` walker-steps, in whole blocks."""
    n_walkers = max(1, round(work / problem.n_steps / WIDTH)) * WIDTH
    return lambda: float(simulate_visits(problem, 0, n_walkers).steps_in_well[:, -1].sum())


def thread_row(repetitions: int) -> Row:
    """Time two threads against one, by wall time, in runs of half a second: new threads may share a core at first."""
    target, what = 1.9, "two threads against one"
    if available_cores() < 2:
        return Row(what, None, "x", "at least", target, "this process may use one core only")
    problem, n_walkers = problems.basin(), int(5 * WORK / 1400)

    def run(threads: int) -> Contender:
        def work() -> float:
            with ThreadPoolExecutor(threads) as pool:
                parts = [
                    pool.submit(simulate_exits, problem, k * n_walkers, n_walkers, MAX_STEPS) for k in range(threads)
                ]
                return float(sum(part.result().exit_steps.sum() for part in parts))

        return work

    timings = take_turns({"two": run(2), "one": run(1)}, repetitions, time.perf_counter)
    row = ratio_row(timings, what, "two", "one", target)
    load = os.getloadavg()[0]
    return Row(row.what, row.measured, "x", "at least", target, f"{row.remark}, wall time, load average {load:.1f}")
