"""Equation (27) in plain Python and NumPy, one walker and one step at a time, and the problems that tests share."""

import hashlib
import math
import struct

import numpy as np
import reference

from hts import space
from hts.ensembles.space import SpaceProblem
from hts.noise import Noise
from hts.space import regions

INF = math.inf


def problem_of(f, region, start, noise=None, is_isotropic=True, eta=0.05, b=0.7, seed=7):
    noise = Noise("pareto", 1.5) if noise is None else noise
    return SpaceProblem(
        f.is_linear, f.matrix, f.centre, f.gradient_program, noise, is_isotropic, eta, b, f.projection, region,
        np.asarray(start, dtype=float), seed,
    )  # fmt: skip


def ball_problem(d, **changes):
    return problem_of(space.radial(1.0, 1.0, d), regions.ball(np.zeros(d), 1.0), np.zeros(d), **changes)


def words_of(problem, walker, purpose=b"hts space exits"):
    alpha = math.nan if problem.noise.alpha is None else problem.noise.alpha
    named = struct.pack("<QdddI", problem.seed, problem.eta, problem.b, alpha, problem.dimension)
    key = struct.unpack("<QQ", hashlib.blake2b(named, digest_size=16, person=purpose).digest())
    return reference.walker_words(key, walker)


def noise_of(problem, words):
    noise, d = problem.noise, problem.dimension

    def draw():
        return reference.draw(
            noise.kind, noise.alpha, noise.scale, words, noise.p_plus, noise.normal_scale, noise.shape, noise.body
        )  # fmt: skip

    if not problem.is_isotropic:
        return np.array([draw() for _ in range(d)])
    return draw() * direction_of(d, words)


def direction_of(d, words):
    if d == 1:
        return np.ones(1)
    if d == 2:
        angle = math.pi * reference.uniform(next(words))
        return np.array([math.cos(angle), math.sin(angle)])
    normals = []
    for _ in range((d + 1) // 2):
        radius, angle = math.sqrt(-math.log(reference.uniform(next(words)))), reference.uniform(next(words))
        normals += [radius * math.cos(2 * math.pi * angle), radius * math.sin(2 * math.pi * angle)]
    direction = np.array(normals[:d])
    return direction / math.sqrt(direction @ direction)


def stepped(problem, gradient, x, z):
    def shortened(v, longest):
        length = math.sqrt(v @ v)
        return v * (longest / length) if length > longest else v

    w = shortened(-problem.eta * gradient(x) + problem.eta * z, problem.b)
    return shortened(x + w, problem.projection)


def first_exit(problem, gradient, is_inside, walker, max_steps):
    """Steps, landing point and whether the walker is still inside."""
    words, x, steps = words_of(problem, walker), problem.start.copy(), 0
    while is_inside(x) and steps < max_steps:
        x = stepped(problem, gradient, x, noise_of(problem, words))
        steps += 1
    return steps, x, is_inside(x)


def distance(x, one, other):
    """From a point to a segment."""
    way = other - one
    t = 0.0 if not way.any() else min(max((x - one) @ way / (way @ way), 0.0), 1.0)
    return math.dist(x, one + t * way)


def visits(problem, gradient, ends, radii, checkpoints, walker):
    """Steps outside and in each set at the checkpoints, arrivals from one set at another, and the last position."""
    words, x = words_of(problem, walker, b"hts space visits"), problem.start.copy()

    def place(x):
        near = [s for s, (one, other) in enumerate(ends) if distance(x, one, other) <= radii[s]]
        return near[-1] if near else -1

    counts, moves, at_checkpoints = [0] * (len(radii) + 1), np.zeros((len(radii),) * 2, int), []
    reached = place(x)
    for n in range(1, checkpoints[-1] + 1):
        x = stepped(problem, gradient, x, noise_of(problem, words))
        s = place(x)
        counts[s + 1] += 1
        if s >= 0 and s != reached:
            if reached >= 0:
                moves[reached, s] += 1
            reached = s
        if n in checkpoints:
            at_checkpoints.append(list(counts))
    return at_checkpoints, moves.tolist(), x
