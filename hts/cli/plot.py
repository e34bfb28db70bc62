"""`hts plot`: draw the figures of a plan or of a results folder."""

from pathlib import Path

import click

from hts.cli.options import output_option, set_option, threads_option
from hts.cli.predictor import predictor, share_predictor
from hts.cli.studies import warn_of_identity


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
    from hts.figures import plot
    from hts.sweeps.survey import open_results

    chosen, plan = names or None, open_results(target)[1] if target.is_dir() else None
    if plan is not None:
        warn_of_identity(target)
    if plan is not None and plan.visits is not None:
        with share_predictor(target, threads) as shares:
            exact = None if no_exact else shares
            paths = plot(target, folder, chosen, overrides=overrides, predict_shares=exact)
    else:
        with predictor(target if target.is_dir() else None, threads) as predict:
            paths = plot(target, folder, chosen, overrides=overrides, predict=None if no_exact else predict)
    for path in paths:
        click.echo(path)
