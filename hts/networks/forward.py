"""Weights drawn for the layers of a network, and images sent through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from hts.networks.architectures import Convolution, Dense, Network
from hts.networks.initialisation import sigma
from hts.networks.layers import Layer

Array = jax.Array
Layers = Sequence[tuple[Array, Array]]


def initial_weights(key: Array, network: Network, moment: float) -> Any:
    """Draw (weights, biases) of each layer: by (29) with d = fan_out; the last one, which is linear, by fan_in."""
    drawn, weighted = [], network.weighted
    for place, layer in enumerate(weighted):
        is_last = place == len(weighted) - 1
        scale = layer.fan_in**-0.5 if is_last else sigma(Layer("relu", layer.fan_out), moment)
        weights = scale * jax.random.normal(jax.random.fold_in(key, place), layer.shape)
        drawn.append((weights, jnp.zeros(layer.outputs)))
    return drawn


def outputs(network: Network, layers: Layers, x: Array) -> Array:
    """Send images through a network.

    Parameters
    ----------
    network : Network
    layers : sequence of (weights, biases)
        As `initial_weights` draws them.
    x : float32[image, ...]
        Rows, columns and channels, or, where all layers are dense, numbers in any shape.

    Returns
    -------
    float32[image, class]
        Logits.
    """
    place, last = 0, len(network.weighted) - 1
    for layer in network.layers:
        if isinstance(layer, str):
            x = _pooled(x)
            continue
        weights, biases = layers[place]
        x = convolved(x, weights, layer.padding) if isinstance(layer, Convolution) else _flat(x, layer) @ weights
        x = x + biases if place == last else jax.nn.relu(x + biases)
        place += 1
    return x


def _flat(x: Array, layer: Dense) -> Array:
    return x.reshape(-1, layer.inputs)


def convolved(x: Array, weights: Array, padding: int) -> Array:
    """Convolve images with filters, without bias.

    On a CPU patches are laid side by side and multiplied, which took a seventh of the time of XLA's convolution with
    weights of their own for each replication.

    Parameters
    ----------
    x : float32[image, row, column, channel]
    weights : float32[row, column, channel, filter]
    padding : int
        Zeros on each side.
    """
    if jax.default_backend() != "cpu":
        places = [(padding, padding)] * 2
        return jax.lax.conv_general_dilated(x, weights, (1, 1), places, dimension_numbers=("NHWC", "HWIO", "NHWC"))
    x = jnp.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0))) if padding else x
    side, n_filters = weights.shape[0], weights.shape[-1]
    rows, columns = (n - side + 1 for n in x.shape[1:3])
    patches = [x[:, i : i + rows, j : j + columns] for i in range(side) for j in range(side)]
    return jnp.concatenate(patches, axis=-1) @ weights.reshape(-1, n_filters)


def _pooled(x: Array) -> Array:
    """Keep the largest of 2 by 2 pixels."""
    n, rows, columns, channels = x.shape
    even = x[:, : rows // 2 * 2, : columns // 2 * 2]
    return even.reshape(n, rows // 2, 2, columns // 2, 2, channels).max(axis=(2, 4))
