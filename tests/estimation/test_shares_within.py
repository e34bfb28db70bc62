"""Tests of the share of walkers that left in time: closed forms and counted coverage."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from hts.estimation.within import estimate_within


def walkers(steps, censored=()):
    steps = np.array(steps, dtype=np.int64)
    return steps, np.isin(np.arange(steps.size), censored)


def test_walkers_that_left_by_the_step_are_counted_the_step_included():
    found = estimate_within(*walkers([1, 5, 6, 7, 10, 10], censored=[4, 5]), 6)
    assert (found.n_within, found.probability, found.reason) == (3, 0.5, None)


@pytest.mark.parametrize(("hits", "n"), [(0, 40), (1, 40), (17, 40), (39, 40), (40, 40)])
def test_the_interval_is_the_one_of_clopper_and_pearson(hits, n):
    found = estimate_within(*walkers([3] * hits + [9] * (n - hits)), 5)
    exact = binomtest(hits, n).proportion_ci(0.95, method="exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), rel=1e-9, abs=1e-15)


def test_a_walker_stopped_before_the_step_leaves_the_share_unknown():
    found = estimate_within(*walkers([4, 20, 20], censored=[1, 2]), 30)
    assert (found.probability, found.low, found.high) == (None, None, None)
    assert found.reason == "2 of 3 walkers were stopped before step 30; raise max_steps to 30"
    assert estimate_within(*walkers([4, 30, 30], censored=[1, 2]), 30).probability == pytest.approx(1 / 3)
    assert estimate_within(*walkers([]), 30).reason == "no walkers yet"


def covered(p, assumed, n):
    """Give the exact probability that the interval from n walkers holds `assumed` when each leaves in time with p."""
    hits = np.arange(n + 1)
    intervals = [estimate_within(*walkers([1] * k + [9] * (n - k)), 5) for k in hits.tolist()]
    holds = [one.low <= assumed <= one.high for one in intervals]
    return float(binom.pmf(hits, n, p)[holds].sum())


@pytest.mark.parametrize("p", [0.001, 0.03, 0.4])
def test_the_interval_covers_the_truth_at_least_as_often_as_it_says(p):
    assert covered(p, p, 60) >= 0.95


def test_the_interval_leaves_out_what_is_wrong():
    assert covered(0.4, 0.7, 60) < 0.01
