"""Tests of the exact exit law against simulated walks, cell by cell."""

from dataclasses import dataclass, replace
from functools import cache
from math import inf

import numpy as np
import pytest
from scipy import stats

from hts.ensembles import ExitProblem, simulate_exits
from hts.exits import Exit
from hts.landscapes import basin, multi_well, wang_oh_rhee
from hts.noise import Noise
from hts.theory.exact.exits import exact_exit

WIDE = multi_well([-2.4, 0.0, 2.0, 4.1], [-1.4, 1.0, 3.0], 1.0)
WALLED = multi_well([0.0, 2.0], [1.0], 1.0, L=2.3)
PUBLISHED = wang_oh_rhee()
LANDSCAPES = [
    (basin(0.0, 1.0), -1.2, 1.0, 0.1),
    (WIDE, -1.4, 1.0, 0.0),
    (WALLED, -inf, 1.0, 0.0),
    (PUBLISHED, -1.3, 0.2, float(PUBLISHED.minima[1])),
]
SHARES_OF_B = [inf, 1.45, 0.7, 0.4, 0.28]  # of the shorter way out: l* = 1, 1, 2, 3, 4
ETAS = [0.1, 0.06, 0.03, 0.01]
N_WALKERS = 4000
N_CELLS = 64
N_TWINS = 24
#: Brute force is for means of no more steps.
AFFORDABLE = 3e4
#: Cells of the list with longer means, as their exact solutions said; to solve them again took a quarter of the time.
TOO_LONG = frozenset({2, 4, 12, 17, 23, 24, 39, 43, 68, 71, 73})


@dataclass(frozen=True)
class Cell:
    """An exit, and how many walkers left and when."""

    number: int
    noise: Noise
    eta: float
    b: float
    where: int  # in LANDSCAPES

    def exact(self):
        landscape, low, high, start = LANDSCAPES[self.where]
        return exact_exit(Exit(landscape, self.noise, self.eta, self.b, low, high, start), tolerance=1e-4)


def draw_noise(rng, kind, width):
    """Return a law of a kind for wells as wide as `width`."""
    alpha = None if kind == "normal" else rng.uniform(1.1, 1.9)
    skew = rng.uniform(0.25, 0.85) if kind in ("pareto", "lomax") and rng.random() < 0.4 else 0.5
    if kind == "normal":
        return Noise(kind, None, width * rng.uniform(2.5, 4.0))
    normal = width * rng.uniform(0.1, 0.5) if rng.random() < 0.3 else 0.0
    return Noise(kind, alpha, width * rng.uniform(0.6, 1.5), skew, normal)


@cache
def brute_force():
    """Return cells with their exact exits and their walkers, the first that are affordable of a fixed random list."""
    rng = np.random.default_rng(20260708)
    found = []
    number = 0
    while len(found) < N_CELLS:
        where = number % len(LANDSCAPES)
        landscape, low, high, start = LANDSCAPES[where]
        width = min(start - low, high - start)
        noise = draw_noise(rng, ["pareto", "lomax", "student", "stable", "normal"][number % 5], width)
        cell = Cell(number, noise, float(rng.choice(ETAS)), width * float(rng.choice(SHARES_OF_B)), where)
        number += 1
        if cell.number in TOO_LONG:
            continue
        exact = cell.exact()
        assert exact.mean_exit_steps < AFFORDABLE
        gradient, L = landscape.gradient(low, high), landscape.projection
        problem = ExitProblem(gradient, noise, cell.eta, cell.b, L, low, high, start, seed=1000 + cell.number)
        walkers = simulate_exits(problem, 0, N_WALKERS, 10**8)
        assert not walkers.is_censored.any()
        found.append((cell, exact, walkers))
    return found


def z_scores(worlds):
    """Return (measured - exact mean) over its standard error, cell by cell, worlds[k] the exact exit of cell k."""
    steps = [walkers.exit_steps for _, _, walkers in brute_force()[: len(worlds)]]
    return np.array(
        [
            (n.mean() - exact.mean_exit_steps) / (n.std(ddof=1) / np.sqrt(len(n)))
            for n, exact in zip(steps, worlds, strict=True)
        ]
    )


