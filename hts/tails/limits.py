"""What estimators read off a known law: the bias that a sample of any size keeps."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from hts.arrays import FloatArray
from hts.noise import Noise
from hts.tails.blocks import block_limit, normal_characteristic, pareto_characteristic, student_characteristic


def hill_limit(law: Noise, fraction: float) -> float:
    """Compute what Hill's estimator converges to when it takes a fixed share of the largest numbers.

    The mean of log(|Z|/u) above u is the integral of P(|Z| > x)/P(|Z| > u) over log x.

    Parameters
    ----------
    law : Noise
        Symmetric.
    fraction : float
        k/n, within (0, 1).

    Returns
    -------
    float
        The reading, to about 1e-6 of itself.
    """
    u = float(law.quantile(1.0 - fraction / 2.0))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    ends = np.linspace(0.0, 40.0 / min(law.tail_index or 2.0, 2.0), 161)
    middle, half = (ends[1:] + ends[:-1]) / 2.0, (ends[1:] - ends[:-1]) / 2.0
    s = (middle[:, None] + half[:, None] * nodes).reshape(-1)
    w = (half[:, None] * weights).reshape(-1)
    return float(fraction / (w @ law.tail(u * np.exp(s))))


def block_limits(alpha: float, block_size: int) -> dict[str, float]:
    """Compute what the block estimator converges to for three laws that are not stable, or are normal.

    Parameters
    ----------
    alpha : float
        Tail index of the Pareto and the Student law.
    block_size : int
        K1.
    """
    laws: dict[str, Callable[[FloatArray], FloatArray]] = {
        "pareto": pareto_characteristic(alpha),
        "student": student_characteristic(alpha),
        "normal": normal_characteristic,
    }
    return {name: block_limit(phi, block_size) for name, phi in laws.items() if math.isfinite(alpha)}
