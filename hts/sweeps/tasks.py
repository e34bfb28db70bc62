"""Walkers of a cell as tasks: cut into shards, and joined into queues.

At the end of a queue most lanes of the kernel are idle: walkers of long exits take a fifth more time in shards of 256
than in one long queue (benchmarks/README.md, "Queues"). A millisecond also passes before the next queue begins. So a
task may hold several small shards of a cell, at most one core's part of what is left. Early tasks are large and the
last ones hold one shard, so that all cores end together (guided self-scheduling: Polychronopoulos and Kuck 1987). No
number and no file depends on it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hts.plans import Cell


@dataclass(frozen=True)
class QueueSizes:
    """Bounds of the walkers that one queue joins.

    Attributes
    ----------
    many_walkers : int
        Walkers of a queue whose end no longer matters.
    many_steps : float
        Walker-steps after which the time between two queues no longer matters.
    most_walkers : int
        Walkers that wait in memory, some tens of bytes each, until they are written.
    most_shards : int
        Shards that are written when a queue is done; a stop waits for them.
    """

    many_walkers: int
    many_steps: float
    most_walkers: int
    most_shards: int


#: Queues of a core: 2e8 steps are a third of a second.
CORE_QUEUES = QueueSizes(2**13, 2e8, 2**18, 2**5)


@dataclass(frozen=True, slots=True)
class Task:
    """Walkers first_walker, ..., first_walker + n_walkers - 1 of a cell, to be computed in one go.

    Attributes
    ----------
    cell, first_walker, n_walkers
        The walkers.
    parts : tuple of (int, int)
        First walker and number of walkers of each shard to be written, where that is not the one shard of them all.
    """

    cell: Cell
    first_walker: int
    n_walkers: int
    parts: tuple[tuple[int, int], ...] = ()

    @property
    def shards(self) -> tuple[tuple[int, int], ...]:
        """First walker and number of walkers of each shard to be written."""
        return self.parts or ((self.first_walker, self.n_walkers),)

    @property
    def n_missing(self) -> int:
        """Count the walkers to be written."""
        return sum(n for _, n in self.shards)


@dataclass(frozen=True)
class ShardSizes:
    """Bounds of the walkers of one shard."""

    smallest: int
    largest: int
    are_equal: bool = False  #: of one cell, as nearly as can be: all its walkers take the same time


# exits: with fewer walkers the vector lanes of the kernels are idle at the end of a shard; the largest shard takes
# about 2.5 MB on disk, and is the most that a stopped run loses of one cell
EXIT_SHARDS = ShardSizes(256, 2**18)
# summaries: a shard takes some 5 to 9 kB and 6 ms to make, write and read, whatever it counts, a third more than one of
# a few hundred walkers; its walkers are in memory, some 50 bytes each, until then
SUMMARY_SHARDS = ShardSizes(1024, 2**20)
# walkers of visits end together: 64 lanes run at full speed, 32 at 0.8 and 16 at 0.7 of it; each leaves some kB
VISIT_SHARDS = ShardSizes(64, 2**12, are_equal=True)
# a cell's work then spreads over any machine, and a cell of any size stays below a hundred files or so
SHARDS_PER_CELL = 64


Range = tuple[int, int]  # first walker, one past the last


def walkers_per_shard(walkers: int, sizes: ShardSizes = EXIT_SHARDS) -> int:
    """Return the size of a shard; it depends on the plan alone, so the number of threads changes no file."""
    size = min(max(sizes.smallest, -(-walkers // SHARDS_PER_CELL)), sizes.largest)
    return -(-walkers // max(walkers // size, 1)) if sizes.are_equal else size


def joined_ranges(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Join ranges, in increasing order, wherever one begins where the last one ends."""
    joined: list[Range] = []
    for first, end in ranges:
        if joined and joined[-1][1] == first:
            first = joined.pop()[0]
        joined.append((first, end))
    return tuple(joined)


def gaps(covered: Iterable[Range], walkers: int) -> list[Range]:
    """List the ranges of 0, ..., walkers - 1 that nothing covers.

    What is covered counts, and not how it was cut: shards of a smaller plan stay good when `walkers` grows.
    """
    missing, free = [], 0
    for first, end in sorted(covered):
        if first > free:
            missing.append((free, min(first, walkers)))
        free = max(free, end)
        if free >= walkers:
            return missing
    return [*missing, (free, walkers)]


def shards_for(missing: Iterable[Range], walkers: int, sizes: ShardSizes = EXIT_SHARDS) -> Iterator[Range]:
    """Cut missing ranges at multiples of the shard size, so that runs which stop and go on cut alike."""
    size = walkers_per_shard(walkers, sizes)
    for first, end in missing:
        while first < end:
            cut = min((first // size + 1) * size, end)
            yield first, cut
            first = cut


def cut(task: Task) -> list[Task]:
    """Give the shards of a task one by one."""
    return [Task(task.cell, first, n) for first, n in task.shards]


class Queues:
    """Shards that wait to be computed, in the order they are given.

    Parameters
    ----------
    tasks : iterable of Task
        Longest first; shards of a cell in turn.
    steps_of : callable
        Expected steps of a walker of a cell, or the most it may take.
    may_join : callable
        Whether shards of a cell may share a queue.
    sizes : QueueSizes
        Bounds of a queue.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        steps_of: Callable[[Cell], float],
        may_join: Callable[[Cell], bool],
        sizes: QueueSizes = CORE_QUEUES,
    ) -> None:
        self._waiting = deque(tasks)
        self._steps_of = steps_of
        self._may_join = may_join
        self._sizes = sizes
        self._left = sum(self._cost(task) for task in self._waiting)

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self._waiting)

    def take(self, n_cores: int) -> Task:
        """Take the next shard, or several that follow one another, for one of `n_cores` cores or queues of devices."""
        most, sizes = self._left / n_cores, self._sizes
        taken = [self._waiting.popleft()]
        n_walkers, cost = taken[0].n_walkers, self._cost(taken[0])
        if self._may_join(taken[0].cell):
            while self._waiting and _follows(taken[-1], self._waiting[0]) and len(taken) < sizes.most_shards:
                n_together, cost_together = n_walkers + self._waiting[0].n_walkers, cost + self._cost(self._waiting[0])
                is_enough = n_together > sizes.many_walkers and cost_together > sizes.many_steps
                if is_enough or n_together > sizes.most_walkers or cost_together > most:
                    break
                taken.append(self._waiting.popleft())
                n_walkers, cost = n_together, cost_together
        self._left -= cost
        return joined(taken)

    def put_back(self, task: Task) -> None:
        """Let a task wait again, as the next one."""
        self._waiting.appendleft(task)
        self._left += self._cost(task)

    def _cost(self, task: Task) -> float:
        return task.n_walkers * self._steps_of(task.cell)


def _follows(task: Task, other: Task) -> bool:
    """Tell whether another shard begins where one ends; walkers from a checkpoint stay by themselves."""
    is_plain = not task.parts and not other.parts
    return is_plain and task.cell == other.cell and task.first_walker + task.n_walkers == other.first_walker


def joined(tasks: Sequence[Task]) -> Task:
    """Make one task of shards that follow one another."""
    if len(tasks) == 1:
        return tasks[0]
    first, last = tasks[0], tasks[-1]
    n_walkers = last.first_walker + last.n_walkers - first.first_walker
    return Task(first.cell, first.first_walker, n_walkers, tuple((task.first_walker, task.n_walkers) for task in tasks))
