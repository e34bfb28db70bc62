"""Tests of exact moves between minima against counted ones and against a chain on equal bins."""

from math import inf

import numpy as np
import pytest
import scipy
from ulam import UlamChain

from hts.ensembles import VisitProblem, simulate_visits
from hts.landscapes import multi_well
from hts.noise import Noise
from hts.theory.exact import encounters as module
from hts.theory.exact.boxes import ShareError
from hts.theory.exact.encounters import neighbourhood_moves

HELD = multi_well([-2.0, 0.0, 1.5], [-1.0, 0.5], 1.0, L=4.0)
FREE = multi_well([-2.0, 0.0, 1.5], [-1.0, 0.5], 1.0)
NOISE = Noise("stable", 1.5, scale=0.8)
#: What bins of width 0.02 miss: they end at the ends of the neighbourhoods.
BINS = 5e-4
RADIUS = np.full(3, 0.1)


def moves_on_bins(landscape, noise, eta, b, radius, n_bins):
    """Follow the label `last minimum reached` beside the position on equal bins, without any of the solver's parts."""
    low, high = -landscape.projection, landscape.projection
    chain = UlamChain(landscape.derivative, noise, eta, b, low, high, n_bins, (False, False))
    near = np.abs(chain.x - landscape.minima[:, None]) <= radius
    n, P = len(landscape.minima), chain.P
    law, flow = [near[k] / near[k].sum() for k in range(n)], np.zeros((n, n))
    for _ in range(8):
        entries = np.zeros((n, n, len(chain.x)))
        for k in range(n):
            others = near[np.arange(n) != k].any(axis=0)
            spent = np.linalg.solve((np.eye(len(P)) - np.where(others, 0.0, P)).T, law[k])
            into = np.where(others, spent @ P, 0.0)
            entries[k] = into * near
        flow = entries.sum(axis=2)
        weight = np.linalg.matrix_power(flow, 64)[0]
        law = [weight @ entries[:, k] for k in range(n)]
        law = [one / one.sum() for one in law]
    return flow


def counted(landscape, eta, radius):
    """Count the moves of long runs."""
    problem = VisitProblem(
        landscape.gradient(), NOISE, eta, inf, landscape.projection, 0.0, 11, landscape.minima, landscape.barriers,
        radius, -4.0, 4.0, 8, np.array([40_000]),
    )  # fmt: skip
    return simulate_visits(problem, 0, 64).transitions.sum(axis=0)


def chance_of(counts, probabilities):
    """Return the p-value of counted moves, row by row."""
    away = [np.delete(np.arange(3), k) for k in range(3)]
    expected = [counts[k].sum() * probabilities[k][to] for k, to in enumerate(away)]
    squares = sum(np.sum((counts[k][to] - e) ** 2 / e) for (k, to), e in zip(enumerate(away), expected, strict=True))
    return scipy.special.chdtrc(3, squares)


def test_moves_are_those_of_a_chain_on_equal_bins():
    noise = Noise("lomax", 1.4, scale=0.5)
    found = neighbourhood_moves(HELD, noise, 0.1, inf, np.full(3, 0.2))
    assert found.probabilities == pytest.approx(moves_on_bins(HELD, noise, 0.1, inf, 0.2, 400), abs=BINS)
    assert found.probabilities != pytest.approx(moves_on_bins(HELD, noise, 0.1, inf, 0.24, 400), abs=10 * BINS)
    assert found.error < 1e-4
    assert found.probabilities.sum(axis=1) == pytest.approx(1.0)


def test_long_runs_move_as_the_exact_chain_says():
    """False alarm 1e-3; the seed is fixed. Neighbourhoods three times as wide are another world, and are told apart."""
    counts = counted(FREE, 0.1, RADIUS)
    found = neighbourhood_moves(FREE, NOISE, 0.1, inf, RADIUS)
    assert counts.sum() > 10_000
    assert chance_of(counts, found.probabilities) > 1e-3
    wrong = neighbourhood_moves(FREE, NOISE, 0.1, inf, 3.0 * RADIUS)
    assert chance_of(counts, wrong.probabilities) < 1e-6


def test_two_minima_take_turns():
    found = neighbourhood_moves(multi_well([-1.0, 1.0], [0.0], 1.0), NOISE, 0.1, inf, np.full(2, 0.1))
    assert found.probabilities.tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_a_mesh_beyond_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_NODES", 10)
    with pytest.raises(ShareError, match="take a larger eta"):
        neighbourhood_moves(HELD, NOISE, 0.1, inf, RADIUS)
