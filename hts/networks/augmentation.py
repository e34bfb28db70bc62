"""Images moved and mirrored at random, anew each time they are drawn."""

from __future__ import annotations

from collections.abc import Collection

import jax
import jax.numpy as jnp

Array = jax.Array


def augmented(key: Array, x: Array, how: Collection[str], padding: int) -> Array:
    """Augment a batch.

    Parameters
    ----------
    key : key
        Of places and of mirrors.
    x : float32[image, row, column, channel]
    how : collection of str
        "crop": a window of the image's size out of the image within `padding` zeros on each side, all equally likely;
        "flip": left and right change places with chance 1/2.
    padding : int

    Returns
    -------
    float32[image, row, column, channel]
    """
    places, mirrors = jax.random.split(key)
    n, rows, columns, channels = x.shape
    if "crop" in how:
        wide = jnp.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
        starts = jax.random.randint(places, (n, 2), 0, 2 * padding + 1)
        cut = lambda image, at: jax.lax.dynamic_slice(image, (*at, 0), (rows, columns, channels))  # noqa: E731
        x = jax.vmap(cut)(wide, starts)
    if "flip" in how:
        is_mirrored = jax.random.bernoulli(mirrors, 0.5, (n, 1, 1, 1))
        x = jnp.where(is_mirrored, x[:, :, ::-1], x)
    return x
