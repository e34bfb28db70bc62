"""Tests that every walker's stream is the published generator, and that no two walkers share one."""

import numpy as np
import pytest
import reference

from hts.kernels import streams
from hts.kernels.settings import jit

KEY = np.array([0x0123456789ABCDEF, 0xFEDCBA9876543210], np.uint64)


@jit
def philox_of(counter, key, out):
    words = streams.philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])
    for k in range(4):
        out[k] = words[k]


#: Known answers of Random123 (kat_vectors, philox4x32-10).
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def hex_words(text):
    return np.array([int(word, 16) for word in text.split()], np.uint64)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_known_answers_of_random123(counter, key, answer):
    out = np.zeros(4, np.uint64)
    philox_of(hex_words(counter), hex_words(key), out)
    assert np.array_equal(out, hex_words(answer))
    assert reference.philox4x32(map(int, hex_words(counter)), map(int, hex_words(key))) == [int(w) for w in out]


def test_xoshiro_gives_the_known_answer_of_its_authors_code():
    """First words from the state 1, 2, 3, 4, as the authors' C code and the Rust crate rand_xoshiro print them."""
    words = np.zeros((1, 10), np.uint64)
    streams.fill(np.array([[1], [2], [3], [4]], np.uint64), words, 10, 1, 1)
    known = [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162,
             14011001112246962877, 12406186145184390807, 15849039046786891736, 10450023813501588000]  # fmt: skip
    assert [int(w) for w in words[0]] == known


@pytest.mark.parametrize("n_lanes", [5, 8, 13, 24])
def test_words_are_used_in_the_order_of_a_walker_s_steps(n_lanes):
    states = np.zeros((4, n_lanes), np.uint64)
    streams.start_streams(states, n_lanes, KEY, 5)
    words = np.zeros((2, 3 * n_lanes), np.uint64)
    streams.fill(states, words, 3, 2, n_lanes)
    for lane in range(n_lanes):
        twin = reference.walker_words([int(k) for k in KEY], 5 + lane)
        for row in range(3):
            assert int(words[0, row * n_lanes + lane]) == next(twin)
            assert int(words[1, row * n_lanes + lane]) == next(twin)


def starts(key, first, n):
    states = np.zeros((4, n), np.uint64)
    streams.start_streams(states, n, np.asarray(key, np.uint64), first)
    return states


@pytest.mark.long
def test_a_million_walkers_of_neighbouring_cells_start_in_different_states():
    """Any two of 1e6 random 256-bit states agree in a word with probability 1e-7: no repetition at all is expected."""
    keys = [
        KEY,
        KEY ^ np.array([1, 0], np.uint64),
        KEY ^ np.array([0, 1], np.uint64),
        KEY + np.array([0, 2], np.uint64),
    ]
    blocks = [starts(key, first, 125_000) for key in keys for first in (0, 2**32 - 125_000)]
    for word in np.concatenate(blocks, axis=1):
        assert len(np.unique(word)) == 1_000_000


def bits_of(words):
    return np.unpackbits(words.view(np.uint8))


def test_start_states_of_neighbouring_walkers_differ_in_half_their_bits():
    """Hamming distances: mean 128 +- 0.025 (1e5 pairs), five standard errors: false alarm 6e-7."""
    states = starts(KEY, 0, 100_001)
    distance = np.bitwise_count(states[:, 1:] ^ states[:, :-1]).sum(axis=0)
    assert abs(distance.mean() - 128) < 5 * 8 / np.sqrt(1e5)
    assert 7.9 < distance.std() < 8.1


def table_of_words(n_lanes=64, n_rows=4096):
    states = starts(KEY, 0, n_lanes)
    words = np.zeros((1, n_lanes * n_rows), np.uint64)
    streams.fill(states, words, n_rows, 1, n_lanes)
    return words.reshape(n_rows, n_lanes)


def largest_correlation(words):
    """Largest |z| over bit planes of the words, their lags 1 to 3 in time, and neighbouring walkers."""
    planes = ((words[..., None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)).astype(np.int8) * 2 - 1
    sums = [planes.sum((0, 1))]
    sums += [(planes[lag:] * planes[:-lag]).sum((0, 1), dtype=np.int64) for lag in (1, 2, 3)]
    sums += [(planes[:, 1:] * planes[:, :-1]).sum((0, 1), dtype=np.int64)]
    return max(np.abs(s / np.sqrt(words.size)).max() for s in sums)


def test_bit_planes_lags_and_neighbours_are_uncorrelated():
    """320 z-values, all below 5.5: false alarm 1.2e-5."""
    assert largest_correlation(table_of_words()) < 5.5


def test_the_correlation_test_rejects_a_stream_whose_low_bit_comes_twice():
    words = table_of_words()
    words[1::2] = (words[1::2] & ~np.uint64(1)) | (words[::2] & np.uint64(1))
    assert largest_correlation(words) > 5.5


def test_the_correlation_test_rejects_walkers_that_share_one_bit_in_twenty():
    words = table_of_words()
    shared = np.random.default_rng(1).random(words.shape) < 0.05
    shared[:, 0] = False
    neighbours = np.roll(words, 1, axis=1)
    words[shared] = neighbours[shared]
    assert largest_correlation(words) > 5.5
