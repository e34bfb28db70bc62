"""Tests that steps followed one by one stay probabilities, or are refused."""

from dataclasses import replace
from math import inf, sqrt

import numpy as np
import pytest

from hts.landscapes import basin
from hts.noise import Noise
from hts.theory.exact.exits import exact_exit
from hts.theory.exact.survival import UnstableStepsError, exit_by, exit_tables

N_WALKERS, N_STEPS, ETA = 20000, 2254, 1e-4


def share_that_left(p_plus, alpha=1.2):
    """Walk as docs/model.md (1) says, pareto noise in the basin (-1, 1) of curvature 1, without clipping."""
    rng = np.random.default_rng(20261127)
    x, centre = np.zeros(N_WALKERS), (2.0 * p_plus - 1.0) * alpha / (alpha - 1.0)
    for _ in range(N_STEPS):
        sizes = (1.0 - rng.random(len(x))) ** (-1.0 / alpha)
        signed = np.where(rng.random(len(x)) < p_plus, sizes, -sizes)
        x = x - ETA * (x - (signed - centre))
        x = x[np.abs(x) < 1.0]
    return 1.0 - len(x) / N_WALKERS


def test_survival_is_stable_where_most_steps_go_against_the_drift():
    """Against 20,000 plain walks; a right answer fails in one seed of a thousand. It was -1.5e38."""
    exact = exact_exit(basin(0.0, 1.0), Noise("pareto", 1.2, p_plus=0.95), ETA, inf, -1.0, 1.0, 0.0, within=0.2254)
    p = exact.probability_within
    allowed = 3.29 * sqrt(p * (1.0 - p) / N_WALKERS)
    assert abs(share_that_left(0.95) - p) < allowed
    assert abs(share_that_left(0.95, alpha=1.3) - p) > allowed
    leaves, stays = exact.probabilities([200, 2254, 10000, 22500])
    assert np.all(np.diff(leaves) > 0.0)
    assert leaves + stays == pytest.approx(1.0, abs=1e-6)


def test_a_matrix_whose_powers_grow_is_refused():
    exact = exact_exit(basin(0.0, 1.0), Noise("pareto", 1.5), 0.1, inf, -1.0, 1.0, 0.0)
    operator = exact.refined.solution.operator
    growing = replace(operator, exit_low=operator.exit_low + 3.0)
    with pytest.raises(UnstableStepsError, match="cannot be followed"):
        exit_tables(growing, 200)
    with pytest.raises(UnstableStepsError, match="cannot be followed"):
        exit_by(growing, exact.refined.solution.escape, [200, 10**6])
