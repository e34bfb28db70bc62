"""`hts tails`: the tail index of numbers in files."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, output_option, wide_option
from hts.errors import PlanError

if TYPE_CHECKING:
    from hts.tails import TailEstimate


LABELS = (
    "numbers",
    "block estimate",
    "block size",
    "stable fit",
    "its distance",
    "Hill",
    "moment, 1/xi",
    "Pickands, 1/xi",
    "k of n",
)


@click.command("tails")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--column", metavar="NAME",
              help="Column of a table, by name or place from 0; '*' takes all as coordinates.")  # fmt: skip
@click.option("--centre", metavar="median|mean|X", default="median", show_default=True,
              help="What is subtracted before anything is estimated.")  # fmt: skip
@output_option("Draw the estimates as well: PDF, PNG and CSV go there.")
@wide_option
@json_option
def command(files: tuple[Path, ...], column: str | None, centre: str, folder: Path | None, as_json: bool) -> None:
    r"""Estimate the tail index of the numbers in each FILE, by five estimators side by side, and say what they allow.

    Files are .csv, .parquet, .npy, .npz or text of numbers. Everything is estimated from distances to the centre. The
    block estimator and the stable fit assume a stable law; Hill's, the moment and Pickands' estimators look at the
    largest numbers only. Intervals of 95 % hold sampling error, and dependence along the file, but no bias.

    \b
    Examples:
      hts tails noise.npy
      hts tails run1.parquet run2.parquet --column gradient -o figures
      hts tails gradients.npy --column '*' --json
    """
    from hts.tails import estimate_tails, to_document

    estimates = estimate_tails(files, column, read_centre(centre))
    if folder is not None:
        from hts.plots.tails import plot_tails

        written = plot_tails(estimates, folder)
    if as_json:
        from hts.cli.documents import print_document

        print_document(to_document(estimates))
        return
    show(estimates)
    if folder is not None:
        click.echo("\n".join(map(str, written)))


def read_centre(text: str) -> str | float:
    """Read the option --centre.

    Raises
    ------
    PlanError
        Where it is neither a word it knows nor a finite number.
    """
    if text in ("median", "mean"):
        return text
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PlanError(f"--centre {text}: give median, mean or a number")
    return value


def show(estimates: tuple["TailEstimate", ...]) -> None:
    """Print a table of estimates, a column for each file, then verdicts and notes."""
    from hts.cli.tables import print_table
    from hts.words import interval, number, whole

    headers = ["", *(name_of(estimate) for estimate in estimates)]
    columns = []
    for e in estimates:
        block, hill, stable = e.quoted_block, e.hill, e.stable
        column = [whole(e.n)]
        column.append("-" if block is None else interval(block.alpha, block.low, block.high, 3))
        column.append("-" if block is None else whole(block.block_size))
        column.append("-" if stable is None else interval(stable.alpha, stable.low, stable.high, 3))
        column.append("-" if stable is None else number(e.stable_distance, 2))
        column.append("-" if hill is None else interval(hill.alpha, hill.low, hill.high, 3))
        for part in (e.moment, e.pickands):
            column.append("-" if part is None else interval(inverse(part.xi), inverse(part.high), inverse(part.low), 3))
        column.append("-" if hill is None else whole(hill.k))
        columns.append(column)
    rows = [[label, *(column[i] for column in columns)] for i, label in enumerate(LABELS)]
    print_table("Tail index [95 %]", headers, rows)
    for e in estimates:
        click.echo(f"\n{name_of(e)}: {e.verdict}")
        for note in e.notes:
            click.echo(f"  note: {note}")


def name_of(estimate: "TailEstimate") -> str:
    """Name a sample by its file, and its column where there is one."""
    file = Path(estimate.file or "-").name
    return file if estimate.column is None else f"{file}[{estimate.column}]"


def inverse(xi: float) -> float:
    """Turn an extreme-value index into a tail index: none, written inf, where it is not positive."""
    return 1.0 / xi if xi > 0.0 else math.inf
