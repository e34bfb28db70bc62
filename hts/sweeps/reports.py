"""Report of a run: what it did, and which cells failed."""

from dataclasses import dataclass

from hts.errors import IncompleteError
from hts.storage import ResultsFolder
from hts.sweeps.failures import Failure
from hts.sweeps.slugs import slug_of
from hts.words import plural

# more lines than this scroll the first ones away; all of them stand in the folder
LINES_SHOWN = 5


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


def told(folder: ResultsFolder, report: SweepReport, is_cut_short: bool = False) -> str:
    """Name the cells that failed, each with its first failure."""
    first = {failure.cell: failure for failure in reversed(report.failures)}
    lines = [f"  {slug_of(cell)}: {failure.message}" for cell, failure in reversed(first.items())]
    cells = plural(len(lines), "cell")
    some = [*lines[:LINES_SHOWN], *(["  ..."] if len(lines) > LINES_SHOWN else [])]
    rest = "the others were stopped and go on when it is run again" if is_cut_short else "the others are done"
    head = f"{cells} failed, {rest}; details in {folder.failures}. Try again with: hts run PLAN --retry-failed"
    return "\n".join([head, *some])
