"""What a law of W must say of itself (docs/model.md, section 2)."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from hts.arrays import FloatArray
from hts.kernels.motions import ONE_WORD

#: Smallest and largest value of a parameter, both included.
Range: TypeAlias = tuple[float, float]
#: What a formula of a few operations leaves.
ROUNDING = 1e-15


class Magnitude(Hashable, Protocol):
    """The law of |W|: functions of w >= 0, every array of one shape.

    The density is positive from `least` on, or nothing over whole intervals. Exact values rest on a table of it with a
    small relative error everywhere; where it vanishes at a single point that centring moves off 0, rounding alone
    exceeds that error, and the table grows without end.

    Attributes
    ----------
    alpha : float
        How fast the density varies far out, f'/f ~ -(1 + alpha)/w; 0 for light tails.
    width : float
        The shortest length on which the density varies beside its singular points.
    singular_points : tuple of float
        Where the density of W jumps or has a cusp.
    constant : float
        lim w**alpha P(|W| > w); nan where the tail is no power.
    least : float
        Where |W| begins: below it, on both sides of 0, W has a gap.
    mean : float
        E|W|, inf where it does not exist.
    error : float
        About the relative error of the functions below.
    """

    @property
    def alpha(self) -> float: ...  # noqa: D102
    @property
    def width(self) -> float: ...  # noqa: D102
    @property
    def singular_points(self) -> tuple[float, ...]: ...  # noqa: D102
    @property
    def constant(self) -> float: ...  # noqa: D102
    @property
    def least(self) -> float: ...  # noqa: D102
    @property
    def mean(self) -> float: ...  # noqa: D102
    @property
    def error(self) -> float: ...  # noqa: D102

    def tail(self, w: FloatArray) -> FloatArray:
        """P(|W| > w), relatively accurate far out."""
        ...

    def body(self, w: FloatArray) -> FloatArray:
        """P(|W| <= w)."""
        ...

    def density(self, w: FloatArray) -> FloatArray:
        """Return the density of |W|, relatively accurate far out."""
        ...

    def inverse(self, log_tail: FloatArray) -> FloatArray:
        """Return the w with log P(|W| > w) = log_tail <= 0."""
        ...


@dataclass(frozen=True)
class Law:
    """A law of W as plans, kernels and forecasts know it; its file in hts/noise/laws declares it as LAW.

    Attributes
    ----------
    name : str
        `noise.kind` in plans.
    number : int
        Of its kernel (`hts.kernels.motions`).
    magnitude : callable
        Tail index or shape -> the law of |W| at unit scale; a law with neither is given nan.
    steps_per_second : float
        Walker-steps per second and core where this machine has no earlier run to go by: benchmarks/README.md, halved
        for older CPUs.
    alpha : (float, float) or None
        Tail indices that it is good for; None for a law that has none.
    shape : (float, float) or None
        The same of `noise.shape`, the parameter of a law whose tail is no power; a law has one of the two at most.
    is_of_numbers : bool
        Whether it is made of a user's numbers, which a `Noise` then has as its `body`.
    """

    name: str
    number: int
    magnitude: Callable[[float], Magnitude]
    steps_per_second: float
    alpha: Range | None = None
    shape: Range | None = None
    is_of_numbers: bool = False

    @property
    def is_skewable(self) -> bool:
        """Whether p_plus may differ from 1/2: the second word of a draw is free to decide the sign."""
        return self.number in ONE_WORD
