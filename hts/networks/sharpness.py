"""How flat a minimum is: expected, PAC-Bayes and maximal sharpness, and the largest eigenvalues of the Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import jax
import jax.numpy as jnp

Array = jax.Array
Loss = Callable[[Array], Array]

#: Rise of the loss that PAC-Bayes and maximal sharpness ask for.
RISE: Final = 0.1
BISECTIONS, ASCENTS, LANCZOS, EIGENVALUES = 12, 20, 24, 3
#: Reach of sigma and of the radius.
SMALLEST, LARGEST = 1e-4, 1e2


def rises(loss: Loss, theta: Array, delta: Array | float, key: Array, draws: int) -> Array:
    """L(theta + nu) - L(theta) of some draws of nu ~ N(0, delta^2 I)."""
    at = loss(theta)
    one = lambda k: loss(theta + delta * jax.random.normal(k, theta.shape)) - at  # noqa: E731
    return jax.lax.map(one, jax.random.split(key, draws))  # one by one, which stays in a processor's cache


def expected(loss: Loss, theta: Array, delta: float, key: Array, draws: int) -> tuple[Array, Array]:
    """E |L(theta + nu) - L(theta)|, and its standard error."""
    sizes = jnp.abs(rises(loss, theta, delta, key, draws))
    return sizes.mean(), sizes.std(ddof=1) / draws**0.5


def pac_bayes(loss: Loss, theta: Array, key: Array, draws: int) -> Array:
    """1/sigma^2 of the sigma at which the mean loss rises by .1."""
    return _bisect(lambda size: rises(loss, theta, size, key, draws).mean()) ** -2.0


def maximal(loss: Loss, theta: Array) -> Array:
    """1/r^2 of the radius within which ascent finds a loss higher by .1."""

    def highest(radius: Array) -> Array:
        def up(_: int, nu: Array) -> Array:
            slope = jax.grad(loss)(theta + nu)
            nu = nu + radius * slope / jnp.maximum(jnp.linalg.norm(slope), 1e-30) * 0.5
            return nu * jnp.minimum(1.0, radius / jnp.maximum(jnp.linalg.norm(nu), 1e-30))

        return loss(theta + jax.lax.fori_loop(0, ASCENTS, up, jnp.zeros_like(theta))) - loss(theta)

    return _bisect(highest) ** -2.0


def _bisect(rise: Callable[[Array], Array]) -> Array:
    """Find, on a logarithmic scale, where a rise reaches .1."""

    def halve(_: int, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        middle = jnp.sqrt(low * high)
        is_below = rise(middle) < RISE
        return jnp.where(is_below, middle, low), jnp.where(is_below, high, middle)

    low, high = jax.lax.fori_loop(0, BISECTIONS, halve, (jnp.float32(SMALLEST), jnp.float32(LARGEST)))
    return jnp.sqrt(low * high)


def top_eigenvalues(loss: Loss, theta: Array, key: Array) -> Array:
    """Return the largest eigenvalues of the Hessian, by Lanczos with all vectors kept orthogonal."""
    n = min(LANCZOS, theta.size)

    def product(v: Array) -> Array:
        return jax.jvp(jax.grad(loss), (theta,), (v,))[1]

    def extend(k: int, state: tuple[Array, Array]) -> tuple[Array, Array]:
        basis, small = state
        w = product(basis[k])
        row = basis @ w  # rows not yet filled are 0
        small = small.at[k].set(row)
        w = w - row @ basis
        w = w - (basis @ w) @ basis
        length = jnp.linalg.norm(w)
        following = jnp.where(length > 1e-6, w / jnp.maximum(length, 1e-30), 0.0)
        return basis.at[k + 1].set(following), small

    start = jax.random.normal(key, theta.shape)
    basis = jnp.zeros((n + 1, theta.size)).at[0].set(start / jnp.linalg.norm(start))
    _, small = jax.lax.fori_loop(0, n, extend, (basis, jnp.zeros((n, n + 1))))
    lower = jnp.tril(small[:, :n])
    values = jnp.linalg.eigvalsh(lower + jnp.tril(lower, -1).T)
    return values[::-1][:EIGENVALUES]
