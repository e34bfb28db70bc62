"""The structures that the source is called with, member by member as in the .cuh files; each member has eight bytes."""

from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from hts.kernels.cuda.forms import MOST_NEAR, count_hinges
from hts.kernels.motions import CELLS, Motion

F, N, P = "f8", "i8", "u8"  # numbers; whole numbers; addresses

MOTION: Final = np.dtype(
    [
        ("line", F, 2), ("knots", F, MOST_NEAR), ("slopes", F, MOST_NEAR),
        ("more_knots", P), ("more_slopes", P), ("n_more", N),
        ("table", P), ("n_nodes", N), ("place", F, 3), ("numbers", F, CELLS), ("cells", P), ("n_cells", N),
        ("eta", F), ("b", F), ("projection", F), ("low", F), ("high", F), ("start", F),
    ]
)  # fmt: skip
BLOCK: Final = np.dtype(
    [("streams", P), ("x", P), ("exit_steps", P), ("walker", P), ("counters", P), ("width", N), ("taken", P)]
)
REGIONS: Final = np.dtype(
    [
        ("wells", P), ("barriers", P), ("n_wells", N), ("first", F), ("last", F), ("checkpoints", P),
        ("n_checkpoints", N), ("low", F), ("per_width", F), ("n_places", N),
    ]
)  # fmt: skip
#: What both studies begin with.
_CELL: Final = [("motion", MOTION), ("block", BLOCK), ("cell_key", P, 2), ("n_steps", N)]
EXITS: Final = np.dtype(
    [*_CELL, ("max_steps", N), ("first_walker", N), ("row_steps", P), ("row_side", P), ("row_landing", P)]
)
VISITS: Final = np.dtype(
    [
        *_CELL, ("first_walker", N), ("regions", REGIONS), ("floats", P), ("integers", P), ("steps_in_well", P),
        ("steps_near", P), ("transitions", P), ("histogram", P), ("position", P),
    ]
)  # fmt: skip


class Memory(Protocol):
    """Where arrays lie that kernels read and write: a card's, or this machine's."""

    def put(self, values: npt.NDArray[Any]) -> Any:
        """Keep an array there, and give what holds it."""

    def address(self, kept: Any) -> int:
        """Give where it begins."""


def write_motion(out: npt.NDArray[np.void], motion: Motion, memory: Memory) -> list[Any]:
    """Write a motion's numbers and addresses.

    Parameters
    ----------
    out : MOTION
        Written.
    motion : Motion
    memory : Memory

    Returns
    -------
    list
        The arrays that the addresses are of; to be kept as long as `out` is used.
    """
    n = count_hinges(motion)
    near = min(n, MOST_NEAR)
    out["line"], out["place"] = motion.line, motion.place
    out["knots"][:near], out["slopes"][:near] = motion.knots[:near], motion.slopes[:near]
    own = motion.numbers[:CELLS]
    out["numbers"][: len(own)] = own
    arrays = {
        "more_knots": motion.knots[near:n],
        "more_slopes": motion.slopes[near:n],
        "table": motion.table,
        "cells": motion.numbers[CELLS:],
    }
    out["n_more"], out["n_nodes"] = n - near, len(motion.table)
    out["n_cells"] = max(len(motion.numbers) - CELLS, 0) // 4
    for name in ("eta", "b", "projection", "low", "high", "start"):
        out[name] = getattr(motion, name)
    return write_addresses(out, arrays, memory)


def write_addresses(out: npt.NDArray[np.void], arrays: dict[str, npt.NDArray[Any]], memory: Memory) -> list[Any]:
    """Keep arrays and write where they are, each by its name; those without entries have no address."""
    kept = []
    for name, values in arrays.items():
        if values.size:
            kept.append(memory.put(np.ascontiguousarray(values)))
            out[name] = memory.address(kept[-1])
    return kept
