"""SGD on least squares against the authors' loop and a batched one in NumPy."""

from benchmarks.measuring import Contender, take_turns
from benchmarks.peers import regression_loop
from benchmarks.rows import Row
from hts.ensembles.regression import RegressionProblem, regression_data, simulate_regression

DIMENSION, BATCH, ETA, N_STEPS = 100, 10, 0.1, 200


def problem(samples: int) -> RegressionProblem:
    """Give the published cell d = 100, b = 10, with fixed data or fresh samples."""
    return RegressionProblem(DIMENSION, BATCH, ETA, 1.0, 3.0, 3.0, 5.0, samples, N_STEPS, 1)


def regression_rows(repetitions: int) -> list[Row]:
    """Time run-steps per second."""
    data = regression_data(problem(10_000))
    rows = data.rows[:, :DIMENSION].copy()

    def ours(samples: int, n_runs: int) -> Contender:
        def work() -> float:
            simulate_regression(problem(samples), 0, n_runs)
            return float(n_runs * N_STEPS)

        return work

    def loop() -> float:
        regression_loop.iterates(rows, data.targets, BATCH, ETA, 10, N_STEPS)
        return 10.0 * N_STEPS

    def batched() -> float:
        regression_loop.online_iterates(DIMENSION, BATCH, ETA, 32, N_STEPS)
        return 32.0 * N_STEPS

    timings = take_turns(
        {"fixed": ours(10_000, 128), "loop": loop, "fresh": ours(0, 1024), "batched": batched}, repetitions
    )

    def row(what: str, name: str, other: str) -> Row:
        told = f"{timings.median(name) / 1e3:.3g} against {timings.median(other) / 1e3:.3g} thousand run-steps a second"
        return Row(what, timings.ratio(name, other), "x", "at least", 5.0, told)

    return [
        row("SGD on least squares, fixed data, d = 100, b = 10, against the authors' NumPy loop", "fixed", "loop"),
        row("the same on fresh samples, against NumPy in lock step", "fresh", "batched"),
    ]
