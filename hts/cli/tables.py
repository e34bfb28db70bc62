"""Tables for people: numbers with their intervals, nothing cut off."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hts.cli.terminal import below, plain
from hts.words import number

if TYPE_CHECKING:
    from hts.plans import Cell
    from hts.reports.tables import TextTable

#: Rows that a person reads; --json lists all.
CELLS_SHOWN = 100
#: Columns of a terminal that is none: wide enough for every table.
WIDTH_OF_A_FILE = 140


def cell_headers(cell: "Cell") -> list[str]:
    """Name the columns that tell cells apart: those of a plan with [levy], or those of others."""
    return ["b", "alpha", "eta"] if cell.epsilon is None else ["epsilon", "alpha", "h"]


def cell_words(cell: "Cell") -> list[str]:
    """Write a cell in those columns."""
    return [number(cell.b if cell.epsilon is None else cell.epsilon), number(cell.alpha), number(cell.eta)]


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


def print_tables(tables: "Sequence[TextTable]") -> None:
    """Print tables below one another, the first `CELLS_SHOWN` rows of each."""
    for place, table in enumerate(tables):
        if place:
            click.echo()
        print_table(table.title, table.headers, table.rows[:CELLS_SHOWN], table.note)
        say_more(len(table.rows))
