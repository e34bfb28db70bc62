"""A few small ensembles of visits printed as JSON; see small_exits.py."""

import json
import sys

import numpy as np

from hts import landscapes
from hts.ensembles import VisitProblem, simulate_visits
from hts.noise import Noise

LANDSCAPES = [
    landscapes.multi_well([-1.0, 1.0], [0.0], 1.0, kind="double-well"),
    landscapes.multi_well([-3.0, -1.0, 1.0, 3.0], [-2.0, 0.0, 2.0], 1.0),
    landscapes.quartic(),
]


def samples(n_walkers, n_steps):
    """Give all counts, and positions as hex."""
    for landscape in LANDSCAPES:
        minima = landscape.minima
        problem = VisitProblem(
            gradient=landscape.gradient(-np.inf, np.inf), noise=Noise("pareto", 1.3, scale=2.0), eta=0.05, b=1.9,
            projection=np.inf, start=float(minima[0]), seed=7, minima=minima, barriers=landscape.barriers,
            radius=np.full(len(minima), 0.3), low=-3.0, high=3.0, n_bins=10,
            checkpoints=np.unique([1, 7, n_steps]),
        )  # fmt: skip
        sample = simulate_visits(problem, 0, n_walkers)
        yield {
            "wells": sample.steps_in_well.tolist(),
            "near": sample.steps_near.tolist(),
            "transitions": sample.transitions.sum(axis=0)[None].tolist(),
            "histogram": sample.histogram.tolist(),
            "position": [x.hex() for x in sample.position.tolist()],
            "beyond": sample.steps_beyond_domain,
        }


if __name__ == "__main__":
    print(json.dumps(list(samples(int(sys.argv[1]), int(sys.argv[2])))))
