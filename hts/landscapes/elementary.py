"""exp, log, powers, sin, cos and tanh by arithmetic alone, for formulas: the same bits on every CPU.

NumPy's own take another path on each kind of CPU and differ in their last bits, and where a walk is unstable these
grow: sums, products, quotients, square roots and powers of 2 are rounded alike everywhere. Series are Taylor's, long
enough that the first term left out lies below half a unit in the last place.
"""

from math import factorial

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes.fused import fma

#: log 2 and pi/2 in parts. The first parts are short, so that their products with a small whole number are exact.
LOG_2 = (float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33"))
HALF_PI = tuple(map(float.fromhex, ("0x1.921fb54400000p+0", "0x1.0b4611a600000p-34", "0x1.3198a2e037073p-69")))
#: pi/2 in whole doubles, for arguments that the short parts do not serve.
HALF_PI_WHOLE = tuple(map(float.fromhex, ("0x1.921fb54442d18p+0", "0x1.1a62633145c07p-54", "-0x1.f1976b7ed8fbcp-110")))
MANY_TURNS = 2.0**19  # quarter turns up to which the short parts serve
LARGEST_ANGLE = 2.0**52  # beyond it two neighbouring numbers lie an angle of 1 apart
LARGEST_WHOLE = 1024.0  # powers up to this one are products

EXP = tuple(1.0 / factorial(k) for k in range(2, 15))  # (e^r - 1 - r)/r^2
ATANH = tuple(2.0 / (2 * k + 1) for k in range(1, 12))  # (log((1 + s)/(1 - s)) - 2 s)/s^3, in s^2
SIN = tuple((-1.0) ** k / factorial(2 * k + 1) for k in range(1, 10))  # (sin r - r)/r^3, in r^2
COS = tuple((-1.0) ** k / factorial(2 * k) for k in range(2, 11))  # (cos r - 1 + r^2/2)/r^4, in r^2


def exp(x: FloatArray) -> FloatArray:
    """Return e^x, within 1 unit in the last place."""
    k, p = _exp_parts(x)
    return _ends(x, np.ldexp(1.0 + p, k), 0.0)


def expm1(x: FloatArray) -> FloatArray:
    """Return e^x - 1, within 2 units in the last place, near 0 too."""
    k, p = _exp_parts(x)
    return _ends(x, np.ldexp(p, k) + (np.ldexp(1.0, k) - 1.0), -1.0)


def log(x: FloatArray) -> FloatArray:
    """Return the natural logarithm, within 1 unit in the last place; NaN below 0."""
    m, k = np.frexp(x)
    is_low = m < np.sqrt(0.5)
    m, k = np.where(is_low, 2.0 * m, m), k - is_low
    f = m - 1.0
    s = f / (2.0 + f)
    half, y = 0.5 * f * f, s * s
    value = k * LOG_2[0] - ((half - (s * (half + y * _series(ATANH, y)) + k * LOG_2[1])) - f)
    value = np.where(x > 0.0, value, np.where(x == 0.0, -np.inf, np.nan))
    return np.where(x == np.inf, np.inf, value)


def power(u: FloatArray, c: FloatArray) -> FloatArray:
    """Return u^c = exp(c log u) for u >= 0; the relative error is that of log u times c log u, and some units more."""
    return np.where(c == 0.0, 1.0, exp(c * log(u)))


def constant_power(u: FloatArray, c: float) -> FloatArray:
    """Return u^c, a product where c is whole; u may then be negative."""
    if c != np.rint(c):
        return power(u, np.asarray(c))
    if abs(c) > LARGEST_WHOLE:
        value = power(np.abs(u), np.asarray(c))
        return np.where(u < 0.0, -value, value) if c % 2.0 else value
    value, square, n = np.ones_like(u), u, int(abs(c))
    while n:
        if n & 1:
            value = value * square
        n >>= 1
        if n:
            square = square * square
    return 1.0 / value if c < 0.0 else value


def sin(x: FloatArray) -> FloatArray:
    """Return sin x, x in radians, within 1 unit in the last place, 3 beyond 8e5 off its zeros; NaN beyond 4.5e15."""
    return _turned(x, 0)


def cos(x: FloatArray) -> FloatArray:
    """Return cos x, x in radians; errors as of `sin`."""
    return _turned(x, 1)


def tanh(x: FloatArray) -> FloatArray:
    """Return the hyperbolic tangent, within 3 units in the last place."""
    t = expm1(2.0 * np.minimum(np.abs(x), 20.0))
    return np.where(np.isnan(x), np.nan, np.copysign(t / (t + 2.0), x))


def tanh_slope(x: FloatArray) -> FloatArray:
    """Return 1/cosh^2 x, the derivative of tanh, within 4 units in the last place, also where tanh is near 1."""
    e = exp(-2.0 * np.abs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


def _series(coefficients: tuple[float, ...], y: FloatArray) -> FloatArray:
    """Return the sum of coefficients[k] y^k."""
    total = np.full_like(y, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = coefficient + y * total
    return total


def _exp_parts(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split e^x = 2^k (1 + p), |p| <= sqrt(2) - 1; k is of integers."""
    inside = np.where(np.isfinite(x), np.clip(x, -800.0, 800.0), 0.0)
    k = np.rint(inside / (LOG_2[0] + LOG_2[1]))
    r, low = inside - k * LOG_2[0], -k * LOG_2[1]
    r, low = r + low, low - ((r + low) - r)
    return k.astype(np.int64), r + (low + r * r * _series(EXP, r))


def _ends(x: FloatArray, value: FloatArray, at_left: float) -> FloatArray:
    """Return `value`, or what belongs to infinite x, or NaN."""
    ended = np.where(x < 0.0, at_left, np.where(x > 0.0, np.inf, x))
    return np.where(np.isfinite(x), value, ended)


def _turned(x: FloatArray, quarters: int) -> FloatArray:
    """Return sin(x + quarters pi/2)."""
    angle = np.where(np.abs(x) <= LARGEST_ANGLE, x, np.nan)
    n = np.rint(angle / (HALF_PI[0] + HALF_PI[1]))
    r, low = _less_turns(angle, n)
    y = r * r
    sine = r + (low + r * y * _series(SIN, y))
    half = 0.5 * y
    whole = 1.0 - half
    cosine = whole + (((1.0 - whole) - half) + (y * y * _series(COS, y) - r * low))
    turn = np.mod(n + quarters, 4.0)
    value = np.where(np.mod(turn, 2.0) == 1.0, cosine, sine)
    return np.where(turn >= 2.0, -value, value)


def _less_turns(x: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return x - n pi/2 as a number and what it misses."""
    high = x - n * HALF_PI[0]
    middle = n * HALF_PI[1]
    r = high - middle
    low = ((high - r) - middle) - n * HALF_PI[2]
    many = np.abs(n) > MANY_TURNS
    if np.any(many):
        angle, turns = np.broadcast_to(x, many.shape)[many], -n[many]
        first = fma(turns, np.full_like(turns, HALF_PI_WHOLE[0]), angle)
        second = fma(turns, np.full_like(turns, HALF_PI_WHOLE[1]), first)
        rest = fma(turns, np.full_like(turns, HALF_PI_WHOLE[1]), first - second) + turns * HALF_PI_WHOLE[2]
        r, low = np.array(r), np.array(low)
        r[many], low[many] = second, rest
    total = r + low
    return total, low - (total - r)
