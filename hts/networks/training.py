"""Truncated heavy-tailed SGD (28) on fully connected networks: replications side by side in one compiled program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree

from hts.networks.data import CLASSES, Data
from hts.networks.initialisation import sigma
from hts.networks.layers import Layer
from hts.plans.training import TrainingPlan, TrainingTable

#: A network whose weights are longer than this, or not finite, has diverged; it stays where it was.
MAX_NORM: Final = 1e6
#: Iterations of one call of the compiled program.
CHUNK: Final = 250

Array = jax.Array


def initial_weights(key: Array, sizes: tuple[int, ...], moment: float) -> Any:
    """Draw (weights, biases) of each layer, by (29); the last one is linear."""
    layers = []
    for place, (inputs, outputs) in enumerate(pairwise(sizes)):
        is_last = place == len(sizes) - 2
        scale = inputs**-0.5 if is_last else sigma(Layer("relu", outputs), moment)
        layers.append(
            (scale * jax.random.normal(jax.random.fold_in(key, place), (inputs, outputs)), jnp.zeros(outputs))
        )
    return layers


def outputs(layers: Any, x: Array) -> Array:
    """Send images through the network."""
    for weights, biases in layers[:-1]:
        x = jax.nn.relu(x @ weights + biases)
    weights, biases = layers[-1]
    return x @ weights + biases


def cross_entropies(logits: Array, y: Array) -> Array:
    """Cross-entropy of each image."""
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], axis=1)[:, 0]


def clip(step: Array, b: Array | float) -> Array:
    """phi_b: the whole step, made as long as b where it is longer."""
    return step * jnp.minimum(1.0, b / jnp.maximum(jnp.linalg.norm(step), 1e-30))


@dataclass(frozen=True)
class Rule:
    """What a method does at an iteration.

    Attributes
    ----------
    is_large, is_noisy, is_independent, is_clipped : bool
        LB alone; Z times a noise; of another small batch; by phi_b.
    eta, bound : float
        Learning rate; largest weight.
    """

    is_large: bool
    is_noisy: bool
    is_independent: bool
    is_clipped: bool
    eta: float
    bound: float


def rules_of(table: TrainingTable, method: str) -> tuple[tuple[int, Rule], ...]:
    """List the stages of a method: how many iterations, by which rule."""
    eta, inf = table.eta, float("inf")
    if method == "SB+Noise":
        whole = (table.iterations + table.final) * table.noise_factor
        eta, bound = table.noise_eta, table.weight_bound
        noisy, quiet = Rule(False, True, False, False, eta, bound), Rule(False, False, False, False, eta, bound)
        return (whole // 2, noisy), (whole - whole // 2, quiet)
    first = Rule(
        method == "LB", method in ("Our1", "Our2"), method == "Our1", method in ("SB+Clip", "Our1", "Our2"), eta, inf
    )
    # without clip: the last stage is plain SGD with LB for all
    last = Rule(True, False, False, first.is_clipped, eta, inf)
    return (table.iterations, first), (table.final, last)


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
        self.sizes = (data.x.shape[1], *plan.table.widths, CLASSES)
        root = jax.random.key(plan.seed % 2**63)
        self.keys = jnp.stack([jax.random.fold_in(root, r) for r in replications])
        flat, self.unravel = ravel_pytree(initial_weights(root, self.sizes, plan.table.moment))
        self.n_weights = flat.size
        self._programs: dict[Rule, Callable[..., Any]] = {}

    def start(self) -> Runs:
        """Draw initial weights: the same for every method."""
        draw = lambda key: ravel_pytree(initial_weights(key, self.sizes, self.plan.table.moment))[0]  # noqa: E731
        n = len(self.replications)
        return Runs(jax.vmap(draw)(self.keys), 0, jnp.full(n, -1, dtype=jnp.int32), jnp.zeros(n))

    def loss(self, theta: Array, x: Array, y: Array) -> Array:
        """Mean loss of one network."""
        return jnp.mean(cross_entropies(outputs(self.unravel(theta), x), y))

    def advance(self, runs: Runs, most: int = CHUNK) -> Runs:
        """Do up to `most` iterations of the stage that is due."""
        begin = 0
        for n, rule in rules_of(self.plan.table, self.method):
            if runs.step < begin + n:
                take = min(most, begin + n - runs.step)
                theta, diverged, norm = self._program(rule)(
                    runs.theta, runs.diverged, runs.norm, runs.step, self.keys, self.y, take
                )
                return Runs(theta.block_until_ready(), runs.step + take, diverged, norm)
            begin += n
        return runs

    def _program(self, rule: Rule) -> Callable[..., Any]:
        if rule not in self._programs:
            one = partial(self._one, rule)
            self._programs[rule] = jax.jit(jax.vmap(one, in_axes=(0, 0, 0, None, 0, 0, None)))
        return self._programs[rule]

    def _one(
        self, rule: Rule, theta: Array, diverged: Array, norm: Array, first: Array, key: Array, y: Array, n: Array
    ) -> tuple[Array, Array, Array]:
        """Do n iterations of one network."""

        def body(k: Array, state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            theta, diverged, norm = state
            step = first + k
            new = theta - self._step(rule, theta, jax.random.fold_in(jax.random.fold_in(key, 1), step), y)
            new = jnp.clip(new, -rule.bound, rule.bound) if np.isfinite(rule.bound) else new
            length = jnp.linalg.norm(new)
            is_sound = (length < MAX_NORM) & (diverged < 0)
            fails = (diverged < 0) & ~is_sound
            return (jnp.where(is_sound, new, theta), jnp.where(fails, step, diverged), jnp.where(fails, length, norm))

        return jax.lax.fori_loop(0, n, body, (theta, diverged, norm))

    def _step(self, rule: Rule, theta: Array, key: Array, y: Array) -> Array:
        """Compute a step by one gradient: that of the images of all batches together, each with its batch's factor."""
        table = self.plan.table

        def batch(place: int, size: int) -> Array:
            return jax.random.randint(jax.random.fold_in(key, place), (size,), 0, len(self.x))

        batches: list[tuple[Array | float, Array]] = [
            (1.0, batch(0, table.large_batch if rule.is_large else table.small_batch))
        ]
        if rule.is_noisy:
            z = table.c * (1.0 - jax.random.uniform(jax.random.fold_in(key, 3))) ** (-1.0 / table.alpha)
            if rule.is_independent:
                batches.append((z, batch(2, table.small_batch)))
            else:
                batches = [(1.0 + z, batches[0][1])]
            batches.append((-z, batch(1, table.large_batch)))
        some = jnp.concatenate([images for _, images in batches])
        factors = jnp.concatenate([jnp.full(len(images), factor / len(images)) for factor, images in batches])

        def loss(at: Array) -> Array:
            return factors @ cross_entropies(outputs(self.unravel(at), self.x[some]), y[some])

        step = rule.eta * jax.grad(loss)(theta)
        return clip(step, table.b) if rule.is_clipped else step
