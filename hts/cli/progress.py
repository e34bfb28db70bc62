"""Progress displays: a bar on a terminal, a plain line every 30 s elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from hts.cli.terminal import below

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from hts.networks.running import TrainingProgress
    from hts.rare import RareProgress
    from hts.regression import RunsProgress
    from hts.sweeps import Progress

LINE_SECONDS = 30.0
SHORTEST_LOOK = 0.1
DAY, YEAR = 86_400, 3.156e7


def clock(seconds: float | None) -> str:
    """Write a duration as 42s, 3m10s, 5h02m, 12d05h or 8e+04 years; unknown ones as ?."""
    if seconds is None:
        return "?"
    if seconds >= YEAR:
        return f"{seconds / YEAR:.2g} years"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 2 * DAY:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // DAY}d{whole % DAY // 3600:02d}h"


def rate(steps_per_second: float) -> str:
    """Write a speed in millions of steps per second, or in thousand millions where a device takes many."""
    if steps_per_second >= 1e10:
        return f"{steps_per_second / 1e9:.3g} Gsteps/s"
    return f"{steps_per_second / 1e6:.0f} Msteps/s"


class Display:
    """A bar on standard error where that is a terminal, else a plain line every 30 s for a batch system's log.

    Parameters
    ----------
    first : str
        What goes on before anything is counted.
    """

    def __init__(self, first: str) -> None:
        self._bar = _bar() if sys.stderr.isatty() else None
        self._task = None if self._bar is None else self._bar.add_task(first, total=None)
        self._next = time.monotonic() + LINE_SECONDS

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, done: float, total: float, words: str, line: str) -> None:
        """Move the bar, with words behind it, or print the line if the last one is half a minute old."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, total=total, completed=done, description=words)
        elif time.monotonic() >= self._next:
            self._next += LINE_SECONDS
            click.echo(line, err=True)


def _count(n_done: int, n_total: int) -> str:
    """Write how many of how many, as wide as it will ever be."""
    return f"{n_done:>{len(str(n_total))}}/{n_total}"


def _bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    words = TextColumn("{task.description}", markup=False)
    return Bar(BarColumn(), words, console=Console(file=below(sys.stderr)), transient=True)


class SweepDisplay(Display):
    """Shows the progress of a sweep: steps (shards come several at a time), shards, speed and time left.

    Parameters
    ----------
    must_compile : bool
        Whether the first steps wait for the compiler.
    """

    def __init__(self, must_compile: bool = False) -> None:
        super().__init__("looking for what is done already")
        self._must_compile = must_compile

    def show(self, progress: "Progress") -> None:
        """Show how far the sweep is."""
        done, total = progress.shards_done, progress.shards_total
        speed, left = rate(progress.steps_per_second), clock(progress.seconds_left)
        known = "" if progress.share is None else f"{progress.share:.0%} of the steps, "
        line = f"{known}{done}/{total} shards, {progress.steps_done:.3g} steps at {speed}, {left} left"
        words = f"{_count(done, total)} shards  {speed}  {left} left"
        if self._must_compile and progress.steps_done == 0:
            words = f"{_count(done, total)} shards  compiling the kernel, once: some ten seconds"
        self._show(progress.share or 0.0, 1.0, words, line)


class RunsDisplay(Display):
    """Shows how many runs of SGD on least squares are done, and the time left."""

    def __init__(self) -> None:
        super().__init__("looking for what is done already")

    def show(self, progress: "RunsProgress") -> None:
        """Show how far the runs are."""
        left, speed = clock(progress.seconds_left), f"{progress.steps_per_second:.2g} run-steps/s"
        done, total = progress.runs_done, progress.runs_total
        line = f"{progress.share:.0%} of the work, {done}/{total} runs, {speed}, {left} left"
        self._show(progress.share, 1.0, f"{_count(done, total)} runs  {speed}  {left} left", line)


class RareDisplay(Display):
    """Shows of how many cells and methods enough samples are taken; how many more they need is not known."""

    def __init__(self) -> None:
        super().__init__("looking for what is done already")

    def show(self, progress: "RareProgress") -> None:
        """Show how far the samples are."""
        done, total, speed = progress.done, progress.total, rate(progress.steps_per_second)
        line = f"{done} of {total} probabilities, {progress.steps:.3g} steps at {speed}"
        self._show(done, total, f"{_count(done, total)} probabilities  {progress.steps:.2g} steps  {speed}", line)


class TrainingDisplay(Display):
    """Shows how many networks are trained, the method in work, and the time left."""

    def __init__(self) -> None:
        super().__init__("compiling the program of the first method")

    def show(self, progress: "TrainingProgress") -> None:
        """Show how far the trainings are."""
        left, done, total = clock(progress.seconds_left), progress.done, progress.total
        line = f"{progress.share:.0%} of the iterations, {done}/{total} networks, {progress.method}, {left} left"
        self._show(progress.share, 1.0, f"{_count(done, total)} networks  {progress.method}  {left} left", line)


class CellDisplay(Display):
    """Shows how many cells are predicted, and the time left at the pace so far."""

    _what: str
    _first: tuple[int, float] | None

    def __init__(self) -> None:
        super().__init__("getting ready")
        self.count("cells")

    def count(self, what: str) -> None:
        """Begin to count anew, things of this name."""
        self._what, self._first = what, None

    def show(self, n_done: int, n_cells: int) -> None:
        """Show how far the predictions are."""
        now = time.monotonic()
        n_first, begin = self._first = self._first or (n_done, now)  # what was remembered took no time
        left = (now - begin) * (n_cells - n_done) / (n_done - n_first) if n_done > n_first else None
        words = f"{_count(n_done, n_cells)} {self._what} predicted  {clock(left)} left"
        self._show(n_done, n_cells, words, f"{n_done} of {n_cells} {self._what} predicted, {clock(left)} left")


class PathsDisplay(Display):
    """Shows which cell gets its paths, what is done for it, how much of that, and the time it still takes."""

    def __init__(self) -> None:
        super().__init__("getting ready")
        self._now: tuple[int, str] | None = None
        self._begin = self._shown = 0.0

    def show(self, cell: int, n_cells: int, part: str, share: float) -> None:
        """Show how far a part of the work on one cell is; the first cell is 1."""
        now = time.monotonic()
        if self._now != (cell, part):
            self._now, self._begin = (cell, part), now
        elif now < self._shown + SHORTEST_LOOK:  # called at every step
            return
        self._shown = now
        said = [f"{part}, cell {cell} of {n_cells}"]
        if share > 0.0:
            left = (now - self._begin) * (1.0 - share) / share
            said = [f"{share:.0%} of {said[0]}", f"{clock(left)} left"]
        self._show(share, 1.0, "  ".join(said), ", ".join(said))
