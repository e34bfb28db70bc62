"""The noise Z: a named law with scale, skew and normal part (docs/model.md, section 2)."""

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np

from hts.arrays import FloatArray
from hts.noise.blends import blend
from hts.noise.laws.empirical import Body, Empirical
from hts.noise.laws.normal import Normal
from hts.noise.lines import Line, Signed
from hts.noise.magnitudes import Law, Magnitude
from hts.noise.pieces import Function
from hts.noise.registry import LAWS

FloatOrArray = TypeVar("FloatOrArray", float, FloatArray)

#: Ratios normal_scale/scale at which both parts of a heavy-tailed law count: beyond, one of them is rounding.
SPREAD_RANGE = (1e-9, 1e9)


class LawError(ValueError):
    """A law that does not exist, or a question it has no answer to.

    Attributes
    ----------
    key : str
        The parameter at fault: "kind", "alpha", "shape", "scale", "p_plus" or "normal_scale".
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class Noise:
    """The noise Z = scale*W + normal_scale*N(0, 1), or scale*(W - E W) + normal_scale*N(0, 1) when p_plus is not 1/2.

    All functions take a float or an array and give back the same; lengths are in units of Z.

    Parameters
    ----------
    kind : str
        The law's name: a key of `hts.noise.LAWS` (docs/model.md, section 2).
    alpha : float or None
        Tail index within the law's range; None for a law that has none.
    scale : float
        Multiplies W; > 0.
    p_plus : float
        P(W > 0); other than 1/2 for laws that can be skewed only, with alpha > 1.
    normal_scale : float
        Standard deviation of the added normal part; >= 0.
    shape : float or None
        Parameter of a law whose tail is no power, within the law's range; None for the others.
    body : Body or None
        Of empirical noise, the numbers that it is made of; None for the others. Then p_plus is the share of large |W|
        that are positive, whatever was given, W is in units of `body.unit`, and E W is taken away where alpha > 1.

    Raises
    ------
    LawError
        When there is no such law; its message holds value and remedy.
    """

    kind: str
    alpha: float | None
    scale: float = 1.0
    p_plus: float = 0.5
    normal_scale: float = 0.0
    shape: float | None = None
    body: Body | None = None

    def __post_init__(self) -> None:
        _check_kind(self.kind, self.alpha, self.shape)
        _check_body(self)
        if isinstance(self._magnitude, Empirical):
            object.__setattr__(self, "p_plus", self._magnitude.p_plus)
        _check_numbers(self)

    @property
    def p_minus(self) -> float:
        """P(W < 0)."""
        return 1.0 - self.p_plus

    @property
    def is_heavy(self) -> bool:
        """Whether P(|Z| > x) falls like a power of x."""
        return self.tail_index is not None

    @property
    def tail_index(self) -> float | None:
        """Return alpha where P(|Z| > x) falls like x**-alpha; None for light tails, also those of stable alpha = 2."""
        return self.alpha if self._magnitude.alpha > 0.0 else None

    @property
    def is_normal(self) -> bool:
        """Whether Z is normal: then Kramers' law is its limit."""
        return isinstance(self._magnitude, Normal)

    @property
    def law(self) -> Law:
        """The law of W."""
        return LAWS[self.kind]

    @property
    def mirrored(self) -> "Noise":
        """The law of -Z."""
        body = None if self.body is None else self.body.mirrored
        return replace(self, p_plus=self.p_minus, body=body)

    @property
    def kinks(self) -> FloatArray:
        """Where the density has kinks, beside its singular points."""
        if not isinstance(self._magnitude, Empirical):
            return np.empty(0)
        return self.scale * self._magnitude.knots - self.centre

    @cached_property
    def centre(self) -> float:
        """Return scale*E W, the c of docs/model.md, section 2: what is taken away to make E Z = 0."""
        if isinstance(self._magnitude, Empirical):
            return self.scale * self._magnitude.mean if self._magnitude.alpha > 1.0 else 0.0
        if self.p_plus == 0.5:
            return 0.0
        return self.scale * (self.p_plus - self.p_minus) * self._magnitude.mean

    @property
    def gap(self) -> tuple[float, float] | None:
        """The open interval around -centre that Z cannot reach (pareto without a normal part), else None."""
        half = self.scale * self._magnitude.least
        if half == 0.0 or self.normal_scale > 0.0:
            return None
        return (-half - self.centre, half - self.centre)

    @property
    def singular_points(self) -> FloatArray:
        """Where the density jumps (pareto: the ends of the gap) or has a cusp (lomax); none with a normal part."""
        if self.normal_scale > 0.0:
            return np.empty(0)
        return self.scale * np.array(self._magnitude.singular_points, dtype=np.float64) - self.centre

    def tail(self, x: FloatOrArray) -> FloatOrArray:
        """H(x) = P(|Z| > x), relatively accurate in the far tail; 1 for x < 0."""
        return _elementwise(self._tail, x)

    def survival(self, z: FloatOrArray) -> FloatOrArray:
        """P(Z > z), relatively accurate where it is small."""
        return _elementwise(lambda z: self._line.survival((z + self.centre) / self.scale), z)

    def distribution(self, z: FloatOrArray) -> FloatOrArray:
        """P(Z <= z), relatively accurate where it is small."""
        return _elementwise(lambda z: self._line.distribution((z + self.centre) / self.scale), z)

    def density(self, z: FloatOrArray) -> FloatOrArray:
        """Return the density of Z; at a jump, its larger value."""
        return _elementwise(lambda z: self._line.density((z + self.centre) / self.scale) / self.scale, z)

    def quantile(self, p: FloatOrArray) -> FloatOrArray:
        """Return the z with P(Z <= z) = p; nan for p outside [0, 1]."""
        return _elementwise(lambda p: self._line.quantile(p) * self.scale - self.centre, p)

    def tail_constant(self) -> float:
        """Return lim x**alpha H(x), the constant of the pure power that H approaches; inf beyond floats.

        Raises
        ------
        LawError
            For light tails.
        """
        if self.tail_index is None:
            key = "kind" if self.alpha is None else "alpha"
            message = f"{self.kind} noise with alpha = {self.alpha} has no power tail: take a heavy-tailed law"
            raise LawError(key, message)
        try:
            power = float(self.scale**self.tail_index)
        except OverflowError:
            return math.inf
        return power * self._magnitude.constant

    def _tail(self, x: FloatArray) -> FloatArray:
        """H(x) from both sides, a sum of positive numbers."""
        right, left = (x + self.centre) / self.scale, (self.centre - x) / self.scale
        both = self._line.survival(right) + self._line.distribution(left)
        return np.where(x < 0.0, 1.0, np.minimum(both, 1.0))

    @cached_property
    def _magnitude(self) -> Magnitude | Empirical:
        """The law of |W|, or of W."""
        if self.body is not None and self.alpha is not None:
            return Empirical(self.body, self.alpha)
        return _magnitude(self.kind, self.alpha if self.shape is None else self.shape)

    @cached_property
    def _line(self) -> Line:
        """The law of (Z + centre)/scale."""
        spread = self.normal_scale / self.scale
        magnitude = self._magnitude
        if isinstance(magnitude, Empirical):
            return magnitude
        if isinstance(magnitude, Normal):  # variances add
            return Signed(Normal(math.hypot(magnitude.deviation, spread)), 0.5)
        if spread > 0.0:
            return blend(magnitude, self.p_plus, spread)
        return Signed(magnitude, self.p_plus)


