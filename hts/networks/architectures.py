"""Networks layer by layer, without their weights: dense ones, LeNet, VGG11 and VGG16; needs no JAX."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from hts.plans.training import TrainingTable
from hts.plans.training_data import SETS

POOL: Final = "pool"


@dataclass(frozen=True)
class Convolution:
    """Filters of `side` by `side` pixels, with a bias each; the image is padded by `padding` zeros on each side."""

    inputs: int
    outputs: int
    side: int
    padding: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the weights."""
        return self.side, self.side, self.inputs, self.outputs

    @property
    def fan_in(self) -> int:
        """Numbers that an output sums over."""
        return self.side**2 * self.inputs

    @property
    def fan_out(self) -> int:
        """Outputs that an input, away from the border, goes into: d of docs/networks.md (29)."""
        return self.side**2 * self.outputs


@dataclass(frozen=True)
class Dense:
    """All inputs to all outputs, with a bias each."""

    inputs: int
    outputs: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the weights."""
        return self.inputs, self.outputs

    @property
    def fan_in(self) -> int:
        """Numbers that an output sums over."""
        return self.inputs

    @property
    def fan_out(self) -> int:
        """Outputs: d of docs/networks.md (29)."""
        return self.outputs


@dataclass(frozen=True)
class Network:
    """Layers in their order; all but the last are followed by ReLU.

    Attributes
    ----------
    layers : tuple of Convolution, Dense or "pool"
        "pool" keeps the largest of 2 by 2 pixels; an odd last row or column is left out.
    floats : int
        Numbers that training holds for each image: outputs of all layers, and patches of convolutions.
    """

    layers: tuple[Convolution | Dense | str, ...]
    floats: int

    @property
    def weighted(self) -> tuple[Convolution | Dense, ...]:
        """Layers that have weights."""
        return tuple(layer for layer in self.layers if not isinstance(layer, str))

    @property
    def n_weights(self) -> int:
        """Weights and biases of all layers."""
        return sum(math.prod(layer.shape) + layer.outputs for layer in self.weighted)


#: Outputs of the convolutions of Simonyan and Zisserman's configurations A and D; 0 is a pooling.
VGG: Final = {
    "vgg11": (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0),
    "vgg16": (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0),
}


def network_of(table: TrainingTable) -> Network:
    """Lay the network of a plan out for the images of its data.

    LeNet and VGG have the form of Zhu et al. (2019), to whose experiments [WOR] adapt theirs: LeNet with two
    convolutions of 10 filters and a dense layer of 50; VGG without batch normalisation or dropout, with two dense
    layers of 512.
    """
    data = SETS[table.data]
    shape = (data.side * table.enlarge, data.side * table.enlarge, data.channels)
    if table.network == "dense":
        return dense_network((math.prod(shape), *table.widths, data.classes))
    if table.network == "lenet":
        first: list[Convolution | str] = [Convolution(shape[2], 10, 5, 0), POOL, Convolution(10, 10, 5, 0), POOL]
        return _with_dense(first, shape, (50, data.classes))
    return _with_dense(_vgg(VGG[table.network], shape[2]), shape, (512, 512, data.classes))


def dense_network(sizes: tuple[int, ...]) -> Network:
    """Lay out a network of dense layers: numbers of an image, outputs of the hidden layers, classes."""
    return Network(tuple(Dense(*pair) for pair in pairwise(sizes)), sum(sizes))


def _vgg(outputs: tuple[int, ...], channels: int) -> list[Convolution | str]:
    layers: list[Convolution | str] = []
    for n in outputs:
        layers.append(Convolution(channels, n, 3, 1) if n else POOL)
        channels = n or channels
    return layers


def _with_dense(first: list[Convolution | str], shape: tuple[int, int, int], widths: tuple[int, ...]) -> Network:
    """Follow an image through convolutions and poolings, and put dense layers behind them."""
    rows, columns, channels = shape
    floats = rows * columns * channels
    for layer in first:
        if isinstance(layer, Convolution):
            rows, columns = (n + 2 * layer.padding - layer.side + 1 for n in (rows, columns))
            channels = layer.outputs
            floats += rows * columns * (layer.fan_in + channels)
        else:
            rows, columns = rows // 2, columns // 2
            floats += rows * columns * channels
    dense = dense_network((rows * columns * channels, *widths))
    return Network((*first, *dense.layers), floats + dense.floats)
