"""Tests that big jumps are found where they were put."""

import numpy as np
import pytest

from hts.estimation.paths import big_jumps


def test_number_step_and_size_are_those_that_were_put_there():
    first = np.array([0, 4, 6, 9])
    step = np.array([0, 1, 2, 3, 0, 1, 0, 5, 6])
    z = np.array([np.nan, 1.0, -30.0, 25.0, np.nan, 2.0, np.nan, 5.0, 80.0])
    jumps = big_jumps(first, step, z, 0.1, 2.0)
    assert jumps.numbers.tolist() == [2, 0, 1]
    assert jumps.step.tolist() == [2, 3, 6]
    np.testing.assert_allclose(jumps.size, [-3.0, 2.5, 8.0])
    steps, sizes = jumps.of_paths_with(2)
    assert steps.tolist() == [[2, 3]]
    np.testing.assert_allclose(sizes, [[-3.0, 2.5]])
    assert jumps.of_paths_with(3)[0].shape == (0, 3)


def test_a_jump_as_large_as_the_threshold_is_not_beyond_it():
    jumps = big_jumps(np.array([0, 2]), np.array([0, 1]), np.array([np.nan, 20.0]), 0.1, 2.0)
    assert jumps.numbers.tolist() == [0]


def test_a_threshold_that_calls_every_step_big_is_refused():
    with pytest.raises(ValueError, match="must be positive"):
        big_jumps(np.array([0, 1]), np.array([0]), np.array([np.nan]), 0.1, 0.0)
