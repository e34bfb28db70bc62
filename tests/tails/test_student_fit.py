"""Tests that Student's law is fitted as SciPy does, and that verdicts name each law that fits. Seeds are fixed."""

import numpy as np
import pytest
import scipy
from test_verdicts import numbers

from hts.tails import tail_of
from hts.tails.student import fit_student


@pytest.mark.parametrize("nu", [0.7, 1.5, 4.0])
def test_the_fit_is_that_of_scipy(nu):
    x = 3.0 * np.random.default_rng(3).standard_t(nu, 3_000)
    fit = fit_student(x)
    df, _, scale = scipy.stats.t.fit(x, floc=0.0)
    assert (fit.alpha, fit.scale) == pytest.approx((df, scale), rel=2e-3)
    assert fit.low < fit.alpha < fit.high


def test_intervals_hold_the_index_as_often_as_they_say():
    """Of 200 samples 190 are expected; fewer than 179 or more than 199 have a chance of 3e-4. Halved ones hold 135."""
    fits = [fit_student(np.random.default_rng(seed).standard_t(1.5, 1_000)) for seed in range(200)]
    assert 179 <= sum(fit.low < 1.5 < fit.high for fit in fits) <= 199
    halved = [(np.sqrt(fit.low * fit.alpha), np.sqrt(fit.high * fit.alpha)) for fit in fits]
    assert sum(low < 1.5 < high for low, high in halved) < 179


def test_dependence_widens_the_interval():
    x = np.random.default_rng(4).standard_t(1.5, 1_000)
    free, tied = fit_student(x), fit_student(x, 4.0)
    assert np.log(tied.high / tied.alpha) == pytest.approx(2.0 * np.log(free.high / free.alpha))


@pytest.mark.parametrize("x", [np.zeros(200), np.random.default_rng(5).uniform(-1.0, 1.0, 2_000)])
def test_no_law_is_made_up_where_there_is_none(x):
    with pytest.raises(ValueError, match=r"equal|likelihood"):
        fit_student(x)


def test_few_numbers_do_not_decide_between_the_two_laws_and_many_do():
    few = tail_of(np.random.default_rng(0).standard_t(1.7, 4_000))
    assert set(few.laws) == {"stable", "student"}
    assert "these numbers cannot tell which" in few.verdict
    assert few.stable.high < 1.7 < few.student.high  # one of them alone would mislead
    many = tail_of(np.random.default_rng(0).standard_t(1.7, 60_000))
    assert many.laws == ("student",)
    assert "Student's law of index 1.7" in many.verdict
    assert tail_of(numbers("stable 1.2", 60_000)).laws == ("stable",)
    assert tail_of(numbers("pareto 1.5", 20_000)).laws == ()
