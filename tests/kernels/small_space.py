"""A few small ensembles in R^d printed as JSON; see small_exits.py."""

import json
import sys

import numpy as np

from hts import space
from hts.ensembles.space import SpaceProblem, simulate_space_exits, simulate_space_visits
from hts.noise import Noise
from hts.space import regions

TEXT = "x**2/2 + y**2 + exp(-y)/9 + sin(3*x*y)/5 + abs(z)**1.5 + sqrt(1 + x**2)/(2 + cos(z)) + tanh(x)*log(2 + y**2)/3"


def problem(f, region, noise, start, is_isotropic=True, eta=0.1, b=0.7):
    return SpaceProblem(
        f.is_linear, f.matrix, f.centre, f.gradient_program, noise, is_isotropic, eta, b, f.projection, region,
        np.array(start, dtype=float), 7,
    )  # fmt: skip


def samples(n_walkers, max_steps):
    """Give steps and landing points (as hex) of a plane, of a formula and of coordinates, and long runs."""
    for d, law in ((2, Noise("pareto", 1.5)), (3, Noise("stable", 1.4)), (5, Noise("student", 1.5))):
        yield exits(
            problem(space.radial(1.0, 1.0, d), regions.ball(np.zeros(d), 1.0), law, np.zeros(d)), n_walkers, max_steps
        )
    f = space.formula(TEXT, 3, projection=1.4)
    ball = regions.ball(np.zeros(3), 1.3)
    yield exits(problem(f, ball, Noise("lomax", 1.3, p_plus=0.3), np.zeros(3), False), n_walkers, max_steps)
    f = space.himmelblau()
    runs = problem(f, regions.everywhere(2), Noise("pareto", 1.2, scale=20.0), [2.9, 1.0], eta=1e-3, b=2.15)
    sample = simulate_space_visits(runs, f.minimisers, np.full(4, 0.5), np.array([max_steps]), 0, n_walkers)
    yield {"steps": sample.steps_in_set.tolist(), "position": [x.hex() for x in sample.position.ravel().tolist()]}


def exits(one, n_walkers, max_steps):
    sample = simulate_space_exits(one, 0, n_walkers, max_steps)
    return {"steps": sample.exit_steps.tolist(), "landing": [x.hex() for x in sample.landing.ravel().tolist()]}


if __name__ == "__main__":
    print(json.dumps(list(samples(int(sys.argv[1]), int(sys.argv[2])))))
