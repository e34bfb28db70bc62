"""Tests of graphs, classes and reduced chains against hand-solved cases and published values."""

from fractions import Fraction
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from hts.exits import Exit
from hts.landscapes import basin, formula, multi_well, wang_oh_rhee
from hts.noise import Noise
from hts.theory.limit.chains import (
    limit_chain,
    reduced_generator,
    relaxation_time,
    stationary_law,
    transition_rates,
)
from hts.theory.limit.graphs import irreducible_windows, transition_graph
from hts.theory.limit.limits import exit_limit, rate_scale

PUBLISHED = wang_oh_rhee()  # from its minima to the nearer ends: 0.211, 0.601, 0.204 and 0.622


def test_the_published_function_without_clipping_has_the_known_rates_and_shares():
    chain = limit_chain(PUBLISHED, inf, 1.2)
    (everything,) = chain.classes
    assert everything.widest == (0, 1, 2, 3)
    assert -np.diag(everything.rates) == pytest.approx([3.22580, 1.48957, 5.52591, 0.88378], abs=6e-6)
    assert chain.shares == pytest.approx([0.1431, 0.4215, 0.0508, 0.3846], abs=6e-5)


def test_jumps_over_barriers_are_differences_of_pure_powers():
    rates = limit_chain(PUBLISHED, inf, 1.2).classes[0].rates
    m, s = PUBLISHED.minima, PUBLISHED.barriers
    assert rates[0, 2] == pytest.approx(0.5 * ((s[1] - m[0]) ** -1.2 - (s[2] - m[0]) ** -1.2), rel=1e-12)
    assert rates[3, 1] == pytest.approx(0.5 * ((m[3] - s[1]) ** -1.2 - (m[3] - s[0]) ** -1.2), rel=1e-12)


def test_clipped_to_a_half_only_the_two_wide_wells_of_the_published_function_are_left():
    chain = limit_chain(PUBLISHED, 0.5, 1.2)
    assert chain.irreducible
    assert chain.jump_numbers == (1, 2, 1, 2)
    assert chain.edges == ((0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2))
    (everything,) = chain.classes
    assert everything.widest == (1, 3)
    assert chain.shares[[0, 2]].tolist() == [0.0, 0.0]
    # From well 1 the way to well 3 leads through well 2, from where it goes on with the share of its right-hand rate.
    narrow = limit_chain(PUBLISHED, 0.5, 1.2).graph.distances[2]
    onward = narrow[3] ** -1.2 / (narrow[3] ** -1.2 + narrow[1] ** -1.2)
    noise = Noise("pareto", 1.2)
    q = [
        exit_limit(Exit(PUBLISHED, noise, 1e-3, 0.5, *PUBLISHED.well_ends(i), float(PUBLISHED.minima[i])))
        for i in (1, 3)
    ]
    there = q[0].rate_constant * q[0].destinations["2"] * onward
    back = q[1].rate_constant * q[1].destinations["2"] * (1 - onward)
    assert everything.rates == pytest.approx(np.array([[-there, there], [back, -back]]), rel=1e-12)
    assert everything.relaxation_time == pytest.approx(1 / (there + back), rel=1e-12)


def test_clipped_to_028_the_published_function_falls_into_two_classes():
    chain = limit_chain(PUBLISHED, 0.28, 1.2)
    assert not chain.irreducible
    assert [c.wells for c in chain.classes] == [(0, 1), (2, 3)]
    assert [c.widest for c in chain.classes] == [(1,), (3,)]
    assert all(c.absorbing and c.jump_number == 3 and c.relaxation_time is None for c in chain.classes)
    assert [c.stationary.tolist() for c in chain.classes] == [[1.0], [1.0]]
    assert chain.shares is None


@pytest.mark.parametrize("b", [0.7, 0.4, inf])
def test_two_equal_wells_share_the_time(b):
    landscape = multi_well([-1.0, 1.0], [0.0], 1.0)
    chain = limit_chain(landscape, b, 1.5)
    q = exit_limit(Exit(landscape, Noise("pareto", 1.5), 1e-3, b, -inf, 0.0, -1.0)).rate_constant
    assert chain.shares == pytest.approx([0.5, 0.5], rel=1e-12)
    assert chain.classes[0].relaxation_time == pytest.approx(1 / (2 * q), rel=1e-12)


