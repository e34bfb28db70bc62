"""Truncated heavy-tailed SGD (28): replications side by side in one compiled program."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from hts.networks.architectures import network_of
from hts.networks.augmentation import augmented
from hts.networks.data import Data
from hts.networks.forward import initial_weights, outputs
from hts.networks.memory import MOST_FLOATS
from hts.networks.programs import Programs
from hts.networks.rules import Rule, rules_of
from hts.plans.training import TrainingPlan, TrainingTable

#: A network whose weights are longer than this, or not finite, has diverged; it stays where it was.
MAX_NORM: Final = 1e6
#: Iterations of one call of the compiled program.
CHUNK: Final = 250

Array = jax.Array


def cross_entropies(logits: Array, y: Array) -> Array:
    """Cross-entropy of each image."""
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1)[:, 0]


def clip(step: Array, b: Array | float) -> Array:
    """phi_b: the whole step, made as long as b where it is longer."""
    return step * jnp.minimum(1.0, b / jnp.maximum(jnp.linalg.norm(step), 1e-30))


def decline(table: TrainingTable, step: Array | int) -> Array | float:
    """Factor of the learning rate: halved for each `halve_every` iterations that `step` is behind `halve_after`."""
    if not table.halve_every:
        return 1.0
    return 0.5 ** (jnp.maximum(step - table.halve_after, 0) // table.halve_every)


@dataclass
class Runs:
    """Replications of one method on their way.

    Attributes
    ----------
    theta : float32[replication, weight]
    step : int
        Iterations done.
    diverged, norm : int32[replication], float32[replication]
        Iteration at which a network diverged, -1 for none; the norm it would have had.
    """

    theta: Array
    step: int
    diverged: Array
    norm: Array


class Trainer:
    """Networks of one plan and method, some replications at a time."""

    def __init__(self, plan: TrainingPlan, method: str, data: Data, replications: range) -> None:
        self.plan, self.method, self.replications = plan, method, replications
        self.x, self.y = jnp.asarray(data.x), jnp.asarray(data.y)
        self.network = network_of(plan.table)
        self.part = max(1, MOST_FLOATS // self.network.floats)
        root = jax.random.key(plan.seed % 2**63)
        self.keys = jnp.stack([jax.random.fold_in(root, r) for r in replications])
        flat, self.unravel = ravel_pytree(initial_weights(root, self.network, plan.table.moment))
        self.n_weights = flat.size
        self.programs = Programs()

    def part_of(self, method: str, replications: range) -> Trainer:
        """Take another method, or some of the replications; compiled programs are shared, which take seconds each."""
        other, begin = copy(self), replications.start - self.replications.start
        some = slice(begin, begin + len(replications))
        other.method, other.replications = method, replications
        other.keys, other.y = self.keys[some], self.y[some]
        return other

    def start(self) -> Runs:
        """Draw initial weights: the same for every method."""
        draw = lambda key: ravel_pytree(initial_weights(key, self.network, self.plan.table.moment))[0]  # noqa: E731
        n = len(self.replications)
        return Runs(jax.vmap(draw)(self.keys), 0, jnp.full(n, -1, dtype=jnp.int32), jnp.zeros(n))

    def loss(self, theta: Array, x: Array, y: Array) -> Array:
        """Mean loss of one network over a batch."""
        return jnp.mean(cross_entropies(outputs(self.network, self.unravel(theta), x), y))

    def whole_loss(self, theta: Array, x: Array, y: Array) -> Array:
        """Mean loss of one network over images too many to be held at once, part by part."""
        if len(x) <= self.part:
            return self.loss(theta, x, y)
        one = jax.checkpoint(lambda pair: self.loss(theta, pair[0][None], pair[1][None]))
        return jax.lax.map(one, (x, y), batch_size=self.part).mean()

    def accuracy(self, theta: Array, x: Array, y: Array) -> Array:
        """Share of images whose largest output is that of their label, part by part."""
        layers = self.unravel(theta)
        if len(x) <= self.part:
            return jnp.mean(outputs(self.network, layers, x).argmax(axis=1) == y)
        one = lambda pair: outputs(self.network, layers, pair[0][None])[0].argmax() == pair[1]  # noqa: E731
        return jax.lax.map(one, (x, y), batch_size=self.part).mean()

    def advance(self, runs: Runs, most: int = CHUNK) -> Runs:
        """Do up to `most` iterations of the stage that is due."""
        begin = 0
        for n, rule in rules_of(self.plan.table, self.method):
            if runs.step < begin + n:
                take = min(most, begin + n - runs.step)
                state = runs.theta, runs.diverged, runs.norm, runs.step
                theta, diverged, norm = self.programs.run(
                    rule, self._many(rule), *state, self.keys, self.y, self.x, take
                )
                return Runs(theta.block_until_ready(), runs.step + take, diverged, norm)
            begin += n
        return runs

    def _many(self, rule: Rule) -> Callable[..., Any]:
        """Do iterations of several networks side by side."""
        return jax.vmap(partial(self._one, rule), in_axes=(0, 0, 0, None, 0, 0, None, None))

    def _one(
        self, rule: Rule, theta: Array, diverged: Array, norm: Array, first: Array, key: Array, y: Array, x: Array,
        n: Array,
    ) -> tuple[Array, Array, Array]:  # fmt: skip
        """Do n iterations of one network."""

        def body(k: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            theta, diverged, norm = state
            step = first + k
            rate = rule.eta * decline(self.plan.table, step)
            new = theta - self._step(rule, theta, jax.random.fold_in(jax.random.fold_in(key, 1), step), x, y, rate)
            new = jnp.clip(new, -rule.bound, rule.bound) if np.isfinite(rule.bound) else new
            length = jnp.linalg.norm(new)
            is_sound = (length < MAX_NORM) & (diverged < 0)
            fails = (diverged < 0) & ~is_sound
            return (jnp.where(is_sound, new, theta), jnp.where(fails, step, diverged), jnp.where(fails, length, norm))

        return jax.lax.fori_loop(0, n, body, (theta, diverged, norm))

    def _step(self, rule: Rule, theta: Array, key: Array, x: Array, y: Array, rate: Array | float) -> Array:
        """Compute a step by one gradient: that of the images of all batches together, each with its batch's factor."""
        table = self.plan.table

        def batch(place: int, size: int) -> tuple[Array, Array]:
            own = jax.random.fold_in(key, place)
            some = jax.random.randint(own, (size,), 0, len(x))
            images = x[some]
            if table.augmentation:
                images = augmented(jax.random.fold_in(own, 1), images, table.augmentation, table.padding)
            return images, y[some]

        first = batch(0, table.large_batch if rule.is_large else table.small_batch)
        batches: list[tuple[Array | float, tuple[Array, Array]]] = [(1.0, first)]
        if rule.is_noisy:
            z = table.c * (1.0 - jax.random.uniform(jax.random.fold_in(key, 3))) ** (-1.0 / table.alpha)
            batches = [(1.0, first), (z, batch(2, table.small_batch))] if rule.is_independent else [(1.0 + z, first)]
            batches.append((-z, batch(1, table.large_batch)))
        images, labels = (jnp.concatenate(parts) for parts in zip(*(pair for _, pair in batches), strict=True))
        factors = jnp.concatenate([jnp.full(len(some[1]), factor / len(some[1])) for factor, some in batches])

        def loss(at: Array) -> Array:
            return factors @ cross_entropies(outputs(self.network, self.unravel(at), images), labels)

        slope = jax.grad(loss)(theta)
        step = rate * (slope + table.weight_decay * theta if table.weight_decay else slope)
        return clip(step, table.b) if rule.is_clipped else step
