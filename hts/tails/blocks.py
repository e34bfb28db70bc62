"""The block estimator of a stable law's index, and what it reads off that family."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import scipy

from hts.arrays import FloatArray

ComplexArray: TypeAlias = npt.NDArray[np.complex128]
#: Fewest blocks an interval is taken from.
MIN_BLOCKS = 20
LEVEL = 0.95
#: Numbers whose logarithms are taken at a time.
PART = 1 << 22
#: Numbers of a pass that several block sizes share: a multiple of those of LADDER up to itself. Smaller blocks would
#: keep too many sums at a time.
SHARED_PART, SMALLEST_SHARED = 2_000_000, 5
#: Block sizes of the plot over K1: 1, 2, 5 of each decade.
LADDER = tuple(step * 10**decade for decade in range(7) for step in (1, 2, 5))[1:]


@dataclass(frozen=True)
class BlockEstimate:
    """The block estimate of the tail index at one block size.

    Attributes
    ----------
    block_size : int
        K1 of (23).
    n_blocks : int
        K2.
    alpha, low, high : float
        The estimate and its 95 % interval; `high` is inf where 1/alpha may be 0.
    """

    block_size: int
    n_blocks: int
    alpha: float
    low: float
    high: float


def block_estimate(
    values: FloatArray, block_size: int, inflation: float = 1.0, fewest: int = MIN_BLOCKS
) -> BlockEstimate:
    """Estimate the index of a strictly stable law from sums of blocks ([SSG, Theorem 3], docs/tails.md (23)).

    Each block gives one value of (log |its sum| - mean log |its members|) / log K1, whose mean is 1/alpha; the interval
    is Student's of these values, so it holds for any law and counts what sums and members share.

    Parameters
    ----------
    values : float64[number] or float64[row, coordinate]
        Centred, none 0, in an order that has nothing to do with their sizes. Of vectors norms are taken.
    block_size : int
        K1 >= 2; numbers beyond the last full block are left out.
    inflation : float
        Factor on the variance: the correlation time of a series.
    fewest : int
        Fewest blocks that are accepted, 2 or more.

    Raises
    ------
    ValueError
        With fewer blocks.
    """
    n_blocks = len(values) // block_size
    if block_size < 2 or n_blocks < fewest:
        raise ValueError(f"{n_blocks} blocks of {block_size}: take at least {fewest} blocks of at least 2")
    inverse = np.empty(n_blocks)
    blocks_at_a_time = max(1, PART // block_size)
    for first in range(0, n_blocks, blocks_at_a_time):
        last = min(first + blocks_at_a_time, n_blocks)
        members = values[first * block_size : last * block_size].reshape(last - first, block_size, *values.shape[1:])
        sums, sizes = members.sum(axis=1), members
        if values.ndim == 2:
            sums, sizes = np.linalg.norm(sums, axis=-1), np.linalg.norm(members, axis=-1)
        with np.errstate(divide="ignore"):
            inverse[first:last] = np.log(np.abs(sums)) - np.log(np.abs(sizes)).mean(axis=1)
    return _summary(inverse, block_size, inflation, fewest)


def block_estimates(values: FloatArray, sizes: Sequence[int], inflation: float = 1.0) -> tuple[BlockEstimate, ...]:
    """Estimate at several block sizes, as `block_estimate` does; most share one pass of logarithms.

    Parameters
    ----------
    values : float64[number]
    sizes : sequence of int
    inflation : float
    """
    shared = [size for size in sizes if size >= SMALLEST_SHARED and SHARED_PART % size == 0]
    inverses = {size: np.empty(len(values) // size) for size in shared}
    for first in range(0, len(values) if shared else 0, SHARED_PART):
        part = values[first : first + SHARED_PART]
        logs = np.log(np.abs(part))
        for size, inverse in inverses.items():
            n, begin = len(part) // size, first // size
            sums, means = part[: n * size].reshape(n, size).sum(axis=1), logs[: n * size].reshape(n, size).mean(axis=1)
            with np.errstate(divide="ignore"):
                inverse[begin : begin + n] = np.log(np.abs(sums)) - means
    return tuple(
        _summary(inverses[size], size, inflation, MIN_BLOCKS)
        if size in inverses
        else block_estimate(values, size, inflation)
        for size in sizes
    )


def _summary(inverse: FloatArray, block_size: int, inflation: float, fewest: int) -> BlockEstimate:
    """Turn log |sum| - mean log |members| of each block into the estimate and its interval."""
    n_blocks = len(inverse)
    inverse = inverse[np.isfinite(inverse)] / math.log(block_size)  # sums of exactly 0 say nothing
    if inverse.size < fewest:
        raise ValueError("the sums of the blocks vanish")
    mean = float(inverse.mean())
    error = float(inverse.std(ddof=1)) * math.sqrt(inflation / inverse.size)
    half = float(scipy.stats.t.ppf(0.5 + LEVEL / 2.0, inverse.size - 1)) * error
    return BlockEstimate(block_size, n_blocks, _inverse(mean), _inverse(mean + half), _inverse(mean - half))


def _inverse(value: float) -> float:
    return 1.0 / value if value > 0.0 else math.inf


def default_block_size(n: int) -> int:
    """Choose K1: the divisor of n nearest to its root, or the root where none is within a factor of two.

    Where n is prime, or nearly, up to K1 - 1 numbers are left out.
    """
    root = math.isqrt(n)
    if n <= 10**12:
        for offset in range(root):
            for size in (root - offset, root + offset):
                if size >= 2 and n % size == 0 and root <= 2 * size <= 4 * root:
                    return size
            if offset > root:
                break
    return max(2, root)


def block_sizes(n: int) -> tuple[int, ...]:
    """List the block sizes for which n numbers give enough blocks, the default one among them."""
    fitting = {size for size in LADDER if n // size >= 2 * MIN_BLOCKS}
    if n // default_block_size(n) >= MIN_BLOCKS:
        fitting.add(default_block_size(n))
    return tuple(sorted(fitting))


def block_limit(characteristic: Callable[[FloatArray], FloatArray], block_size: int) -> float:
    """Compute what the block estimator converges to for a symmetric law, stable or not, at one block size.

    1/alpha(K1) = (1/log K1) * integral over t > 0 of (phi(t) - phi(t)**K1) dt/t, which is alpha itself for a stable
    law of index alpha only.

    Parameters
    ----------
    characteristic : function of float64[t]
        phi(t) = E cos(t X) for t > 0.
    block_size : int
        K1 >= 2.

    Returns
    -------
    float
        alpha(K1), to about 1e-5 of itself.
    """
    nodes, weights = np.polynomial.legendre.leggauss(16)
    total = 0.0
    edges = [np.linspace(math.log(1e-12), 0.0, 121), np.log(1.0 + np.arange(0.0, 2000.0, 1.0))]
    for ends in edges:
        middle, half = (ends[1:] + ends[:-1]) / 2.0, (ends[1:] - ends[:-1]) / 2.0
        u = middle[:, None] + half[:, None] * nodes
        phi = characteristic(np.exp(u.reshape(-1))).reshape(u.shape)
        total += float(np.sum((phi - phi**block_size) * weights * half[:, None]))
    return math.log(block_size) / total


def pareto_characteristic(alpha: float) -> Callable[[FloatArray], FloatArray]:
    """Give E cos(t X) of the symmetric Pareto law P(|X| > x) = x**-alpha, x >= 1."""
    if abs(alpha / 2.0 - round(alpha / 2.0)) < 1e-6:  # the two terms below have poles that cancel
        alpha += 4e-6

    def phi(t: FloatArray) -> FloatArray:
        t = np.asarray(t, dtype=np.float64)
        result = np.empty_like(t)
        near = t < 6.0
        s = t[near]
        term, series = np.ones_like(s), np.zeros_like(s)
        for k in range(40):
            series += term * -alpha / (2 * k - alpha)
            term *= -(s * s) / ((2 * k + 1) * (2 * k + 2))
        result[near] = series - scipy.special.gamma(1.0 - alpha) * math.cos(math.pi * alpha / 2.0) * s**alpha
        result[~near] = (
            alpha * _exponential_integral(alpha + 1.0, np.asarray(-1j * t[~near], dtype=np.complex128))
        ).real
        return result

    return phi


def _exponential_integral(order: float, z: ComplexArray) -> ComplexArray:
    """E_order(z) by its continued fraction, from the far end; for |z| >= 6 off the negative axis."""
    tail = np.zeros_like(z)
    for k in range(120, 0, -1):
        tail = k * (order + k - 1.0) / (z + order + 2.0 * k - tail)
    return np.exp(-z) / (z + order - tail)


def student_characteristic(alpha: float) -> Callable[[FloatArray], FloatArray]:
    """Give E cos(t X) of Student's law with alpha degrees of freedom."""

    def phi(t: FloatArray) -> FloatArray:
        x = math.sqrt(alpha) * np.asarray(t, dtype=np.float64)
        half = alpha / 2.0
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            log = half * np.log(x / 2.0) + np.log(scipy.special.kve(half, x)) - x
            log += math.log(2.0) - scipy.special.gammaln(half)
        return np.where(x < 1e-6, 1.0, np.exp(np.minimum(log, 0.0)))

    return phi


def normal_characteristic(t: FloatArray) -> FloatArray:
    """E cos(t X) of the standard normal law."""
    return np.exp(-0.5 * np.asarray(t) ** 2)
