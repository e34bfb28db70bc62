"""Gradient noise of trained networks as files that `hts tails` reads."""

from __future__ import annotations

import io
from os import PathLike
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from hts.networks.data import load_digits
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
    results, table, written = ResultsFolder(Path(folder)), plan.table, list[Path]()
    data = load_digits(table.images, table.corrupted, plan.seed, range(1))
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
