"""A few small ensembles printed as JSON, simulated in whatever way the environment asks for.

Run by test_machines.py in processes of their own: NUMBA_DISABLE_JIT, NUMBA_CPU_NAME and the cache folder are read when
Numba is imported.
"""

import json
import math
import sys

from hts import landscapes
from hts.ensembles import ExitProblem, simulate_exits
from hts.noise import Noise

LAWS = [
    Noise("pareto", 1.5),
    Noise("lomax", 1.3, p_plus=0.3),
    Noise("stable", 1.4),
    Noise("student", 1.5, normal_scale=0.5),
    Noise("normal", None, scale=4.0),
]


def samples(n_walkers, max_steps):
    """Give steps, sides and landing points (as hex) of every law in a basin, and of one in a formula's well."""
    basin = landscapes.basin(0.0, 1.0).gradient(-1.0, 1.0)
    problems = [ExitProblem(basin, noise, 0.1, 0.7, math.inf, -1.0, 1.0, 0.0, 7) for noise in LAWS]
    quartic = landscapes.quartic()
    minimum = float(quartic.minima[0])
    table = quartic.gradient(-6.0, 0.0)
    problems.append(ExitProblem(table, LAWS[0], 0.05, math.inf, math.inf, -6.0, 0.0, minimum, 7))
    for problem in problems:
        sample = simulate_exits(problem, 0, n_walkers, max_steps)
        landing = [x.hex() for x in sample.landing.tolist()]
        yield {"steps": sample.exit_steps.tolist(), "side": sample.side.tolist(), "landing": landing}


if __name__ == "__main__":
    print(json.dumps(list(samples(int(sys.argv[1]), int(sys.argv[2])))))
