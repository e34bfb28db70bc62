"""The walkers of a cell as a comparison needs them, joined from the pieces that are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.estimation.exits import count_landings, name_destinations
from hts.plans import Cell
from hts.sweeps import CellSample


@dataclass(frozen=True, eq=False)
class Walkers:
    """What a comparison needs of the walkers of a cell: of each when it left, and of all of them where they landed."""

    cell: Cell
    walkers_wanted: int
    max_steps: int
    exit_steps: npt.NDArray[np.int64]
    is_censored: npt.NDArray[np.bool_]
    side: npt.NDArray[np.int8]
    destinations: dict[str, int]
    steps_beyond_domain: int


def join_pieces(pieces: Iterable[CellSample], barriers: FloatArray) -> Walkers:
    """Join the pieces of a cell; positions are counted and let go, for they are half of its bytes."""
    columns: dict[str, npt.NDArray[Any]] = {
        "exit_steps": np.empty(0, np.int64),
        "is_censored": np.empty(0, np.bool_),
        "side": np.empty(0, np.int8),
    }
    landings, beyond, n_walkers = np.zeros(1, np.int64), 0, 0
    for piece in pieces:
        first, n_walkers = n_walkers, n_walkers + len(piece.walker)
        for name, column in columns.items():
            column.resize(n_walkers, refcheck=False)  # in place: many small arrays would leave holes in memory
            column[first:] = getattr(piece, name)
        landings = landings + count_landings(piece.landing, piece.side, barriers)
        beyond += piece.steps_beyond_domain
    return Walkers(
        cell=piece.cell,
        walkers_wanted=piece.walkers_wanted,
        max_steps=piece.max_steps,
        **columns,
        destinations=name_destinations(landings, barriers, piece.cell.well),
        steps_beyond_domain=beyond,
    )
