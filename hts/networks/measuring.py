"""What is measured of trained networks: loss, accuracy, sharpness and curvature."""

from __future__ import annotations

from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from hts.networks.data import Data
from hts.networks.sharpness import expected, maximal, pac_bayes, top_eigenvalues
from hts.networks.training import Runs, Trainer

Array = jax.Array
#: Name of its program among those that a trainer keeps.
MEASURES: Final = "measures"


def measure(trainer: Trainer, runs: Runs, data: Data) -> dict[str, npt.NDArray[Any]]:
    """Measure each replication.

    Returns
    -------
    dict of float32[replication, ...]
        train_loss and train_accuracy on the labels trained on, test_loss, test_accuracy; expected[., delta] and
        expected_error (of its draws); pac_bayes, maximal; eigenvalues[., 3]. The draws are the same for every method.
    """
    table = trainer.plan.table
    images = trainer.x, jnp.asarray(data.test_x), jnp.asarray(data.test_y)

    # images are arguments: as constants XLA would compute what depends on them alone while it compiles
    def one(theta: Array, key: Array, y: Array, x: Array, test_x: Array, test_y: Array) -> dict[str, Array]:
        def loss(at: Array) -> Array:
            return trainer.whole_loss(at, x, y)

        keys = jax.random.split(jax.random.fold_in(key, 2), 3)
        sizes = [expected(loss, theta, delta, keys[0], table.draws) for delta in table.delta]
        return {
            "train_loss": loss(theta),
            "train_accuracy": trainer.accuracy(theta, x, y),
            "test_loss": trainer.whole_loss(theta, test_x, test_y),
            "test_accuracy": trainer.accuracy(theta, test_x, test_y),
            "expected": jnp.stack([mean for mean, _ in sizes]),
            "expected_error": jnp.stack([error for _, error in sizes]),
            "pac_bayes": pac_bayes(loss, theta, keys[1], table.draws),
            "maximal": maximal(loss, theta),
            "eigenvalues": top_eigenvalues(loss, theta, keys[2]),
        }

    many = jax.vmap(one, in_axes=(0, 0, 0, None, None, None))
    found = trainer.programs.run(MEASURES, many, runs.theta, trainer.keys, trainer.y, *images)
    return {name: np.asarray(value) for name, value in found.items()}


def noise_of(trainer: Trainer, runs: Runs, batches: int, place: int = 0) -> npt.NDArray[np.float32]:
    """Draw g_SB - g_full at the weights of one of the replications, float32[batch, weight]."""
    theta, y, key = runs.theta[place], trainer.y[place], jax.random.fold_in(trainer.keys[place], 4)
    gradient = jax.grad(trainer.loss)
    whole = jax.grad(trainer.whole_loss)(theta, trainer.x, y)

    def one(k: Array) -> Array:
        some = jax.random.randint(k, (trainer.plan.table.small_batch,), 0, len(trainer.x))
        return gradient(theta, trainer.x[some], y[some]) - whole

    return np.asarray(jax.jit(lambda keys: jax.lax.map(one, keys))(jax.random.split(key, batches)))
