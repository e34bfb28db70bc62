"""Tests of hts/sweeps/tasks: the walkers that are missing, and how they are cut into shards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hts.sweeps.tasks import SUMMARY_SHARDS, VISIT_SHARDS, gaps, shards_for, walkers_per_shard

ranges = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda p: (p[0], p[0] + p[1])), max_size=8)


@given(ranges, st.integers(1, 70))
def test_gaps_are_the_walkers_in_no_range(covered, walkers):
    held = {walker for first, end in covered for walker in range(first, end)}
    missing = gaps(covered, walkers)
    assert [w for first, end in missing for w in range(first, end)] == [w for w in range(walkers) if w not in held]
    assert all(first < end for first, end in missing)


@given(ranges, st.integers(1, 2000))
def test_shards_tile_what_is_missing_and_cut_at_multiples_of_their_size(covered, walkers):
    missing = gaps(covered, walkers)
    pieces = list(shards_for(missing, walkers))
    assert [w for first, end in pieces for w in range(first, end)] == [w for a, b in missing for w in range(a, b)]
    size = walkers_per_shard(walkers)
    ends = {end for gap in missing for end in gap}
    assert all(0 < end - first <= size for first, end in pieces)
    assert all(cut in ends or cut % size == 0 for piece in pieces for cut in piece)


@pytest.mark.parametrize(
    ("walkers", "size"), [(1, 256), (256 * 64, 256), (256 * 64 + 1, 257), (10**6, 15625), (2**32 - 1, 2**18)]
)
def test_a_shard_is_sized_by_the_number_of_walkers(walkers, size):
    assert walkers_per_shard(walkers) == size


def test_many_small_cells_have_fewer_shards_as_summaries_than_as_walkers():
    """One of them takes longer than one of a few hundred walkers."""
    for walkers, most in ((1000, 1), (20_000, 20), (2**17, 64), (10**9, 954)):
        cut = list(shards_for([(0, walkers)], walkers, SUMMARY_SHARDS))
        assert len(cut) <= min(most, len(list(shards_for([(0, walkers)], walkers))))


def test_a_run_that_goes_on_cuts_as_one_that_was_never_stopped():
    whole = list(shards_for([(0, 1000)], 1000))
    assert whole == [(0, 256), (256, 512), (512, 768), (768, 1000)]
    assert list(shards_for(gaps([whole[1]], 1000), 1000)) == [whole[0], *whole[2:]]


def test_growing_walkers_keeps_the_old_shards_and_adds_the_rest():
    old = [(0, 256), (256, 300)]
    assert list(shards_for(gaps(old, 600), 600)) == [(300, 512), (512, 600)]


@pytest.mark.parametrize(("walkers", "size"), [(1, 1), (40, 40), (64, 64), (100, 100), (200, 67), (10_000, 159)])
def test_shards_of_visits_are_of_one_size_and_fill_the_lanes(walkers, size):
    assert walkers_per_shard(walkers, VISIT_SHARDS) == size
    cut = [end - first for first, end in shards_for([(0, walkers)], walkers, VISIT_SHARDS)]
    assert max(cut) - min(cut) <= len(cut)
    assert min(cut) >= min(walkers, 64)
    assert len(cut) <= 64
