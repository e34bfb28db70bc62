"""Tests of the law of exit times, and survival curves."""

import importlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hts.estimation.exponentiality import GoodnessOfFit, agreement_with_law, exponentiality
from hts.estimation.survival import survival_curve

module = importlib.import_module("hts.estimation.exponentiality")  # its name in the package is the function's
Steps = npt.NDArray[np.int64]


def p_values(draw: Callable[[np.random.Generator], Steps], cap: int | None, n_samples: int, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n_samples):
        steps = draw(rng)
        limit = np.iinfo(np.int64).max if cap is None else cap
        result = exponentiality(np.minimum(steps, limit), steps > limit)
        assert result is not None
        found.append(result.p_value)
    return found


@pytest.mark.parametrize(
    ("mean", "n_walkers", "cap"), [(3, 100, None), (20, 100, 30), (1000, 100, None), (1000, 300, 300), (40, 40_000, 30)]
)
def test_p_values_of_geometric_times_are_uniform(mean: float, n_walkers: int, cap: int | None) -> None:
    """Shares below 0.05, 0.2 and 0.5 of 12 to 200 samples within 4 sigma; false alarm over the 15 bounds: 1e-3."""
    n_samples = 12 if n_walkers > 1000 else 200
    found = np.array(p_values(lambda rng: rng.geometric(1 / mean, n_walkers), cap, n_samples, seed=21))
    for level in (0.05, 0.2, 0.5):
        assert abs(np.mean(found <= level) - level) < 4 * np.sqrt(level * (1 - level) / n_samples)


@pytest.mark.parametrize(
    ("law", "cap"),
    [
        (lambda rng: np.ceil(rng.gamma(2, 50, 500)).astype(np.int64), None),
        (lambda rng: np.ceil(rng.gamma(2, 50, 500)).astype(np.int64), 100),
        (lambda rng: 10 + rng.geometric(1 / 30, 500), None),
        (lambda rng: np.where(rng.random(500) < 0.2, 1, rng.geometric(1 / 500, 500)), None),
    ],
    ids=["gamma", "gamma, censored", "shifted", "mixed"],
)
def test_other_laws_are_rejected(law: Callable[[np.random.Generator], Steps], cap: int | None) -> None:
    assert max(p_values(law, cap, 20, seed=22)) <= 0.01


def test_forgetting_the_censored_walkers_is_noticed() -> None:
    """Exits before half the mean, taken for all there are, look uniform and not exponential."""
    steps = np.random.default_rng(23).geometric(1e-3, 3000)
    exits = steps[steps <= 500]
    alone = exponentiality(exits, np.zeros(exits.size, dtype=bool))
    told = exponentiality(exits, np.zeros(exits.size, dtype=bool), max_steps=None)
    assert alone is not None
    assert alone == told
    assert alone.p_value <= 0.01
    honest = exponentiality(np.minimum(steps, 500), steps > 500)
    assert honest is not None
    assert honest.p_value > 0.01


def test_the_same_sample_has_the_same_p_value() -> None:
    steps = np.random.default_rng(24).geometric(0.01, 100)
    assert exponentiality(steps, np.zeros(100, dtype=bool)) == exponentiality(steps[::-1], np.zeros(100, dtype=bool))


def test_the_distance_is_the_largest_gap_of_two_step_functions() -> None:
    """Second source: both distribution functions tabulated at every whole step."""
    steps = np.random.default_rng(25).geometric(0.2, 60)
    cap = 8
    kept, censored = np.minimum(steps, cap), steps > cap
    result = exponentiality(kept, censored)
    assert result is not None
    rate = np.count_nonzero(~censored) / kept.sum()
    table = stats.geom.cdf(np.arange(1, cap + 1), rate) / stats.geom.cdf(cap, rate)
    empirical = np.array([np.mean(kept[~censored] <= n) for n in range(1, cap + 1)])
    assert result.distance == pytest.approx(np.max(np.abs(empirical - table)), abs=1e-12)


@pytest.mark.parametrize("cap", [None, 40])
def test_the_distance_from_a_given_law_is_that_of_evenly_spread_exits(cap: int | None) -> None:
    """Second source: every walker's own place within its step by the plain formula, and scipy's test of uniformity."""
    steps = np.random.default_rng(28).geometric(0.03, 700)
    limit = steps.max() if cap is None else cap
    kept, censored = np.minimum(steps, limit), steps > limit
    result = agreement_with_law(kept, censored, lambda n: 0.97**n, seed=4)
    assert result is not None
    exits = kept[~censored]
    spread = np.random.default_rng(4).random(exits.size)
    u = stats.geom.cdf(exits - 1, 0.03) + spread * stats.geom.pmf(exits, 0.03)
    plain = stats.kstest(u / (1.0 if cap is None else stats.geom.cdf(cap, 0.03)), "uniform")
    assert result.distance == pytest.approx(plain.statistic, abs=1e-12)
    assert result.p_value == pytest.approx(plain.pvalue, rel=1e-9)


