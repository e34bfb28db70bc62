"""The limit eta -> 0 of an exit: exponent, constant, mean, destinations."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf, log
from sys import float_info

import numpy as np

from hts.exits import Exit
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.limit.geometry import End, accessible_ends, exit_exponent, jump_number
from hts.theory.limit.rates import ExitRates, NoLimitError, exit_rates, kramers_mean_exit_steps

SNAP = 1e-9  # an end typed as 0.2 is the barrier that Newton's method left at 0.2 + 1e-16; relative to the distance
N_LOOKS = 257  # places where f' is looked at between minimum and end


@dataclass(frozen=True)
class ExitLimit:
    """What the theory says of one exit as eta -> 0; None where it says nothing, and `warnings` says why."""

    jump_number: int | None  # l*, (3)
    exit_exponent: float | None  # E sigma ~ eta^-exit_exponent, (6)
    rate_constant: float | None  # q of (7), with pure powers, p_plus and p_minus
    rate_scale: float | None  # lambda(eta) of (5) per step, with the exact H; None beyond the range of floats
    mean_exit_steps: float | None  # 1/(q lambda), or Kramers' law for light tails; in steps
    destinations: (
        Mapping[str, float] | None
    )  # P(exit to), by well index, or "left" and "right" for one well; p > 0 only
    relative_error: float | None  # of rate_constant, estimated
    warnings: tuple[str, ...]


def rate_scale(noise: Noise, eta: float, jump_number: int) -> float:
    """Return lambda(eta) = H(1/eta) (H(1/eta)/eta)^(jump_number - 1) per step, docs/model.md (5).

    H is that of the noise as it is used, scale and centring included, not its pure power. 0 or inf where lambda is too
    small or too large for a float; it is large where H(1/eta)/eta > 1, far from the limit.
    """
    tail = float(noise.tail(1 / eta))
    try:
        return tail * (tail / eta) ** (jump_number - 1)
    except OverflowError:  # of the power; times H it may still be a float
        logarithm = log(tail) + (jump_number - 1) * log(tail / eta)
        return exp(logarithm) if logarithm < log(float_info.max) else inf


def mean_steps(frequency: float) -> float | None:
    """Return the mean 1/frequency in steps; None where one of the two is too small or too large for a float."""
    return 1 / frequency if 1 / float_info.max < frequency < inf else None


def exit_limit(problem: Exit) -> ExitLimit:
    """Return the limit law of an exit, docs/model.md (3)-(8), and section 8 for light tails.

    Parameters
    ----------
    problem : Exit
        Both ends of its domain may be infinite. An end beyond the well's barrier stands for the barrier, behind which
        f' carries walkers out.

    Raises
    ------
    ValueError
        b is not positive.
    """
    landscape, noise, eta, b = problem.landscape, problem.noise, problem.eta, problem.b
    minimum = problem.minimum
    warnings: list[str] = []
    n_jumps = None
    try:
        low, high, ends = way_out(problem, warnings)
        assert minimum is not None  # or way_out had refused
        n_jumps = min((jump_number(end.distance, b) for end in ends), default=None)
        if not (noise.is_heavy or noise.is_normal):
            raise NoLimitError(f"{noise.kind} noise has no power tail and is not normal: its exits have no limit law")
        if not noise.is_heavy or noise.alpha is None:
            mean, said = kramers_mean_exit_steps(landscape, minimum, low, high, noise, eta, b)
            return _light(n_jumps, mean, [*warnings, *said])
        curvature = float(landscape.curvatures[landscape.well_of(minimum)])
        if eta * curvature > 2:
            warnings.append(
                f"eta f'' = {eta * curvature:.3g} > 2 at the minimum {minimum:g}: gradient descent is unstable there "
                f"and there is no metastable state; the limit is about eta < {2 / curvature:.3g}"
            )
        rates = exit_rates(landscape, minimum, ends, b, noise.alpha)
    except NoLimitError as refusal:
        return ExitLimit(n_jumps, None, None, None, None, None, None, (*warnings, str(refusal)))
    warnings += [*rates.warnings, *_finite_eta(noise, eta, b, ends, rates.jump_number)]
    scale = rate_scale(noise, eta, rates.jump_number)
    if not 0 < scale < inf:
        size = "small" if scale == 0 else "large"
        warnings.append(f"lambda(eta) of (5) is too {size} for a float at eta = {eta:g}: there is no limit mean here")
    return ExitLimit(
        jump_number=rates.jump_number,
        exit_exponent=exit_exponent(noise.alpha, rates.jump_number),
        rate_constant=rates.total,
        rate_scale=scale if 0 < scale < inf else None,
        mean_exit_steps=mean_steps(rates.total * scale),
        destinations=destinations_of(landscape, rates),
        relative_error=rates.relative_error,
        warnings=tuple(warnings),
    )


def way_out(problem: Exit, warnings: list[str]) -> tuple[float, float, tuple[End, ...]]:
    """Return the ends that count, and those of them that jumps reach; `warnings` grows.

    Raises
    ------
    NoLimitError
        The domain has no limit law.
    """
    landscape, noise, minimum = problem.landscape, problem.noise, problem.minimum
    if minimum is None:
        raise NoLimitError("the domain does not hold exactly one minimum: there is no limit law for its exit")
    if abs(minimum) > landscape.projection:
        raise NoLimitError(f"the minimum {minimum:g} lies outside [-L, L]: no walker rests there")
    left, right = landscape.well_ends(landscape.well_of(minimum))
    low = _end(problem.low, left, minimum, landscape.projection, warnings)
    high = _end(problem.high, right, minimum, landscape.projection, warnings)
    p_plus = noise.p_plus if noise.is_heavy else 0.5
    ends = accessible_ends(minimum, low, high, p_plus, landscape.projection)
    for end in ends:
        places = minimum + end.sign * end.distance * np.linspace(0.0, 1.0, N_LOOKS)[1:-1]
        if not np.all(end.sign * landscape.derivative(places) > 0):
            raise NoLimitError(f"f' does not pull back to the minimum all the way from the end {end.position:g}")
    return low, high, ends


def _end(end: float, barrier: float, minimum: float, projection: float, warnings: list[str]) -> float:
    """Return the end that counts: the barrier, if the domain ends there or beyond."""
    if end == barrier or abs(end - barrier) <= SNAP * abs(end - minimum):
        return barrier
    if abs(end - minimum) < abs(barrier - minimum):
        return end
    if abs(end) > projection >= abs(barrier):
        raise NoLimitError(f"the domain reaches over the barrier {barrier:g} to beyond L: it holds more than one well")
    warnings.append(
        f"the domain reaches over the barrier {barrier:g}, where f' carries walkers out: the limit law counts to there"
    )
    return barrier


def _light(n_jumps: int | None, mean: float, warnings: list[str]) -> ExitLimit:
    warnings.append("light tails: the mean is that of Kramers' law; there is no exponent and no rate constant")
    return ExitLimit(n_jumps, None, None, None, mean if 0 < mean < inf else None, None, None, tuple(warnings))


def _finite_eta(noise: Noise, eta: float, b: float, ends: tuple[End, ...], n_jumps: int) -> list[str]:
    """Say why this eta may be far from the limit (docs/model.md section 3)."""
    assert noise.alpha is not None
    warnings = []
    if noise.alpha > 2:
        warnings.append(
            f"alpha = {noise.alpha:g} > 2: exits by many small steps, as under normal noise, compete at moderate eta"
        )
    if b < inf:
        spread = noise.scale * eta ** (1 - 1 / min(noise.alpha, 2.0))
        margin = min(
            min(n_jumps * b - e.distance, e.distance - (n_jumps - 1) * b) for e in ends if n_jumps * b > e.distance
        )
        if margin < spread:
            warnings.append(
                f"an end is {margin:.3g} from a whole number of clipped jumps, less than the spread {spread:.3g} "
                f"at this eta: the jump number {n_jumps} is blurred"
            )
    return warnings


def destinations_of(landscape: Landscape, rates: ExitRates) -> dict[str, float]:
    """Return the probability of each landing by its well, or by "left" and "right" where there is one well."""
    names = {-1: "left", 1: "right"}
    return {
        names[landing.sign] if landscape.n_wells == 1 else str(landing.well): landing.rate / rates.total
        for landing in sorted(rates.landings, key=lambda landing: (landing.well, landing.sign))
    }
