"""Tests of hts/summaries and hts/estimation/summaries: walkers counted give what the walkers give."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hts.estimation.exits import estimate_exits
from hts.estimation.exponentiality import agreement_with_law, exponentiality
from hts.estimation.summaries import (
    agreement_of_summary,
    curve_of_summary,
    estimate_summary,
    exponentiality_of_summary,
    within_of_summary,
)
from hts.estimation.survival import survival_curve
from hts.estimation.within import estimate_within
from hts.summaries import (
    ExitSummary,
    bins_of_landings,
    bins_of_steps,
    distance_of_bins,
    ends_of_bins,
    least_different,
    merged,
    summarise,
)


def walkers(n, mean, cap, seed=3):
    """Geometric exit times censored at `cap`, with sides and landings beyond (-1, 1)."""
    rng = np.random.default_rng(seed)
    steps = rng.geometric(1 / mean, n).astype(np.int64)
    side = np.where(steps > cap, 0, rng.choice([-1, 1], n)).astype(np.int8)
    landing = np.where(side == 0, 0.1, side * (1.0 + rng.pareto(1.5, n)))
    return np.minimum(steps, cap), side, landing


def counted(steps, side, landing):
    sides = [np.count_nonzero(side < 0), np.count_nonzero(side > 0)]
    return summarise(steps, side, landing, (-1.0, 1.0), sides)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 500), max_size=6), st.randoms(use_true_random=False))
def test_any_cut_of_walkers_in_any_order_gives_the_same_summary(cuts, random):
    columns = walkers(500, 2000, 5000)
    ends = [0, *sorted(cuts), 500]
    parts = [counted(*(c[a:b] for c in columns)) for a, b in pairwise(ends)]
    random.shuffle(parts)
    assert merged(parts) == counted(*columns)


@given(st.integers(1, 2**62))
def test_bins_of_steps_hold_the_steps_and_are_as_narrow_as_said(n):
    (k,) = bins_of_steps(np.array([n]))
    (first,), (last,) = ends_of_bins(np.array([k]))
    assert first <= n <= last
    assert last - first + 1 <= max(1, first / 64)
    assert bins_of_steps(np.array([last + 1])) == k + 1
    assert n >= 128 or first == last == n


@pytest.mark.parametrize("n", [2**53 - 1, 2**60 - 1, 2**62 - 1, 2**62])
def test_bins_are_right_where_float64_rounds(n):
    (first,), (last,) = ends_of_bins(bins_of_steps(np.array([n])))
    assert first <= n <= last


def test_bins_of_landings_are_an_eighth_of_an_octave_and_keep_the_side():
    landing = np.array([-1.0, -1.5, 1.0 + 2.0**-30, 3.0, 1e300])
    side = np.array([-1, -1, 1, 1, 1], np.int8)
    bins = bins_of_landings(landing, side, -1.0, 1.0)
    np.testing.assert_array_equal(np.sign(bins), side)
    beyond, least = np.abs(landing) - 1.0, distance_of_bins(bins)
    assert (least <= beyond).all()
    assert (beyond <= least * 1.125).all()


def test_sums_are_exact_where_int64_would_overflow():
    steps = np.array([2**62, 2**62 - 1, 2**61], np.int64)
    found = counted(steps, np.array([-1, 1, 0], np.int8), np.array([-2.0, 2.0, 0.0]))
    assert found.exposure_steps == sum(steps.tolist())
    assert found.sum_of_squares == sum(n * n for n in steps.tolist())


def test_walkers_that_summaries_show_to_differ_are_counted():
    steps, side, landing = walkers(400, 50, 90)
    whole, half = counted(steps, side, landing), counted(steps[:200], side[:200], landing[:200])
    assert least_different(whole, whole) == least_different(half, whole) == least_different(ExitSummary(), half) == 0
    later = steps.copy()
    later[:7] += 100
    assert 1 <= least_different(counted(later, side, landing), whole) <= 7
    one_bin = steps.copy()
    one_bin[0] = 2001
    other = one_bin.copy()
    other[0] = 2002  # in the same bin, which only the sums can tell
    assert least_different(counted(one_bin, side, landing), counted(other, side, landing)) == 1
    far = np.where(np.arange(400) == np.flatnonzero(side)[0], 1e9, landing)
    assert least_different(counted(steps, side, far), whole) == 1


@pytest.mark.parametrize(
    ("n", "mean", "cap"), [(0, 10, 9), (1, 3, 100), (40, 60, 50), (4000, 3e4, 2e4), (900, 1e6, 9e9)]
)
def test_mean_interval_sides_and_dispersion_are_those_of_the_walkers(n, mean, cap):
    columns = walkers(n, mean, int(cap))
    steps, side, _ = columns
    mine, theirs = estimate_summary(counted(*columns), int(cap)), estimate_exits(steps, side == 0, side)
    for name in ("n_walkers", "n_exits", "n_censored", "exposure_steps", "mean_exit_steps", "n_left", "n_right"):
        assert getattr(mine, name) == getattr(theirs, name)
    for name in ("mean_low", "mean_high", "dispersion"):  # the sum over walkers rounds at each of them
        known = getattr(theirs, name)
        assert getattr(mine, name) == (None if known is None else pytest.approx(known, rel=1e-12))


def test_the_law_of_a_summary_agrees_with_the_right_law_and_not_with_a_wrong_one():
    """The p of walkers and of their summary, 0.05 apart at most in 20 samples; the wrong world is a mean 6 % longer."""
    law, wrong = (lambda n: np.exp(n * np.log1p(-1 / 3000))), (lambda n: np.exp(n * np.log1p(-1 / 3180)))
    steps, side, landing = walkers(8000, 3000, 9000)
    summary = counted(steps, side, landing)
    mine, theirs = agreement_of_summary(summary, law, 9000), agreement_with_law(steps, side == 0, law, 9000)
    assert abs(mine.distance - theirs.distance) < 1 / 64 / np.e
    assert mine.p_value > 0.01  # false alarm: one sample in a hundred; the seed is fixed
    assert agreement_of_summary(summary, wrong, 9000).p_value < 0.01


def test_p_values_of_many_exits_are_uniform_too(monkeypatch):
    """200 right samples by bridges within bins: p below 0.1 in 6 to 38 of them (false alarm 1e-4)."""
    law = lambda n: np.exp(n * np.log1p(-1 / 500))  # noqa: E731
    monkeypatch.setattr("hts.estimation.summaries.PLACED_EXITS", 0)
    rng = np.random.default_rng(8)
    p = [agreement_of_summary(counted(*walkers(5000, 500, 10**9, rng)), law, seed=k).p_value for k in range(200)]
    assert 6 <= np.count_nonzero(np.array(p) < 0.1) <= 38
    assert 6 <= np.count_nonzero(np.array(p) > 0.9) <= 38


def test_survival_is_that_of_the_walkers_at_the_ends_of_bins():
    steps, side, landing = walkers(3000, 900, 2000)
    mine, theirs = curve_of_summary(counted(steps, side, landing), 10**6), survival_curve(steps, side == 0, 10**6)
    place = np.searchsorted(theirs.steps, mine.steps, side="right") - 1
    for name in ("survival", "low", "high"):
        np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name)[place])


@pytest.mark.parametrize("n_steps", [1, 100, 127, 601, 1999, 2000])
def test_chances_within_some_steps_enclose_those_of_the_walkers(n_steps):
    steps, side, landing = walkers(3000, 900, 2000)
    mine = within_of_summary(counted(steps, side, landing), 2000, n_steps)
    theirs = estimate_within(steps, side == 0, n_steps)
    assert mine.low <= theirs.low
    assert theirs.high <= mine.high
    if n_steps < 128 or n_steps == 2000:
        assert mine == theirs
    assert mine.probability == pytest.approx(theirs.probability, abs=0.01)
    assert within_of_summary(counted(steps, side, landing), 2000, 2001).probability is None
    assert within_of_summary(ExitSummary(), 10, 5).reason == "no walkers yet"


def test_exit_times_of_a_summary_are_held_against_the_geometric_law_as_those_of_walkers():
    """Twenty right samples: p below 0.05 in 5 at most (false alarm 3e-4); wrong worlds are found."""
    p = [exponentiality_of_summary(counted(*walkers(2000, 300, 900, seed)), 900).p_value for seed in range(20)]
    assert np.count_nonzero(np.array(p) < 0.05) <= 5
    assert max(p) > 0.3
    rng = np.random.default_rng(1)
    delayed = np.minimum(rng.geometric(1 / 300, 4000) + 60, 900)  # no exit within 60 steps
    side = np.where(delayed == 900, 0, 1).astype(np.int8)
    assert exponentiality_of_summary(counted(delayed, side, 1.5 * side), 900).p_value < 0.01
    assert exponentiality_of_summary(counted(*walkers(4, 30, 900)), 900) is None


def test_below_128_steps_the_distance_is_that_of_the_walkers():
    steps, side, landing = walkers(3000, 20, 120)
    mine = exponentiality_of_summary(counted(steps, side, landing), 120)
    theirs = exponentiality(steps, side == 0, 120)
    assert mine.distance == pytest.approx(theirs.distance, rel=1e-9)
    assert mine.p_value == pytest.approx(theirs.p_value, abs=0.1)
    ones = np.ones(50, np.int64)
    assert exponentiality_of_summary(counted(ones, np.ones(50, np.int8), 2.0 * ones), 9).p_value == 1.0
