"""This file is where the walkers of an unfinished shard wait on disk for the next run."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hts.errors import StoppedError
from hts.plans import Plan
from hts.storage import ResultsFolder, remove
from hts.storage.checkpoints import read_checkpoint, write_checkpoint
from hts.sweeps.progress import Task
from hts.sweeps.slugs import slug_of

if TYPE_CHECKING:
    from hts.ensembles import State

SUFFIX = ".checkpoint"


@dataclass(frozen=True)
class Checkpoints:
    """The unfinished shards of one plan in one folder; they lie outside `shards/`.

    A checkpoint is of use to the same plan, random streams and max_steps only; any other is passed over, and so is one
    that was harmed: its shard is computed from the start, with the same numbers.

    Attributes
    ----------
    folder : ResultsFolder
        Where.
    identity, stream_version : str
        Of the plan and of the random streams.
    max_steps : int
        At which walkers are censored.
    """

    folder: ResultsFolder
    identity: str
    stream_version: str
    max_steps: int

    @classmethod
    def of(cls, plan: Plan, folder: ResultsFolder, stream_version: str) -> "Checkpoints":
        """Give those of a plan."""
        return cls(folder, plan.identity(), stream_version, plan.most_steps)

    def name(self, task: Task) -> str:
        """Name the file of a shard."""
        last = task.first_walker + task.n_walkers - 1
        return f"{slug_of(task.cell)}-w{task.first_walker:010d}-{last:010d}{SUFFIX}"

    def _key(self, task: Task) -> dict[str, Any]:
        from hts.ensembles import STATE_VERSION  # Numba takes a second to import

        return {
            "shard": self.name(task),
            "identity": self.identity,
            "stream_version": self.stream_version,
            "state_version": STATE_VERSION,
            "max_steps": self.max_steps,
        }

    def load(self, task: Task) -> "State | None":
        """Read the state of a shard's walkers; None where there is none of use."""
        return read_checkpoint(self.folder.checkpoints / self.name(task), self._key(task))

    def save(self, task: Task, state: "State") -> None:
        """Keep the state of a shard's walkers.

        Raises
        ------
        StoppedError
            Where the system refuses.
        """
        write_checkpoint(self.folder.checkpoints / self.name(task), self.folder.scratch, self._key(task), state)

    def forget(self, task: Task) -> None:
        """Remove the state of a shard that is done."""
        with suppress(StoppedError):  # it stands in no result's way, and the next run clears it
            remove(self.folder.checkpoints / self.name(task))

    def names(self) -> set[str]:
        """List the checkpoints there are, good or bad."""
        with suppress(OSError):
            return {path.name for path in self.folder.checkpoints.iterdir() if path.name.endswith(SUFFIX)}
        return set()

    def among(self, tasks: list[Task]) -> set[Task]:
        """Pick the shards whose walkers may go on from a checkpoint."""
        names = self.names()
        return {task for task in tasks if self.name(task) in names} if names else set()

    def clear_all_but(self, tasks: list[Task]) -> None:
        """Remove the checkpoints of shards that nobody misses."""
        for name in self.names() - {self.name(task) for task in self.among(tasks)}:
            with suppress(StoppedError):
                remove(self.folder.checkpoints / name)
