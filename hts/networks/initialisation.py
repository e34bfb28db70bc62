"""Initialisation that keeps E |x|^s from layer to layer: sigma_s, what it does through depth, and initialisers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hts.arrays import FloatArray
from hts.networks.layers import Activation, Layer
from hts.records import Records

if TYPE_CHECKING:
    import jax

#: Numbers drawn at once when networks are simulated.
MAX_DRAWN = 4_000_000


@dataclass(frozen=True)
class InitialisationRow:
    """sigma_s of one layer.

    Attributes
    ----------
    activation, slope, width, keep
        As in `Layer`; slope is None where there is none.
    moment : float
        s; 0 for the limit s -> 0 given that the layer is alive.
    sigma : float
        Standard deviation of the weights that keeps E |x|^s.
    log_norm_mean, log_norm_variance : float
        Of log(|phi(W x)|/|x|) at sigma, given that the layer is alive, docs/networks.md (29b).
    death : float
        Chance that all outputs are 0.
    """

    activation: str
    slope: float | None
    width: int
    keep: float
    moment: float
    sigma: float
    log_norm_mean: float
    log_norm_variance: float
    death: float


@dataclass(frozen=True)
class DepthRow:
    """E |x_L|^s/|x_0|^s through L layers at sigma_s: measured beside 1.

    Attributes
    ----------
    width, moment
        Of the layers.
    depth : int
        L.
    measured : float
        Mean over networks.
    error : float
        Its standard error, exact: sqrt(((E R^2s/(E R^s)^2)^L - 1)/networks).
    log_mean, log_mean_exact, log_variance, log_variance_exact : float
        Of log |x_L|/|x_0| over the networks that are alive; the exact ones given that each layer is.
    alive : float
        Share of networks with x_L != 0.
    """

    width: int
    moment: float
    depth: int
    measured: float
    error: float
    log_mean: float
    log_mean_exact: float
    log_variance: float
    log_variance_exact: float
    alive: float

    @property
    def z(self) -> float:
        """Distance from 1 in standard errors."""
        return (self.measured - 1.0) / self.error


def sigma(layer: Layer, s: float) -> float:
    """Compute the standard deviation of weights that keeps E |phi(W x)|^s = |x|^s, docs/networks.md (29).

    Parameters
    ----------
    layer : Layer
        Its width is the number of outputs.
    s : float
        0 gives the limit s -> 0 given that the layer is alive: log-norms of mean 0. 2 is Kaiming's for ReLU.
    """
    if s == 0.0:
        return math.exp(-layer.log_norm()[0])
    return float(layer.moment(s) ** (-1.0 / s))


def initialisation_rows(layers: Sequence[Layer], moments: Sequence[float]) -> Records[InitialisationRow]:
    """Compute sigma_s for each layer and moment."""
    rows = []
    for layer in layers:
        mean, variance = layer.log_norm()
        slope = layer.slope if layer.activation == "leaky-relu" else None
        for s in moments:
            found = sigma(layer, s)
            rows.append(
                InitialisationRow(
                    layer.activation, slope, layer.width, layer.keep, s, found, mean + math.log(found), variance,
                    layer.death,
                )
            )  # fmt: skip
    return Records(rows)


def through_depth(layer: Layer, s: float, depth: int, networks: int = 1000, seed: int = 0) -> Records[DepthRow]:
    """Draw networks of equal layers at sigma_s and measure E |x|^s after 1, 2, 4, ..., depth of them.

    Parameters
    ----------
    layer : Layer
        Of every layer; `depth` of them.
    s : float
        Above 0.
    depth, networks, seed : int
        Layers, networks drawn, and the seed of their weights.
    """
    rng, d = np.random.default_rng(seed), layer.width
    scale = sigma(layer, s)
    spread = layer.moment(2.0 * s) / layer.moment(s) ** 2
    mean, variance = layer.log_norm()
    shown = {depth, *(2**k for k in range(depth.bit_length()))}
    x = np.tile(np.full(d, d**-0.5), (networks, 1))
    rows = []
    for k in range(1, depth + 1):
        x = _one_layer(layer, x, scale, rng)
        if k not in shown:
            continue
        norm = np.linalg.norm(x, axis=1)
        logs = np.log(norm[norm > 0.0])
        rows.append(
            DepthRow(
                d, s, k, float(np.mean(norm**s)), math.sqrt(math.expm1(k * math.log(spread)) / networks),
                float(logs.mean()), k * (mean + math.log(scale)), float(logs.var(ddof=1)), k * variance,
                float(np.mean(norm > 0.0)),
            )
        )  # fmt: skip
    return Records(rows)


def _one_layer(layer: Layer, x: FloatArray, scale: float, rng: np.random.Generator) -> FloatArray:
    """Send each network's x through a layer with weights of its own."""
    size = max(1, MAX_DRAWN // (layer.width * x.shape[1]))
    parts = []
    for first in range(0, len(x), size):
        part = x[first : first + size]
        weights = scale * rng.standard_normal((len(part), layer.width, x.shape[1]))
        y = np.einsum("nij,nj->ni", weights, part)
        below = {"linear": 1.0, "relu": 0.0, "leaky-relu": layer.slope}[layer.activation]
        y = np.where(y > 0.0, y, below * y)
        parts.append(y * (rng.random(y.shape) < layer.keep) if layer.keep < 1.0 else y)
    return np.concatenate(parts)


def numpy_initialiser(
    s: float, activation: Activation = "relu", slope: float = 0.01, keep: float = 1.0
) -> Callable[[np.random.Generator, tuple[int, ...]], FloatArray]:
    """Return a function (generator, shape) -> weights of shape (inputs, outputs), N(0, sigma_s^2).

    >>> weights = numpy_initialiser(1.0)(np.random.default_rng(0), (64, 16))
    """

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
        return sigma(Layer(activation, shape[-1], slope, keep), s) * rng.standard_normal(shape)

    return draw


def jax_initialiser(
    s: float, activation: Activation = "relu", slope: float = 0.01, keep: float = 1.0
) -> Callable[..., jax.Array]:
    """Return an initialiser (key, shape, dtype) of shape (inputs, outputs) as those of `jax.nn.initializers`."""

    def draw(key: jax.Array, shape: tuple[int, ...], dtype: Any = float) -> jax.Array:
        import jax

        return sigma(Layer(activation, shape[-1], slope, keep), s) * jax.random.normal(key, shape, dtype)

    return draw


def to_document(rows: Sequence[InitialisationRow], depths: Sequence[DepthRow]) -> dict[str, Any]:
    """Turn rows into the JSON document of `hts initialisation` (docs/interface.md)."""
    return {"rows": [asdict(row) for row in rows], "depths": [{**asdict(row), "z": row.z} for row in depths]}