@lru_cache(maxsize=64)
def _magnitude(kind: str, parameter: float | None) -> Magnitude:
    """Return the law of |W| at unit scale; kept, because a stable one carries tables."""
    return LAWS[kind].magnitude(math.nan if parameter is None else parameter)


def _elementwise(function: Function, x: FloatOrArray) -> FloatOrArray:
    """Apply a function of float64[n] to an array of any shape, or to a float."""
    array = np.asarray(x, dtype=np.float64)
    values = function(array.reshape(-1)).reshape(array.shape)
    return values if isinstance(x, np.ndarray) else float(values)


def _check_kind(kind: str, alpha: float | None, shape: float | None) -> None:
    """Refuse an unknown law, and a tail index or a shape that it has not, lacks, or that is out of its range."""
    if kind not in LAWS:
        raise LawError("kind", f"kind = {kind!r} is no law: choose one of {', '.join(LAWS)}")
    law = LAWS[kind]
    for key, name, value, allowed in (
        ("alpha", "tail index", alpha, law.alpha),
        ("shape", "shape", shape, law.shape),
    ):
        if allowed is None:
            if value is not None:
                raise LawError(key, f"{key} = {value}: {kind} noise has no {name}, leave {key} out")
            continue
        low, high = allowed
        if value is None:
            raise LawError(key, f"{kind} noise needs a {name}: give {key} between {low:g} and {high:g}")
        if not low <= value <= high:
            raise LawError(key, f"{key} = {value}: {kind} noise takes {key} between {low:g} and {high:g}")


def _check_body(noise: Noise) -> None:
    """Refuse a law of numbers without numbers or with a normal part, and numbers for another law."""
    if not noise.law.is_of_numbers:
        if noise.body is not None:
            raise LawError(
                "kind", f"{noise.kind} noise is not made of numbers: leave body out, or take kind = 'empirical'"
            )
        return
    if noise.body is None:
        raise LawError("file", "empirical noise is made of numbers: give a file, or body = Body.of(numbers, quantile)")
    if noise.normal_scale != 0.0:
        message = f"normal_scale = {noise.normal_scale}: empirical noise takes no normal part; add it to the numbers"
        raise LawError("normal_scale", message)


def _check_numbers(noise: Noise) -> None:
    """Refuse a scale, a skew or a normal part that makes no law of mean zero."""
    if not 0.0 < noise.scale < math.inf:
        raise LawError("scale", f"scale = {noise.scale}: give a positive, finite number")
    if not 0.0 <= noise.normal_scale < math.inf:
        raise LawError("normal_scale", f"normal_scale = {noise.normal_scale}: give 0 or a positive, finite number")
    low, high = SPREAD_RANGE
    if noise.normal_scale > 0.0 and noise.is_heavy and not low <= noise.normal_scale / noise.scale <= high:
        message = f"normal_scale = {noise.normal_scale} beside scale = {noise.scale}: their ratio must lie between"
        raise LawError("normal_scale", f"{message} {low:g} and {high:g}; leave the smaller part out")
    if not 0.0 <= noise.p_plus <= 1.0:
        raise LawError("p_plus", f"p_plus = {noise.p_plus}: a probability lies between 0 and 1")
    if noise.p_plus == 0.5 or noise.body is not None:
        return
    if not noise.law.is_skewable:
        *others, last = [law.name for law in LAWS.values() if law.is_skewable]
        message = f"p_plus = {noise.p_plus}: {noise.kind} noise is symmetric, only {', '.join(others)} and {last}"
        raise LawError("p_plus", f"{message} can be skewed; leave p_plus out or change kind")
    if noise.alpha is not None and noise.alpha <= 1.0:
        message = f"p_plus = {noise.p_plus}: skewed noise is centred, and alpha = {noise.alpha} has no mean"
        raise LawError("p_plus", f"{message}; take alpha > 1 or leave p_plus out")
