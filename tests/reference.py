"""The model in plain Python: one walker, one step at a time, with libm's mathematics.

It shares nothing with hts but the definition of the streams: walker w of the cell with key (K0, K1) starts
xoshiro256++ from two blocks of Philox4x32-10.
"""

import hashlib
import math
import struct

import mpmath

MASK_32, MASK_64 = 2**32 - 1, 2**64 - 1


def philox4x32(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        product0, product1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(product1 >> 32) ^ c[1] ^ k[0], product1 & MASK_32, (product0 >> 32) ^ c[3] ^ k[1], product0 & MASK_32]
        k = [(k[0] + 0x9E3779B9) & MASK_32, (k[1] + 0xBB67AE85) & MASK_32]
    return c


def rotate(x, k):
    return ((x << k) | (x >> (64 - k))) & MASK_64


def words_of(state):
    """Xoshiro256++ (Blackman and Vigna), an endless stream of 64-bit words."""
    s = list(state)
    while True:
        yield (rotate((s[0] + s[3]) & MASK_64, 23) + s[0]) & MASK_64
        t = (s[1] << 17) & MASK_64
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)


def cell_key(seed, eta, b, alpha, purpose=b"hts exits"):
    named = struct.pack("<Qddd", seed, eta, b, math.nan if alpha is None else alpha)
    return struct.unpack("<QQ", hashlib.blake2b(named, digest_size=16, person=purpose).digest())


def walker_words(key, walker):
    words = []
    for block in (0, 1):
        c = philox4x32((walker, block, key[1] & MASK_32, key[1] >> 32), (key[0] & MASK_32, key[0] >> 32))
        words += [c[0] | (c[1] << 32), c[2] | (c[3] << 32)]
    return words_of(words)


def uniform(word):
    return ((word >> 12) + 0.5) * 2.0**-52


#: |W| by inversion, and its mean, of the laws that can be skewed.
MAGNITUDES = {
    "pareto": lambda u, alpha: u ** (-1 / alpha),
    "lomax": lambda u, alpha: math.expm1(-math.log(u) / alpha),
    "stretched-exponential": lambda u, shape: (1 - math.log(u)) ** (1 / shape) - 1,
}
MEANS = {
    "pareto": lambda alpha: alpha / (alpha - 1),
    "lomax": lambda alpha: 1 / (alpha - 1),
    "stretched-exponential": lambda shape: float(mpmath.e / shape * mpmath.gammainc(1 / shape, 1)),
}


def empirical(u, alpha, knots, outside):
    """W of empirical noise: the quantile of u, from those at equidistant probabilities."""
    if u < outside or u > 1 - outside:
        end, v = (knots[0], u) if u < 0.5 else (knots[-1], 1 - u)
        return end * (v / outside) ** (-1 / alpha)
    cell = (1 - 2 * outside) / (len(knots) - 1)
    k = min(int((u - outside) / cell), len(knots) - 2)
    t = (u - outside) / cell - k
    one, other = (empirical_slope(j, alpha, knots, outside, cell) for j in (k, k + 1))
    return (
        knots[k] * (1 + 2 * t) * (1 - t) ** 2 + knots[k + 1] * t**2 * (3 - 2 * t)
        + t * (1 - t) ** 2 * one - t**2 * (1 - t) * other
    )  # fmt: skip


def empirical_slope(k, alpha, knots, outside, cell):
    """Derivative of the quantiles, by cell: the harmonic mean of both sides' rises, at the ends the tail's."""
    if k in (0, len(knots) - 1):
        rise = abs(knots[k] - knots[1 if k == 0 else -2])
        return min(abs(knots[k]) * cell / (alpha * outside), 3 * rise)
    before, after = knots[k] - knots[k - 1], knots[k + 1] - knots[k]
    return 2 / (1 / before + 1 / after)


def empirical_mean(alpha, knots, outside):
    """E W: Simpson's rule is exact for cubics."""
    n = len(knots) - 1
    cell = (1 - 2 * outside) / n
    inside = 0.0
    for k in range(n):
        middle = empirical(outside + (k + 0.5) * cell, alpha, knots, outside)
        inside += cell / 6 * (knots[k] + 4 * middle + knots[k + 1])
    return inside + outside * alpha / (alpha - 1) * (knots[0] + knots[-1])


def draw(kind, alpha, scale, words, p_plus=0.5, normal_scale=0.0, shape=None, body=None):
    """One Z of docs/model.md, section 2."""
    if kind == "empirical":
        knots = body.knots.tolist()
        centre = empirical_mean(alpha, knots, body.outside) if alpha > 1 else 0.0
        return scale * (empirical(uniform(next(words)), alpha, knots, body.outside) - centre)
    if kind == "normal":
        return math.hypot(scale, normal_scale) * gauss(words)
    word = next(words)
    u = uniform(word)
    centre = 0.0
    if kind in MEANS:
        parameter = alpha or shape
        w = MAGNITUDES[kind](u, parameter)
        if p_plus == 0.5:
            w = -w if word >> 11 & 1 else w
        else:
            w = w if uniform(next(words)) < p_plus else -w
            centre = scale * (2 * p_plus - 1) * MEANS[kind](parameter)
    elif kind == "student":
        w = math.sqrt(alpha * math.expm1(-2 / alpha * math.log(u))) * math.cos(math.pi * uniform(next(words)))
    else:
        angle, exponential = math.pi * (u - 0.5), -math.log(uniform(next(words)))
        w = math.sin(alpha * angle) / math.cos(angle) ** (1 / alpha)
        w *= (math.cos((1 - alpha) * angle) / exponential) ** ((1 - alpha) / alpha)
    return scale * w - centre + (normal_scale * gauss(words) if normal_scale else 0.0)


def gauss(words):
    return math.sqrt(-2 * math.log(uniform(next(words)))) * math.cos(math.pi * uniform(next(words)))


def first_exit(derivative, next_noise, eta, b, low, high, start, max_steps, projection=math.inf):
    """Equations (1) and (2): steps, side, landing point."""
    x, steps = start, 0
    while low < x < high and steps < max_steps:
        w = eta * (next_noise() - derivative(x))
        x = max(-projection, min(projection, x + max(-b, min(b, w))))
        steps += 1
    return steps, (x >= high) - (x <= low), x


def visits(derivative, next_noise, eta, b, start, minima, barriers, radii, checkpoints, projection=math.inf):
    """Equation (1) across all wells: steps in each well at the checkpoints and near each minimum, transitions, path."""
    wells, x = range(len(minima)), start

    def place(x):
        well = sum(x >= barrier for barrier in barriers)
        return well, abs(x - minima[well]) <= radii[well]

    inside, near, path = [0 for _ in wells], [0 for _ in wells], []
    moves, at_checkpoints = [[0 for _ in wells] for _ in wells], []
    well, is_near = place(start)
    reached = well if is_near else None
    for n in range(1, checkpoints[-1] + 1):
        w = eta * (next_noise() - derivative(x))
        x = max(-projection, min(projection, x + max(-b, min(b, w))))
        well, is_near = place(x)
        path.append(x)
        inside[well] += 1
        if is_near:
            near[well] += 1
            if reached is not None and reached != well:
                moves[reached][well] += 1
            reached = well
        if n in checkpoints:
            at_checkpoints.append(list(inside))
    return at_checkpoints, near, moves, path
