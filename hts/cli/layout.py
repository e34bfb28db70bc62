"""A table fitted into a width: which columns stay, how wide each is, and where words break; numbers never do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, chop_cells

#: Of a column: a blank on each side, and the rule to the next one.
BESIDE: Final = 3
#: A longer word that is no number, a path say, may break.
LONGEST_WORD: Final = 20
_BRACKETS: Final = re.compile(r"\[[^\]]*\]")
#: Blanks next to a digit or sign belong to a number: 12 345, eta = 0.1, 95 %; behind a comma another one begins.
_IN_NUMBER: Final = re.compile(r"(?<=[=<>]) |(?<!,) (?=[\d\[=%<>+-])")
_WORD: Final = re.compile(r"[A-Za-z_/\\.-]{4,}")
_GLUE: Final = "\0"


@dataclass(frozen=True)
class Fit:
    """What a table shows in a width.

    Attributes
    ----------
    columns : tuple of int
        Places of the columns that stay.
    widths : tuple of int
        Of each of them.
    left_out : tuple of str
        Headers of the others.
    """

    columns: tuple[int, ...]
    widths: tuple[int, ...]
    left_out: tuple[str, ...]

    @property
    def total(self) -> int:
        """Letters in a line of the table."""
        return _total(self.widths)


def fit(
    headers: Sequence[str], rows: Sequence[Sequence[str]], drops: Sequence[str], width: int, may_drop: bool = True
) -> Fit:
    """Choose columns and their widths, so that a table fits and no number is broken over two lines.

    Headers and texts break between words first. Where that is not enough columns go: those without a value, those in
    `drops`, in that order, then the others from the right; the first one stays.

    Parameters
    ----------
    headers : sequence of str
    rows : sequence of sequence of str
    drops : sequence of str
        Headers of columns that go first; those the table does not have are passed over.
    width : int
        Of the terminal, in letters.
    may_drop : bool
        Whether columns may go; a table that keeps all may be wider.
    """
    cells = [[header, *(row[place] for row in rows)] for place, header in enumerate(headers)]
    least = [max(least_width(text) for text in column) for column in cells]
    whole = [max(text_width(text) for text in column) for column in cells]
    kept = list(range(len(headers)))
    order = [place for place in kept[1:] if all(text in ("", "-") for text in cells[place][1:])]
    order += [place for name in drops if name in headers and (place := headers.index(name)) not in order]
    order += [place for place in reversed(kept[1:]) if place not in order]
    while may_drop and order and _total([least[place] for place in kept]) > width:
        kept.remove(order.pop(0))
    widths, slack = [], width - _total([least[place] for place in kept])
    for place in kept:
        given = min(whole[place] - least[place], max(slack, 0))
        widths.append(least[place] + given)
        slack -= given
    left_out = [one_line(header) for place, header in enumerate(headers) if place not in kept]
    return Fit(tuple(kept), tuple(widths), tuple(left_out))


def wrap(text: str, width: int) -> str:
    """Break a text into lines of at most `width` letters, between words, never within a number."""
    lines = []
    for part in text.split("\n"):
        line = ""
        for unit in _units(part):
            longer = f"{line} {unit}" if line else unit
            if cell_len(longer) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *full, line = chop_cells(unit, width)
            lines += full
        lines.append(line)
    return "\n".join(lines)


def text_width(text: str) -> int:
    """Measure the longest line of a text."""
    return max(map(cell_len, text.split("\n")))


def least_width(text: str) -> int:
    """Measure what a text needs where it is broken at every blank that may break."""
    units = [unit for part in text.split("\n") for unit in _units(part)]
    return max((_least(unit) for unit in units), default=0)


def one_line(header: str) -> str:
    """Write a header of several lines in one."""
    return header.replace("\n", " ")


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + BESIDE * len(widths) - 1


def _least(unit: str) -> int:
    return min(cell_len(unit), LONGEST_WORD) if _WORD.search(unit) else cell_len(unit)


def _units(text: str) -> list[str]:
    """Split a text into what stays on one line: words, numbers, and numbers with their intervals."""
    glued = _BRACKETS.sub(lambda found: found[0].replace(" ", _GLUE), text)
    return [unit.replace(_GLUE, " ") for unit in _IN_NUMBER.sub(_GLUE, glued).split(" ") if unit]
