"""This file is where long work shows how far it is: a bar on a terminal, a plain line every 30 s elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from hts.sweeps import Progress

LINE_SECONDS = 30.0
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
    """Write a speed in millions of steps per second."""
    return f"{steps_per_second / 1e6:.0f} Msteps/s"


class Display:
    """A bar on standard error where that is a terminal, else a plain line every 30 s for a batch system's log.

    Parameters
    ----------
    what : str
        What is counted, as the bar names it.
    first : str
        What goes on before anything is counted.
    """

    def __init__(self, what: str, first: str) -> None:
        self._what = what
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

    def _show(self, n_done: int, n_total: int, more: str, line: str) -> None:
        """Move the bar, with `more` behind it, or print the line if the last one is half a minute old."""
        if self._bar is not None and self._task is not None:
            said = f"{n_done:>{len(str(n_total))}}/{n_total} {self._what}  {more}"
            self._bar.update(self._task, total=n_total, completed=n_done, description=said)
        elif time.monotonic() >= self._next:
            self._next += LINE_SECONDS
            click.echo(line, err=True)


def _bar() -> "Bar":
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    words = TextColumn("{task.description}", markup=False)
    return Bar(BarColumn(), words, console=Console(stderr=True), transient=True)


class SweepDisplay(Display):
    """Shows the progress of a sweep: shards, speed and time left."""

    def __init__(self) -> None:
        super().__init__("shards", "looking for what is done already")

    def show(self, progress: "Progress") -> None:
        """Show how far the sweep is."""
        done, total = progress.shards_done, progress.shards_total
        speed, left = rate(progress.steps_per_second), clock(progress.seconds_left)
        line = (
            f"{100 * done / max(total, 1):.0f}% of shards ({done}/{total}), {progress.steps_done:.3g} steps at {speed}"
        )
        self._show(done, total, f"{speed}  {left} left", f"{line}, {left} left")


class CellDisplay(Display):
    """Shows how many cells are predicted, and the time left at the pace so far."""

    def __init__(self) -> None:
        super().__init__("cells predicted", "getting ready")
        self._first: tuple[int, float] | None = None

    def show(self, n_done: int, n_cells: int) -> None:
        """Show how far the predictions are."""
        now = time.monotonic()
        n_first, begin = self._first = self._first or (n_done, now)  # what was remembered took no time
        left = (now - begin) * (n_cells - n_done) / (n_done - n_first) if n_done > n_first else None
        self._show(n_done, n_cells, f"{clock(left)} left", f"{n_done} of {n_cells} cells predicted, {clock(left)} left")
