"""All values that the mathematics of tails was stated with, to five digits: regression, estimators, wells, Euler steps.

Some that were stated differ from these in the fifth digit; a second source is named beside each.
"""

import math

import numpy as np
import pytest

from hts.exits import Exit
from hts.landscapes import basin, multi_well
from hts.noise import Noise
from hts.regression.theory import critical_eta, edge_eta, regression_tail
from hts.tails.blocks import block_limit, pareto_characteristic, student_characteristic
from hts.tails.limits import hill_limit
from hts.theory.exact.means import solve_mean
from hts.theory.limit.levy import levy_chain

#: d, b, eta: rho and alpha, sigma = 1; None where it was not stated, or where there is no stationary law.
#: At d = 2, b = 4 -.501504 and -.252716 were stated; SciPy's double integral over g and a normal number gives these.
REGRESSION = [
    (1, 1, 0.4, -0.456788, 3.80562), (1, 1, 1.0, -0.416992, 1.09083), (1, 1, 2.0, -0.116247, 0.165505),
    (1, 1, 1.5, None, 0.4774348), (1, 2, 0.4, None, 7.1024), (1, 2, 2.0, -0.275498, 0.389747),
    (1, 5, 1.5, None, 1.76888), (2, 1, 0.4, None, 3.0158204), (2, 4, 1.0, -0.501523, 2.81249),
    (2, 4, 1.4, -0.252720, 0.972962), (10, 1, 0.15, -0.023081, 4.54139), (10, 1, 0.17, -0.008195, 1.49160),
    (10, 5, 0.4, -0.189596, 11.67042), (10, 5, 0.65, -0.033218, 1.205152), (100, 5, 0.093, -0.001543, 12.90661),
    (100, 20, 0.325, -0.007325, 7.575980), (100, 10, 0.178, None, 8.0714619),
    (10, 1, 0.18, None, None), (10, 5, 0.7, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("dimension", "batch", "eta", "rho", "alpha"), REGRESSION)
def test_growth_rate_and_tail_index(dimension, batch, eta, rho, alpha):
    found = regression_tail(dimension, batch, eta)
    assert found.tail_index == (None if alpha is None else pytest.approx(alpha, rel=5e-6))
    assert found.lyapunov > 0 if alpha is None else found.lyapunov < 0
    if rho is not None:
        assert found.lyapunov == pytest.approx(rho, abs=5.1e-7)


#: .937407 was stated at d = 2; a double integral over the plane gives rho = 1.5e-4 there, and 0 to 1e-10 here.
@pytest.mark.parametrize(("dimension", "edge"), [(1, 2.421250), (2, 0.9370874), (10, 0.179889), (100, 0.019631)])
def test_the_edge_of_stationarity(dimension, edge):
    assert edge_eta(dimension, 1) == pytest.approx(edge, abs=5.1e-7)
    assert critical_eta(dimension, 1) == pytest.approx(2 / (dimension + 2))


#: 1.35792 and 1.66541 were stated for pareto; mpmath gives these.
@pytest.mark.parametrize(
    ("characteristic", "reading"),
    [
        (student_characteristic(3.0), 1.753560),
        (lambda t: 1 / (1 + t * t), 1.778959),
        (pareto_characteristic(1.2), 1.357834),
        (pareto_characteristic(1.5), 1.665249),
    ],
)
def test_readings_of_the_block_estimator(characteristic, reading):
    assert block_limit(characteristic, 100) == pytest.approx(reading, rel=5e-6)


def test_readings_of_hill_on_a_stable_law():
    law = Noise("stable", 1.8)
    assert hill_limit(law, 0.01) == pytest.approx(2.00728, rel=1e-5)
    assert hill_limit(law, 0.05) == pytest.approx(2.66366, rel=1e-5)


@pytest.mark.parametrize(("alpha", "share"), [(1.2, 0.69673045), (1.5, 0.73879613), (1.8, 0.77689539)])
def test_the_equilibrium_of_two_wells(alpha, share):
    chain = levy_chain(multi_well([-1.0, 2.0], [0.0], 1.0, kind="double-well"), alpha)
    assert np.asarray(chain.stationary)[1] == pytest.approx(share, abs=5e-9)


@pytest.mark.parametrize(("step", "mean"), [(0.2, 4.529893), (0.1, 4.328389), (0.01, 3.961012)])
def test_the_mean_exit_time_of_euler_steps(step, mean):
    noise = Noise("stable", 1.5, scale=0.5 * step ** (1 / 1.5 - 1))
    problem = Exit(basin(0.0, 1.0), noise, step, math.inf, -1.0, 1.0, 0.0)
    assert step * solve_mean(problem, 1e-7)[0].solution.mean_exit_steps == pytest.approx(mean, rel=2e-6)
