"""Data sets: training and test images with labels, some of them corrupted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from hts.errors import PlanError
from hts.networks.published import read_published
from hts.plans.training import TrainingPlan
from hts.plans.training_data import SETS

CLASSES: Final = 10
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Data:
    """Images and labels.

    Attributes
    ----------
    x, test_x : float32[image, row, column, channel] or float32[image, pixel]
        Digits lie between 0 and 1; images of files have mean 0 and variance 1 in each channel over the training images.
    y : int32[replication, image]
        Labels that networks are trained on; each replication has corrupted ones of its own.
    test_y : int32[image]
        True ones.
    """

    x: Floats
    y: Labels
    test_x: Floats
    test_y: Labels


def load_data(plan: TrainingPlan, replications: range) -> Data:
    """Read the images of a plan, choose those to train on, and corrupt some labels.

    Parameters
    ----------
    plan : TrainingPlan
    replications : range
        Which ones; label noise has a stream for each.

    Returns
    -------
    Data
        x is float32[image, row, column, channel].

    Raises
    ------
    PlanError
        Where files are missing, damaged or not those that the plan states, or have fewer images than it wants.
    """
    table = plan.table
    if table.data == "digits":
        flat = load_digits(table.images, table.corrupted, plan.seed, replications)
        x, test_x = (one.reshape(-1, 8, 8, 1) for one in (flat.x, flat.test_x))
        y, test_y = flat.y, flat.test_y
    else:
        (whole, labels), (tests, true) = read_published(table.data, Path(table.folder), table.sha256)
        if table.images > len(whole):
            text = f"training.images is {table.images}, and {table.data} in {table.folder} has {len(whole)}"
            raise PlanError(f"{plan.path}: {text}; make it smaller")
        some = np.random.default_rng([plan.seed, 0]).permutation(len(whole))[: table.images]
        x, test_x = _standardised(whole[some], tests)
        test_y, classes = true.astype(np.int32), SETS[table.data].classes
        y = _corrupted(labels[some].astype(np.int32), table.corrupted, plan.seed, replications, classes)
    for axis in (1, 2):
        x, test_x = (one if table.enlarge == 1 else one.repeat(table.enlarge, axis) for one in (x, test_x))
    return Data(x, y, test_x, test_y)


def _standardised(train: npt.NDArray[np.uint8], test: npt.NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Give each channel mean 0 and variance 1 over the training images."""
    axes = (0, 1, 2)
    mean = train.mean(axes).astype(np.float32)
    spread = np.maximum(train.std(axes), 1.0).astype(np.float32)  # in steps of gray; images all gray stay finite
    return (train - mean) / spread, (test - mean) / spread


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

    Returns
    -------
    Data
        x is float32[image, pixel].
    """
    from sklearn.datasets import load_digits as load

    whole: Any = load()
    order = np.random.default_rng([seed, 0]).permutation(len(whole.data))
    x, y = (whole.data[order] / 16.0).astype(np.float32), whole.target[order].astype(np.int32)
    return Data(x[:images], _corrupted(y[:images], corrupted, seed, replications, CLASSES), x[images:], y[images:])


def _corrupted(labels: Labels, n: int, seed: int, replications: range, classes: int) -> Labels:
    return np.stack([corrupt(labels, n, np.random.default_rng([seed, 1, r]), classes) for r in replications])


def corrupt(labels: Labels, n: int, rng: np.random.Generator, classes: int = CLASSES) -> Labels:
    """Give n of the labels, chosen at random, a label drawn from all classes.

    Raises
    ------
    PlanError
        Where a label is out of range.
    """
    if labels.min() < 0 or labels.max() >= classes:
        bad = int(np.flatnonzero((labels < 0) | (labels >= classes))[0])
        raise PlanError(f"label {bad} is {labels[bad]}: labels are whole numbers from 0 to {classes - 1}")
    found = labels.copy()
    found[rng.choice(len(labels), n, replace=False)] = rng.integers(0, classes, n)
    return found
