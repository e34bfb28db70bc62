"""Whole-command benchmarks, each command in a process of its own."""

import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import problems
from benchmarks.rows import Row
from hts.ensembles import simulate_exits

QUICK = Path(__file__).parent.parent / "configs" / "quick.toml"

#: Each takes some seven seconds.
RUNS_OF_3E9 = 5
#: The basin of the other rows, as a plan.
PLAN = """title = "benchmark"
seed = 20210704
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[[grid]]
eta = [{eta}]
b = [0.7]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = {walkers}
max_steps = {max_steps}
"""


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    seconds: float  #: wall time
    cpu_seconds: float  #: processor time, all threads
    peak_mb: float  #: largest resident set, 1e6 bytes


def hts(*arguments: object, **environment: str) -> Cost:
    """Run `hts` and wait for it.

    Python may keep its bytecode, as it does by default: a start is timed as a user's second one.
    """
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "hts", *map(str, arguments)]
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env=clean | environment, cwd=QUICK.parent.parent
        )
        peak = Peak(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(command)}\n{errors.read().decode()}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak.mb() or maximum_mb(usage))


class Peak(threading.Thread):
    """Watches a process's largest resident set, which Linux tells of it as long as it lives.

    What is told of it afterwards counts what this process held when it was forked, as well.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self._kilobytes = 0
        self.start()

    def run(self) -> None:
        """Look every few milliseconds until the process is gone."""
        while True:
            try:
                found = re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text())
            except OSError:
                return
            if found is None:  # it has ended
                return
            self._kilobytes = int(found[1])
            time.sleep(0.005)

    def mb(self) -> float:
        """Give it in 1e6 bytes; 0 where this system does not tell."""
        self.join(1.0)
        return self._kilobytes * 1024.0 / 1e6


def maximum_mb(usage: resource.struct_rusage) -> float:
    """Give the largest resident set in 1e6 bytes; Linux counts it in units of 1024 bytes, macOS in bytes."""
    return usage.ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0) / 1e6


def write_plan(folder: Path, eta: float, walkers: int, max_steps: int) -> Path:
    """Write the basin's plan."""
    path = folder / "plan.toml"
    path.write_text(PLAN.format(eta=eta, walkers=walkers, max_steps=max_steps))
    return path


def whole_run_row(folder: Path, cache: str) -> Row:
    """Time `hts run --threads 1` of 3e9 steps, its start and its files included, against the kernel alone.

    Wall time of both, as a user's; the kernel is timed before and after each run.
    """
    problem, max_steps = problems.basin(), 10**9
    mean = simulate_exits(problem, 0, 20_000, max_steps).exit_steps.mean()
    n_walkers = int(3e9 / mean)
    plan = write_plan(folder, problems.ETA, n_walkers, max_steps)

    def alone() -> float:
        started = time.perf_counter()
        steps = simulate_exits(problem, 0, n_walkers // 6, max_steps).exit_steps.sum()
        return float(steps / (time.perf_counter() - started))

    ratios, runs, kernels, busy = [], [], [alone()], []
    for k in range(RUNS_OF_3E9):
        cost = hts("run", plan, "-o", folder / f"whole-{k}", "--threads", 1, NUMBA_CACHE_DIR=cache)
        runs.append(n_walkers * mean / cost.seconds)
        busy.append(cost.cpu_seconds / cost.seconds)
        kernels.append(alone())
        ratios.append(runs[-1] / (0.5 * (kernels[-2] + kernels[-1])))
    speed = f"{statistics.median(runs) / 1e6:.3g} against {statistics.median(kernels) / 1e6:.3g} Msteps/s"
    remark = f"{speed}, one thread, wall time; {statistics.median(busy):.2f} s of processor time a second"
    return Row(
        "whole `hts run` of 3e9 steps against the kernel", statistics.median(ratios), "x", "at least", 0.9, remark
    )


def memory_row(folder: Path, cache: str) -> Row:
    """Run 1e7 walkers in one cell and ask for the largest resident set."""
    plan = write_plan(folder, 0.1, 10**7, 50)
    cost = hts("run", plan, "-o", folder / "many", NUMBA_CACHE_DIR=cache)
    fit = hts("fit", folder / "many", "--no-exact", NUMBA_CACHE_DIR=cache)
    remark = f"peak resident set, kernels compiled before; `hts fit` of it: {fit.peak_mb:.0f} MB"
    return Row("memory of `hts run`, 1e7 walkers in a cell", cost.peak_mb, "MB", "at most", 400.0, remark)


def compile_row(folder: Path, cache: str) -> Row:
    """Time the same commands with an empty cache and with a full one.

    They use what quick.toml uses, simulation and exact prediction, but little: quick.toml cut to one walker and one
    step, and one cell predicted. `cache` is full afterwards.
    """
    one_cell = write_plan(folder, 0.1, 1, 1)
    one_step = ("--set", "exit.walkers=1", "--set", "exit.max_steps=1")

    def run_and_predict(name: str) -> tuple[float, float]:
        run = hts("run", QUICK, "-o", folder / name, *one_step, NUMBA_CACHE_DIR=cache)
        predict = hts("predict", one_cell, NUMBA_CACHE_DIR=cache)
        return run.seconds + predict.seconds, run.cpu_seconds + predict.cpu_seconds

    (cold, cold_cpu), (warm, warm_cpu) = run_and_predict("cold"), run_and_predict("warm")
    commands = f"`hts run` and `hts predict`: {cold:.1f} s with an empty cache, {warm:.1f} s with a full one"
    remark = f"{commands}; {cold_cpu - warm_cpu:.1f} s of processor time"
    return Row("cold compile of all that quick.toml needs", cold - warm, "s", "at most", 15.0, remark)


def start_rows(folder: Path, cache: str, repetitions: int) -> list[Row]:
    """Time a warm start and `hts --help`, by wall time."""
    plan = write_plan(folder, problems.ETA, 1, 1)
    starts = [hts("run", plan, "-o", folder / f"start-{k}", NUMBA_CACHE_DIR=cache) for k in range(repetitions)]
    helps = [hts("--help") for _ in range(repetitions)]

    def row(what: str, costs: list[Cost], target: float, remark: str) -> Row:
        cpu = statistics.median(cost.cpu_seconds for cost in costs)
        seconds = statistics.median(cost.seconds for cost in costs)
        return Row(what, seconds, "s", "at most", target, f"{remark}; {cpu:.2f} s of processor time")

    return [
        row("warm start of `hts run`", starts, 1.5, "a whole run of one step"),
        row("`hts --help`", helps, 0.3, "whole process"),
    ]


def program_rows(repetitions: int) -> list[Row]:
    """Time whole commands in a scratch folder."""
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name), str(Path(name) / "cache")
        compiling = compile_row(folder, cache)
        starts = start_rows(folder, cache, repetitions)
        return [whole_run_row(folder, cache), memory_row(folder, cache), compiling, *starts]
