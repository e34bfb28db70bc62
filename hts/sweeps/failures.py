"""The failure of a cell, kept for a person to read until the cell is done."""

import os
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

from hts.plans import Cell
from hts.storage import ResultsFolder, remove
from hts.sweeps.slugs import slug_of


@dataclass(frozen=True)
class Failure:
    """A shard that could not be computed.

    Attributes
    ----------
    cell : Cell
        Its cell.
    first_walker, n_walkers : int
        Its walkers are first_walker, ..., first_walker + n_walkers - 1.
    message : str
        One line.
    trace : str
        Where it happened, for those who mend it.
    """

    cell: Cell
    first_walker: int
    n_walkers: int
    message: str
    trace: str

    @classmethod
    def of(cls, cell: Cell, first_walker: int, n_walkers: int, error: BaseException) -> "Failure":
        """Describe an exception."""
        lines = str(error).splitlines()
        message = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
        return cls(cell, first_walker, n_walkers, message, "".join(traceback.format_exception(error)))


def failure_path(folder: ResultsFolder, cell: Cell) -> Path:
    """Name the file that keeps a cell's failure."""
    return folder.failures / f"{slug_of(cell)}.json"


def failed_slugs(folder: ResultsFolder) -> frozenset[str]:
    """List the cells of which a failure is kept, as `slug_of` writes them, so that not each cell need be looked for."""
    try:
        names = os.listdir(folder.failures)
    except OSError:
        return frozenset()
    return frozenset(name.removesuffix(".json") for name in names)


def keep_failure(folder: ResultsFolder, failure: Failure) -> None:
    """Write a failure down; a later one of the same cell replaces it.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    document = asdict(failure)
    document["cell"] = {key: "inf" if value == float("inf") else value for key, value in document["cell"].items()}
    folder.write_json(failure_path(folder, failure.cell), document)


def kept_message(folder: ResultsFolder, cell: Cell) -> str | None:
    """Read what a cell failed with, if it did."""
    path = failure_path(folder, cell)
    if not path.exists():
        return None
    document = folder.read_json(path) or {}
    return str(document.get("message", f"failed; {path.name} cannot be read"))


def kept_failure(folder: ResultsFolder, cell: Cell) -> Failure | None:
    """Read the failure of a cell, as far as it can be read; None where it did not fail."""
    message = kept_message(folder, cell)
    if message is None:
        return None
    document = folder.read_json(failure_path(folder, cell)) or {}
    first, n = document.get("first_walker"), document.get("n_walkers")
    ranged = (first, n) if isinstance(first, int) and isinstance(n, int) else (0, 0)
    return Failure(cell, *ranged, message, str(document.get("trace", "")))


def forget_failure(folder: ResultsFolder, cell: Cell) -> None:
    """Remove the failure of a cell that is done."""
    path = failure_path(folder, cell)
    if path.exists():
        remove(path)
