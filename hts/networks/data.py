"""Data sets: training and test images with labels, some of them corrupted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from hts.errors import PlanError

CLASSES: Final = 10
Labels = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Data:
    """Images and labels.

    Attributes
    ----------
    x, test_x : float32[image, pixel]
        Between 0 and 1.
    y : int32[replication, image]
        Labels that networks are trained on; each replication has corrupted ones of its own.
    test_y : int32[image]
        True ones.
    """

    x: npt.NDArray[np.float32]
    y: Labels
    test_x: npt.NDArray[np.float32]
    test_y: Labels


def load_digits(images: int, corrupted: int, seed: int, replications: range) -> Data:
    """Split scikit-learn's digits, which need no network, and corrupt some labels.

    Parameters
    ----------
    images, corrupted : int
        Training images, and how many of them get a label drawn from all ten.
    seed : int
        Of the split; label noise has a stream for each replication.
    replications : range
        Which ones.
    """
    from sklearn.datasets import load_digits as load

    whole: Any = load()
    order = np.random.default_rng([seed, 0]).permutation(len(whole.data))
    x, y = (whole.data[order] / 16.0).astype(np.float32), whole.target[order].astype(np.int32)
    labels = np.stack([corrupt(y[:images], corrupted, np.random.default_rng([seed, 1, r])) for r in replications])
    return Data(x[:images], labels, x[images:], y[images:])


def corrupt(labels: Labels, n: int, rng: np.random.Generator) -> Labels:
    """Give n of the labels, chosen at random, a label drawn from all classes.

    Raises
    ------
    PlanError
        Where a label is out of range.
    """
    if labels.min() < 0 or labels.max() >= CLASSES:
        bad = int(np.flatnonzero((labels < 0) | (labels >= CLASSES))[0])
        raise PlanError(f"label {bad} is {labels[bad]}: labels are whole numbers from 0 to {CLASSES - 1}")
    found = labels.copy()
    found[rng.choice(len(labels), n, replace=False)] = rng.integers(0, CLASSES, n)
    return found
