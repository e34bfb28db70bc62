"""Tests of the scores between two samples against Fisher's law, Welch's test and binomial chances."""

from dataclasses import replace

import numpy as np
import pytest
import scipy

from hts.estimation.exits import estimate_exits
from hts.estimation.two_samples import z_of_fits, z_of_means, z_of_shares


def estimate(n_exits, mean, n_censored=0, dispersion=1.0):
    """Build the estimate of made-up counts."""
    made = estimate_exits(np.ones(1, np.int64), np.zeros(1, bool), np.ones(1, np.int8))
    exposure = round(mean * max(n_exits, 1))
    return replace(
        made,
        n_walkers=n_exits + n_censored,
        n_exits=n_exits,
        n_censored=n_censored,
        exposure_steps=exposure,
        mean_exit_steps=exposure / n_exits if n_exits else None,
        dispersion=dispersion,
    )


@pytest.mark.parametrize(("n", "m"), [(5, 5), (20, 300), (1000, 1000)])
@pytest.mark.parametrize("z", [-3.0, -1.0, 0.0, 2.0, 3.5])
def test_a_ratio_of_means_has_the_score_of_its_quantile_of_fisher_s_law(n, m, z):
    ratio = scipy.stats.f.ppf(scipy.special.ndtr(z), 2 * m, 2 * n)
    assert z_of_means(estimate(n, 1e6), estimate(m, 1e6 * ratio)) == pytest.approx(z, abs=0.12 if n == 5 else 0.04)


def test_exits_of_larger_dispersion_say_less():
    plain = z_of_means(estimate(400, 1e4), estimate(400, 1.3e4))
    wide = z_of_means(estimate(400, 1e4, dispersion=4.0), estimate(400, 1.3e4, dispersion=4.0))
    assert wide == pytest.approx(z_of_means(estimate(100, 1e4), estimate(100, 1.3e4)))
    assert wide < plain


def test_a_sample_without_exits_is_held_against_the_other_s_rate():
    silent = replace(estimate(0, 0.0, n_censored=10), exposure_steps=30_000)
    left = estimate(4, 2_500.0)  # 10 000 steps
    chance = (10_000 / 40_000) ** 4
    assert z_of_means(left, silent) == pytest.approx(-scipy.special.ndtri(chance))
    assert z_of_means(silent, left) == pytest.approx(scipy.special.ndtri(chance))
    assert z_of_means(silent, silent) is None


def test_shares_are_scored_by_welch_s_test_and_rare_wells_by_the_widest_spread():
    rng = np.random.default_rng(3)
    one, other = rng.beta(2, 3, (30, 1)), rng.beta(2, 2, (50, 1))
    (z,) = z_of_shares(one, other)
    answer = scipy.stats.ttest_ind(other[:, 0], one[:, 0], equal_var=False)
    assert z == pytest.approx(-scipy.special.ndtri(answer.pvalue / 2) * np.sign(answer.statistic))
    nobody, all_of_them = np.zeros((50, 1)), np.ones((50, 1))
    assert z_of_shares(nobody, nobody) == (None,)
    assert z_of_shares(nobody, all_of_them)[0] > 5
    one_came = nobody.copy()
    one_came[0] = 0.3
    assert z_of_shares(nobody, one_came) == (None,)
    assert z_of_shares(one[:1], other) == (None,)


def test_values_with_errors():
    assert z_of_fits((1.0, 0.3), (2.0, 0.4)) == pytest.approx(2.0)
    assert z_of_fits((1.0, 0.0), (2.0, 0.0)) is None
