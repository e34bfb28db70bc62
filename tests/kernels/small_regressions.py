"""A few small ensembles of SGD on least squares printed as JSON; see small_exits.py."""

import json
import sys

from hts.ensembles.regression import RegressionProblem, simulate_regression

PROBLEMS = [
    RegressionProblem(3, 2, 0.5, 1.2, 2.0, 1.0, 4.0, 0, 10, 7),
    RegressionProblem(1, 1, 1.5, 1.0, 1.0, 0.0, 0.0, 0, 10, 7),
    RegressionProblem(9, 3, 0.3, 1.0, 3.0, 2.0, 5.0, 20, 10, 7),
]


def samples(n_runs):
    """Give iterates and averages as hex."""
    for problem in PROBLEMS:
        sample = simulate_regression(problem, 0, n_runs)
        yield [[x.hex() for x in row] for part in (sample.iterate, sample.average) for row in part.tolist()]


if __name__ == "__main__":
    print(json.dumps(list(samples(int(sys.argv[1])))))
