"""`hts tails`: the tail index of numbers in files."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from hts.cli.options import json_option, output_option, wide_option
from hts.errors import PlanError


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
    r"""Estimate the tail index of the numbers in each FILE, by six estimators side by side, and say what they allow.

    Files are .csv, .parquet, .npy, .npz or text of numbers. Everything is estimated from distances to the centre. The
    block estimator and the stable fit assume a stable law, the Student fit Student's; Hill's, the moment and Pickands'
    estimators look at the largest numbers only. Intervals of 95 % hold sampling error, and dependence along the file,
    but no bias.

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
    show(to_document(estimates)["samples"])
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


def show(samples: Sequence[Mapping[str, Any]]) -> None:
    """Print a table of estimates, a column for each file, then verdicts and notes."""
    from hts.cli.tables import print_tables
    from hts.reports.tails import sample_name, tail_table

    print_tables([tail_table(samples)])
    for sample in samples:
        click.echo(f"\n{sample_name(sample)}: {sample['verdict']}")
        for note in sample["notes"]:
            click.echo(f"  note: {note}")
