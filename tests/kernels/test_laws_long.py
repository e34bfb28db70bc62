"""Tests of 1e8 draws of every law: the long tier of test_draws_laws.py, tails at one in a million."""

from dataclasses import replace

import pytest
from drawn import Tally, edges_of, exact_law

from hts.noise import Noise

N = 10**8
LAWS = {
    "pareto": Noise("pareto", 1.5),
    "pareto, skewed": Noise("pareto", 1.5, p_plus=0.7),
    "pareto with a normal part": Noise("pareto", 1.5, normal_scale=0.5),
    "lomax": Noise("lomax", 1.5),
    "lomax, skewed": Noise("lomax", 1.3, scale=2.0, p_plus=0.2),
    "student": Noise("student", 1.5),
    "student, alpha 5": Noise("student", 5.0),
    "stable": Noise("stable", 1.5),
    "stable, alpha 0.7": Noise("stable", 0.7),
    "stable, alpha 1.9": Noise("stable", 1.9),
    "normal": Noise("normal", None),
}


@pytest.mark.long
@pytest.mark.parametrize("name", LAWS)
def test_1e8_draws_have_the_distribution_and_the_tails_at_1e_6_of_their_law(name):
    """Kolmogorov's distance, mean of log(1 + |Z|), 100 draws beyond 1e-6 on each side: false alarm below 3e-6 a law.

    The same draws reject a tail index and a scale off by one percent, and where there is one a normal part off by two.
    """
    noise = LAWS[name]
    tally = Tally.of(noise, N, 61, edges_of(noise, tail=1e-6))
    assert not tally.rejects(exact_law(noise))
    assert tally.rejects(exact_law(replace(noise, scale=1.01 * noise.scale)))
    if noise.alpha is not None:
        assert tally.rejects(exact_law(replace(noise, alpha=0.99 * noise.alpha)))
    if noise.normal_scale > 0.0:
        assert tally.rejects(exact_law(replace(noise, normal_scale=1.02 * noise.normal_scale)))
