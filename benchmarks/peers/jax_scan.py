"""JAX peer: a compiled scan in float64 that advances all walkers to the last step."""

from functools import partial

import jax
import numpy as np
import numpy.typing as npt

jax.config.update("jax_enable_x64", True)


@partial(jax.jit, static_argnames=("n_walkers", "max_steps"))
def first_exits(key, alpha, eta, b, n_walkers, max_steps):
    """Simulate first exits; a walker that has left is frozen, for a scan has one length."""

    def step(state, _):
        key, x, steps = state
        key, one = jax.random.split(key)
        u = jax.random.uniform(one, (n_walkers,), dtype="float64", minval=-1.0, maxval=1.0)
        z = jax.numpy.sign(u) * jax.numpy.abs(u) ** (-1.0 / alpha)
        is_inside = jax.numpy.abs(x) < 1.0
        y = x + jax.numpy.clip(eta * (z - x), -b, b)
        return (key, jax.numpy.where(is_inside, y, x), steps + is_inside), None

    state = (key, jax.numpy.zeros(n_walkers), jax.numpy.zeros(n_walkers, "int64"))
    return jax.lax.scan(step, state, length=max_steps)[0][2]


def exit_steps(
    alpha: float, eta: float, b: float, n_walkers: int, max_steps: int, seed: int = 1
) -> npt.NDArray[np.int64]:
    """Simulate first exits of (-1, 1) from 0; int64[walker]."""
    return np.asarray(first_exits(jax.random.PRNGKey(seed), alpha, eta, b, n_walkers, max_steps))
