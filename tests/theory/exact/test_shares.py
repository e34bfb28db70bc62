"""Tests of stationary shares of time against other ways to compute them."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from scipy import linalg
from ulam import UlamChain

from hts.landscapes import basin, formula, multi_well, quartic, wang_oh_rhee
from hts.noise import Noise
from hts.theory.exact import shares as module
from hts.theory.exact.boxes import ShareError
from hts.theory.exact.shares import stationary_shares
from hts.theory.limit.chains import limit_chain

PUBLISHED = wang_oh_rhee()
WEAK = Noise("pareto", 1.2, scale=0.1)
PARETO = Noise("pareto", 1.5, scale=0.3)
UNEVEN = multi_well([-1.0, 1.2], [0.0], [1.0, 2.0], L=1.6)
FREE = multi_well([-1.0, 1.2], [0.0], [1.0, 2.0])
STEEP = multi_well([-1.0, 1.2], [0.0], 5.0, L=1.6)  # at large eta walkers stay by noise that makes good the drift
THREE = multi_well([-1.2, 0.0, 1.0], [-0.5, 0.45], 1.5, L=1.6)
WIDE = multi_well([-2.0, 0.0, 3.0], [-1.2, 1.0], 1.0)


def ulam_chain(landscape, noise, eta, b, n_bins, low=-1.6, high=1.6):
    return UlamChain(landscape.derivative, noise, eta, b, low, high, n_bins, (False, False))


def ulam_shares(landscape, noise, eta, b, n_bins, low=-1.6, high=1.6):
    """Return the shares by the null vector of the uniform-bin chain, as it stands."""
    chain = ulam_chain(landscape, noise, eta, b, n_bins, low, high)
    system = np.eye(n_bins) - chain.P.T
    system[-1] = 1.0
    weights = linalg.solve(system, np.eye(n_bins)[-1])
    well = np.searchsorted(landscape.barriers, chain.x)
    return np.bincount(well, weights)


#: Bins such that b, L and the barriers lie on their ends; the tolerances are what 1600 bins leave, some times over.
ULAM = {
    "pareto": (UNEVEN, PARETO, 0.1, 0.8, 3e-5),
    "pareto, unclipped": (UNEVEN, PARETO, 0.1, inf, 3e-5),
    "pareto, skewed": (UNEVEN, replace(PARETO, p_plus=0.8), 0.1, 0.8, 6e-5),
    "pareto with a normal part": (UNEVEN, replace(PARETO, normal_scale=0.3), 0.1, 0.8, 5e-5),
    "lomax": (UNEVEN, Noise("lomax", 1.2, scale=0.3), 0.1, 0.4, 1e-4),
    "student": (UNEVEN, Noise("student", 3.0), 0.1, 0.5, 1e-4),
    "stable": (UNEVEN, Noise("stable", 1.5, scale=0.5), 0.1, 0.7, 5e-5),
    "normal": (UNEVEN, Noise("normal", None), 0.2, inf, 1e-4),
    "three wells": (THREE, PARETO, 0.05, 0.4, 5e-4),
    "drift beyond the domain": (STEEP, Noise("student", 1.5), 2.0, 0.7, 4e-4),
    "clips that nothing leads away from": (STEEP, Noise("student", 1.5), 3.0, 0.3, 1e-3),
    "projection beyond a minimum": (replace(THREE, projection=0.8), PARETO, 0.1, 0.4, 3e-3),
}


# the last three wells stay
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.long) if n == "three wells" else n for n in ULAM])
def test_shares_are_those_of_a_chain_on_equal_bins(name):
    landscape, noise, eta, b, tolerance = ULAM[name]
    answer = stationary_shares(landscape, noise, eta, b)
    edge = min(1.6, landscape.projection)
    referee = ulam_shares(landscape, noise, eta, b, 1600, -edge, edge)
    assert answer.shares == pytest.approx(referee, rel=tolerance)
    assert answer.relative_error <= 1e-6


def test_a_chain_on_equal_bins_refuses_shares_of_another_law():
    answer = stationary_shares(UNEVEN, Noise("pareto", 1.6, scale=0.3), 0.1, 0.8)
    assert answer.shares != pytest.approx(ulam_shares(UNEVEN, PARETO, 0.1, 0.8, 400), rel=1e-2)


def test_without_projection_an_interval_loses_nothing_that_counts():
    clipped = stationary_shares(FREE, PARETO, 0.1, 0.8)
    assert clipped.shares == pytest.approx(ulam_shares(FREE, PARETO, 0.1, 0.8, 3000, -6.0, 6.0), rel=1e-4)
    for noise in (PARETO, Noise("lomax", 0.5, scale=0.3)):  # on a projected line so long that nothing is lost either
        projected = stationary_shares(replace(FREE, projection=1e12), noise, 0.1, inf)
        free = stationary_shares(FREE, noise, 0.1, inf)
        assert free.shares == pytest.approx(projected.shares, rel=3e-6)
    light = stationary_shares(FREE, Noise("normal", None), 0.2, inf)
    assert light.shares == pytest.approx(ulam_shares(FREE, Noise("normal", None), 0.2, inf, 3000, -6.0, 6.0), rel=1e-4)


@pytest.mark.parametrize("scale", [0.2, 0.5])
def test_under_stretched_exponential_noise_the_interval_is_wide_enough(scale):
    """Its tail is neither a power nor normal: the interval counts one jump and what many steps add up to."""
    noise = Noise("stretched-exponential", None, scale=scale, shape=0.5)
    walks = [multi_well([-1.0, 1.4], [0.0], 1.0, L=L) for L in (inf, 100.0)]
    free, held = (stationary_shares(landscape, noise, 0.05, inf) for landscape in walks)
    assert free.shares == pytest.approx(held.shares, rel=3 * (free.relative_error + held.relative_error))
    assert free.relative_error < 1e-5


@pytest.mark.parametrize(("eta", "b"), [(0.1, 0.7), (1e-3, 0.7), (1e-5, 0.7), (1e-3, inf), (1e-4, 0.4)])
def test_two_equal_wells_have_half_the_time_each(eta, b):
    answer = stationary_shares(multi_well([-1.0, 1.0], [0.0], 1.0, L=1.8), PARETO, eta, b)
    assert answer.shares == pytest.approx([0.5, 0.5], rel=max(3.0 * answer.relative_error, 1e-12))
    assert answer.relative_error <= 1e-6


def test_two_uneven_wells_approach_the_ratio_of_powers():
    landscape = multi_well([-1.0, 1.5], [0.0], 1.0)
    ratios = [
        np.divide(*stationary_shares(landscape, PARETO, eta, inf).shares[::-1]) / 1.5**1.5 for eta in (1e-2, 1e-3, 1e-4)
    ]
    off = np.abs(np.array(ratios) - 1.0)
    assert np.all(off[1:] < 0.5 * off[:-1])
    assert off[-1] < 3e-3


def test_shares_of_the_published_function_approach_the_limit_chain():
    limit = limit_chain(PUBLISHED, inf, 1.2).shares
    off = [np.abs(stationary_shares(PUBLISHED, WEAK, eta, inf).shares / limit - 1.0).max() for eta in (1e-3, 1e-5)]
    assert off[1] < 0.75 * off[0] < 0.06


#: By the same code on meshes twice as fine in every respect (order 14, cascades and bends followed to the end).
FINE = [
    (1e-3, inf, [0.144976470, 0.419320017, 0.0542599467, 0.381443567]),
    pytest.param(1e-3, 0.5, [0.0177525081, 0.847499583, 0.00216277306, 0.132585136], marks=pytest.mark.long),
    (1e-5, 0.5, [6.89338686e-3, 0.872804345, 7.10699938e-4, 0.119591569]),
]


@pytest.mark.parametrize(("eta", "b", "fine"), FINE)
def test_shares_of_the_published_function_are_known_to_five_digits(eta, b, fine):
    answer = stationary_shares(PUBLISHED, WEAK, eta, b, tolerance=1e-5)
    assert answer.shares == pytest.approx(fine, rel=1e-5)
    assert answer.relative_error <= 1e-5
    assert answer.warnings == ()


def test_above_the_limit_of_stability_shares_exist_and_a_warning_says_so():
    answer = stationary_shares(PUBLISHED, WEAK, 1e-2, inf, tolerance=1e-5)
    assert answer.shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert "no walker settles in wells [2]" in answer.warnings[0]
    assert "below eta = 0.00448" in answer.warnings[0]


def simulated_share(landscape, noise, eta, b, n_walkers, n_steps, seed):
    """Return the mean share of time in well 0 after the first third of the steps, with its standard error."""
    rng = np.random.default_rng(seed)
    x = rng.choice(landscape.minima, n_walkers)
    counts = np.zeros(n_walkers)
    for n in range(n_steps):
        jumps = noise.scale * rng.random(n_walkers) ** (-1.0 / noise.alpha) * rng.choice([-1.0, 1.0], n_walkers)
        x = x + np.clip(eta * jumps - eta * landscape.derivative(x), -b, b)
        x = np.clip(x, -landscape.projection, landscape.projection)
        if n >= n_steps // 3:
            counts += x < landscape.barriers[0]
    shares = counts / (n_steps - n_steps // 3)
    return shares.mean(), shares.std(ddof=1) / np.sqrt(n_walkers)


@pytest.mark.parametrize(("b", "is_right"), [(0.8, True), (inf, False)])
def test_walkers_spend_the_time_that_is_said(b, is_right):
    """False alarms: 1 in 1000 (|z| < 3.29); in a world without the clip the share is 0.42 and not 0.25."""
    mean, error = simulated_share(UNEVEN, PARETO, 0.1, b, 1500, 6000, seed=20)
    z = (mean - stationary_shares(UNEVEN, PARETO, 0.1, 0.8).shares[0]) / error
    assert bool(abs(z) < 3.29) is is_right


def test_the_chain_of_moves_relaxes_as_the_whole_walk_does():
    answer = stationary_shares(UNEVEN, PARETO, 0.03, 0.8)
    eigenvalues = np.sort(linalg.eigvals(ulam_chain(UNEVEN, PARETO, 0.03, 0.8, 800).P).real)
    steps = -1.0 / np.log(eigenvalues[-2])
    assert answer.chain.relative_error < 1e-5
    assert answer.chain.relaxation_steps == pytest.approx(steps, rel=2e-3)  # 1600 bins are off by 3e-4
    assert answer.chain.stationary == pytest.approx(answer.shares, rel=1e-9)


TRUTH = [
    (UNEVEN, PARETO, 0.1, 0.8),
    (UNEVEN, PARETO, 1e-2, 0.4),
    (UNEVEN, replace(PARETO, p_plus=0.7), 1e-2, 0.8),
    (UNEVEN, replace(PARETO, normal_scale=0.3), 1e-2, 0.8),
    (UNEVEN, Noise("lomax", 1.3, scale=0.3), 1e-3, 0.7),
    (UNEVEN, Noise("student", 2.5, scale=0.3), 1e-2, 0.7),
    (UNEVEN, Noise("stable", 1.7, scale=0.3), 1e-2, inf),
    (UNEVEN, Noise("normal", None), 0.1, inf),
    (THREE, PARETO, 1e-3, 0.4),
    (FREE, PARETO, 1e-2, 0.7),
    (FREE, PARETO, 1e-3, inf),
    (PUBLISHED, WEAK, 1e-2, inf),
    (PUBLISHED, WEAK, 1e-3, 0.5),
    (PUBLISHED, WEAK, 1e-4, 0.28),
]


@pytest.mark.long
@pytest.mark.parametrize("case", TRUTH)
@pytest.mark.parametrize("tolerance", [1e-2, 1e-4])
def test_the_stated_error_is_at_least_a_third_of_the_true_one(case, tolerance, monkeypatch):
    stated = stationary_shares(*case, tolerance=tolerance)
    monkeypatch.setattr(module, "COARSE", (1.0, 4.0, 16.0))
    monkeypatch.setattr(module, "ORDER", 14)
    truth = stationary_shares(*case, tolerance=1e-8)
    off = np.max(np.abs(stated.shares / truth.shares - 1.0))
    assert stated.relative_error >= off / 3.0 or off < 1e-9


def test_a_single_well_has_all_the_time():
    for landscape in (basin(0.0, 1.0), replace(FREE, projection=1.0, barriers=np.array([1.1]))):
        answer = stationary_shares(landscape, PARETO, 0.1, 0.5)
        assert answer.shares.tolist() == [1.0, 0.0][: landscape.n_wells]
        assert answer.relative_error == 0.0
        assert answer.chain.relaxation_steps is None


def test_wells_beyond_the_projection_have_no_time():
    wells = multi_well([-1.0, 1.2, 3.0], [0.0, 2.0], 1.0, L=2.0)
    answer = stationary_shares(wells, PARETO, 0.05, inf)
    assert answer.shares[:2].sum() == pytest.approx(1.0, abs=1e-3)  # standing on L = 2 is in the third well by (2)
    inside = stationary_shares(replace(wells, projection=1.9), PARETO, 0.05, inf)
    assert inside.shares[2] == 0.0


def test_noise_that_never_jumps_back_ends_in_the_last_well():
    noise = Noise("pareto", 1.5, scale=0.1, p_plus=1.0)
    answer = stationary_shares(multi_well([-1.0, 1.0], [0.0], 1.0, L=1.6), noise, 0.01, 0.7)
    assert answer.shares.tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("landscape", "noise", "eta", "b", "said"),
    [
        (FREE, PARETO, 0.1, 0.04, "30 clipped jumps, over 12: choose a larger b"),
        (FREE, PARETO, 1.5, inf, "overshoot and grow"),
        (quartic(), PARETO, 0.1, inf, "overshoot and grow"),
        (formula("x**4/4 - x**2/2 - x**6/60", (-3.0, 3.0)), PARETO, 0.05, 0.5, "walkers are lost there"),
        (
            multi_well([-1.0, 1.0], [0.0], 1.0),
            Noise("normal", None),
            0.005,
            inf,
            "known[^:]*: eta = 0.005 is too",
        ),
        (FREE, PARETO, 0.0, 0.5, "must be positive"),
        pytest.param(  # scale^alpha overflows
            WIDE, Noise("pareto", 100.0, 1e10), 0.01, inf, "no digit of the shares is known", marks=pytest.mark.long
        ),
        (WIDE, Noise("normal", None), 1e-17, inf, "more than the 4000 to begin with"),  # 1 - eta f'' is 1
    ],
)
def test_what_has_no_shares_is_refused_in_words(landscape, noise, eta, b, said):
    with pytest.raises(ShareError, match=said):
        stationary_shares(landscape, noise, eta, b)


@pytest.mark.long
@pytest.mark.parametrize("b", [0.4, inf])
def test_forty_wells_share_symmetrically(b):
    forty = multi_well(np.arange(40.0) - 19.5, np.arange(39.0) - 19.0, 1.0)
    answer = stationary_shares(forty, PARETO, 0.01, b, tolerance=1e-3)
    assert answer.shares == pytest.approx(answer.shares[::-1], rel=3.0 * answer.relative_error)
    assert answer.relative_error < 3e-3


def test_clips_much_shorter_than_the_interval_are_not_followed_across_it(monkeypatch):
    """With L = 1e100 and b = 1000 a list of 2e97 landings was begun, until the memory ended."""
    numbers, find = [], module.find_breaks

    def look(step, *arguments, **options):
        numbers.append(step.n_cascade)
        assert step.n_cascade <= module.MOST_NODES
        return find(step, *arguments, **options)

    monkeypatch.setattr(module, "find_breaks", look)
    landscape = replace(formula("x**4/4 - x**2/2", (-2.0, 2.0)), projection=1e100)
    with pytest.raises(ShareError, match="some places are never left"):
        stationary_shares(landscape, Noise("lomax", 1.5, scale=1e100), 1e3, 1e3)
    assert numbers