def test_two_wells_without_clipping_share_as_powers_of_their_widths():
    shares = limit_chain(multi_well([-0.7, 1.6], [0.0], 1.0), inf, 1.8).shares
    assert shares[1] / shares[0] == pytest.approx((1.6 / 0.7) ** 1.8, rel=1e-12)


def test_the_wider_well_of_two_keeps_all_the_time_under_clipping():
    chain = limit_chain(multi_well([-0.6, 1.0], [0.0], 1.0), 0.7, 1.8)
    assert chain.jump_numbers == (1, 2)
    assert chain.shares.tolist() == [0.0, 1.0]


def test_a_relaxation_time_in_steps_is_that_of_the_widest_wells():
    noise = Noise("pareto", 1.5, scale=0.3)
    chain = limit_chain(multi_well([-1.0, 1.0], [0.0], 1.0), 0.7, 1.5)
    (steps,) = chain.relaxation_steps(noise, 1e-3)
    assert steps == pytest.approx(chain.classes[0].relaxation_time / rate_scale(noise, 1e-3, 2), rel=1e-14)


def test_a_transient_class_is_left_for_good():
    # Well 1 is left at its near right barrier only; wells 2 and 3 keep to each other.
    landscape = multi_well([-3.0, 0.0, 1.5, 3.0], [-1.5, 0.5, 2.25], 1.0)
    chain = limit_chain(landscape, 0.8, 1.5)
    assert chain.edges == ((0, 1), (1, 2), (2, 3), (3, 2))
    assert [(c.wells, c.absorbing) for c in chain.classes] == [((0,), False), ((1,), False), ((2, 3), True)]
    assert chain.classes[0].rates is None
    assert "transient" in chain.classes[0].reasons[0]
    assert chain.shares == pytest.approx([0.0, 0.0, 0.5, 0.5])


def test_noise_that_jumps_to_the_right_only_ends_in_the_last_well():
    chain = limit_chain(multi_well([-1.0, 1.0], [0.0], 1.0), 0.7, 1.5, p_plus=1.0)
    assert chain.jump_numbers == (2, None)
    assert chain.edges == ((0, 1),)
    assert chain.shares.tolist() == [0.0, 1.0]


def test_one_well_is_a_chain_that_stays():
    chain = limit_chain(basin(0.0, 1.0), 0.7, None)
    assert (chain.edges, chain.irreducible) == ((), True)
    assert chain.classes[0].rates.tolist() == [[0.0]]
    assert chain.shares.tolist() == [1.0]


@pytest.mark.parametrize(
    ("alpha", "b", "reason"), [(None, 0.7, "light"), (0.9, 0.7, "alpha > 1"), (1.5, 0.5, "whole number")]
)
def test_without_rates_the_graph_is_still_told(alpha, b, reason):
    chain = limit_chain(multi_well([-1.0, 1.0], [0.0], 1.0), b, alpha)
    assert chain.edges == ((0, 1), (1, 0))
    assert chain.classes[0].rates is None
    assert reason in chain.classes[0].reasons[0]
    assert chain.shares is None


def test_a_far_barrier_a_whole_number_of_clips_away_is_told():
    # From minimum 0 well 2 begins at distance 3: an edge by (13), but with no measure by (7).
    chain = limit_chain(multi_well([-1.0, 1.0, 3.0], [0.0, 2.0], 1.0), 3.0, 1.5)
    assert "well 2" in chain.classes[0].reasons[0]


def test_many_jumps_are_no_obstacle():
    chain = limit_chain(multi_well([-1.0, 1.2], [0.0], 1.0), 0.071, 1.5)
    assert chain.jump_numbers == (15, 17)
    assert chain.shares.tolist() == [0.0, 1.0]
    assert chain.classes[0].relative_error < 1e-9


def test_wells_beyond_the_projection_have_no_part():
    chain = limit_chain(multi_well([-1.0, 1.0, 3.0], [0.0, 2.0], 1.0, L=1.8), inf, 1.5)
    assert chain.edges == ((0, 1), (1, 0))
    assert chain.irreducible
    assert chain.shares == pytest.approx([0.5, 0.5, 0.0])


