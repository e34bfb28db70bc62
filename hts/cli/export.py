"""`hts export`: the cells of a sweep as a table for other programs."""

from pathlib import Path

import click

from hts.cli import training_folder
from hts.cli.fit import refuse_nothing
from hts.cli.options import folder_argument, threads_option
from hts.cli.regression_folder import export, is_of_regression
from hts.cli.studies import commands_of, warn_of_identity
from hts.errors import PlanError
from hts.words import plural


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
    from hts.storage.exports import check_suffix, write_table

    check_suffix(target)
    check_target(target, force)
    if training_folder.is_of_training(folder):
        click.echo(f"{target}: {plural(training_folder.export(folder, target), 'row')}")
        return
    if is_of_regression(folder):
        n_cells = export(folder, target, threads, not no_exact)
        click.echo(f"{target}: {plural(n_cells, 'cell')}")
        return
    commands = commands_of(folder)
    warn_of_identity(folder)
    comparison = commands.compare(folder, threads, not no_exact, with_outlook=False)  # cells alone are written
    refuse_nothing(comparison, folder)
    columns, size = commands.table(comparison)
    write_table(target, columns)
    click.echo(f"{target}: {size}")


def check_target(target: Path, force: bool) -> None:
    """Turn away a file among stored results, and one that is there already unless it may be replaced."""
    from hts.storage import ResultsFolder

    place = target.resolve()
    for parent in place.parents:
        results = ResultsFolder(parent.parent)
        own = (
            results.shards,
            results.visits,
            results.summaries,
            results.regression,
            results.training,
            results.scratch,
            results.checkpoints,
        )
        is_own = parent in (*own, results.superseded, results.damaged, results.failures)
        if is_own and (results.plan.exists() or results.identity.exists() or parent == results.shards):
            raise PlanError(f"{target}: lies among the results of {results.path}; choose another place")
    if target.exists() and not force:
        raise PlanError(f"{target}: is there already; --force replaces it")
