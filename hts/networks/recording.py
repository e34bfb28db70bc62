"""Gradient noise of trained networks, and loss along a line through two, as files that other commands read."""

from __future__ import annotations

import io
from os import PathLike
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from hts.errors import PlanError
from hts.networks.data import load_data
from hts.networks.folders import load
from hts.networks.measuring import noise_of
from hts.networks.training import Runs, Trainer
from hts.plans.training import TrainingPlan
from hts.storage import ResultsFolder, write_whole

#: Batches at fixed weights, and coordinates of each layer that are kept.
BATCHES, COORDINATES = 2000, 20


def record_noise(plan: TrainingPlan, folder: str | PathLike[str]) -> tuple[Path, ...]:
    """Write norms of g_SB - g_full, and some coordinates by layer, at the weights of replication 0 of each method.

    Batches are drawn at fixed weights, so that numbers are independent. Files are DIR/noise/METHOD-norms.npy,
    float32[batch], and METHOD-layerK.npy, float32[batch, coordinate], of weights whose noise is not always 0.

    Returns
    -------
    tuple of Path
        What was written.
    """
    results, _table, written = ResultsFolder(Path(folder)), plan.table, list[Path]()
    data = load_data(plan, range(1))
    for method, arrays in load(plan, folder).items():
        trainer = Trainer(plan, method, data, range(1))
        runs = Runs(jnp.asarray(arrays["theta"][:1]), 0, jnp.asarray(arrays["diverged"][:1]), jnp.zeros(1))
        noise = noise_of(trainer, runs, BATCHES)
        parts = {"norms": np.linalg.norm(noise, axis=1)}
        layers = trainer.unravel(jnp.arange(trainer.n_weights, dtype=jnp.float32))
        for k, (weights, _) in enumerate(layers):
            places = np.asarray(weights).astype(int).ravel()
            live = places[np.ptp(noise[:, places], axis=0) > 0.0]
            parts[f"layer{k}"] = noise[:, live[:: max(1, len(live) // COORDINATES)][:COORDINATES]]
        for name, numbers in parts.items():
            path, body = results.path / "noise" / f"{method}-{name}.npy", io.BytesIO()
            np.save(body, numbers, allow_pickle=False)
            write_whole(path, body.getvalue(), results.scratch)
            written.append(path)
    return tuple(written)


def write_line(
    plan: TrainingPlan, folder: str | PathLike[str], one: tuple[str, int], other: tuple[str, int], points: int = 61
) -> tuple[Path, Path]:
    """Write loss and gradient noise along the line through two networks, for a plan with `samples` and `empirical`.

    Parameters
    ----------
    plan : TrainingPlan
    folder : path
        Of `hts train`.
    one, other : (str, int)
        Method and replication of each; the loss has the labels of the first one's replication.
    points : int
        Of the slice, from a quarter of the distance before `one` to as far behind `other`.

    Returns
    -------
    tuple of Path
        DIR/line/slice.csv, columns x (length in weights, 0 at `one`) and f (training loss); DIR/line/noise.npy,
        float64[batch], (g_SB - g_full) along the line at `one`.

    Raises
    ------
    PlanError
        Where a network is not in the folder, or both are the same.
    """
    results, _table, found = ResultsFolder(Path(folder)), plan.table, load(plan, folder)
    for method, r in (one, other):
        if method not in found or not 0 <= r < len(found[method]["theta"]):
            raise PlanError(f"{results.path}: holds no network {method}, replication {r}; train it first")
    begin, end = (jnp.asarray(found[method]["theta"][r]) for method, r in (one, other))
    length = float(jnp.linalg.norm(end - begin))
    if length == 0.0:
        raise PlanError(f"{results.path}: {one} and {other} are the same network; name two")
    direction, some = (end - begin) / length, range(one[1], one[1] + 1)
    data = load_data(plan, some)
    trainer = Trainer(plan, one[0], data, some)
    x = np.linspace(-0.25 * length, 1.25 * length, points)

    def loss(at: jax.Array) -> jax.Array:
        return trainer.whole_loss(begin + at * direction, trainer.x, trainer.y[0])

    values = jax.jit(jax.vmap(loss))(jnp.asarray(x, dtype=jnp.float32))
    runs = Runs(begin[None], 0, jnp.full(1, -1), jnp.zeros(1))
    noise = noise_of(trainer, runs, BATCHES).astype(float) @ np.asarray(direction, dtype=float)
    text, body = io.StringIO(), io.BytesIO()
    np.savetxt(text, np.c_[x, values], delimiter=",", header="x,f", comments="", fmt="%.17g")
    np.save(body, noise, allow_pickle=False)
    paths = results.path / "line" / "slice.csv", results.path / "line" / "noise.npy"
    for path, content in zip(paths, (text.getvalue().encode(), body.getvalue()), strict=True):
        write_whole(path, content, results.scratch)
    return paths
