"""Tests of exact laws of sums of exit times against closed forms, and of their false alarms."""

import numpy as np
import pytest
import scipy

from hts.comparison.short_laws import z_of_total

STAY = 0.1


def survival(n, stay=STAY):
    return stay ** np.asarray(n)


def test_without_censoring_the_law_is_the_negative_binomial():
    for steps in (51, 55, 60, 70):
        beyond = scipy.stats.nbinom.sf(steps - 50 - 1, 50, 1 - STAY)
        within = scipy.stats.nbinom.cdf(steps - 50, 50, 1 - STAY)
        right = scipy.special.ndtri(min(beyond, within)) * (1 if within < beyond else -1)
        right = 0.0 if min(beyond, within) >= 0.5 else right
        assert z_of_total(50, 50, steps, survival, 10**6) == pytest.approx(right, abs=1e-6)


def test_a_right_simulation_is_accused_once_in_a_thousand_at_most():
    """50 walkers that leave with chance .9 a step, 1e5 times: |z| > 3.29 in .1 % at most (2.3 % by the normal law)."""
    rng = np.random.default_rng(11)
    totals, counts = np.unique(rng.geometric(1 - STAY, (100_000, 50)).sum(axis=1), return_counts=True)
    far = [abs(z_of_total(50, 50, int(total), survival, 10**6)) > 3.29 for total in totals]
    assert counts[far].sum() <= 100
    wrong = [z_of_total(50, 50, int(total), lambda n: survival(n, 0.02), 10**6) > 3.29 for total in totals]
    assert counts[wrong].sum() > 30_000


def test_under_censoring_one_step_is_a_binomial_law():
    assert z_of_total(10, 4, 10, survival, 1) == pytest.approx(
        -scipy.special.ndtri(scipy.stats.binom.cdf(4, 10, 1 - STAY)), abs=1e-6
    )
    assert z_of_total(10, 10, 10, survival, 1) == pytest.approx(scipy.special.ndtri(0.9**10), abs=1e-6)


def test_laws_that_are_too_large_are_left_to_the_normal_law():
    assert z_of_total(1000, 1000, 10**6, lambda n: 0.999**n, 10**9) is None
