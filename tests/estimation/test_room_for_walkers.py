"""Estimates of a cell take little room beside its walkers: NumPy tells tracemalloc of every array."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hts.estimation.exponentiality import agreement_with_law, exponentiality
from hts.estimation.rates import dispersion_of

BLOCKS = 6_000_000  # bytes of what is worked on at a time, whatever the number of walkers

Steps = npt.NDArray[np.int64]
Estimate = Callable[[Steps, npt.NDArray[np.bool_]], Any]


def room(estimate: Estimate, n_walkers: int) -> int:
    """Ask for the most bytes that an estimate of so many walkers held at a time, the walkers themselves left out."""
    steps = np.random.default_rng(30).geometric(0.02, n_walkers)
    kept, censored = np.minimum(steps, 100), steps > 100
    tracemalloc.start()
    try:
        estimate(kept, censored)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "estimate",
    [
        dispersion_of,
        exponentiality,
        lambda steps, censored: agreement_with_law(steps, censored, lambda n: 0.98**n),
    ],
    ids=["dispersion", "exponentiality", "law"],
)
def test_each_walker_takes_a_number_and_a_mark(estimate: Estimate) -> None:
    estimate(np.arange(1, 99), np.zeros(98, dtype=bool))  # what is imported or kept once
    assert room(estimate, 1_000_000) < 1_000_000 * (8 + 1) + BLOCKS
