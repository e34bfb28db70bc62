"""Tests of exits under normal noise against diffusions and Kramers' law at small eta."""

from math import inf, sqrt

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, trapezoid

from hts.exits import Exit
from hts.landscapes import multi_well
from hts.noise import Noise
from hts.theory.exact.exits import exact_exit
from hts.theory.limit.limits import exit_limit

DOUBLE_WELL = multi_well([-1.0, 1.0], [0.0], 1.0)
#: A walk in normal steps of deviation d meets an end as a diffusion meets one OVERSHOOT * d further out: -zeta(1/2) /
#: sqrt(2 pi) (Chernoff 1965, Siegmund 1979). With d = eta s this is the correction of order sqrt(eta).
OVERSHOOT = 0.5826
#: eta s^2, the diffusion's noise: 2 Delta f / LEVEL = 5, and means of hundreds of gradient-flow times.
LEVEL = 0.2


def diffusion_time(landscape, minimum, end, level):
    """Return the mean gradient-flow time of dX = -f'dt + sqrt(level) dB from the minimum to an end on its right."""
    x = np.linspace(minimum - 12.0 * sqrt(level), end, 200_001)
    height = 2.0 * (landscape.potential(x) - landscape.potential(minimum)) / level
    below = cumulative_trapezoid(np.exp(-height), x, initial=0.0)
    is_above = x >= minimum
    return 2.0 / level * trapezoid((np.exp(height) * below)[is_above], x[is_above])


def deviation(eta, overshoot=OVERSHOOT):
    """Return exact mean over the diffusion's, minus one, for the double well."""
    s = sqrt(LEVEL / eta)
    answer = exact_exit(Exit(DOUBLE_WELL, Noise("normal", None, scale=s), eta, inf, -inf, 0.0, -1.0))
    return answer.mean_exit_steps * eta / diffusion_time(DOUBLE_WELL, -1.0, overshoot * eta * s, LEVEL) - 1.0


def test_a_double_well_is_left_like_by_a_diffusion_with_its_end_an_overshoot_further_out():
    """What is left after the overshoot halves with eta; without it, it only shrinks as its root."""
    left = [deviation(eta) for eta in (0.02, 0.01, 0.005, 0.0025)]
    assert abs(left[-1]) < 2e-4
    assert np.array(left[:-1]) / np.array(left[1:]) == pytest.approx(2.25, abs=0.25)
    bare = [deviation(eta, overshoot=0.0) for eta in (0.01, 0.0025)]
    assert bare[0] / bare[1] == pytest.approx(2.0, abs=0.25)  # of a quarter of eta
    assert bare[1] > 0.01


@pytest.mark.parametrize("eta", [1e-2, 1e-3])
def test_kramers_law_is_met_at_high_barriers_up_to_its_own_corrections(eta):
    """At 2 Delta f / (eta s^2) = 25: the overshoot makes exact means longer, by some root of eta."""
    noise = Noise("normal", None, scale=sqrt(0.04 * 0.5 / eta))
    exact = exact_exit(Exit(DOUBLE_WELL, noise, eta, inf, -inf, 0.0, -1.0)).mean_exit_steps
    kramers = exit_limit(Exit(DOUBLE_WELL, noise, eta, inf, -inf, 0.0, -1.0)).mean_exit_steps
    assert 1.0 < exact / kramers < 1.0 + sqrt(eta)
