"""Mean exit times, their intervals and the counts beside them."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hts.arrays import exact_sum
from hts.estimation.exits import count_landings, estimate_exits, name_destinations
from hts.estimation.rates import EXPONENTIAL_FROM, dispersion_of, estimate_mean, mean_interval

Steps = npt.NDArray[np.int64]
NOBODY: list[float] = []


def stopped(steps: Steps, cap: int) -> tuple[Steps, npt.NDArray[np.bool_]]:
    """Stop the same walkers at `cap` steps."""
    return np.minimum(steps, cap), steps > cap


def coverage(samples: list[Steps], mean: float, cap: int | None = None) -> tuple[float, float]:
    """Count, as shares, the intervals below and above the true mean."""
    too_low = too_high = 0
    for steps in samples:
        kept, censored = (steps, np.zeros(steps.size, dtype=bool)) if cap is None else stopped(steps, cap)
        estimate = estimate_mean(kept, censored)
        too_low += estimate.high is not None and estimate.high < mean
        too_high += estimate.low is not None and estimate.low > mean
    return too_low / len(samples), too_high / len(samples)


def test_the_mean_is_exposure_over_exits_with_the_censored_counted() -> None:
    steps, censored = stopped(np.array([3, 8, 100, 5, 40], dtype=np.int64), 20)
    side = np.where(censored, 0, np.array([-1, 1, 1, 1, -1])).astype(np.int8)
    estimate = estimate_exits(steps, censored, side)
    assert (estimate.n_walkers, estimate.n_exits, estimate.n_censored) == (5, 3, 2)
    assert estimate.exposure_steps == 3 + 8 + 20 + 5 + 20
    assert estimate.mean_exit_steps == pytest.approx(56 / 3)
    assert (estimate.n_left, estimate.n_right) == (1, 2)


def test_steps_beyond_sixty_three_bits_are_summed_exactly() -> None:
    steps = np.array([2**62 + 1, 2**62 - 5, 2**62, 2**61], dtype=np.int64)
    censored = np.array([False, True, False, False])
    exposure = sum(steps.tolist())
    estimate = estimate_exits(steps, censored, np.where(censored, 0, 1).astype(np.int8))
    assert estimate.exposure_steps == exposure > 2**63
    assert estimate.mean_exit_steps == exposure / 3
    assert estimate.mean_low is not None
    assert estimate.mean_high is not None
    assert estimate.mean_low < exposure / 3 < estimate.mean_high
    assert exact_sum(np.empty(0, np.int64)) == 0
    assert exact_sum(np.array([2**63 - 1] * 3)) == 3 * (2**63 - 1)


@settings(deadline=None)  # a busy machine is no failure
@given(n_exits=st.integers(1, 10**6), mean=st.floats(2e4, 1e15))
def test_the_interval_of_long_times_is_the_chi_square_one(n_exits: int, mean: float) -> None:
    exposure = int(n_exits * mean)
    low, high = mean_interval(n_exits, exposure, has_censored=False)
    assert low == pytest.approx(2 * exposure / stats.chi2.ppf(0.975, 2 * n_exits), rel=1e-9)
    assert high == pytest.approx(2 * exposure / stats.chi2.ppf(0.025, 2 * n_exits), rel=1e-9)


@settings(deadline=None)  # a busy machine is no failure
@given(n_exits=st.integers(1, 2000), mean=st.floats(1.05, 90.0))
def test_the_interval_of_short_times_inverts_the_negative_binomial_law(n_exits: int, mean: float) -> None:
    failures = round(n_exits * (mean - 1.0))
    low, high = mean_interval(n_exits, n_exits + failures, has_censored=False)
    assert low is not None
    assert high is not None
    # at each end the observed sum, or one beyond it, has probability 2.5 %
    assert stats.nbinom.cdf(failures, n_exits, 1 / high) == pytest.approx(0.025, rel=1e-6)
    if failures:
        assert stats.nbinom.sf(failures - 1, n_exits, 1 / low) == pytest.approx(0.025, rel=1e-6)
    else:
        assert low == 1.0


@pytest.mark.parametrize("n_exits", [1, 30, 1000])
def test_the_geometric_and_the_exponential_interval_meet(n_exits: int) -> None:
    below = mean_interval(n_exits, int(n_exits * EXPONENTIAL_FROM), has_censored=False)
    above = mean_interval(n_exits, int(n_exits * EXPONENTIAL_FROM) + 1, has_censored=False)
    assert below == pytest.approx(above, rel=1e-4)


def test_without_exits_there_is_only_a_lower_end() -> None:
    """Five walkers lived a million steps each: with a mean of `low`, that happens with probability 2.5 %."""
    estimate = estimate_mean(np.full(5, 10**6), np.ones(5, dtype=bool))
    assert estimate.mean is None
    assert estimate.high is None
    assert estimate.low is not None
    assert np.exp(-5e6 / estimate.low) == pytest.approx(0.025, rel=1e-5)


def test_nobody_and_one_step_for_all_are_no_accident() -> None:
    nothing = estimate_mean(np.array(NOBODY, dtype=np.int64), np.array(NOBODY, dtype=bool))
    assert (nothing.mean, nothing.low, nothing.high) == (None, None, None)
    at_once = estimate_mean(np.ones(40, dtype=np.int64), np.zeros(40, dtype=bool))
    assert (at_once.mean, at_once.low, at_once.dispersion) == (1.0, 1.0, 0.0)
    assert at_once.high == pytest.approx(0.025 ** (-1 / 40))


def test_walkers_that_cannot_be_are_refused() -> None:
    one = np.ones(2, dtype=np.int64)
    with pytest.raises(ValueError, match="leaves after 1 step"):
        estimate_exits(np.array([1, 0]), np.zeros(2, dtype=bool), np.ones(2, dtype=np.int8))
    with pytest.raises(ValueError, match="one entry per walker"):
        estimate_exits(one, np.zeros(3, dtype=bool), one)


@pytest.mark.parametrize(
    ("mean", "n_walkers", "cap"), [(1.5, 40, None), (20, 10, None), (5000, 200, None), (300, 60, 300)]
)
def test_intervals_of_geometric_times_cover_in_95_of_100(mean: float, n_walkers: int, cap: int | None) -> None:
    """3000 ensembles each; each side misses 2.5 %. False alarm (4.5 sigma, 8 sides): below 1e-4.

    At a mean of 1.5 steps the sum is coarse and an exact interval errs on the safe side: only bounded above.
    """
    rng = np.random.default_rng(1)
    samples = list(rng.geometric(1 / mean, (3000, n_walkers)))
    sides = coverage(samples, mean, cap)
    slack = 4.5 * np.sqrt(0.025 * 0.975 / 3000)
    assert max(sides) < 0.025 + slack
    if mean > 10:
        assert min(sides) > 0.025 - slack


def test_an_interval_that_forgets_the_censored_walkers_misses() -> None:
    """The wrong world of the test above: exits alone, stopped at the mean, cover in fewer than 1 of 100."""
    rng = np.random.default_rng(2)
    missed = 0
    for steps in rng.geometric(1 / 300, (300, 60)):
        exits = steps[steps <= 300]
        high = estimate_mean(exits, np.zeros(exits.size, dtype=bool)).high
        missed += high is not None and high < 300
    assert missed > 0.99 * 300


@pytest.mark.parametrize("law", ["delayed", "gamma", "mixed"])
def test_intervals_cover_where_the_law_is_not_geometric(law: str) -> None:
    """1500 ensembles of 300 walkers, coverage 0.925 to 0.975 (measured 0.94 to 0.965; 4 sigma of the count is 0.0225).

    False alarm: below 1e-3 over the three. The geometric interval, the wrong world, covers 0.99 and more, or 0.85.
    """
    rng = np.random.default_rng(3)
    shape = (1500, 300)
    if law == "delayed":
        samples, mean = 10 + rng.geometric(1 / 20, shape), 30.0
    elif law == "gamma":
        samples, mean = np.ceil(rng.gamma(2, 500, shape)).astype(np.int64), 1000.5
    else:
        samples, mean = np.where(rng.random(shape) < 0.3, 1, rng.geometric(1e-3, shape)), 0.3 + 700.0
    covered = 1 - sum(coverage(list(samples), mean))
    assert 0.925 < covered < 0.975

    missed = 0
    for steps in samples:
        low, high = mean_interval(steps.size, int(steps.sum()), has_censored=False)
        missed += not (low is not None and high is not None and low <= mean <= high)
    assert not 0.925 < 1 - missed / len(samples) < 0.975


def test_the_dispersion_is_the_delta_method_variance_of_the_ratio() -> None:
    """Second source: the spread of exposure/exits over 4000 ensembles, censored at half the mean, within 10 %."""
    rng = np.random.default_rng(4)
    ratios, dispersions = [], []
    for _ in range(4000):
        kept, censored = stopped(np.ceil(rng.gamma(3, 40, 200)).astype(np.int64), 60)
        estimate = estimate_mean(kept, censored)
        assert estimate.mean is not None
        ratios.append(np.log(estimate.mean))
        dispersions.append(estimate.dispersion / np.count_nonzero(~censored))
    assert np.mean(dispersions) == pytest.approx(np.var(ratios), rel=0.1)


def test_few_exits_keep_the_geometric_interval() -> None:
    """What few exits say about their spread is noise: of 1000 exponential ensembles of 20, most get exactly 1."""
    rng = np.random.default_rng(5)
    ratios = [dispersion_of(steps, np.zeros(20, dtype=bool)) for steps in rng.geometric(1e-3, (1000, 20))]
    assert np.mean(np.array(ratios) == 1.0) > 0.6


def test_destinations_are_wells_by_number() -> None:
    barriers = np.array([-1.3, 0.2, 0.7])
    landing = np.array([-2.0, 0.3, 0.2, 5.0, -0.7, -1.3])
    side = np.array([-1, 1, 1, 1, 0, -1], dtype=np.int8)
    # 0.2 and -1.3 lie on a barrier: who leaves through it counts as beyond it
    assert name_destinations(count_landings(landing, side, barriers), barriers, well=1) == {"0": 2, "2": 2, "3": 1}


def test_a_landing_in_the_own_well_is_not_hidden() -> None:
    """The domain ends before the barrier, so a walker may leave it and still be in its well."""
    side = np.array([1, 1], dtype=np.int8)
    assert name_destinations(count_landings(np.array([0.9, 1.1]), side, np.array([1.0])), np.array([1.0]), well=0) == {
        "0": 1,
        "1": 1,
    }


def test_one_well_has_sides_for_destinations() -> None:
    side = np.array([-1, 1, 1, 0], dtype=np.int8)
    assert name_destinations(count_landings(np.zeros(4), side, np.array(NOBODY)), np.array(NOBODY)) == {
        "left": 1,
        "right": 2,
    }
