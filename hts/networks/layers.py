"""One random layer x -> phi(W x): moments and logarithm of its norm, exact for every width (docs/networks.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from scipy.special import gammaln, hyp2f1
from scipy.stats import binom

from hts.arrays import FloatArray

Activation = Literal["linear", "relu", "leaky-relu"]
ACTIVATIONS: Final = get_args(Activation)
MAX_WIDTH: Final = 1_000_000
#: Widest leaky layer with dropout: its sum runs over pairs of numbers of outputs.
MAX_PAIRS_WIDTH: Final = 10_000
#: Binomial terms further than this many standard deviations from the mean are below 1e-30.
DEVIATIONS: Final = 12.0
#: From this c on 2F1 is summed, by so many terms: each is 0.7 of the one before or less.
WIDE, TERMS = 500.0, 120
#: Step and reach of the integral over u = log t; the integrand falls like exp(-|u|/2) or faster.
STEP, LEFT, RIGHT = 0.05, 45.0, 90.0


@dataclass(frozen=True)
class Layer:
    """A layer of `width` outputs, W_ij ~ N(0, 1) and |x| = 1, so that R = |phi(W x)| has a law of its own.

    Attributes
    ----------
    activation : str
        linear, relu or leaky-relu.
    width : int
        Number of outputs.
    slope : float
        Of leaky ReLU left of 0; not used by others.
    keep : float
        Chance of an output to be kept by dropout; 1 for no dropout.
    """

    activation: Activation
    width: int
    slope: float = 0.01
    keep: float = 1.0

    def __post_init__(self) -> None:
        """Check ranges.

        Raises
        ------
        ValueError
            With the value and the remedy.
        """
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"no such activation ({self.activation}); known are: {', '.join(ACTIVATIONS)}")
        if not 1 <= self.width <= MAX_WIDTH:
            raise ValueError(f"width must be between 1 and {MAX_WIDTH:_} ({self.width})")
        if not 0.0 < self.keep <= 1.0:
            raise ValueError(f"keep must be above 0 and at most 1 ({self.keep:g}); 1 is no dropout")
        if self.activation == "leaky-relu" and not 1e-6 <= abs(self.slope) <= 1.0:
            raise ValueError(f"slope must be between 1e-6 and 1 in size ({self.slope:g}); relu has slope 0")
        if self.activation == "leaky-relu" and self.keep < 1.0 and self.width > MAX_PAIRS_WIDTH:
            raise ValueError(f"width of a leaky layer with dropout must be at most {MAX_PAIRS_WIDTH:_} ({self.width})")

    @property
    def death(self) -> float:
        """Chance that all outputs are 0."""
        dead = {"linear": 0.0, "relu": 0.5, "leaky-relu": 0.0}[self.activation]
        return float((1.0 - self.keep + self.keep * dead) ** self.width)

    def moment(self, s: float) -> float:
        """E R^s for s > 0, docs/networks.md (29); dead outputs count as 0."""
        if not 0.0 < s <= 20.0:
            raise ValueError(f"moment must be above 0 and at most 20 ({s:g})")
        kept, chance = _binomial(self.width, self.keep)
        if self.activation == "relu":
            kept, chance = _binomial(self.width, 0.5 * self.keep)
        if self.activation != "leaky-relu":
            return float(chance @ _chi_moment(kept, s))
        return float(sum(p * self._leaky_moment(int(n), s) for n, p in zip(kept, chance, strict=True)))

    def _leaky_moment(self, kept: int, s: float) -> float:
        """E (X + a^2 Y)^(s/2) of some outputs that are kept, X ~ chi2_n, Y ~ chi2_(kept - n), n ~ Bin(kept, 1/2)."""
        if kept == 0:
            return 0.0
        n, chance = _binomial(kept, 0.5)
        below = 0.5 * (kept - n)  # Y/(X + Y) ~ Beta(below, n/2), independent of the sum
        share = _gauss(-0.5 * s, below, 0.5 * kept, 1.0 - self.slope**2)
        return float(_chi_moment(np.array([kept]), s)[0] * (chance @ share))

    def log_norm(self) -> tuple[float, float]:
        """Mean and variance of log R given that R > 0, docs/networks.md (29b).

        With E ~ Exp(1) independent of T = R^2, Y = log E - log T has P(Y > u) = E exp(-T e^u) = M(e^u)^width, M of one
        output; so the moments of log T follow from those of Y. The trapezoidal rule gives them to rounding.
        """
        a = self.slope if self.activation == "leaky-relu" else 1.0
        u = np.arange(-LEFT - math.log(self.width), RIGHT - 2.0 * math.log(min(abs(a), 1.0)), STEP)
        t = np.exp(u)
        one, other = 1.0 + 2.0 * t, 1.0 + 2.0 * a * a * t
        laplace, fall = one**-0.5, one**-1.5
        if self.activation == "relu":
            laplace, fall = 0.5 + 0.5 * laplace, 0.5 * fall
        elif self.activation == "leaky-relu":
            laplace, fall = 0.5 * (laplace + other**-0.5), 0.5 * (fall + a * a * other**-1.5)
        laplace, fall = 1.0 - self.keep + self.keep * laplace, self.keep * fall
        density = STEP * self.width * np.exp((self.width - 1) * np.log(laplace)) * fall * t
        mass = density.sum()
        mean = density @ u / mass
        variance = density @ (u - mean) ** 2 / mass
        return float(-0.5 * (np.euler_gamma + mean)), float(0.25 * (variance - np.pi**2 / 6.0))


def _binomial(n: int, p: float) -> tuple[FloatArray, FloatArray]:
    """Numbers that Bin(n, p) takes with any weight, and their chances."""
    reach = DEVIATIONS * math.sqrt(n * p * (1.0 - p)) + DEVIATIONS**2
    numbers = np.arange(max(0, math.floor(n * p - reach)), min(n, math.ceil(n * p + reach)) + 1)
    return numbers.astype(float), binom.pmf(numbers, n, p)


def _gauss(a: float, b: FloatArray, c: float, z: float) -> FloatArray:
    """2F1(a, b; c; z); of wide layers b/c is near 1/2, and the series falls fast where SciPy takes minutes."""
    if c < WIDE:
        return np.asarray(hyp2f1(a, b, c, z))
    total, term = np.ones_like(b), np.ones_like(b)
    for k in range(TERMS):
        term = term * ((a + k) * (b + k) / ((c + k) * (1.0 + k)) * z)
        total = total + term
    return total


def _chi_moment(n: FloatArray, s: float) -> FloatArray:
    """E chi_n^s; 0 of no outputs."""
    half = 0.5 * np.maximum(n, 1.0)  # SciPy's `poch` has seven digits here, and this fourteen less those of gammaln
    return np.where(n > 0, np.exp(0.5 * s * np.log(2.0) + gammaln(half + 0.5 * s) - gammaln(half)), 0.0)
