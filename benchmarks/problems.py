"""The cells that are timed: the target basin, other landscapes, other laws."""

import numpy as np

from hts import landscapes
from hts.ensembles import ExitProblem, VisitProblem
from hts.landscapes import Landscape
from hts.noise import Body, Noise

ALPHA, B, ETA = 1.5, 0.7, 0.01
SEED = 20210704
PARETO = Noise("pareto", ALPHA)


def problem(
    landscape: Landscape, low: float, high: float, start: float, noise: Noise = PARETO, eta: float = ETA, b: float = B
) -> ExitProblem:
    """Make a cell whose walkers leave (low, high), with every hinge or table node between."""
    gradient = landscape.gradient(low, high)
    return ExitProblem(gradient, noise, eta, b, landscape.projection, low, high, start, SEED)


def basin(noise: Noise = PARETO, eta: float = ETA) -> ExitProblem:
    """Give the cell that everything is measured against: f' = x on (-1, 1), pareto 1.5, b 0.7, eta 0.01."""
    return problem(landscapes.basin(0.0, 1.0), -1.0, 1.0, 0.0, noise, eta)


#: The landscapes with several wells.
DOUBLE_WELL = landscapes.multi_well([-1.0, 1.0], [0.0], 1.0, kind="double-well")
FOUR_WELLS = landscapes.multi_well([-3.0, -1.0, 1.0, 3.0], [-2.0, 0.0, 2.0], 1.0)
PUBLISHED = landscapes.wang_oh_rhee()


def double_well() -> ExitProblem:
    """Put two wells inside the domain: two hinges."""
    return problem(DOUBLE_WELL, -2.0, 2.0, -1.0)


def four_wells() -> ExitProblem:
    """Put four wells inside the domain: six hinges."""
    return problem(FOUR_WELLS, -4.0, 4.0, -1.0)


def published() -> ExitProblem:
    """Take the published four-well formula: a table, cut to the domain of its exit figure."""
    return problem(PUBLISHED, -1.3, 0.2, -0.7, Noise("pareto", 1.2, scale=0.1), eta=0.001, b=0.28)


def published_whole() -> ExitProblem:
    """Take the published formula with all its wells inside the domain: the largest table."""
    return problem(PUBLISHED, -1.6, 1.6, -0.7, Noise("pareto", 1.2, scale=0.1), eta=0.001, b=0.28)


def visits(landscape: Landscape, same: ExitProblem, n_steps: int) -> VisitProblem:
    """Let the walkers of a cell run on across all wells of its landscape."""
    minima, barriers = landscape.minima, landscape.barriers
    closest = min(np.min(barriers - minima[:-1]), np.min(minima[1:] - barriers))
    return VisitProblem(
        gradient=landscape.gradient(-landscape.projection, landscape.projection),
        noise=same.noise,
        eta=same.eta,
        b=same.b,
        projection=landscape.projection,
        start=same.start,
        seed=SEED,
        minima=minima,
        barriers=barriers,
        radius=np.full(len(minima), 0.1 * closest),
        low=same.low,
        high=same.high,
        n_bins=54,
        checkpoints=np.unique(np.geomspace(1, n_steps, 21).astype(np.int64)),
    )


def own_numbers() -> Body:
    """Make the body of a law given by numbers: half normal, half Student."""
    rng = np.random.default_rng(SEED)
    return Body.of(np.concatenate([rng.standard_normal(10_000), rng.standard_t(ALPHA, 10_000)]), 0.95)


#: Laws beside pareto: the same basin, so that only the draw differs.
LAWS = {
    "lomax": Noise("lomax", ALPHA),
    "student": Noise("student", ALPHA),
    "normal": Noise("normal", None),
    "stable": Noise("stable", ALPHA),
    "empirical": Noise("empirical", ALPHA, body=own_numbers()),
}
