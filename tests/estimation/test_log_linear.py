"""The log-linear regression of exit times on eta."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hts.estimation.rates import estimate_mean
from hts.estimation.regression import LogLinearFit, fit_log_linear

ETA = np.geomspace(1e-3, 1e-1, 6)


@settings(max_examples=25, deadline=None)  # a busy machine is no failure
@given(
    exponent=st.floats(0.5, 4.0),
    n_exits=st.lists(st.integers(1, 10**5), min_size=3, max_size=9),
    seed=st.integers(0, 2**32 - 1),
)
def test_slope_and_error_are_those_of_a_poisson_glm(exponent: float, n_exits: list[int], seed: int) -> None:
    """Referee: statsmodels, Poisson family, offset log(exposure)."""
    import statsmodels.api as sm  # 3 s that every process of the tests spent

    rng = np.random.default_rng(seed)
    eta = np.geomspace(1e-4, 1e-1, len(n_exits))
    exits = np.array(n_exits, dtype=np.float64)
    exposure = exits * eta**-exponent * rng.lognormal(0.0, 0.3, exits.size)
    ours = fit_log_linear(eta, exits, exposure)
    design = sm.add_constant(np.log(eta))
    theirs = sm.GLM(exits, design, family=sm.families.Poisson(), offset=np.log(exposure)).fit(tol=1e-13, maxiter=200)
    assert ours.exit_exponent == pytest.approx(theirs.params[1], abs=1e-7)
    assert ours.intercept == pytest.approx(-theirs.params[0], abs=1e-6)
    assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-6)
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.conf_int()[1]), abs=1e-6)


def simulated(
    rng: np.random.Generator, exponent: float, n_walkers: int, cap_share: float, delay: float
) -> LogLinearFit:
    """Fit six cells whose means lie on a power law: delay*mean steps for sure, the rest geometric, stopped at a cap."""
    exits, exposure, dispersion = [], [], []
    for eta in ETA:
        mean = 3.0 * eta**-exponent
        wait = int(delay * mean)
        steps = wait + rng.geometric(1 / (mean - wait), n_walkers)
        cap = int(cap_share * 3.0 * ETA[0] ** -exponent)
        estimate = estimate_mean(np.minimum(steps, cap), steps > cap)
        exits.append(np.count_nonzero(steps <= cap))
        exposure.append(np.minimum(steps, cap).sum())
        dispersion.append(estimate.dispersion)
    return fit_log_linear(ETA, exits, exposure, dispersion)


@pytest.mark.parametrize(("cap_share", "delay"), [(0.5, 0.0), (1e3, 0.0), (1e3, 0.5)])
def test_exponents_cover_in_95_of_100(cap_share: float, delay: float) -> None:
    """1000 sweeps of 6 cells of 150 walkers, censored in the first world, delayed in the third: 95 % within 4.5 sigma.

    False alarm: below 1e-4. A true exponent larger by 0.1, the wrong world, must be missed by most intervals.
    """
    rng = np.random.default_rng(11)
    fits = [simulated(rng, 1.6, 150, cap_share, delay) for _ in range(1000)]
    covered = np.mean([fit.low <= 1.6 <= fit.high for fit in fits])
    assert 0.919 < covered < 0.981
    assert np.mean([fit.low <= 1.7 <= fit.high for fit in fits]) < 0.4


def test_a_straight_line_is_called_straight_and_a_curve_is_not() -> None:
    """500 straight sweeps: 5 % of p-values below 0.05 (false alarm 1e-5); a bend of 20 % is nearly always seen."""
    rng = np.random.default_rng(12)
    straight = [simulated(rng, 1.6, 200, 1e3, 0.0).straightness_p for _ in range(500)]
    assert 0.006 < np.mean([p is not None and p < 0.05 for p in straight]) < 0.095
    bend = np.exp(0.2 * np.linspace(-1, 1, 6) ** 2)
    mean = 3.0 * ETA**-1.6 * bend
    exits = np.full(6, 2000)
    curved = [fit_log_linear(ETA, exits, rng.gamma(exits) * mean).straightness_p for _ in range(100)]
    assert np.mean([p is not None and p < 0.05 for p in curved]) > 0.95


def test_the_line_through_given_means_has_their_exponent() -> None:
    exits = np.array([5, 1000, 30, 700, 1, 250])
    exact = fit_log_linear(ETA, exits, exits * 7.0 * ETA**-2.25)
    assert exact.exit_exponent == pytest.approx(2.25, abs=1e-12)
    assert exact.intercept == pytest.approx(np.log(7.0), abs=1e-11)


def test_measured_and_exact_line_agree_on_a_curve() -> None:
    """The truth bends, so neither exponent is 'the' one, yet on the same etas they differ by sampling error only.

    400 sweeps; the mean difference is within 4.5 of its standard errors of 0. False alarm: 1e-5.
    """
    rng = np.random.default_rng(13)
    mean = 3.0 * ETA**-1.6 * np.exp(0.4 * np.linspace(-1, 1, 6) ** 2)
    exits = np.array([100, 200, 400, 800, 1600, 1600])
    differences: list[float] = []
    for _ in range(400):
        measured = fit_log_linear(ETA, exits, rng.gamma(exits) * mean)
        exact = fit_log_linear(ETA, exits, exits * mean)
        differences.append((measured.exit_exponent - exact.exit_exponent) / measured.standard_error)
    assert abs(np.mean(differences)) < 4.5 / np.sqrt(400)
    assert 0.85 < np.std(differences) < 1.15


@pytest.mark.parametrize(
    ("eta", "exits", "reason"), [([0.1, 0.1], [3, 4], "two different eta"), ([0.1, 0.2], [3, 0], "without exits")]
)
def test_what_has_no_line_is_refused(eta: npt.ArrayLike, exits: npt.ArrayLike, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        fit_log_linear(eta, exits, [100, 100])


def test_two_cells_make_a_line_whose_straightness_nobody_knows() -> None:
    fit = fit_log_linear([0.1, 0.01], [100, 100], [1000, 100_000])
    assert fit.exit_exponent == pytest.approx(2.0)
    assert fit.standard_error == pytest.approx(np.sqrt(2 / 100) / np.log(10))
    assert fit.straightness_p is None
