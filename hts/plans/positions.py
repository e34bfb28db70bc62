"""Line and column of each key in a TOML text, which `tomllib` does not give."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]  # ("grid", 1, "eta", 0) is grid[1].eta[0]

BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
SPACE = re.compile(r"[ \t]*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# up to two quotes may stand before the closing three of a multi-line string: """say "so"""""
STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
QUOTED_KEY = re.compile(r'"(?:[^"\\\n]++|\\.)*+"' r"|'[^'\n]*'")
SCALAR = re.compile(r"[^,\]}#\n]*")  # a date and its time may be parted by a blank


@dataclass(frozen=True)
class Spot:
    """Where one key stands, as offsets into the text."""

    key: int  # the key; of a table its header, of an array's element the element
    value: int  # the value; of a table its header


class Positions:
    r"""Every key path of a TOML text with its line and column.

    Parameters
    ----------
    text : str
        A text `tomllib` accepts, lines ended by "\n" alone. On any other text the answers mean nothing.
    paths : iterable of key paths, optional
        Those that will be asked for; by default all, which takes hundreds of bytes for each.
    """

    def __init__(self, text: str, paths: Iterable[KeyPath] | None = None) -> None:
        scanner = _Scanner(text, paths)
        scanner.read_document()
        self._text = text
        self._lines = [0, *(end.end() for end in re.finditer("\n", text))]  # where each begins
        self.spots: dict[KeyPath, Spot] = scanner.spots

    def of_key(self, path: KeyPath) -> tuple[int, int]:
        """Line and column (from 1) of the key, or of the nearest table around a key that is not there."""
        spot = self._nearest(path)
        return self._line_and_column(spot.key)

    def of_value(self, path: KeyPath, text: str = "", column: int = 1) -> tuple[int, int]:
        """Line and column (from 1) of the value.

        Parameters
        ----------
        path : key path
            The key; where it is not in the text, the place of the nearest table around it is given.
        text : str
            Content of a string value, if a place inside it is meant.
        column : int
            The place inside `text`, from 1; taken only where the string is written as it reads, without escapes.
        """
        spot = self._nearest(path)
        offset = spot.value if path in self.spots else spot.key
        quotes = 3 if self._text.startswith(('"""', "'''"), offset) else 1
        if text and self._text.startswith(text, offset + quotes) and "\n" not in text:
            offset += quotes + column - 1
        return self._line_and_column(offset)

    def _nearest(self, path: KeyPath) -> Spot:
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots.get(path, Spot(0, 0))

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


class _Scanner:
    """One pass over a valid TOML text; `at` is the offset of what is read next."""

    def __init__(self, text: str, paths: Iterable[KeyPath] | None) -> None:
        self.text = text
        self.at = 0
        self.wanted = None if paths is None else {path[:n] for path in paths for n in range(1, len(path) + 1)}
        self.longest = max(map(len, self.wanted or ()), default=0)
        self.spots: dict[KeyPath, Spot] = {}
        self.n_tables: dict[KeyPath, int] = {}  # of each array of tables

    def read_document(self) -> None:
        table: KeyPath = ()
        self._pass_over(BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._read_header()
            else:
                self._read_pair(table)
            self._pass_over(BLANK)

    def _note(self, path: KeyPath, spot: Spot, *, is_first: bool = False) -> None:
        """Keep where a path stands, if it will be asked for; `is_first`: unless it is known."""
        if self.wanted is None or (len(path) <= self.longest and path in self.wanted):
            self.spots[path] = self.spots.get(path, spot) if is_first else spot

    def _pass_over(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        found = match.group() if match else ""
        self.at += len(found)
        return found

    def _read_key(self) -> list[tuple[str, int]]:
        """Read a.b."c", each part with its offset."""
        parts = []
        while True:
            self._pass_over(SPACE)
            start = self.at
            quoted = self._pass_over(QUOTED_KEY)
            # tomllib undoes the escapes of a quoted key
            if "\\" in quoted:
                name = str(tomllib.loads(f"key = {quoted}")["key"])
            else:
                name = quoted[1:-1] if quoted else self._pass_over(BARE_KEY)
            parts.append((name, start))
            self._pass_over(SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _read_header(self) -> KeyPath:
        start = self.at
        brackets = 2 if self.text.startswith("[[", start) else 1
        self.at += brackets
        names = [name for name, _ in self._read_key()]
        self.at += brackets
        here = Spot(start, start)
        path: KeyPath = ()
        for name in names[:-1]:
            path += (name,)
            self._note(path, here, is_first=True)
            if path in self.n_tables:  # [grid.note] after [[grid]] belongs to the last of them
                path += (self.n_tables[path] - 1,)
        path += (names[-1],)
        if brackets == 1:
            self._note(path, here)
            return path
        self._note(path, here, is_first=True)
        index = self.n_tables.get(path, 0)
        self.n_tables[path] = index + 1
        self._note((*path, index), here)
        return (*path, index)

    def _read_pair(self, table: KeyPath) -> None:
        path = table
        parts = self._read_key()
        for name, start in parts:
            path += (name,)
            self._note(path, Spot(start, start), is_first=True)
        self.at += 1  # the equals sign
        self._pass_over(SPACE)
        self._note(path, Spot(parts[-1][1], self.at))
        self._read_value(path)

    def _read_value(self, path: KeyPath) -> None:
        first = self.text[self.at : self.at + 1]
        if first == "[":
            self._read_array(path)
        elif first == "{":
            self._read_inline_table(path)
        elif not self._pass_over(STRING):
            self._pass_over(SCALAR)

    def _read_array(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        self._pass_over(BLANK)
        while not self.text.startswith("]", self.at):
            self._note((*path, index), Spot(self.at, self.at))
            self._read_value((*path, index))
            index += 1
            self._pass_over(BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1
            self._pass_over(BLANK)
        self.at += 1

    def _read_inline_table(self, path: KeyPath) -> None:
        self.at += 1
        self._pass_over(BLANK)
        while not self.text.startswith("}", self.at):
            self._read_pair(path)
            self._pass_over(BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1
            self._pass_over(BLANK)
        self.at += 1
