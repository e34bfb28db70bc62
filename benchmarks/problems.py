"""This file is where the cells stand that are timed: the basin of the targets, other landscapes, other laws."""

from hts import landscapes
from hts.ensembles import ExitProblem
from hts.landscapes import Landscape
from hts.noise import Noise

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


def double_well() -> ExitProblem:
    """Put two wells inside the domain: two hinges."""
    return problem(landscapes.multi_well([-1.0, 1.0], [0.0], 1.0, kind="double-well"), -2.0, 2.0, -1.0)


def four_wells() -> ExitProblem:
    """Put four wells inside the domain: six hinges."""
    wells = landscapes.multi_well([-3.0, -1.0, 1.0, 3.0], [-2.0, 0.0, 2.0], 1.0)
    return problem(wells, -4.0, 4.0, -1.0)


def published() -> ExitProblem:
    """Take the published four-well formula: a table, cut to the domain of its exit figure."""
    return problem(landscapes.wang_oh_rhee(), -1.3, 0.2, -0.7, Noise("pareto", 1.2, scale=0.1), eta=0.001, b=0.28)


def published_whole() -> ExitProblem:
    """Take the published formula with all its wells inside the domain: the largest table."""
    return problem(landscapes.wang_oh_rhee(), -1.6, 1.6, -0.7, Noise("pareto", 1.2, scale=0.1), eta=0.001, b=0.28)


#: Laws beside pareto: the same basin, so that only the draw differs.
LAWS = {
    "lomax": Noise("lomax", ALPHA),
    "student": Noise("student", ALPHA),
    "normal": Noise("normal", None),
    "stable": Noise("stable", ALPHA),
}
