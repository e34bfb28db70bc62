"""`hts plot`: draw the figures of a plan or of a results folder."""

from pathlib import Path

import click

from hts.cli import training_folder
from hts.cli.options import output_option, set_option, threads_option
from hts.cli.regression_folder import is_of_regression, plot
from hts.cli.studies import commands_for, warn_of_identity
from hts.errors import PlanError


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
    if training_folder.is_of_training(target):
        if overrides:
            raise PlanError(f"--set: changes the keys of a plan, and {target} is a results folder")
        for path in training_folder.plot(target, folder, names):
            click.echo(path)
        return
    if is_of_regression(target):
        if overrides:
            raise PlanError(f"--set: changes the keys of a plan, and {target} is a results folder")
        for path in plot(target, folder, names, threads, not no_exact):
            click.echo(path)
        return
    from hts.figures import draw_figures, figures_folder
    from hts.plans import SpacePlan, read_study
    from hts.sweeps.survey import open_study

    has_run = target.is_dir()
    plan = open_study(target)[1] if has_run else read_study(target, overrides)
    if has_run:
        warn_of_identity(target)
    if isinstance(plan, SpacePlan):
        from hts.cli.space import draw

        for path in draw(plan, target, folder or figures_folder(target), names, threads, not no_exact):
            click.echo(path)
        return
    study = commands_for(plan).gather(target, names or None, overrides, threads, not no_exact)
    for path in draw_figures(study, folder or figures_folder(target), names or None):
        click.echo(path)
