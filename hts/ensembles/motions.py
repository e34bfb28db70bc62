"""A cell as the numbers that kernels read: gradient, law, step size, clip, stream key."""

import hashlib
import math
import struct
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.kernels import motions
from hts.kernels.motions import Motion
from hts.landscapes import Gradient
from hts.noise import Empirical, Noise

#: Version of the computation from a seed to a path. It changes when any bit of any path may change; every shard has it.
STREAM_VERSION: Final = "xoshiro256++/philox4x32-10/3"


class Problem(Protocol):
    """What moves the walkers of a cell, whatever is recorded of them: `ExitProblem`, `VisitProblem`."""

    @property
    def gradient(self) -> Gradient:
        """Derivative of the landscape, as arrays."""

    @property
    def noise(self) -> Noise:
        """The law of Z."""

    @property
    def eta(self) -> float:
        """Learning rate."""

    @property
    def b(self) -> float:
        """Clip, inf for none."""

    @property
    def projection(self) -> float:
        """L, inf for none."""

    @property
    def start(self) -> float:
        """X_0."""

    @property
    def seed(self) -> int:
        """The sweep's seed, below 2^64."""

    @property
    def ends(self) -> tuple[float, float]:
        """Walkers move while they are between these."""

    def cell_key(self) -> npt.NDArray[np.uint64]:
        """Give the two 64-bit words that name the cell's streams."""


def cell_key(problem: Problem, purpose: bytes) -> npt.NDArray[np.uint64]:
    """Hash what names the cell's streams to two 64-bit words.

    Parameters
    ----------
    problem : Problem
    purpose : bytes
        At most 16; each purpose has its own streams.
    """
    alpha = math.nan if problem.noise.alpha is None else problem.noise.alpha
    named = struct.pack("<Qddd", problem.seed, problem.eta, problem.b, alpha)
    digest = hashlib.blake2b(named, digest_size=16, person=purpose).digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


def law_numbers(noise: Noise) -> FloatArray:
    """Give a law as the draw kernels read it: alpha or shape, scale, centre, p_plus, normal_scale, its own."""
    alpha = noise.alpha or noise.shape or 0.0
    if noise.kind == "normal":  # the sum of two normals is one
        return np.array([alpha, math.hypot(noise.scale, noise.normal_scale), 0.0, 0.5, 0.0])
    if noise.body is not None:  # its signs are those of its quantiles
        own = Empirical(noise.body, alpha).numbers
        return np.concatenate([[alpha, noise.scale, noise.centre, 0.5, 0.0], own])
    return np.array([alpha, noise.scale, noise.centre, noise.p_plus, noise.normal_scale])


def pad_hinges(values: FloatArray) -> FloatArray:
    """Append zeros to two and a multiple of four numbers, as `dynamics.add_hinges` takes them."""
    n_padded = 2 + 4 * max(0, math.ceil((len(values) - 2) / 4))
    return np.concatenate([values, np.zeros(n_padded - len(values))])


def motion_in(problem: Problem) -> Motion:
    """Give a problem as the kernels read it."""
    gradient, (low, high) = problem.gradient, problem.ends
    return Motion(
        line=np.array(gradient.line),
        knots=pad_hinges(gradient.knots),
        slopes=pad_hinges(gradient.slopes),
        table=np.array(gradient.table),
        place=np.array([gradient.table_low, gradient.table_high, gradient.table_spacing]),
        law=problem.noise.law.number,
        numbers=law_numbers(problem.noise),
        eta=float(problem.eta),
        b=float(problem.b),
        projection=float(problem.projection),
        low=float(low),
        high=float(high),
        start=float(problem.start),
    )


def words_per_draw(motion: Motion) -> int:
    """Count the 64-bit words that one draw of a motion's law takes."""
    return motions.n_words(motion.law, motion.numbers[motions.P_PLUS], motion.numbers[motions.NORMAL_SCALE])
