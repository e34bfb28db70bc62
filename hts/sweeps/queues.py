"""Neighbouring shards of a cell put into one queue of walkers.

At the end of a queue most lanes of the kernel are idle: walkers of long exits take a fifth more time in shards of 256
than in one long queue (benchmarks/README.md, "Queues"); and a millisecond passes before the next queue begins. So
shards of few walkers or few steps are computed several at a time, at most one core's part of what is left: much at
first, a shard at a time at the end, so that all cores end together (guided self-scheduling: Polychronopoulos and Kuck
1987). No number and no file depends on it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from hts.plans import Cell
from hts.sweeps.progress import Task

#: Walkers of a queue whose end no longer matters.
MANY_WALKERS = 2**13
#: Walker-steps of a queue after which a millisecond no longer matters: a third of a second.
MANY_STEPS = 2e8
#: Walkers that wait in memory, some tens of bytes each, until they are written.
MOST_WALKERS = 2**18
#: Shards that are written when a queue is done; a stop waits for them.
MOST_SHARDS = 2**5


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
    """

    def __init__(
        self, tasks: Iterable[Task], steps_of: Callable[[Cell], float], may_join: Callable[[Cell], bool]
    ) -> None:
        self._waiting = deque(tasks)
        self._steps_of = steps_of
        self._may_join = may_join
        self._left = sum(self._cost(task) for task in self._waiting)

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self._waiting)

    def take(self, n_cores: int) -> Task:
        """Take the next shard, or several that follow one another, for one of so many cores."""
        most = self._left / n_cores
        taken = [self._waiting.popleft()]
        n_walkers, cost = taken[0].n_walkers, self._cost(taken[0])
        if self._may_join(taken[0].cell):
            while self._waiting and _follows(taken[-1], self._waiting[0]) and len(taken) < MOST_SHARDS:
                n_together, cost_together = n_walkers + self._waiting[0].n_walkers, cost + self._cost(self._waiting[0])
                is_enough = n_together > MANY_WALKERS and cost_together > MANY_STEPS
                if is_enough or n_together > MOST_WALKERS or cost_together > most:
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
