"""Tests that rates and shares of long runs cover the truth of a made-up chain of two states."""

import numpy as np
import pytest

from hts.estimation.spread import spread_between_walkers
from hts.estimation.visits import estimate_rates

LEAVE = np.array([0.02, 0.005])  # per step, from state 0 and from state 1
SHARES = LEAVE[::-1] / LEAVE.sum()
N_STEPS, N_WALKERS, N_STUDIES = 20_000, 12, 600


def two_states(rng, n_chains, leave=LEAVE):
    """Run chains from their stationary law: transitions int64[chain, 2, 2], steps in each state int64[chain, 2]."""
    state = (rng.random(n_chains) > leave[1] / leave.sum()).astype(np.int64)
    moves, inside = np.zeros((n_chains, 2, 2), np.int64), np.zeros((n_chains, 2), np.int64)
    left = np.full(n_chains, N_STEPS)
    while (left > 0).any():
        stay = np.minimum(rng.geometric(leave[state]), left)
        chains = np.arange(n_chains)
        inside[chains, state] += stay
        left -= stay
        moves[chains, state, 1 - state] += left > 0
        state = np.where(left > 0, 1 - state, state)
    return moves, inside


@pytest.fixture(scope="module")
def studies():
    moves, inside = two_states(np.random.default_rng(20210704), N_WALKERS * N_STUDIES)
    return moves.reshape(N_STUDIES, N_WALKERS, 2, 2), inside.reshape(N_STUDIES, N_WALKERS, 2)


def coverage(low, high, truth):
    return np.mean([(a <= truth) & (truth <= b) for a, b in zip(low, high, strict=True)], axis=0)


def shares_of(inside):
    return [spread_between_walkers(one / N_STEPS) for one in inside]


def rates_of(moves, inside):
    return [estimate_rates(*one) for one in zip(moves, inside, strict=True)]


def test_intervals_of_shares_cover_them(studies):
    """600 studies of 12 walkers, nominal 0.95, sigma of the count 0.009: within 4.5 sigma (false alarm 7e-6 a side)."""
    found = shares_of(studies[1])
    assert coverage([s.low for s in found], [s.high for s in found], SHARES) == pytest.approx(0.95, abs=0.04)


def test_intervals_of_rates_cover_them(studies):
    """As above."""
    found = rates_of(*studies)
    covered = coverage([r.low for r in found], [r.high for r in found], np.array([[0, LEAVE[0]], [LEAVE[1], 0]]))
    assert covered[[0, 1], [1, 0]] == pytest.approx(0.95, abs=0.04)


def test_a_slightly_wrong_chain_is_not_covered(studies):
    """Rates and shares of a chain that leaves state 0 a tenth less readily are missed far more often than in 5 %."""
    wrong = LEAVE * [0.9, 1.0]
    shares, rates = shares_of(studies[1]), rates_of(*studies)
    assert coverage([s.low for s in shares], [s.high for s in shares], wrong[::-1] / wrong.sum()).max() < 0.9
    truth = np.array([[0, wrong[0]], [wrong[1], 0]])
    assert coverage([r.low for r in rates], [r.high for r in rates], truth)[0, 1] < 0.7


def test_rates_are_transitions_over_steps_and_the_rest_is_not_a_number():
    moves = np.array([[[0, 3, 0], [2, 0, 0], [0, 0, 0]], [[0, 5, 0], [4, 0, 0], [0, 0, 0]]])
    steps = np.array([[100, 50, 0], [300, 50, 0]])
    found = estimate_rates(moves, steps)
    assert found.rates[0].tolist() == [0.0, 8 / 400, 0.0]
    assert found.rates[1].tolist() == [6 / 100, 0.0, 0.0]
    assert np.isnan(found.rates[2, :2]).all()
    assert found.low[0, 2] == 0.0
    assert found.high[0, 2] == pytest.approx(-np.log(0.025) / 400)
    alone = estimate_rates(moves[:1], steps[:1])
    assert alone.rates[0, 1] == 3 / 100
    assert np.isnan([alone.low[0, 1], alone.high[0, 1]]).all()
