"""Richardson extrapolation to h = 0 with the exponents that Euler's scheme of a Levy-driven SDE has."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, hypot, inf, log

#: Exponents that differ by less count as one: their terms cannot be told apart.
LEAST_GAP = 0.05
#: Terms that are taken out, at most.
MOST_TERMS = 6
#: Each exponent is a sum of a few basic ones, so many at most.
MOST_SUMMANDS = 8
#: No relative error is stated that is smaller.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Approach:
    """A number at h, h/2, h/4, ... and what it tends to."""

    values: tuple[float | None, ...]  #: h from large to small; None where there is no exact value
    limit: float | None  #: at h = 0; None without three values
    relative_error: float | None  #: of the limit, estimated
    largest_step: float | None  #: the largest h from which on all values are within the tolerance of the limit
    is_beyond: bool  #: whether that h lies below all steps, by the leading power of h

    def bias(self, k: int) -> float | None:
        """Return how far the k-th value lies from the limit, relative to it; None where one of the two is missing."""
        value = self.values[k]
        return None if value is None or not self.limit else value / self.limit - 1.0


def step_exponents(alpha: float, has_normal_part: bool) -> tuple[float, ...]:
    """Return the powers of h by which exits of Euler's scheme tend to those of the SDE, increasing (docs/levy.md).

    A walker that is looked at every h overshoots an end by a length of order h^(1/alpha), by which the domain seems
    wider; the drift adds whole powers of h, and all multiply. With a normal part the overshoot is of order h^(1/2), and
    the stable part changes it by powers of h^(1 - alpha/2), the ratio of the two.
    """
    basic = (0.5, 1.0) if has_normal_part else (1.0 / alpha, 1.0)
    sums = {i * basic[0] + j * basic[1] for i in range(MOST_SUMMANDS) for j in range(MOST_SUMMANDS) if i + j > 0}
    if has_normal_part:
        sums |= {p + i * (1.0 - alpha / 2.0) for p in sums for i in range(MOST_SUMMANDS)}
    exponents: list[float] = []
    for p in sorted(sums):
        if not exponents or p - exponents[-1] > LEAST_GAP:
            exponents.append(p)
    return tuple(exponents[:MOST_TERMS])


def extrapolate(values: Sequence[float], error: float, exponents: Sequence[float]) -> tuple[float, float]:
    """Return the value at h = 0 of numbers at h, h/2, h/4, ..., and its relative error, estimated.

    Each round takes out one term c h^p. The estimate is the last change of the best round, twice, and what the errors
    of the numbers grow to.

    Parameters
    ----------
    values : sequence of float
        Two or more, h from large to small.
    error : float
        Of each of them, relative.
    exponents : sequence of float
        p of the terms, increasing.
    """
    row, noise = list(values), error * abs(values[-1])
    best, least = row[-1], inf
    for p in exponents[: len(values) - 1]:
        factor = 2.0**p
        finer = [(factor * fine - coarse) / (factor - 1.0) for coarse, fine in pairwise(row)]
        noise *= hypot(factor, 1.0) / (factor - 1.0)
        uncertain = 2.0 * abs(finer[-1] - row[-1]) + noise
        if uncertain < least:
            best, least = finer[-1], uncertain
        row = finer
    return best, max(least / abs(best), ROUNDING) if best else inf


def approach(
    steps: Sequence[float],
    values: Sequence[float | None],
    errors: Sequence[float],
    exponents: Sequence[float],
    tolerance: float,
) -> Approach:
    """Follow a number at steps h, h/2, h/4, ... to h = 0, and find the largest h that is good enough.

    Parameters
    ----------
    steps : sequence of float
        Each half of the one before.
    values : sequence of float or None
        At these steps.
    errors : sequence of float
        Of each value, relative.
    exponents : sequence of float
        See `step_exponents`.
    tolerance : float
        Relative distance from the limit that is allowed.
    """
    first = max((k + 1 for k, value in enumerate(values) if value is None), default=0)
    known = [value for value in values[first:] if value is not None]
    if len(known) < 3:
        return Approach(tuple(values), None, None, None, False)
    limit, error = extrapolate(known, max(errors[first:]), exponents)
    if not limit or error >= tolerance:
        return Approach(tuple(values), limit, error, None, False)
    biases = [abs(value / limit - 1.0) for value in known]
    good = len(biases)
    while good > 0 and biases[good - 1] <= tolerance:
        good -= 1  # from this place on all are good
    if good == 0:
        return Approach(tuple(values), limit, error, steps[first], False)
    bad = first + good - 1
    if good == len(biases):
        return Approach(tuple(values), limit, error, steps[bad] * (tolerance / biases[-1]) ** (1 / exponents[0]), True)
    largest = _between(steps[bad], biases[good - 1], steps[bad + 1], biases[good], tolerance)
    return Approach(tuple(values), limit, error, largest, False)


def _between(h: float, bias: float, finer: float, less: float, tolerance: float) -> float:
    """Return the step at which a bias that is a power of h between two steps reaches the tolerance."""
    if less <= 0.0:
        return finer
    slope = log(bias / less) / log(h / finer)
    return min(h, finer * exp(log(tolerance / less) / slope)) if slope > 0.0 else finer
