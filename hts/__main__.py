"""The start of `hts` and of `python -m hts`: ready for signals and closed streams before anything else is imported."""

import os
import signal
import sys
from typing import Any, NoReturn

STOPPED = 3
INTERRUPTED = 130


def end_at_once(number: int, frame: Any) -> NoReturn:
    """End before anything was begun; an exception might get lost in a half-imported library."""
    try:
        os.write(2, b"stopped\n")
    finally:
        os._exit(INTERRUPTED if number == signal.SIGINT else STOPPED)


def open_closed_streams() -> None:
    """Put the null device where 0, 1 or 2 is closed: the next file that is opened would be taken for the terminal."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - until the end


def start() -> NoReturn:
    """Run the command line and end the process."""
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup and its like stay obeyed
            signal.signal(number, end_at_once)
    open_closed_streams()

    import atexit
    import gc
    import warnings

    from hts.cli.main import GC_THRESHOLD, main

    warnings.formatwarning = lambda message, *_: f"warning: {message}\n"
    gc.set_threshold(GC_THRESHOLD)
    atexit.register(gc.freeze)
    if signal.getsignal(signal.SIGINT) is end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    main()


if __name__ == "__main__":
    start()
