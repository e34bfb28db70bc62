"""`hts plot`: draw the figures of a plan or of a results folder."""

from pathlib import Path

import click

from hts.cli.options import output_option, set_option, threads_option
from hts.cli.predictor import theory
from hts.cli.regression_folder import is_of_regression, refuse_no_exact
from hts.cli.studies import is_of_walkers, warn_of_identity


@click.command("plot")
@click.argument("target", metavar="PLAN|DIR", type=click.Path(path_type=Path))
@click.option("--figure", "names", metavar="NAME", multiple=True, help="Draw this figure only; may be repeated.")
@set_option
@output_option("Where figures go; DIR/figures, or figures/<stem of PLAN>, by default.")
@threads_option
@click.option("--no-exact", is_flag=True, help="Leave the exact values out; they take about a second a cell, once.")
def command(
    target: Path,
    names: tuple[str, ...],
    overrides: tuple[str, ...],
    folder: Path | None,
    threads: int | None,
    no_exact: bool,
) -> None:
    r"""Draw the figures of a results folder, or of a PLAN that has not run yet.

    Each is written as PDF, as PNG and as a CSV of all that is drawn; the same results give the same bytes.

    \b
    Examples:
      hts plot results/quick
      hts plot configs/quick.toml --figure landscape
    """
    from hts.studies.drawing import write_figures

    if no_exact and is_of_regression(target):
        refuse_no_exact()
    if is_of_walkers(target):
        warn_of_identity(target)
    for path in write_figures(target, folder, names or None, overrides, theory(threads, not no_exact)):
        click.echo(path)
