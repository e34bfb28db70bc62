"""Choice of the missing shards that a run computes."""

from dataclasses import dataclass

from hts.errors import PlanError
from hts.plans import Plan
from hts.storage import ResultsFolder
from hts.sweeps.failures import Failure, kept_failure
from hts.sweeps.preparing import share_of
from hts.sweeps.progress import Task


@dataclass(frozen=True)
class Choices:
    """Which of the missing shards a run computes.

    Attributes
    ----------
    retry_failed : bool
        Try cells again that failed in an earlier run; otherwise they are left alone, for they would fail again.
    fail_fast : bool
        Stop at the first failure instead of going on with the others.
    share : (int, int) or None
        (i, n): compute the i-th of n parts only; n processes without any contact compute the whole.
    """

    retry_failed: bool = False
    fail_fast: bool = False
    share: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.share is not None and not (self.share[1] >= 1 and 1 <= self.share[0] <= self.share[1]):
            raise PlanError(f"share: must be i/n with i from 1 to n, not {self.share[0]}/{self.share[1]}")


EVERYTHING = Choices()


@dataclass(frozen=True)
class Work:
    """What a run would do.

    Attributes
    ----------
    tasks : list of Task
        Shards to compute.
    failures : list of Failure
        Of cells that are left alone because they failed before.
    n_elsewhere : int
        Missing shards that belong to other shares.
    """

    tasks: list[Task]
    failures: list[Failure]
    n_elsewhere: int


def choose(plan: Plan, folder: ResultsFolder, missing: list[Task], choices: Choices) -> Work:
    """Pick from the missing shards what a run computes."""
    failures = [] if choices.retry_failed else failures_of(folder, missing)
    failed = {failure.cell for failure in failures}
    wanted = [task for task in missing if task.cell not in failed]
    tasks = wanted if choices.share is None else share_of(plan, wanted, *choices.share)
    return Work(tasks, failures, len(wanted) - len(tasks))


def failures_of(folder: ResultsFolder, missing: list[Task]) -> list[Failure]:
    """Read the failures of cells that are not done."""
    if not folder.failures.exists():
        return []
    kept = (kept_failure(folder, cell) for cell in dict.fromkeys(task.cell for task in missing))
    return [failure for failure in kept if failure is not None]