@pytest.mark.parametrize("minima", [[-1.0, 1.0, 3.0], [1.0, 3.0], [-1.0, 3.0]])
def test_a_well_whose_bottom_the_projection_cuts_off_spoils_the_rates(minima):
    barriers = [0.5 * (left + right) for left, right in pairwise(minima)]
    for landscape in (
        multi_well(minima, barriers, 1.0, L=2.5),
        multi_well([-m for m in minima[::-1]], [-s for s in barriers[::-1]], 1.0, L=2.5),
    ):
        chain = limit_chain(landscape, inf, 1.5)
        assert chain.classes[0].rates is None
        assert "outside [-L, L]" in chain.classes[0].reasons[0]


def naive_edges(landscape, b):
    """Return the edges by counting jumps one by one."""
    m, s = landscape.minima, [-inf, *landscape.barriers, inf]
    edges = []
    for i, start in enumerate(m):
        needed = {}
        for j in range(len(m)):
            if j != i:
                distance = s[j] - start if j > i else start - s[j + 1]
                jumps = 1
                while jumps * b < distance:
                    jumps += 1
                needed[j] = jumps
        edges += [(i, j) for j in needed if needed[j] == min(needed.values())]
    return tuple(edges)


CHAIN_OF_FIVE = multi_well([-2.1, -0.9, 0.13, 1.51, 3.4], [-1.55, -0.31, 0.82, 2.3], 1.0)


@pytest.mark.parametrize("b", [0.2, 0.29, 0.41, 0.5, 0.61, 0.75, 0.9, 1.3, 2.5, 6.0])
def test_edges_are_those_counted_by_hand(b):
    assert transition_graph(CHAIN_OF_FIVE, b).edges == naive_edges(CHAIN_OF_FIVE, b)


@pytest.mark.parametrize(("landscape", "least_b"), [(CHAIN_OF_FIVE, 0.2), (PUBLISHED, 0.15)])
def test_windows_of_irreducible_graphs_are_found_to_their_ends(landscape, least_b):
    windows = irreducible_windows(landscape, least_b)
    assert windows[-1][1] == inf
    rng = np.random.default_rng(7)
    ends = [end for window in windows for end in window if end < inf]
    near = [end * (1 + shift) for end in ends for shift in (-1e-6, 1e-6)]
    for b in (*rng.uniform(least_b, 1.2 * ends[-1], 400), *(b for b in near if b > least_b)):
        inside = any(low < b < high for low, high in windows)
        assert transition_graph(landscape, float(b)).is_irreducible == inside, b


def test_thresholds_that_are_none_are_refused():
    with pytest.raises(ValueError, match="must be positive"):
        transition_graph(CHAIN_OF_FIVE, 0.0)
    with pytest.raises(ValueError, match="positive bound"):
        irreducible_windows(CHAIN_OF_FIVE, inf)


def test_a_chain_seen_on_two_of_three_states_is_the_one_solved_by_hand():
    q = np.array([[0.0, 2.0, 3.0], [5.0, 0.0, 7.0], [1.0, 4.0, 0.0]])
    # From state 2 on to 0 with 1/5, to 1 with 4/5; a detour back to the start is no transition.
    there, back = 2 + 3 * 4 / 5, 5 + 7 * 1 / 5
    assert reduced_generator(q, [0, 1]) == pytest.approx(np.array([[-there, there], [back, -back]]), rel=1e-14)
    assert reduced_generator(q, [1, 0]) == pytest.approx(np.array([[-back, back], [there, -there]]), rel=1e-14)


rate_matrices = st.integers(2, 6).flatmap(
    lambda n: st.lists(st.floats(1e-9, 1e9), min_size=n * n, max_size=n * n).map(lambda x: np.reshape(x, (n, n)))
)


@settings(deadline=None, max_examples=50)
@given(rate_matrices)
def test_stationary_laws_balance_every_state_to_rounding(q):
    law = stationary_law(reduced_generator(q, list(range(len(q)))))
    inflow = [sum(law[i] * q[i, j] for i in range(len(q)) if i != j) for j in range(len(q))]
    outflow = [law[j] * sum(q[j, i] for i in range(len(q)) if i != j) for j in range(len(q))]
    assert inflow == pytest.approx(outflow, rel=1e-12)


