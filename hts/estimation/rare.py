"""Probability of a rare event from weighted samples, most of which are 0; its error, the error's error, a verdict."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from hts.arrays import FloatArray
from hts.estimation.within import binomial_interval

Z: Final = 1.959963984540054
#: Fewest positive samples, and fewest of equal weight that are worth as much, whose interval may be believed.
FEWEST: Final = 30
#: Largest part of the estimate that one sample may carry.
LARGEST_PART: Final = 0.1
#: Largest relative error of the relative error.
LARGEST_DOUBT: Final = 0.3
#: Part of the estimate that walks drawn from P itself may carry while they are few.
PLAIN_PART: Final = 0.2


@dataclass(frozen=True)
class RareEstimate:
    """The mean of samples, most of which are 0.

    Attributes
    ----------
    n_samples, n_positive : int
        All, and those above 0.
    probability : float
    low, high : float
        95 %: exact (binomial) where all values are 1, else normal.
    relative_error : float or None
        Standard error over the mean; None without positive samples.
    relative_error_error : float or None
        Standard error of `relative_error`, by the delta method from third and fourth moments.
    effective_samples : float
        Positive samples of equal weight that are worth as much: (sum v)^2 / sum v^2.
    share_plain : float or None
        Part of the estimate from walks drawn from P itself, the w P part of the mixture.
    right : float
        Part of the probability that leaves on the right.
    variance : float
        Of one sample.
    steps_per_sample : float
    reasons : tuple of str
        Why the interval may not be believed; empty where it may.
    """

    n_samples: int
    n_positive: int
    probability: float
    low: float
    high: float
    relative_error: float | None
    relative_error_error: float | None
    effective_samples: float
    share_plain: float | None
    right: float
    variance: float
    steps_per_sample: float
    reasons: tuple[str, ...]

    @property
    def is_trustworthy(self) -> bool:
        """Whether the interval may be believed."""
        return not self.reasons

    @property
    def work_variance(self) -> float:
        """Work-normalised variance: variance of a sample times its steps."""
        return self.variance * self.steps_per_sample

    @property
    def error_per_sample(self) -> float | None:
        """Standard deviation of one sample over the mean: what stays bounded where an estimator is efficient."""
        return math.sqrt(self.variance) / self.probability if self.probability > 0.0 else None


def estimate_rare(
    value: FloatArray, right: FloatArray, plain: FloatArray, n_samples: int, n_steps: float, is_mixture: bool
) -> RareEstimate:
    """Estimate the mean of n samples from those above 0.

    Parameters
    ----------
    value, right, plain : float64[positive sample]
        Values, and the parts of them that left on the right, and that come from walks drawn from P itself.
    n_samples : int
        At least 1.
    n_steps : float
        Steps of all samples.
    is_mixture : bool
        Whether only a part of the samples is drawn from P itself.
    """
    n, total = n_samples, float(value.sum())
    mean, squares = total / n, float((value**2).sum())
    n_zero = n - len(value)
    moments = [float(((value - mean) ** k).sum() + n_zero * (-mean) ** k) / n for k in (2, 3, 4)]
    variance = moments[0]
    relative = doubt = None
    if total > 0.0:
        relative = math.sqrt(variance / n) / mean
        doubt = relative * _doubt(mean, moments, n)
    low, high = mean - Z * (relative or 0.0) * mean, mean + Z * (relative or 0.0) * mean
    if np.all(value == 1.0):
        low, high = binomial_interval(len(value), n)
    share = float(plain.sum()) / total if total > 0.0 else None
    found = RareEstimate(
        n_samples=n,
        n_positive=len(value),
        probability=mean,
        low=max(low, 0.0),
        high=min(high, 1.0),
        relative_error=relative,
        relative_error_error=doubt,
        effective_samples=total**2 / squares if squares > 0.0 else 0.0,
        share_plain=share,
        right=float(right.sum()) / n,
        variance=variance,
        steps_per_sample=n_steps / n,
        reasons=(),
    )
    n_plain = int(np.count_nonzero(plain)) if is_mixture else n
    reasons = _reasons(found, float(value.max(initial=0.0)) / total if total > 0.0 else 1.0, n_plain)
    return RareEstimate(**{**found.__dict__, "reasons": reasons})


def _doubt(mean: float, moments: list[float], n: int) -> float:
    """Give the relative error of sqrt(variance)/mean as estimated from n samples."""
    variance, third, fourth = moments
    if variance <= 0.0:
        return math.inf
    of_variance = (fourth / variance**2 - 1.0) / 4.0
    return math.sqrt(max(of_variance + variance / mean**2 - third / (variance * mean), 0.0) / n)


def _reasons(found: RareEstimate, largest: float, n_plain: int) -> tuple[str, ...]:
    """Say why an interval may not be believed."""
    if found.n_positive == 0:
        return (f"none of {found.n_samples} samples left: only the upper end {found.high:.3g} is known, if that",)
    reasons = []
    if found.n_positive < FEWEST:
        reasons.append(f"only {found.n_positive} samples are positive, of {FEWEST} at least")
    elif found.effective_samples < FEWEST:
        reasons.append(f"few weights dominate: worth {found.effective_samples:.3g} equal ones, of {FEWEST} at least")
    if largest > LARGEST_PART and found.n_positive >= FEWEST:
        reasons.append(f"one sample carries {largest:.0%} of the estimate")
    share = found.share_plain or 0.0
    if share > PLAIN_PART and n_plain < min(FEWEST, found.n_samples):
        reasons.append(f"{share:.0%} of the estimate comes from {n_plain} walks drawn from P itself")
    doubt, error = found.relative_error_error, found.relative_error
    if not reasons and doubt is not None and error is not None and doubt > LARGEST_DOUBT * error:
        reasons.append(f"the relative error is itself known to {doubt / error:.0%} only")
    return tuple(reasons)
