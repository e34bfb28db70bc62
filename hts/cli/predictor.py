"""Exact values for commands: computed once, kept beside the results, with a progress bar."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.progress import CellDisplay
from hts.cli.signals import stop_on_signal

if TYPE_CHECKING:
    from hts.studies.theory import Predict, PredictShares, Theory, Watch


def theory(threads: int | None, with_exact: bool = True) -> "Theory":
    """Compute exact values with a bar; Ctrl-C stops it, and what is computed is kept."""
    from hts.studies.theory import Theory

    return Theory(threads, with_exact, bar, partial(click.echo, err=True))


@contextmanager
def bar() -> "Iterator[Watch]":
    """Watch a computation by a progress bar, and stop it on a signal."""
    from hts.studies.theory import Watch

    with stop_on_signal() as stop, CellDisplay() as display:
        yield Watch(display.show, stop, display.count)


def predictor(folder: Path | None, threads: int | None) -> "AbstractContextManager[Predict]":
    """Give the function that predicts a plan's exits; see `Theory.exits`."""
    return theory(threads).exits(folder)


def share_predictor(folder: Path | None, threads: int | None) -> "AbstractContextManager[PredictShares]":
    """Give the function that predicts the stationary shares of a plan's cells; see `Theory.shares`."""
    return theory(threads).shares(folder)
