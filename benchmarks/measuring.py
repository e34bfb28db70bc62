"""Timing of contenders in turns, so that a slow moment slows all of them alike.

A second is one of processor time (`time.process_time`: all threads of this process), which other people's work on a
shared machine does not count into; where several threads are the question, or processes, it is wall time.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: Runs one contender once and says how much work it did.
Contender = Callable[[], float]


@dataclass(frozen=True)
class Timings:
    """Work per second of each contender, round by round."""

    rates: dict[str, list[float]]

    def median(self, name: str) -> float:
        """Give the median of one contender's rates."""
        return statistics.median(self.rates[name])

    def ratio(self, name: str, other: str) -> float:
        """Give the median over rounds of one contender's rate divided by another's in the same round."""
        pairs = zip(self.rates[name], self.rates[other], strict=True)
        return statistics.median(rate / other_rate for rate, other_rate in pairs)


def take_turns(
    contenders: Mapping[str, Contender], repetitions: int, clock: Callable[[], float] = time.process_time
) -> Timings:
    """Run every contender once unmeasured, then all of them in turns.

    Parameters
    ----------
    contenders : mapping
        By name; each run should last at least 0.05 s.
    repetitions : int
        Rounds.
    clock : callable
        Seconds.
    """
    for run in contenders.values():
        run()
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(repetitions):
        for name, run in contenders.items():
            started = clock()
            work = run()
            rates[name].append(work / (clock() - started))
    return Timings(rates)
