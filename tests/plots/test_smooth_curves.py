"""Tests that curves on a fine grid of eta pass through the exact values, and near the truth between them."""

import numpy as np
import pytest

from hts.plots.smooth import POINTS, fine_grid, smooth, smooth_exponent, smooth_share

ETA = np.array([1e-3, 5e-3, 1e-2, 2e-2, 4e-2, 1e-1])


def mean(eta):
    """E sigma = eta^-1.5/(1 + 900 eta^2), whose local exponent bends from 1.5 to 3.5."""
    return eta**-1.5 / (1 + 900 * eta**2)


def exponent(eta):
    return 1.5 + 2 * 900 * eta**2 / (1 + 900 * eta**2)


def test_the_grid_holds_the_values_and_lies_between_them():
    fine = fine_grid(ETA)
    np.testing.assert_array_equal(fine[::POINTS], ETA)
    assert np.all(np.diff(fine) > 0)


@pytest.mark.parametrize(("slopes", "most"), [(exponent(ETA), 0.02), (None, 0.06)])
def test_a_curve_passes_through_the_values_and_close_to_the_law(slopes, most):
    fine, drawn = smooth(ETA, mean(ETA), slopes)
    np.testing.assert_array_equal(drawn[::POINTS], mean(ETA))
    error = np.abs(np.log(drawn / mean(fine))).max()
    straight = np.abs(np.interp(np.log(fine), np.log(ETA), np.log(mean(ETA))) - np.log(mean(fine))).max()
    assert error < most < straight


def test_the_exponent_is_the_slope_of_the_curve_of_the_mean():
    fine, drawn = smooth_exponent(ETA, mean(ETA), exponent(ETA))
    np.testing.assert_allclose(drawn[::POINTS], exponent(ETA), rtol=1e-9)
    assert np.abs(drawn - exponent(fine)).max() < 0.1
    without_means = smooth_exponent(ETA, np.full(ETA.size, np.nan), exponent(ETA))[1]
    np.testing.assert_allclose(without_means[::POINTS], exponent(ETA), rtol=1e-9)


def test_a_curve_of_shares_stays_between_its_neighbours_in_any_order():
    eta, share = np.array([1e-1, 1e-2, 1e-3, 1e-4]), np.array([0.2, 0.97, 1.0, 1.0])
    fine, drawn = smooth_share(eta, share)
    np.testing.assert_array_equal(fine[::POINTS], eta[::-1])
    np.testing.assert_array_equal(drawn[::POINTS], share[::-1])
    assert drawn.max() <= 1.0
    assert np.all(np.diff(drawn) <= 0.0)


def test_one_value_is_left_as_it_is():
    assert smooth(ETA[:1], ETA[:1]) == (ETA[:1], ETA[:1])
    assert smooth_share(ETA[:1], ETA[:1]) == (ETA[:1], ETA[:1])
