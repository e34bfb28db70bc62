"""log2, exp2, 2^t - 1, sin(pi r), and what formulas need of them, by arithmetic alone.

No libm: its calls stop vector code and differ between machines in the last bit. Every function is a polynomial in
Estrin's form (short dependency chains), fitted at Chebyshev points in 50 digits; tests/kernels/test_elementary.py holds
them against mpmath. The errors stated are relative to the function's value over the whole of its range, near its zeros
too; they are chosen a factor five below the 1e-9 that a draw may err.
"""

from typing import Final

import numpy as np

from hts.kernels.arithmetic import as_bits, as_float, fma
from hts.kernels.settings import inline

#: log2(1 + f)/f on sqrt(1/2) - 1 <= f < sqrt(2) - 1, degree 11: 1.2e-10
LOG2: Final = (
    1.4426950409582302,
    -0.7213475248945522,
    0.4808983110824002,
    -0.360672845348936,
    0.28854145553597715,
    -0.24050279825001172,
    0.20607165109914127,
    -0.17905123203322462,
    0.15931300522348446,
    -0.15722652971153048,
    0.1534528693745451,
    -0.08433521045800585,
)
#: (2^f - 1)/f on |f| <= 1/2, degree 6: 2.7e-10
EXP2: Final = (
    0.6931471805599453,
    0.24022650922288757,
    0.055504108839096185,
    0.009618056678524637,
    0.001333350238616277,
    0.0001546144469856913,
    1.5297323760701075e-05,
)
#: sin(pi r)/r in powers of r^2 on |r| <= 1/2, degree 5: 2.7e-11
SINPI: Final = (
    3.141592653536132,
    -5.167712764593,
    2.550163317938427,
    -0.599252186531583,
    0.08205035020147247,
    -0.007028303855203096,
)
LN2: Final = 0.6931471805599453

ONE: Final = np.uint64(0x3FF0000000000000)  # the bits of 1.0
EXPONENT: Final = np.uint64(0xFFF0000000000000)  # sign and exponent of a float64
MANTISSA_BITS: Final = np.uint64(52)
#: Added to the bits of u it carries into the exponent just where the mantissa passes sqrt(2).
FROM_SQRT_HALF: Final = np.uint64(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
#: An integer below 2^52 or-ed into these bits of 2^52 is a float64; the 1023 takes the exponent's bias off.
TWO_52: Final = np.uint64(0x4330000000000000)
TWO_52_BIASED: Final = 2.0**52 + 1023.0
#: Adding and subtracting 1.5 * 2^52 rounds |t| < 2^51 to the nearest integer, and leaves it in the low bits in between.
ROUNDER: Final = 1.5 * 2.0**52


@inline
def log2(u):
    """Give log2 u for a positive normal float64, error 1.2e-10 of its fraction part and of itself near u = 1."""
    bits = as_bits(u) + FROM_SQRT_HALF
    exponent = as_float((bits >> MANTISSA_BITS) | TWO_52) - TWO_52_BIASED
    f = as_float(as_bits(u) - (bits & EXPONENT) + ONE) - 1.0  # u = 2^exponent (1 + f)
    f2 = f * f
    f4 = f2 * f2
    low = fma(fma(LOG2[3], f, LOG2[2]), f2, fma(LOG2[1], f, LOG2[0]))
    middle = fma(fma(LOG2[7], f, LOG2[6]), f2, fma(LOG2[5], f, LOG2[4]))
    high = fma(fma(LOG2[11], f, LOG2[10]), f2, fma(LOG2[9], f, LOG2[8]))
    return fma(f, fma(fma(high, f4, middle), f4, low), exponent)


@inline
def exp2_parts(t):
    """Split 2^t = s + s*p into s = 2^round(t) and p, for |t| < 1022; p errs by 2.7e-10 of itself."""
    shifted = t + ROUNDER
    f = t - (shifted - ROUNDER)
    f2 = f * f
    low = fma(fma(EXP2[3], f, EXP2[2]), f2, fma(EXP2[1], f, EXP2[0]))
    high = fma(EXP2[6], f2, fma(EXP2[5], f, EXP2[4]))
    p = f * fma(high, f2 * f2, low)
    s = as_float((as_bits(shifted) << MANTISSA_BITS) + ONE)
    return s, p


@inline
def exp2(t):
    """Give 2^t for |t| < 1022, relative error 1.1e-10."""
    s, p = exp2_parts(t)
    return fma(s, p, s)


@inline
def exp2m1(t):
    """Give 2^t - 1 for 0 <= t < 1022, relative error 2.7e-10 down to t = 0."""
    s, p = exp2_parts(t)
    return fma(s, p, s - 1.0)


@inline
def sinpi(r):
    """Give sin(pi r) for |r| <= 1/2, relative error 2.7e-11."""
    y = r * r
    y2 = y * y
    low = fma(SINPI[1], y, SINPI[0])
    middle = fma(SINPI[3], y, SINPI[2])
    high = fma(SINPI[5], y, SINPI[4])
    return r * fma(fma(high, y2, middle), y2, low)


LOG2E: Final = 1.4426950408889634
MOST: Final = 1021.0  # exponents of 2 are kept within it
PER_PI: Final = 0.3183098861837907
PI_HIGH, PI_LOW = 3.141592653589793, 1.2246467991473532e-16
SIGN_PLACE: Final = np.uint64(63)
SIGN_BIT: Final = np.uint64(0x8000000000000000)


@inline
def exp(u):
    """Give e^u, relative error 1.2e-10; 2^1021 or 2^-1021 beyond."""
    return exp2(min(max(u * LOG2E, -MOST), MOST))


@inline
def log(u):
    """Give the natural logarithm of a normal u, error as that of log2; -inf at 0 and not a number below."""
    value = LN2 * log2(max(u, 2.3e-308))
    return value if u > 0.0 else (-np.inf if u == 0.0 else np.nan)


@inline
def power(u, k):
    """Give u^k for u > 0, relative error |k| 1e-10; its limit at 0, and not a number below."""
    value = exp2(min(max(k * log2(max(u, 2.3e-308)), -MOST), MOST))
    at_zero = 0.0 if k > 0.0 else np.inf
    return value if u > 0.0 else (at_zero if u == 0.0 else np.nan)


@inline
def turned(u):
    """Take u = pi (k + r) apart: r with |r| <= 1/2, and the sign (-1)^k as a bit; for |u| < 2^50."""
    shifted = u * PER_PI + ROUNDER
    k = shifted - ROUNDER
    r = fma(-k, PI_LOW, fma(-k, PI_HIGH, u)) * PER_PI
    return r, as_bits(shifted) << SIGN_PLACE


@inline
def sin(u):
    """Give sin u for |u| < 2^50, relative error 3e-11 up to |u| of about 1e5."""
    r, sign = turned(u)
    return as_float(as_bits(sinpi(r)) ^ sign)


@inline
def cos(u):
    """Give cos u for |u| < 2^50, error 3e-11."""
    r, sign = turned(u)
    return as_float(as_bits(sinpi(0.5 - abs(r))) ^ sign)


@inline
def tanh(u):
    """Give tanh u, relative error 3e-10 down to 0."""
    m = exp2m1(min(2.0 * LOG2E * abs(u), 1000.0))
    return as_float(as_bits(m / (m + 2.0)) | (as_bits(u) & SIGN_BIT))
