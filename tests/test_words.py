"""Tests of numbers as messages write them."""

import pytest

from hts.words import apart


@pytest.mark.parametrize(
    ("value", "other", "texts"),
    [
        (3.2e-5, 1e-6, ("3.2e-05", "1.0e-06")),
        (1.04e-6, 1e-6, ("1.04e-06", "1.00e-06")),
        (1.00004e-6, 1e-6, ("1.00004e-06", "1.00000e-06")),
    ],
)
def test_two_numbers_that_differ_are_written_apart(value, other, texts):
    assert apart(value, other) == texts
