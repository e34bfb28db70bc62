"""Walkers of unfinished shards, kept on disk for the next run."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hts.ensembles import STATE_VERSION, State
from hts.errors import StoppedError
from hts.plans import AnyPlan
from hts.storage import ResultsFolder, remove
from hts.storage.checkpoints import read_checkpoint, write_checkpoint
from hts.sweeps.cells import slug_of
from hts.sweeps.tasks import Task, cut

SUFFIX = ".checkpoint"
NAME = re.compile(r"(?P<slug>.+)-w(?P<first>\d{10})-(?P<last>\d{10})" + re.escape(SUFFIX))


@dataclass(frozen=True)
class Checkpoints:
    """The unfinished shards of one plan in one folder; they lie outside `shards/`.

    A checkpoint is used only for the same plan, random streams and max_steps. Any other is ignored, and so is a damaged
    one: its shard is computed from the start, with the same numbers.

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
    def of(cls, plan: AnyPlan, folder: ResultsFolder, stream_version: str) -> "Checkpoints":
        """Give those of a plan."""
        return cls(folder, plan.identity(), stream_version, plan.most_steps)

    def name(self, task: Task) -> str:
        """Name the file of a shard."""
        last = task.first_walker + task.n_walkers - 1
        return f"{slug_of(task.cell)}-w{task.first_walker:010d}-{last:010d}{SUFFIX}"

    def _key(self, task: Task) -> dict[str, Any]:
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

    def save(self, task: Task, state: State) -> None:
        """Keep the state of a shard's walkers.

        Raises
        ------
        StoppedError
            Where the system refuses.
        """
        write_checkpoint(self.folder.checkpoints / self.name(task), self.folder.scratch, self._key(task), state)

    def forget(self, task: Task) -> None:
        """Remove the state of a shard that is done."""
        with suppress(StoppedError):  # a leftover does no harm, and the next run removes it
            remove(self.folder.checkpoints / self.name(task))

    def names(self) -> set[str]:
        """List the checkpoints there are, good or bad."""
        with suppress(OSError):
            return {path.name for path in self.folder.checkpoints.iterdir() if path.name.endswith(SUFFIX)}
        return set()

    def rejoin(self, tasks: list[Task]) -> list[Task]:
        """Put shards whose walkers wait in one checkpoint into one task again, whatever the order they come in.

        Those of its shards that are done already are computed with the others and not written.
        """
        waiting: dict[str, list[Task]] = {}
        for task in tasks:
            waiting.setdefault(slug_of(task.cell), []).append(task)
        again: dict[Task, Task] = {}
        for slug, first, end in sorted(self._ranges(), key=lambda found: found[1] - found[2]):
            inside = [task for task in waiting.get(slug, ()) if first <= task.first_walker and _end(task) <= end]
            if inside and not any(task in again for task in inside):
                parts = tuple((task.first_walker, task.n_walkers) for task in inside)
                whole = Task(inside[0].cell, first, end - first, parts if parts != ((first, end - first),) else ())
                again |= dict.fromkeys(inside, whole)
        return list(dict.fromkeys(again.get(task, task) for task in tasks))

    def _ranges(self) -> Iterator[tuple[str, int, int]]:
        """Read cell, first walker and one past the last from the names of the checkpoints."""
        for name in self.names():
            if found := NAME.fullmatch(name):
                yield found["slug"], int(found["first"]), int(found["last"]) + 1

    def walkers_by_slug(self) -> dict[str, int]:
        """Count the walkers of each cell that wait in checkpoints, by their names."""
        counts: dict[str, int] = {}
        for slug, first, end in self._ranges():
            counts[slug] = counts.get(slug, 0) + end - first
        return counts

    def among(self, tasks: list[Task]) -> set[Task]:
        """Pick the shards whose walkers may go on from a checkpoint."""
        names = self.names()
        kept = (
            {part for task in self.rejoin(tasks) if self.name(task) in names for part in cut(task)} if names else set()
        )
        return kept.intersection(tasks)

    def clear_all_but(self, tasks: list[Task]) -> None:
        """Remove the checkpoints of all other shards."""
        for name in self.names() - {self.name(task) for task in self.rejoin(tasks)}:
            with suppress(StoppedError):
                remove(self.folder.checkpoints / name)


def _end(task: Task) -> int:
    return task.first_walker + task.n_walkers