@settings(deadline=None, max_examples=50)
@given(rate_matrices)
def test_absorption_probabilities_agree_with_exact_fractions(q):
    kept, gone = [0, 1], list(range(2, len(q)))
    exact = [[Fraction(x) if i != j else Fraction(0) for j, x in enumerate(row)] for i, row in enumerate(q.tolist())]
    for k in gone:  # in the other order than the code: the reduced chain does not depend on it
        k = gone[0] + gone[-1] - k
        total = sum(exact[k])
        share = [x / total for x in exact[k]]
        for row in exact:
            passed, row[k] = row[k], Fraction(0)
            for j, p in enumerate(share):
                row[j] += passed * p
        for i, row in enumerate(exact):
            row[i] = Fraction(0)
        exact[k] = [Fraction(0)] * len(q)
    reduced = reduced_generator(q, kept)
    assert reduced[0, 1] == pytest.approx(float(exact[0][1]), rel=1e-12)
    assert reduced[1, 0] == pytest.approx(float(exact[1][0]), rel=1e-12)


def test_after_many_relaxation_times_the_chain_stands_at_its_stationary_law():
    (everything,) = limit_chain(PUBLISHED, inf, 1.2).classes
    t = everything.relaxation_time
    away = [np.abs(expm(k * t * everything.rates) - everything.stationary).max() for k in (10, 12)]
    assert away[1] / away[0] == pytest.approx(np.exp(-2), rel=1e-3)
    assert relaxation_time(np.zeros((1, 1))) is None


def test_a_formula_and_its_mirror_image_mirror_each_other():
    straight = formula("x**4/4 - x**2/2 + 0.1*x", (-3, 3))
    mirrored = formula("x**4/4 - x**2/2 - 0.1*x", (-3, 3))
    one, other = limit_chain(straight, inf, 1.4, p_plus=0.3), limit_chain(mirrored, inf, 1.4, p_plus=0.7)
    assert one.shares == pytest.approx(other.shares[::-1], rel=1e-9)


def walked_rates(q, kept, n_walks, seed):
    """Estimate the rates of (15) by walks: from i a step ~ q_ij, then steps ~ q_kl/q_k until a kept state is met."""
    rng = np.random.default_rng(seed)
    rates = np.zeros((len(kept), len(kept)))
    for row, i in enumerate(kept):
        place = np.full(n_walks, i)
        moving = np.ones(n_walks, bool)
        while moving.any():
            for k in np.unique(place[moving]):
                here = moving & (place == k)
                place[here] = rng.choice(len(q), here.sum(), p=q[k] / q[k].sum())
            moving = ~np.isin(place, kept)
        rates[row] = [q[i].sum() * np.mean(place == j) for j in kept]
    return rates


def test_the_reduced_chain_of_four_wells_is_the_one_that_walks_give():
    # two rates, 4.5 standard errors each: false alarm 1.4e-5; with a tenth more of the rate 1 -> 3 they must not pass
    q = transition_rates(PUBLISHED, transition_graph(PUBLISHED, inf), 1.2)
    kept, n_walks = [1, 3], 40_000
    exact = reduced_generator(q, kept)
    wrong = q.copy()
    wrong[1, 3] *= 1.1
    for world, passes in ((q, True), (wrong, False)):
        walked = walked_rates(world, kept, n_walks, seed=3)
        z = []
        for row, i in enumerate(kept):
            total, rate = q[i].sum(), exact[row, 1 - row]
            z.append((walked[row, 1 - row] - rate) / (total * np.sqrt(rate / total * (1 - rate / total) / n_walks)))
        assert (np.abs(z).max() < 4.5) == passes


def test_rates_of_wells_without_a_limit_are_no_numbers():
    landscape = multi_well([-1.0, 1.0, 2.5], [0.0, 1.6], 1.0)
    q = transition_rates(landscape, transition_graph(landscape, 0.5), 1.5)
    assert np.isnan(q).any(axis=1).tolist() == [True, False, False]  # well 1 begins two clips from minimum 0
    assert np.isnan(transition_rates(PUBLISHED, transition_graph(PUBLISHED, 0.5), None)).all()