def is_good(z):
    """Say whether z-scores look like those of unbiased means with the right errors."""
    return abs(z.mean()) < 0.4 and 0.8 < np.sqrt(np.mean(z**2)) < 1.2


def test_the_cells_are_of_all_kinds():
    cells = [cell for cell, _, _ in brute_force()]
    assert {c.noise.kind for c in cells} == {"pareto", "lomax", "student", "stable", "normal"}
    assert {c.where for c in cells} == set(range(len(LANDSCAPES)))
    assert min(c.eta for c in cells) == 0.01
    assert any(c.noise.normal_scale > 0 for c in cells)
    assert any(c.noise.p_plus != 0.5 for c in cells)
    jumps = {
        round(
            c.b / min(LANDSCAPES[c.where][3] - LANDSCAPES[c.where][1], LANDSCAPES[c.where][2] - LANDSCAPES[c.where][3]),
            2,
        )
        for c in cells
    }
    assert jumps == set(SHARES_OF_B)


def test_means_of_sixty_four_cells_are_those_of_brute_force():
    """False alarms: mean z of 64 beyond 0.4, 1.4e-3; rms outside 0.8 to 1.2, 0.02; the seed is fixed."""
    assert is_good(z_scores([exact for _, exact, _ in brute_force()]))


@pytest.mark.parametrize("wrong", ["scale", "eta"])
def test_means_of_a_slightly_wrong_world_are_told_apart(wrong):
    """Noise 3 % too wide, or eta 2 % too large: by less than three standard errors of a cell."""

    def world(cell):
        if wrong == "scale":
            return replace(cell, noise=replace(cell.noise, scale=1.03 * cell.noise.scale))
        return replace(cell, eta=1.02 * cell.eta)

    assert not is_good(z_scores([world(cell).exact() for cell, _, _ in brute_force()[:N_TWINS]]))


def well_counts(cell, walkers):
    """Return how many walkers landed where, by the names that the exact destinations have."""
    landscape = LANDSCAPES[cell.where][0]
    if landscape.n_wells == 1:
        names = np.where(walkers.side < 0, "left", "right")
    else:
        names = np.searchsorted(landscape.barriers, walkers.landing, side="right").astype(str)
    return dict(zip(*np.unique(names, return_counts=True), strict=True))


def p_value(worlds):
    """Return that of all chi-squares of counts by destination together; destinations of fewer than five are joined."""
    total, freedom = 0.0, 0
    for (cell, _, walkers), exact in zip(brute_force(), worlds, strict=False):
        counts = well_counts(cell, walkers)
        assert set(counts) <= set(exact.destinations)
        expected = np.array([N_WALKERS * p for p in exact.destinations.values()])
        seen = np.array([counts.get(name, 0) for name in exact.destinations])
        is_rare = expected < 5.0
        expected = np.append(expected[~is_rare], expected[is_rare].sum())
        seen = np.append(seen[~is_rare], seen[is_rare].sum())
        kept = expected > 0.5
        total += float(np.sum((seen[kept] - expected[kept]) ** 2 / expected[kept]))
        freedom += int(kept.sum()) - 1
    return stats.chi2.sf(total, freedom)


def test_destinations_are_those_of_brute_force():
    """One chi-square over all cells at level 1e-3 from either side."""
    assert 1e-3 < p_value([exact for _, exact, _ in brute_force()]) < 1 - 1e-3


def test_destinations_of_a_world_a_little_askew_are_told_apart():
    """The heavy tails' index off by a tenth: destinations change by a per cent or two."""

    def world(cell):
        noise = cell.noise
        return cell if noise.alpha is None else replace(cell, noise=replace(noise, alpha=1.1 * noise.alpha))

    assert p_value([world(cell).exact() for cell, _, _ in brute_force()[:N_TWINS]]) < 1e-3
