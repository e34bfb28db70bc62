"""Importance samples of rare exits against crude walks, where nearly every walk has hundreds of placed noises."""

import math

from benchmarks.measuring import Contender, take_turns
from benchmarks.rows import Row
from hts.ensembles import ExitProblem
from hts.ensembles.mixtures import Mixture
from hts.ensembles.rare import simulate_walks
from hts.landscapes import basin
from hts.noise import Noise

ETA, N_STEPS, N_WALKS = 1e-4, 10_000, 640
#: About 430 of the 10,000 noises of a walk are large, so P(B) is 1.
GAMMA = 0.002


def rare_rows(repetitions: int) -> list[Row]:
    """Time walker-steps per second."""
    noise = Noise("pareto", 1.05)
    problem = ExitProblem(basin(0.0, 1.0).gradient(-1.0, 1.0), noise, ETA, 0.7, math.inf, -1.0, 1.0, 0.0, 1)

    def sampled(mixture: Mixture | None) -> Contender:
        def work() -> float:
            return float(simulate_walks(problem, N_STEPS, mixture, 0, N_WALKS).n_steps)

        return work

    mixture = Mixture(noise, N_STEPS, 2, GAMMA / ETA, 0.05)
    timings = take_turns({"importance": sampled(mixture), "crude": sampled(None)}, repetitions)
    told = f"{timings.median('importance') / 1e6:.3g} against {timings.median('crude') / 1e6:.3g} Msteps/s"
    what = "importance samples with 430 placed noises a walk against crude walks"
    return [Row(what, timings.ratio("importance", "crude"), "x", "at least", 0.1, told)]
