"""Tables for people: numbers with their intervals, nothing cut off."""

import math
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hts.cli.terminal import below, plain

if TYPE_CHECKING:
    from hts.plans import Cell

#: Rows that a person reads; --json lists all.
CELLS_SHOWN = 100
#: Columns of a terminal that is none: wide enough for every table.
WIDTH_OF_A_FILE = 140


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with some significant digits; what does not exist is a dash."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return f"{value:,.0f}".replace(",", " ") if 10 ** (digits - 1) <= abs(value) < 1e6 else f"{value:.{digits}g}"


def cell_headers(cell: "Cell") -> list[str]:
    """Name the columns that tell cells apart: those of a plan with [levy], or those of others."""
    return ["b", "alpha", "eta"] if cell.epsilon is None else ["epsilon", "alpha", "h"]


def cell_words(cell: "Cell") -> list[str]:
    """Write a cell in those columns."""
    return [number(cell.b if cell.epsilon is None else cell.epsilon), number(cell.alpha), number(cell.eta)]


def whole(value: int) -> str:
    """Write a whole number with all its digits, in groups of three."""
    return f"{value:,}".replace(",", " ")


def interval(value: float | None, low: float | None, high: float | None, digits: int = 4) -> str:
    """Write a number with its 95 % interval."""
    if value is None:
        return f"> {number(low, digits)}" if low is not None else "-"
    if low is None or high is None:
        return number(value, digits)
    return f"{number(value, digits)} [{number(low, digits)}, {number(high, digits)}]"


def say_more(n: int) -> None:
    """Say how many of n rows or lines come after the first `CELLS_SHOWN`, where there are more."""
    if n > CELLS_SHOWN:
        click.echo(f"... and {n - CELLS_SHOWN} more; --json lists all")


def print_table(title: str, headers: Sequence[str], rows: Iterable[Sequence[str]], caption: str | None = None) -> None:
    """Print a table on standard output; as wide as it needs where the output is no terminal."""
    console = Console(file=below(sys.stdout))  # a terminal's colours are escape sequences of its own
    if not console.is_terminal:
        console = Console(file=sys.stdout, width=WIDTH_OF_A_FILE)
    table = Table(
        title=Text(plain(title), "table.title"),
        title_justify="left",
        caption=caption,
        caption_justify="left",
        show_edge=False,
    )
    for header in headers:
        table.add_column(Text(header), justify="right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    console.print(table)