@pytest.mark.parametrize("cap", [None, 40])
@pytest.mark.parametrize("block", [3, 50, 119, 120])
def test_no_result_depends_on_how_much_is_worked_on_at_a_time(
    monkeypatch: pytest.MonkeyPatch, cap: int | None, block: int
) -> None:
    steps = np.random.default_rng(29).geometric(0.03, 120)
    limit = steps.max() if cap is None else cap
    kept, censored = np.minimum(steps, limit), steps > limit

    def results() -> tuple[GoodnessOfFit | None, GoodnessOfFit | None, bytes]:
        replicates = module._replicate_distances(0.03, 120, float(limit), np.random.default_rng(5))
        law = agreement_with_law(kept, censored, lambda n: 0.97**n)
        return exponentiality(kept, censored), law, replicates.tobytes()

    at_once = results()
    monkeypatch.setattr(module, "BLOCK", block)
    assert results() == at_once


def test_too_few_exits_say_nothing_and_one_step_for_all_says_geometric() -> None:
    assert exponentiality(np.array([1, 5, 9, 9]), np.zeros(4, dtype=bool)) is None
    assert agreement_with_law(np.array([1, 5, 9, 9]), np.zeros(4, dtype=bool), lambda n: 0.9**n) is None
    at_once = exponentiality(np.ones(9, dtype=np.int64), np.zeros(9, dtype=bool))
    assert at_once is not None
    assert at_once.p_value == 1.0


def test_walkers_stopped_at_different_steps_are_refused() -> None:
    steps = np.array([1, 2, 3, 4, 5, 10, 20])
    with pytest.raises(ValueError, match="different numbers of steps, from 10 to 20"):
        exponentiality(steps, steps >= 10)


@pytest.mark.parametrize(("mean", "cap"), [(2.0, None), (50.0, 40)])
def test_a_given_law_is_accepted_when_true_and_rejected_when_not(mean: float, cap: int | None) -> None:
    """300 samples of 400 walkers: the p-values themselves are uniform (false alarm: 1e-4).

    A mean wrong by 30 % is rejected in most of them, the shape within the cap being all that is looked at.
    """
    rng = np.random.default_rng(26)
    limit = np.iinfo(np.int64).max if cap is None else cap
    right, wrong = [], []
    for seed in range(300):
        steps = rng.geometric(1 / mean, 400)
        kept, censored = np.minimum(steps, limit), steps > limit
        for factor, found in ((1.0, right), (0.7, wrong)):
            stay = 1 - 1 / (1 + factor * (mean - 1)) if cap is None else (1 - 1 / mean) ** 3
            law = (lambda n, stay=stay: stay**n) if factor != 1 else (lambda n: (1 - 1 / mean) ** n)
            result = agreement_with_law(kept, censored, law, max_steps=cap, seed=seed)
            assert result is not None
            found.append(result.p_value)
    assert stats.kstest(right, "uniform").pvalue > 1e-4
    assert np.mean(np.array(wrong) < 0.05) > 0.8


@settings(deadline=None, max_examples=40)  # a busy machine is no failure
@given(st.lists(st.integers(1, 50), min_size=1, max_size=60), st.integers(1, 60))
def test_the_survival_curve_counts_who_is_left(lived: list[int], cap: int) -> None:
    steps = np.array(lived)
    curve = survival_curve(np.minimum(steps, cap), steps > cap)
    assert curve.n_censored == np.count_nonzero(steps > cap)
    assert curve.steps[0] == 0
    assert curve.survival == pytest.approx([np.mean(steps > n) for n in curve.steps])
    for n, low, high in zip(curve.steps, curve.low, curve.high, strict=True):
        exact = stats.binomtest(int(np.count_nonzero(steps > n)), steps.size).proportion_ci(0.95, "exact")
        assert (low, high) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_long_survival_curves_are_thinned() -> None:
    steps = np.random.default_rng(27).geometric(1e-5, 20_000)
    curve = survival_curve(steps, np.zeros(steps.size, dtype=bool))
    assert 200 < curve.steps.size <= 257
    assert curve.steps[-1] == steps.max()
    assert curve.survival[-1] == 0.0


@pytest.mark.parametrize("scaled", [0.4, 0.7, 1.0, 1.36, 1.63, 2.0, 2.5, 4.0])
def test_the_law_of_the_distance_of_many_exits_is_the_exact_one(scaled):
    """2e-7, and of p above 1e-5 relatively 2e-4, from just above the number up to which it is exact."""
    n = module.LARGEST_EXACT + 1
    exact = stats.kstwo.sf(scaled / np.sqrt(n), n)
    said = module.kolmogorov_tail(scaled / np.sqrt(n), n)
    assert abs(said - exact) <= 2e-7
    assert exact < 1e-5 or abs(said / exact - 1.0) <= 2e-4
