"""Data sets that networks are trained on: how many images of which size, and how many classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class DataSet:
    """A published data set.

    Attributes
    ----------
    n_train, n_test : int
        Images; of digits, which are not split, all are counted as training images.
    side, channels : int
        Pixels along each side of an image, and numbers for each pixel.
    classes : int
        Labels are 0, ..., classes - 1.
    """

    n_train: int
    n_test: int
    side: int
    channels: int
    classes: int

    @property
    def is_split(self) -> bool:
        """Whether it comes with test images of its own."""
        return self.n_test > 0


SETS: Final = {
    "digits": DataSet(1797, 0, 8, 1, 10),
    "fashion_mnist": DataSet(60_000, 10_000, 28, 1, 10),
    "cifar10": DataSet(50_000, 10_000, 32, 3, 10),
    "cifar100": DataSet(50_000, 10_000, 32, 3, 100),
    "svhn": DataSet(73_257, 26_032, 32, 3, 10),
}
