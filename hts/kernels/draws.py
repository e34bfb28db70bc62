"""Random words to noise Z: one array kernel per law of docs/model.md, section 2.

A law is several short loops rather than one long one: in a chain of operations as long as that of a whole draw, the CPU
cannot see far enough ahead to work on two draws at a time (benchmarks/README.md, "What limits the kernel").

Every kernel takes whole 64-bit words, one or two per draw, and no branch: u = (k + 1/2) 2^-52 from the upper 52 bits of
a word (52 bits and a half fit a float64 exactly, so 0, 1/2 and 1 cannot occur); a sign, where it is fair, from bit 11,
below them. A pareto or lomax draw errs by less than 1e-9 of itself, a stable, student or stretched
exponential draw by less than 1e-9 max(|z|, scale), for alpha in [0.5, 5] and shape in [0.25, 1].
"""

from typing import Final

import numpy as np

from hts.kernels.arithmetic import as_bits, as_float, fma
from hts.kernels.elementary import LN2, ONE, exp2, exp2m1, log2, sinpi
from hts.kernels.motions import (
    ALPHA,
    BODY,
    CELLS,
    CENTRE,
    EMPIRICAL,
    LOMAX,
    NORMAL_SCALE,
    P_PLUS,
    PARETO,
    SCALE,
    STABLE,
    STRETCHED,
    STUDENT,
)
from hts.kernels.settings import inline, jit

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
def logarithms(words, z, n, slope):
    """Give slope*log2 u of the first words."""
    for i in range(n):
        z[i] = slope * log2(uniform(words[0, i]))


@jit
def pareto(words, z, n, numbers):
    """Draw |W| = u^(-1/alpha)."""
    scale = numbers[SCALE]
    logarithms(words, z, n, -1.0 / numbers[ALPHA])
    for i in range(n):
        z[i] = scale * with_fair_sign(exp2(z[i]), words[0, i])


@jit
def lomax(words, z, n, numbers):
    """Draw |W| = u^(-1/alpha) - 1."""
    scale = numbers[SCALE]
    logarithms(words, z, n, -1.0 / numbers[ALPHA])
    for i in range(n):
        z[i] = scale * with_fair_sign(exp2m1(z[i]), words[0, i])


@jit
def stretched_exponential(words, z, n, numbers):
    """Draw |W| = (1 - log u)^(1/shape) - 1."""
    scale, power = numbers[SCALE], 1.0 / numbers[ALPHA]
    logarithms(words, z, n, -LN2)
    for i in range(n):
        z[i] = power * log2(1.0 + z[i])
    for i in range(n):
        z[i] = scale * with_fair_sign(exp2m1(z[i]), words[0, i])


@jit
def skew(words, z, n, numbers):
    """Replace fair signs by W > 0 with probability p_plus, decided by the second word, and centre."""
    p_plus, centre = numbers[P_PLUS], numbers[CENTRE]
    for i in range(n):
        size = abs(z[i])
        z[i] = (size if uniform(words[1, i]) < p_plus else -size) - centre


@inline
def distance_to_end(word):
    """Give w = min(v, 1 - v) for the uniform v of a word."""
    v = uniform(word)
    return min(v, 1.0 - v)


@jit
def stable(words, z, n, numbers):
    """Draw symmetric stable W by Chambers, Mallows and Stuck (1976); the second words are used up.

    With U = pi (v - 1/2) and E exponential, W = sin(alpha U)/cos(U)^(1/alpha) times
    (cos((1 - alpha) U)/E)^((1 - alpha)/alpha). In terms of the ratio R = E/cos((1 - alpha) U) that is
    sin(alpha U) R (R cos U)^(-1/alpha), with one power instead of two. All three angles are written as sines of the
    distance w = min(v, 1 - v) to the nearer end of U's range, where each may vanish, so that they keep their relative
    accuracy there.
    """
    alpha, scale = numbers[ALPHA], numbers[SCALE]
    half, half_defect = 0.5 * alpha, 1.0 - 0.5 * alpha
    bend = abs(1.0 - alpha)
    bend_end = 0.5 * (1.0 - bend)
    power = -1.0 / alpha
    for i in range(n):
        z[i] = sinpi(fma(bend, distance_to_end(words[0, i]), bend_end))
    for i in range(n):
        z[i] = -LN2 * log2(uniform(words[1, i])) / z[i]
    for i in range(n):
        words[1, i] = as_bits(sinpi(distance_to_end(words[0, i])) * z[i])
    for i in range(n):
        words[1, i] = as_bits(power * log2(as_float(words[1, i])))
    for i in range(n):
        v = uniform(words[0, i])
        turn = alpha * min(v, 1.0 - v)
        sine = sinpi(min(half - turn, half_defect + turn))
        size = scale * sine * (z[i] * exp2(as_float(words[1, i])))
        z[i] = size if v > 0.5 else -size


@jit
def student(words, z, n, numbers):
    """Draw t with nu = alpha degrees of freedom: W = sqrt(nu (u^(-2/nu) - 1)) cos(pi v) (Bailey 1994)."""
    scale = numbers[SCALE] * np.sqrt(numbers[ALPHA])
    logarithms(words, z, n, -2.0 / numbers[ALPHA])
    for i in range(n):
        z[i] = scale * np.sqrt(exp2m1(z[i])) * sinpi(0.5 - uniform(words[1, i]))


@jit
def empirical(words, z, n, numbers):
    """Draw W by its quantile function: a cubic of the cell that v falls into, or a power of the distance to the end."""
    scale, centre, power = numbers[SCALE], numbers[CENTRE], -1.0 / numbers[ALPHA]
    outside, left, right, per_cell = numbers[BODY], numbers[BODY + 1], numbers[BODY + 2], numbers[BODY + 3]
    last = (numbers.shape[0] - CELLS) // 4 - 1.0
    inside, offset = 1.0 - outside, -power * log2(outside)
    for i in range(n):
        z[i] = power * log2(min(distance_to_end(words[0, i]), outside)) + offset
    for i in range(n):
        z[i] = exp2(z[i])
    for i in range(n):
        v = uniform(words[0, i])
        position = min(max((v - outside) * per_cell, 0.0), last + 1.0)
        cell = np.int64(min(position, last))
        t, row = position - cell, CELLS + 4 * cell
        body = fma(fma(fma(numbers[row + 3], t, numbers[row + 2]), t, numbers[row + 1]), t, numbers[row])
        tail = -left * z[i] if v < 0.5 else right * z[i]
        z[i] = scale * (body if (v >= outside) & (v <= inside) else tail) - centre


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
        PARETO ... EMPIRICAL of `motions`.
    words : uint64[word, draw]
        `motions.n_words` words per draw; a law may write over its own.
    z : float64[draw]
        Z, written; the first `n` entries.
    numbers : float64[5 or more]
        alpha or shape, scale, centre, p_plus, normal_scale, and what belongs to the law alone.
    """
    if law == PARETO:
        pareto(words, z, n, numbers)
    elif law == LOMAX:
        lomax(words, z, n, numbers)
    elif law == STABLE:
        stable(words, z, n, numbers)
    elif law == STUDENT:
        student(words, z, n, numbers)
    elif law == STRETCHED:
        stretched_exponential(words, z, n, numbers)
    elif law == EMPIRICAL:
        empirical(words, z, n, numbers)
    else:
        normal(words, z, n, numbers)
    if numbers[P_PLUS] != 0.5:
        skew(words, z, n, numbers)
    if numbers[NORMAL_SCALE] > 0.0:
        add_normal(words, z, n, numbers)
