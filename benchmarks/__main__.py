"""`python -m benchmarks`: measure every row, print the table and save it."""

import argparse
import time

from benchmarks.kernel_rows import landscape_and_law_rows, peer_rows, thread_row, visit_rows
from benchmarks.network_rows import network_rows
from benchmarks.program_rows import program_rows
from benchmarks.rare_rows import rare_rows
from benchmarks.regression_rows import regression_rows
from benchmarks.report import circumstances, print_table, write_latest, write_readme


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time hts against peers and targets.")
    parser.add_argument("--repetitions", type=int, default=7, help="rounds of each measurement (default 7)")
    parser.add_argument("--dry", action="store_true", help="print only; leave latest.json and README.md as they are")
    arguments = parser.parse_args()

    started = time.perf_counter()
    n = arguments.repetitions
    threads = thread_row(n)  # before JAX is there, whose own threads stay
    rows = [
        *peer_rows(n),
        threads,
        *landscape_and_law_rows(n),
        *visit_rows(n),
        *regression_rows(n),
        *rare_rows(n),
        *network_rows(n),
        *program_rows(n),
    ]
    command = "python -m benchmarks" + (f" --repetitions {n}" if n != 7 else "")
    told = circumstances(command, n, time.perf_counter() - started)
    print_table(rows, told)
    if not arguments.dry:
        write_latest(rows, told)
        write_readme(rows, told)


if __name__ == "__main__":
    main()
