"""`hts export`: the cells of a sweep as a table for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli import training_folder
from hts.cli.fit import refuse_nothing
from hts.cli.options import folder_argument, threads_option
from hts.cli.predictor import theory
from hts.cli.regression_folder import export, is_of_regression
from hts.cli.studies import plan_of
from hts.words import plural

if TYPE_CHECKING:
    from hts.studies.fitting import StudyComparison


@click.command("export")
@folder_argument
@click.option("--to", "target", metavar="FILE", required=True, type=click.Path(path_type=Path),
              help="Where to: a name that ends in .csv or .parquet.")  # fmt: skip
@threads_option
@click.option("--no-exact", is_flag=True, help="Leave the exact values out; they take about a second a cell, once.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
def command(folder: Path, target: Path, threads: int | None, no_exact: bool, force: bool) -> None:
    r"""Write what `hts fit` shows of each cell of DIR as one table.

    The walkers themselves need no export: DIR/shards/*.parquet, of long runs DIR/visits/*.parquet, is read by pandas,
    polars and DuckDB as it is. Of a folder of `hts train`: means of each method, then paired differences.

    \b
    Examples:
      hts export results/quick --to cells.csv
      hts export results/quick --to cells.parquet --no-exact
    """
    from hts.storage.exports import check_suffix, check_target, write_table
    from hts.studies.fitting import compared

    check_suffix(target)
    check_target(target, force)
    if training_folder.is_of_training(folder):
        click.echo(f"{target}: {plural(training_folder.export(folder, target), 'row')}")
        return
    if is_of_regression(folder):
        n_cells = export(folder, target, threads, not no_exact)
        click.echo(f"{target}: {plural(n_cells, 'cell')}")
        return
    # cells alone are written
    comparison = compared(folder, plan_of(folder), theory(threads, not no_exact), with_outlook=False)
    refuse_nothing(comparison, folder)
    write_table(target, comparison.table())
    click.echo(f"{target}: {size_of(comparison)}")


def size_of(comparison: "StudyComparison") -> str:
    """Say how many cells a table has."""
    document = comparison.document()
    if visits := document.get("visits"):
        return f"{plural(len(visits), 'cell')}, a row for each well"
    return plural(len(document["cells"]), "cell")
