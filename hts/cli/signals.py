"""Ctrl-C and SIGTERM as a request to stop, which running work can check."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from hts.errors import StoppedError


class TerminatedError(BaseException):
    """SIGTERM where no work asks about it; no failure of a cell, so that nothing that keeps those takes it for one."""


def terminate(number: int, frame: FrameType | None) -> NoReturn:
    """Raise it."""
    raise TerminatedError


class InterruptedWorkError(StoppedError):
    """Ctrl-C: what is finished is kept."""

    exit_code = 130


class StopOnSignal:
    """While entered, the first SIGINT or SIGTERM is remembered instead of raised; a second SIGINT is raised."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._remember)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if self.received is signal.SIGINT and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.received = signal.Signals(number)

    def __call__(self) -> bool:
        """Return whether a signal has asked the work to stop."""
        return self.received is not None


@contextmanager
def stop_on_signal() -> Iterator[StopOnSignal]:
    """Give work something to ask whether to stop; what Ctrl-C has stopped ends with its own exit code."""
    with StopOnSignal() as stop:
        try:
            yield stop
        except StoppedError as stopped:
            if stop.received is signal.SIGINT:
                raise InterruptedWorkError(str(stopped)) from None
            raise
