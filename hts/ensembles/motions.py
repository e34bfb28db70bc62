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
from hts.noise import Noise

#: Names the way from a seed to a path. It changes when any bit of any path may change, and stands in every shard.
STREAM_VERSION: Final = "xoshiro256++/philox4x32-10/2"


class Cell(Protocol):
    """What moves the walkers of a cell, whatever is recorded of them."""

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


def cell_key(cell: Cell, purpose: bytes) -> npt.NDArray[np.uint64]:
    """Hash what names the cell's streams to two 64-bit words; `purpose`: at most 16 bytes that tell studies apart."""
    alpha = math.nan if cell.noise.alpha is None else cell.noise.alpha
    named = struct.pack("<Qddd", cell.seed, cell.eta, cell.b, alpha)
    digest = hashlib.blake2b(named, digest_size=16, person=purpose).digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


def law_numbers(noise: Noise) -> FloatArray:
    """Give a law as the draw kernels read it: alpha or shape, scale, centre, p_plus, normal_scale."""
    alpha = noise.alpha or noise.shape or 0.0
    if noise.kind == "normal":  # the sum of two normals is one
        return np.array([alpha, math.hypot(noise.scale, noise.normal_scale), 0.0, 0.5, 0.0])
    return np.array([alpha, noise.scale, noise.centre, noise.p_plus, noise.normal_scale])


def pad_hinges(values: FloatArray) -> FloatArray:
    """Append zeros to two and a multiple of four numbers, as `dynamics.add_hinges` takes them."""
    n_padded = 2 + 4 * max(0, math.ceil((len(values) - 2) / 4))
    return np.concatenate([values, np.zeros(n_padded - len(values))])


def motion_in(cell: Cell, low: float, high: float) -> Motion:
    """Give a cell as the kernels read it, its walkers moving while they are inside (low, high)."""
    gradient = cell.gradient
    return Motion(
        line=np.array(gradient.line),
        knots=pad_hinges(gradient.knots),
        slopes=pad_hinges(gradient.slopes),
        table=np.array(gradient.table),
        place=np.array([gradient.table_low, gradient.table_high, gradient.table_spacing]),
        law=cell.noise.law.number,
        numbers=law_numbers(cell.noise),
        eta=float(cell.eta),
        b=float(cell.b),
        projection=float(cell.projection),
        low=float(low),
        high=float(high),
        start=float(cell.start),
    )


def words_per_draw(motion: Motion) -> int:
    """Count the 64-bit words that one draw of a motion's law takes."""
    return motions.n_words(motion.law, motion.numbers[motions.P_PLUS], motion.numbers[motions.NORMAL_SCALE])
