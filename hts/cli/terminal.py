"""Standard output and standard error: what they cannot show, or must not be sent, is shown as an escape.

Titles, file names and messages come from outside. An escape character in one would command the terminal, and a letter
that its encoding lacks would end the command. So for as long as a command runs both streams stand behind a
`PlainStream`, and nothing of ours goes around it but the colours and bars of rich.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

#: What commands a terminal or turns the order of letters: C0 and C1 controls but for tab and newline, line separators,
#: bidirectional marks.
CONTROLS: Final = frozenset(
    [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
) - {ord("\t"), ord("\n")}
ESCAPES: Final = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in CONTROLS}
#: What a shell says of a program that has lost the reader of its pipe: 128 + SIGPIPE.
READER_GONE: Final = 141


def plain(text: str) -> str:
    """Write control characters as escapes: a backslash, x or u, and hexadecimal digits."""
    return text.translate(ESCAPES)


class PlainStream:
    """A text stream that writes control characters as escapes, and so what the encoding of the stream below it lacks.

    Parameters
    ----------
    stream : text stream
        Where it goes.
    may_fail : bool
        Whether words may be lost where the stream takes none (closed, full): those of progress, warnings, mistakes.
    """

    buffer = None  # else click writes to the bytes below where it finds the encoding too poor

    def __init__(self, stream: Any, may_fail: bool) -> None:
        self.stream, self._may_fail = stream, may_fail

    def write(self, text: str | bytes) -> int:
        """Write some text, and give its length; click writes completions of a shell as UTF-8."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", errors="backslashreplace")
        if not isinstance(text, str):
            raise TypeError("a text stream takes text")
        with self._failing():
            self.stream.write(plain(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write text in parts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Send what was written on its way."""
        with self._failing():
            self.stream.flush()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Let words go, end quietly where their reader has (`hts ... | head`), or raise."""
        try:
            yield
        except BrokenPipeError:
            silence(self.stream)
            if not self._may_fail:
                sys.exit(READER_GONE)
        except OSError:
            if not self._may_fail:
                raise
            silence(self.stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def silence(stream: Any) -> None:
    """Send what a stream still gets nowhere, also at the flush when Python ends."""
    with suppress(OSError, ValueError):  # no file below it
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def below(stream: Any) -> Any:
    """Give the stream below a `PlainStream`: for rich, whose colours are escape sequences of its own."""
    return stream.stream if isinstance(stream, PlainStream) else stream


@contextmanager
def plain_streams() -> Iterator[None]:
    """Put both streams behind a `PlainStream` for a while."""
    streams = sys.stdout, sys.stderr
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = PlainStream(streams[0], may_fail=False), PlainStream(streams[1], may_fail=True)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
