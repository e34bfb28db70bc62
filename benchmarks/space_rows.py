"""The plane against one dimension: the same law, eta and b, exits from a ball and from an interval."""

import math

import numpy as np

from benchmarks.measuring import Contender, take_turns
from benchmarks.rows import Row
from hts.ensembles import ExitProblem, simulate_exits
from hts.ensembles.space import SpaceProblem, simulate_space_exits
from hts.landscapes import basin
from hts.noise import Noise
from hts.space import radial, regions

ETA, B, SEED = 1e-3, 0.4, 1
#: Walkers are censored after so many steps: none leaves in so few.
N_STEPS, N_WALKERS = 20_000, 640


def space_rows(repetitions: int) -> list[Row]:
    """Time walker-steps per second."""
    noise, f = Noise("pareto", 1.5, 0.5), radial(1.0, 1.0, 2)
    line = ExitProblem(basin(0.0, 1.0).gradient(-1.0, 1.0), noise, ETA, B, math.inf, -1.0, 1.0, 0.0, SEED)
    plane = SpaceProblem(
        f.is_linear, f.matrix, f.centre, f.gradient_program, noise, True, ETA, B, f.projection,
        regions.ball(np.zeros(2), 1.0), np.zeros(2), SEED,
    )  # fmt: skip

    def on_the_line() -> float:
        return float(simulate_exits(line, 0, N_WALKERS, N_STEPS).exit_steps.sum())

    def in_the_plane() -> float:
        return float(simulate_space_exits(plane, 0, N_WALKERS, N_STEPS).exit_steps.sum())

    contenders: dict[str, Contender] = {"plane": in_the_plane, "line": on_the_line}
    timings = take_turns(contenders, repetitions)
    told = f"{timings.median('plane') / 1e6:.3g} against {timings.median('line') / 1e6:.3g} Msteps/s"
    return [Row("the plane against one dimension", timings.ratio("plane", "line"), "x", "at least", 0.35, told)]
