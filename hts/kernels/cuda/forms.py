"""What is known of a cell when its kernel is compiled, and the source that is compiled.

A kernel is compiled for each form of a cell, so that its steps hold no branch and no operation that the cell does not
need. What is left out would have changed nothing: a clip at infinity, a hinge of slope 0, the projection of a walker
that is inside a domain which the projection does not cut.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from hts.kernels.motions import NORMAL_SCALE, P_PLUS, TABLE_HIGH, TABLE_LOW, Motion

#: Hinges that are arguments of a kernel; further ones are read from memory (dynamics.cuh).
MOST_NEAR: Final = 8
#: The files of the source in their order; the study's own follows, then the entry.
COMMON: Final = ("platform", "elementary", "streams", "dynamics", "draws")
ENTRY: Final = "entry"


class Form(NamedTuple):
    """The form of a cell; its members but the first are the macros of the source."""

    study: str  # "exits" or "visits"
    law: int  # PARETO ... EMPIRICAL of `motions`
    is_skewed: bool
    has_normal_part: bool
    has_hinges: bool  # or a line
    n_hinges: int  # at most MOST_NEAR
    has_more_hinges: bool
    has_table: bool
    may_leave_table: bool
    is_clipped: bool
    is_projected: bool
    table_is_shared: bool = False  # copied to a multiprocessor's own memory

    @property
    def macros(self) -> tuple[str, ...]:
        """The form as options of a compiler."""
        pairs = list(self._asdict().items())[1:]
        return tuple(f"-D{name.upper()}={int(value)}" for name, value in pairs)

    @property
    def source(self) -> str:
        """What is compiled."""
        return source_of(self.study)


def count_hinges(motion: Motion) -> int:
    """Count the hinges that bend the gradient, those behind the last of them left out.

    Where nothing bounds a walker, all are kept: at infinity a slope of 0 is no number, on the CPU too.
    """
    is_bounded = np.isfinite(motion.b) or np.isfinite(motion.projection)
    bends = np.flatnonzero(motion.slopes)
    if not is_bounded and not np.isfinite(motion.high - motion.low):
        return len(motion.slopes)
    return int(bends[-1]) + 1 if len(bends) else 0


def form_of(study: str, motion: Motion) -> Form:
    """Give the form of a cell of exits or of visits."""
    n_hinges, low, high, L = count_hinges(motion), motion.low, motion.high, motion.projection
    has_table = len(motion.table) > 0
    is_exit = study == "exits"
    return Form(
        study=study,
        law=motion.law,
        is_skewed=bool(motion.numbers[P_PLUS] != 0.5),
        has_normal_part=bool(motion.numbers[NORMAL_SCALE] > 0.0),
        has_hinges=bool(np.any(motion.line)) or n_hinges > 0,
        n_hinges=min(n_hinges, MOST_NEAR),
        has_more_hinges=n_hinges > MOST_NEAR,
        has_table=has_table,
        may_leave_table=is_exit
        and has_table
        and bool(low < motion.place[TABLE_LOW] or high > motion.place[TABLE_HIGH]),
        is_clipped=bool(np.isfinite(motion.b)),
        is_projected=bool(np.isfinite(L) and not (is_exit and low >= -L and high <= L)),
    )


@cache
def source_of(study: str) -> str:
    """Join the files of a study's source."""
    folder = Path(__file__).parent
    return "".join((folder / f"{name}.cuh").read_text("utf-8") for name in (*COMMON, study, ENTRY))


def digest_of(*texts: str) -> str:
    """Name a source and its options: 16 hex digits."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
