"""Tests that tables of densities need few intervals, whatever the order in which a CPU adds up."""

import numpy as np
import pytest

from hts.noise import Noise
from hts.theory.exact.densities import tabulate_density


@pytest.mark.parametrize("kind", ["pareto", "lomax", "student"])
@pytest.mark.parametrize("alpha", [1.01, 1.5, 5.0])
def test_a_smooth_density_takes_few_intervals(kind, alpha):
    noise = Noise(kind, alpha)
    table = tabulate_density(noise, -26.5, 26.5)
    assert len(table.is_empty) < 100
    z = np.linspace(-26.4, 26.4, 997)
    np.testing.assert_allclose(table(z), noise.density(z), rtol=1e-12, atol=1e-300)
