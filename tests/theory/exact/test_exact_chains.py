"""Tests of chains of wells against walks, hand-made chains and exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.linalg import expm

from hts.landscapes import multi_well
from hts.noise import Noise
from hts.theory.exact.cycles import NoStationaryLawError, law_of_ways, relaxation_steps
from hts.theory.exact.occupation import ChainError, ExactChain, expected_shares
from hts.theory.exact.shares import stationary_shares

PARETO = Noise("pareto", 1.5, scale=0.3)
UNEVEN = multi_well([-1.0, 1.2], [0.0], [1.0, 2.0], L=1.6)
THREE = multi_well([-1.2, 0.0, 1.0], [-0.5, 0.45], 1.5, L=1.6)
STEPS = np.array([[0.0, 0.25, 0.0], [0.125, 0.0, 0.0625], [0.0, 0.03125, 0.0]])


def naive_shares(rates, start, n_steps):
    """Return the expected shares step by step in exact fractions."""
    n = len(rates)
    exact = [[Fraction(float(rates[i, j])) for j in range(n)] for i in range(n)]
    for i in range(n):
        exact[i][i] = 1 - sum(exact[i])
    place, spent = [Fraction(int(i == start)) for i in range(n)], [Fraction(0)] * n
    for _ in range(n_steps):
        place = [sum(place[i] * exact[i][j] for i in range(n)) for j in range(n)]
        spent = [a + b for a, b in zip(spent, place, strict=True)]
    return [float(x / n_steps) for x in spent]


@pytest.mark.parametrize("start", [0, 2])
def test_expected_shares_are_those_of_exact_fractions(start):
    wanted = [1, 2, 3, 7, 16, 61]
    expected = [naive_shares(STEPS, start, n) for n in wanted]
    assert expected_shares(STEPS, start, wanted) == pytest.approx(np.array(expected), rel=1e-13, abs=1e-300)


def test_rare_moves_keep_their_digits():
    rare = STEPS * 1e-18
    shares = expected_shares(rare, 0, [10, 10**6])
    # Into well 1 at rate r, from there into 2 at rate s: n r / 2 and n^2 r s / 6, sums over 1 ... n.
    assert shares[:, 1] == pytest.approx([0.25e-18 * (n + 1) / 2 for n in (10, 10**6)], rel=1e-13)
    assert shares[:, 2] == pytest.approx([0.25e-18 * 0.0625e-18 * (n**2 - 1) / 6 for n in (10, 10**6)], rel=1e-12)


def test_between_start_and_end_the_shares_follow_the_exponential():
    rates = STEPS * 1e-9
    generator = rates - np.diag(rates.sum(axis=1))
    n = 3 * 10**10
    block = np.zeros((6, 6))
    block[:3, :3], block[:3, 3:] = generator * n, np.eye(3)
    integral = expm(block)[0, 3:]
    assert expected_shares(rates, 0, [n])[0] == pytest.approx(integral, rel=1e-8)
    assert expected_shares(rates, 0, [10**18])[0] == pytest.approx(law_of_ways(rates), rel=1e-7)


def test_no_such_well_and_no_step_are_refused():
    for start, n_steps in ((3, [1]), (0, [0])):
        with pytest.raises(ValueError, match="no such well, or no step"):
            expected_shares(STEPS, start, n_steps)


def test_relaxation_keeps_its_digits_beside_fast_moves():
    fast, slow = 0.5, 1e-30
    rates = np.array([[0, fast, 0, 0], [fast, 0, slow, 0], [0, slow, 0, fast], [0, 0, fast, 0]])
    assert relaxation_steps(rates) == pytest.approx(1 / slow, rel=1e-9)  # half of the time at the way: slow/2 each way
    assert relaxation_steps(np.array([[0.0, 0.3], [0.1, 0.0]])) == pytest.approx(1 / 0.4, rel=1e-13)
    assert relaxation_steps(np.zeros((1, 1))) is None


def test_transient_states_have_no_share_and_two_ends_no_law():
    assert law_of_ways(np.array([[0.0, 1.0], [0.0, 0.0]])).tolist() == [0.0, 1.0]
    with pytest.raises(NoStationaryLawError, match=r"\[0\] and \[2\]"):
        law_of_ways(np.array([[0.0, 0.0, 0.0], [0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]))
    stuck = ExactChain(np.zeros((2, 2)), np.eye(2), np.array([True, True]), 0.0, ())
    assert stuck.relaxation_steps is None
    with pytest.raises(ChainError, match="no single stationary law"):
        _ = stuck.stationary


def test_the_chain_of_slow_modes_follows_the_walk_step_by_step():
    """Second source: walkers followed one by one; false alarms 1 in 1000 for each of two horizons."""
    eta, b, n_walkers, horizons = 0.05, 0.8, 4000, (400, 1600)
    chain = stationary_shares(UNEVEN, PARETO, eta, b).chain
    rng = np.random.default_rng(5)
    x, counts, z = np.full(n_walkers, -1.0), np.zeros(n_walkers), []
    for n in range(1, horizons[-1] + 1):
        jumps = PARETO.scale * rng.random(n_walkers) ** (-1.0 / 1.5) * rng.choice([-1.0, 1.0], n_walkers)
        x = np.clip(x + np.clip(eta * jumps - eta * UNEVEN.derivative(x), -b, b), -1.6, 1.6)
        counts += x >= 0.0
        if n in horizons:
            said = chain.occupation(0, [n])[0, 1]
            z.append((counts.mean() / n - said) / (counts.std() / n / np.sqrt(n_walkers)))
            wrong = chain.occupation(0, [n * 5 // 4])[0, 1]  # a world a quarter too fast must be seen
            assert abs(counts.mean() / n - wrong) / (counts.std() / n / np.sqrt(n_walkers)) > 5.0
    assert np.all(np.abs(z) < 3.29)
