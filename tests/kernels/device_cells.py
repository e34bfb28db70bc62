"""Cells small enough to be simulated by every device, one for each form that a kernel can take."""

import dataclasses
import math

import numpy as np

from hts import landscapes
from hts.ensembles import ExitProblem, VisitProblem
from hts.noise import Body, Noise

INF = math.inf
LAWS = {
    "pareto": Noise("pareto", 1.5),
    "pareto, skewed": Noise("pareto", 1.5, p_plus=0.7),
    "pareto, with a normal part": Noise("pareto", 1.5, normal_scale=0.5),
    "lomax, skewed and with a normal part": Noise("lomax", 1.5, scale=2.0, p_plus=0.3, normal_scale=0.5),
    "stable": Noise("stable", 1.4),
    "student": Noise("student", 1.5, scale=2.0),
    "student, with a normal part": Noise("student", 1.5, normal_scale=0.5),
    "normal": Noise("normal", None, scale=5.0),
    "stretched exponential": Noise("stretched-exponential", None, shape=0.5, scale=2.0),
    "empirical": Noise(
        "empirical", 1.5, scale=2.0, body=Body.of(np.random.default_rng(7).standard_t(1.5, 20_000), 0.95)
    ),
}  # fmt: skip
QUARTIC = landscapes.quartic()
LANDSCAPES = {
    "two wells of unequal curvature": landscapes.multi_well([0.0, 1.0], [0.4], [1.0, 2.0]),
    "double well": landscapes.multi_well([-1.0, 1.0], [0.0], 1.0, kind="double-well"),
    "four wells": landscapes.multi_well([-3.0, -1.0, 1.0, 3.0], [-2.0, 0.0, 2.0], 1.0),
    "forty wells": landscapes.multi_well(list(np.arange(40.0)), list(np.arange(39) + 0.4), 1.0),
    "formula": landscapes.wang_oh_rhee(),
    "formula, left beyond its table": QUARTIC,
}


def exits_of(landscape, noise=LAWS["pareto"], low=-1.0, high=1.0, start=0.0, eta=0.05, b=0.7, L=None):
    L = landscape.projection if L is None else L
    return ExitProblem(landscape.gradient(low, high), noise, eta, b, L, low, high, start, 7)


def whole(landscape, **changes):
    """Put all wells inside the domain."""
    minima = landscape.minima
    return exits_of(
        landscape, **dict(low=float(minima[0]) - 1.0, high=float(minima[-1]) + 1.0, start=float(minima[0])) | changes
    )


def visits_of(landscape, noise=LAWS["pareto"], eta=0.05, b=0.7, L=None, **changes):
    L, minima, barriers = landscape.projection if L is None else L, landscape.minima, landscape.barriers
    closest = min([*(barriers - minima[:-1]), *(minima[1:] - barriers), 1.0])
    problem = VisitProblem(
        gradient=landscape.gradient(-L, L), noise=noise, eta=eta, b=b, projection=L, start=float(minima[-1]), seed=7,
        minima=minima, barriers=barriers, radius=np.full(len(minima), 0.3 * closest), low=-1.5, high=1.2, n_bins=20,
        checkpoints=np.array([1, 3, 10, 32, 100, 316, 700]),
    )  # fmt: skip
    return dataclasses.replace(problem, **changes)


BASIN = landscapes.basin(0.0, 1.0)
#: Every law in a basin, then every landscape and every limit of a step.
EXITS = {name: exits_of(BASIN, noise) for name, noise in LAWS.items()} | {
    name: whole(landscape) for name, landscape in LANDSCAPES.items() if not name.startswith("formula")
}
EXITS |= {
    "formula": exits_of(LANDSCAPES["formula"], Noise("pareto", 1.2), low=-1.3, high=0.2, start=-0.7, eta=0.01),
    "no clip": exits_of(BASIN, b=INF),
    "projected inside the domain": exits_of(BASIN, low=-1.0, high=INF, L=1.2),
    "projected outside the domain": exits_of(BASIN, L=1.2),
    "left beyond its table": exits_of(QUARTIC, low=-8.0, high=0.0, start=float(QUARTIC.minima[0]), b=INF, eta=0.02),
}
VISITS = {name: visits_of(LANDSCAPES["double well"], noise) for name, noise in LAWS.items()} | {
    name: visits_of(landscape) for name, landscape in LANDSCAPES.items()
}
VISITS |= {
    "formula, left beyond its table": visits_of(QUARTIC, Noise("pareto", 1.5, scale=5.0), b=2.0),
    "no clip": visits_of(LANDSCAPES["four wells"], b=INF),
    "projected": visits_of(LANDSCAPES["double well"], L=1.3),
    "table left": visits_of(QUARTIC, noise=Noise("pareto", 1.1, scale=4.0), b=INF, L=INF, eta=0.02),
}


def differences(sample, other):
    """Name what differs between two samples in any bit."""
    names = [field.name for field in dataclasses.fields(sample)]
    return [n for n in names if np.asarray(getattr(sample, n)).tobytes() != np.asarray(getattr(other, n)).tobytes()]
