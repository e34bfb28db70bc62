"""Failed cells, kept for a person to read until they are done, and the report of a run."""

import os
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

from hts.errors import IncompleteError
from hts.plans import Cell
from hts.storage import ResultsFolder, remove
from hts.sweeps.cells import parameters_of, slug_of
from hts.words import plural

# more lines than this would scroll the first ones away; the folder has all of them
LINES_SHOWN = 5


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
        Traceback, for whoever repairs it.
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
    document["cell"] = {
        key: "inf" if value == float("inf") else value for key, value in parameters_of(failure.cell).items()
    }
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


@dataclass(frozen=True)
class SweepReport:
    """What one run did.

    Attributes
    ----------
    n_written : int
        Shards computed and written.
    n_skipped : int
        Shards that were there already.
    n_superseded, n_damaged : int
        Shards set aside: too small a max_steps; not as they were written.
    walker_steps : int
        Steps of the walkers written.
    steps_resumed : int
        Of these, taken by earlier runs and kept in checkpoints.
    seconds : float
        How long it took.
    failures : tuple of Failure
        Shards that could not be computed, now or, where they were not tried again, by an earlier run.
    n_elsewhere : int
        Missing shards that were left to the other shares of the sweep.
    n_cells_beside : int
        Cells with walkers in the folder that the plan does not ask for.
    computing_seconds : float
        Processor time of simulating the shards written, all threads together: what `walker_steps` took but for what
        other programs took meanwhile, and for writing.
    """

    n_written: int
    n_skipped: int
    n_superseded: int
    n_damaged: int
    walker_steps: int
    steps_resumed: int
    seconds: float
    failures: tuple[Failure, ...]
    n_elsewhere: int = 0
    n_cells_beside: int = 0
    computing_seconds: float = 0.0

    @property
    def steps_per_second(self) -> float:
        """Of this run, all threads together."""
        return (self.walker_steps - self.steps_resumed) / max(self.seconds, 1e-9)


class FailedSweepError(IncompleteError):
    """Some cell failed; the others are done.

    Attributes
    ----------
    report : SweepReport
        What was done, and the failures.
    """

    def __init__(self, message: str, report: SweepReport) -> None:
        super().__init__(message)
        self.report = report


def failure_message(folder: ResultsFolder, report: SweepReport, is_cut_short: bool = False) -> str:
    """Return a message with the cells that failed, each with its first failure."""
    first = {failure.cell: failure for failure in reversed(report.failures)}
    lines = [f"  {slug_of(cell)}: {failure.message}" for cell, failure in reversed(first.items())]
    cells = plural(len(lines), "cell")
    some = [*lines[:LINES_SHOWN], *(["  ..."] if len(lines) > LINES_SHOWN else [])]
    rest = "the others were stopped and go on when it is run again" if is_cut_short else "the others are done"
    head = f"{cells} failed, {rest}; details in {folder.failures}. Try again with: hts run PLAN --retry-failed"
    return "\n".join([head, *some])
