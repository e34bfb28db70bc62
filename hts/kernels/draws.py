"""This file is where random words become noise Z: one array kernel per law of docs/model.md, section 2.

Every kernel takes whole 64-bit words, one or two per draw, and no branch: u = (k + 1/2) 2^-52 from the upper 52 bits of
a word (52 bits and a half fit a float64 exactly, so 0, 1/2 and 1 cannot occur); a sign, where it is fair, from bit 11,
below them. A pareto or lomax draw errs by less than 1e-9 of itself, a stable or student draw by less than
1e-9 max(|z|, scale), for alpha in [0.5, 5].
"""

from typing import Final

import numpy as np

from hts.kernels.arithmetic import as_bits, as_float
from hts.kernels.elementary import LN2, ONE, exp2, exp2m1, log2, sinpi
from hts.kernels.settings import inline, jit

PARETO: Final = 0
LOMAX: Final = 1
STABLE: Final = 2
STUDENT: Final = 3
NORMAL: Final = 4

#: Places in the array of a law's numbers.
ALPHA: Final = 0
SCALE: Final = 1
CENTRE: Final = 2  # c = scale (p_plus - p_minus) E|W|
P_PLUS: Final = 3
NORMAL_SCALE: Final = 4

UNIFORM_SHIFT: Final = np.uint64(12)
UNIFORM_OFFSET: Final = 1.0 - 2.0**-53
SIGN_SHIFT: Final = np.uint64(52)  # brings bit 11 to bit 63
SIGN: Final = np.uint64(0x8000000000000000)


@inline
def uniform(word):
    """Give (k + 1/2) 2^-52, k the upper 52 bits: the float in [1, 2) that has them, moved down, without rounding."""
    return as_float((word >> UNIFORM_SHIFT) | ONE) - UNIFORM_OFFSET


@inline
def with_fair_sign(w, word):
    """Give w > 0 the sign of bit 11 of the word."""
    return as_float(as_bits(w) | ((word << SIGN_SHIFT) & SIGN))


@jit
def pareto(words, z, n, numbers):
    """Draw |W| = u^(-1/alpha)."""
    slope, scale = -1.0 / numbers[ALPHA], numbers[SCALE]
    for i in range(n):
        word = words[0, i]
        z[i] = scale * with_fair_sign(exp2(slope * log2(uniform(word))), word)


@jit
def lomax(words, z, n, numbers):
    """Draw |W| = u^(-1/alpha) - 1."""
    slope, scale = -1.0 / numbers[ALPHA], numbers[SCALE]
    for i in range(n):
        word = words[0, i]
        z[i] = scale * with_fair_sign(exp2m1(slope * log2(uniform(word))), word)


@jit
def skew(words, z, n, numbers):
    """Replace fair signs by W > 0 with probability p_plus, decided by the second word, and centre."""
    p_plus, centre = numbers[P_PLUS], numbers[CENTRE]
    for i in range(n):
        size = abs(z[i])
        z[i] = (size if uniform(words[1, i]) < p_plus else -size) - centre


@jit
def stable(words, z, n, numbers):
    """Draw symmetric stable W by Chambers, Mallows and Stuck (1976).

    With U = pi (v - 1/2) and E exponential, W = sin(alpha U)/cos(U)^(1/alpha) times
    (cos((1 - alpha) U)/E)^((1 - alpha)/alpha). All three are written as sines of the distance w = min(v, 1 - v) to the
    nearer end of U's range, where each may vanish, so that they keep their relative accuracy there.
    """
    alpha, scale = numbers[ALPHA], numbers[SCALE]
    half_defect = 1.0 - 0.5 * alpha
    bend = abs(1.0 - alpha)
    bend_end = 0.5 * (1.0 - bend)
    cosine_power = -1.0 / alpha
    ratio_power = (1.0 - alpha) / alpha
    for i in range(n):
        v = uniform(words[0, i])
        w = min(v, 1.0 - v)
        sine = sinpi(min(alpha * (0.5 - w), half_defect + alpha * w))
        cosine = sinpi(w)
        exponential = -LN2 * log2(uniform(words[1, i]))
        ratio = sinpi(bend_end + bend * w) / exponential
        size = scale * sine * exp2(cosine_power * log2(cosine) + ratio_power * log2(ratio))
        z[i] = size if v > 0.5 else -size


@jit
def student(words, z, n, numbers):
    """Draw t with nu = alpha degrees of freedom: W = sqrt(nu (u^(-2/nu) - 1)) cos(pi v) (Bailey 1994)."""
    scale = numbers[SCALE] * np.sqrt(numbers[ALPHA])
    slope = -2.0 / numbers[ALPHA]
    for i in range(n):
        radius = np.sqrt(exp2m1(slope * log2(uniform(words[0, i]))))
        z[i] = scale * radius * sinpi(0.5 - uniform(words[1, i]))


@jit
def normal(words, z, n, numbers):
    """Draw W = sqrt(-2 log u) cos(pi v) (Box and Muller 1958; v and 1 - v serve both halves of the circle)."""
    scale = numbers[SCALE] * np.sqrt(2.0 * LN2)
    for i in range(n):
        z[i] = scale * np.sqrt(-log2(uniform(words[0, i]))) * sinpi(0.5 - uniform(words[1, i]))


@jit
def add_normal(words, z, n, numbers):
    """Add normal_scale * N(0, 1) drawn from the last two words."""
    first, second = words.shape[0] - 2, words.shape[0] - 1
    scale = numbers[NORMAL_SCALE] * np.sqrt(2.0 * LN2)
    for i in range(n):
        z[i] += scale * np.sqrt(-log2(uniform(words[first, i]))) * sinpi(0.5 - uniform(words[second, i]))


@jit
def draw(law, words, z, n, numbers):
    """Turn words into noise.

    Parameters
    ----------
    law : int
        PARETO, LOMAX, STABLE, STUDENT or NORMAL.
    words : uint64[word, draw]
        `n_words` words per draw.
    z : float64[draw]
        Z, written; the first `n` entries.
    numbers : float64[5]
        alpha, scale, centre, p_plus, normal_scale.
    """
    if law == PARETO:
        pareto(words, z, n, numbers)
    elif law == LOMAX:
        lomax(words, z, n, numbers)
    elif law == STABLE:
        stable(words, z, n, numbers)
    elif law == STUDENT:
        student(words, z, n, numbers)
    else:
        normal(words, z, n, numbers)
    if numbers[P_PLUS] != 0.5:
        skew(words, z, n, numbers)
    if numbers[NORMAL_SCALE] > 0.0:
        add_normal(words, z, n, numbers)


def n_words(law: int, p_plus: float, normal_scale: float) -> int:
    """Count the 64-bit words that one draw takes."""
    own = 1 if law in (PARETO, LOMAX) and p_plus == 0.5 else 2
    return own + (2 if normal_scale > 0.0 else 0)
