"""Search over vector widths, lanes per block and steps per chunk.

`python -m benchmarks.widths` prints the two tables of README.md. None of the three changes a number.
"""

import argparse
import os
import subprocess
import sys

import llvmlite.binding as llvm
from rich.console import Console
from rich.table import Table

LANES = (32, 64, 128, 256, 512)
CHUNKS = (4, 8, 16, 32, 64)

#: Compiled in a process of its own, for Numba reads the features once; prints walker-steps per second of each round.
TIMED = """
import sys
from benchmarks import problems
from benchmarks.kernel_rows import kernel
from benchmarks.measuring import take_turns
print(*take_turns({"basin": kernel(problems.basin())}, int(sys.argv[1])).rates["basin"])
"""


def rate_with(features: str | None, repetitions: int) -> float:
    """Measure the basin with LLVM's CPU features set by hand; None: as hts sets them."""
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CPU_FEATURES"}
    if features is not None:
        environment["NUMBA_CPU_FEATURES"] = features
    command = [sys.executable, "-c", TIMED, str(repetitions)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rates = sorted(map(float, done.stdout.split()))
    return rates[len(rates) // 2]


def vector_widths(repetitions: int) -> Table:
    """Compare LLVM's own choice of 256-bit vectors with 512-bit ones, in turns of whole processes."""
    host = llvm.get_host_cpu_features()
    without_512 = ",".join(
        f"{'-' if name.startswith('avx512') else '+' if on else '-'}{name}" for name, on in host.items()
    )
    settings = {
        "as hts sets them (-prefer-256-bit)": None,
        "the host's, LLVM's tuning (prefer-256-bit)": host.flatten(),
        "the host's without AVX-512": without_512,
    }
    rates: dict[str, list[float]] = {name: [] for name in settings}
    for _ in range(3):
        for name, features in settings.items():
            rates[name].append(rate_with(features, repetitions))
    table = Table("NUMBA_CPU_FEATURES", "Msteps/s")
    for name, measured in rates.items():
        table.add_row(name, f"{sorted(measured)[1] / 1e6:.0f}")
    return table


def block_widths(repetitions: int) -> Table:
    """Compare lanes of a block and longest chunks, in turns."""
    from benchmarks import problems
    from benchmarks.measuring import Contender, take_turns
    from hts.ensembles import simulate_exits

    problem = problems.basin()

    def run(width: int, chunk: int) -> Contender:
        return lambda: float(simulate_exits(problem, 0, 10_000, 20_000, width=width, chunk=chunk).exit_steps.sum())

    contenders = {f"{width} {chunk}": run(width, chunk) for width in LANES for chunk in CHUNKS}
    timings = take_turns(contenders, repetitions)
    table = Table("lanes", *(f"chunk {chunk}" for chunk in CHUNKS))
    for width in LANES:
        table.add_row(str(width), *(f"{timings.median(f'{width} {chunk}') / 1e6:.0f}" for chunk in CHUNKS))
    return table


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.widths", description="Try vector and block widths.")
    parser.add_argument("--repetitions", type=int, default=5, help="rounds (default 5)")
    arguments = parser.parse_args()
    for table in (vector_widths(arguments.repetitions), block_widths(arguments.repetitions)):
        Console().print(table)


if __name__ == "__main__":
    main()
