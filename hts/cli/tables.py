"""Tables for people: numbers with their intervals, nothing cut off; on a terminal as many columns as fit."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from hts.cli.layout import fit, text_width, wrap
from hts.cli.options import is_wide
from hts.cli.terminal import below, plain
from hts.words import number

if TYPE_CHECKING:
    from hts.plans import Cell
    from hts.reports.tables import TextTable

#: Rows that a person reads; --json lists all.
CELLS_SHOWN = 100
#: Letters in a line of a file, and of --wide; a table whose numbers alone need more gets more.
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


def print_table(
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str | None = None,
    drops: Sequence[str] = (),
) -> None:
    """Print a table on standard output, fitted into the terminal; elsewhere, and with --wide, with all its columns.

    Parameters
    ----------
    title, headers, rows, caption
        What is shown.
    drops : sequence of str
        Headers of the columns that go first where the terminal is too narrow, after those without a value, in that
        order; then go the others, from the right. A line below the table names them.
    """
    console = Console(file=below(sys.stdout))  # a terminal's colours are escape sequences of its own
    is_whole = not console.is_terminal or is_wide()
    width = max(WIDTH_OF_A_FILE, console.width) if is_wide() else console.width
    if not console.is_terminal:
        console, width = Console(file=sys.stdout), WIDTH_OF_A_FILE

    def shown(text: str) -> str:
        return plain(text).encode(console.encoding, "backslashreplace").decode(console.encoding)

    names, cells = list(map(shown, headers)), [list(map(shown, row)) for row in rows]
    fitted = fit(names, cells, drops, width, may_drop=not is_whole)
    across = min(width, fitted.total)  # rich breaks a longer title to the table's width, also within a number
    table = Table(
        title=Text(wrap(shown(title), across), "table.title"),
        title_justify="left",
        caption=None if caption is None else wrap(shown(caption), across),
        caption_justify="left",
        show_edge=False,
    )
    for place, space in zip(fitted.columns, fitted.widths, strict=True):
        has_texts = any(text_width(row[place]) > space for row in cells)
        justify: JustifyMethod = "left" if has_texts else "right"
        table.add_column(Text(wrap(names[place], space)), justify=justify, width=space, no_wrap=True)
    for row in cells:
        pairs = zip(fitted.columns, fitted.widths, strict=True)
        table.add_row(*(Text(wrap(row[place], space)) for place, space in pairs))
    console.width = max(width, fitted.total)
    console.print(table)
    if fitted.left_out:
        line = f"left out to fit {width} columns: {'; '.join(fitted.left_out)}. --wide shows them"
        click.echo(wrap(line, width))


def print_tables(tables: "Sequence[TextTable]") -> None:
    """Print tables below one another, the first `CELLS_SHOWN` rows of each."""
    for place, table in enumerate(tables):
        if place:
            click.echo()
        print_table(table.title, table.headers, table.rows[:CELLS_SHOWN], table.note, table.drops)
        say_more(len(table.rows))
