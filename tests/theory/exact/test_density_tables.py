"""Tests that tables of densities need few intervals, whatever the order in which a CPU adds up."""

import numpy as np
import pytest
from scipy import special

from hts.noise import Noise
from hts.theory.exact.densities import tabulate_density
from hts.theory.exact.steps import ExactExitError


@pytest.mark.parametrize("kind", ["pareto", "lomax", "student"])
@pytest.mark.parametrize("alpha", [1.01, 1.5, 5.0])
def test_a_smooth_density_takes_few_intervals(kind, alpha):
    noise = Noise(kind, alpha)
    table = tabulate_density(noise, -26.5, 26.5)
    assert len(table.is_empty) < 100
    z = np.linspace(-26.4, 26.4, 997)
    np.testing.assert_allclose(table(z), noise.density(z), rtol=1e-12, atol=1e-300)


class Burr:
    """Noise of |W| with P(|W| > w) = (1 + w^2)^(-3/4), four fifths of it positive, whose density is 0 at W = 0."""

    kind, scale, normal_scale, gap = "burr", 1.0, 0.0, None
    centre = 0.6 * special.beta(1.5, 0.25) * 0.75
    kinks = np.empty(0)

    def __init__(self, singular_points):
        self.singular_points = np.array(singular_points)

    def density(self, z):
        w = z + self.centre
        return np.where(w >= 0.0, 0.8, 0.2) * 1.5 * np.abs(w) * (1.0 + w**2) ** -1.75


def test_a_density_that_is_0_at_a_point_off_0_is_tabulated_to_the_rounding_of_z():
    """Near -centre no interval meets the density to a part of itself, and each was halved forty times."""
    noise = Burr([-Burr.centre])
    table = tabulate_density(noise, -26.5, 26.5)
    assert len(table.is_empty) < 10_000
    z = np.concatenate([np.linspace(-26.4, 26.4, 997), -Burr.centre + np.geomspace(1e-12, 1e-3, 50)])
    np.testing.assert_allclose(table(z), noise.density(z), rtol=1e-12, atol=1e-14)


def test_a_density_with_jumps_that_its_law_does_not_name_is_refused_in_time(monkeypatch):
    monkeypatch.setattr("hts.theory.exact.densities.TOO_MANY", 5_000)

    class Rough(Burr):
        def density(self, z):
            return super().density(z) * (1.0 + 0.1 * np.sign(np.sin(1e9 * z)))

    with pytest.raises(ExactExitError, match=r"no table of the density of burr noise: near z = .*singular_points"):
        tabulate_density(Rough([-Burr.centre]), -3.0, 3.0)
