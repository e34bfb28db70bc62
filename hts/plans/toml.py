"""TOML texts of a size that a plan may have, and what `tomllib` makes of them."""

import re
import tomllib
from typing import Any

MAX_BYTES = 5_000_000  # a plan is a page of text; reading a results file by mistake should end at once
MAX_VALUES = 110_000  # in lists: the longest axis in full, as a results folder keeps it, and whatever stands beside
MAX_MARKS = 10_000  # of each kind below: a plan has some tens
MAX_PARTS = 20  # of a dotted key: a plan needs three, and `tomllib` takes time and memory with their square
MAX_WORD = 10_000  # letters and digits without a break; `tomllib` takes a hundred bytes for each digit

MARKS = {"\n": "lines", "=": "equals signs", "[": "opening brackets", "{": "opening braces", "\\": "escapes"}
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*')"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_.-]){_PART}(?:[ \t]*\.[ \t]*{_PART}){{{MAX_PARTS}}}")
_LONG_WORD = re.compile(rf"(?<!\w)\w{{{MAX_WORD + 1}}}")


class TooLargeError(ValueError):
    """A text that no person writes as a plan, and that would take long to read.

    Attributes
    ----------
    line, column : int
        Where, from 1.
    """

    def __init__(self, message: str, text: str = "", offset: int = 0) -> None:
        super().__init__(message)
        self.line = text.count("\n", 0, offset) + 1
        self.column = offset - text.rfind("\n", 0, offset)


def read_toml(text: str) -> dict[str, Any]:
    r"""Read a TOML text, lines ended by "\n" alone.

    Raises
    ------
    TooLargeError
        The text holds more of something than any plan.
    ValueError
        The text is no TOML.
    RecursionError
        Brackets are nested too deeply.
    """
    if (n := text.count(",")) > MAX_VALUES:
        raise TooLargeError(f"holds {n} commas, more than {MAX_VALUES}; write long axes as {{ geom = [lo, hi, n] }}")
    for mark, name in MARKS.items():
        if (n := text.count(mark)) > MAX_MARKS:
            raise TooLargeError(f"holds {n} {name}, more than {MAX_MARKS}; name the TOML file, or split the plan")
    if (long := _LONG_WORD.search(text)) is not None:
        raise TooLargeError(f"a word or number has more than {MAX_WORD} characters; shorten it", text, long.start())
    if (long := _LONG_KEY.search(text)) is not None:
        raise TooLargeError(f"a key has more than {MAX_PARTS} parts; a plan needs three", text, long.start())
    return tomllib.loads(text)
