"""`hts fit`: measured beside exact beside limit values."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli import training_folder
from hts.cli.options import folder_argument, json_option, threads_option, wide_option
from hts.cli.predictor import theory
from hts.cli.regression_folder import fit, is_of_regression
from hts.cli.studies import commands_for, plan_of
from hts.errors import IncompleteError

if TYPE_CHECKING:
    from hts.studies.fitting import StudyComparison


@click.command("fit")
@folder_argument
@threads_option
@click.option("--no-exact", is_flag=True, help="Leave the exact values out; they take about a second a cell, once.")
@click.option(
    "--outlook/--no-outlook", default=None,
    help="Seek the eta below which limit exponents hold, or leave it out; by default it may take a minute of one core.",
)  # fmt: skip
@wide_option
@json_option
def command(folder: Path, threads: int | None, no_exact: bool, outlook: bool | None, as_json: bool) -> None:
    r"""Estimate mean exit times and exponents from DIR, beside what theory says.

    A cell's mean is exposure/exits, right under censoring, with its 95 % interval; a line through the means of one
    (b, alpha) has the exponent beside that of the limit eta -> 0, which it need not equal at finite eta. Of long runs
    ([visits]) it is the share of time in each well, with the horizon in relaxation times.

    \b
    Example:
      hts fit results/quick
    """
    if training_folder.is_of_training(folder):
        training_folder.fit(folder, as_json)
        return
    if is_of_regression(folder):
        fit(folder, threads, not no_exact, as_json)
        return
    from hts.studies.fitting import compared

    plan = plan_of(folder)
    comparison = compared(folder, plan, theory(threads, not no_exact), outlook)
    if as_json:
        from hts.cli.documents import print_document

        print_document(comparison.document())
    else:
        commands_for(plan).show(comparison, folder)
    refuse_nothing(comparison, folder)


def refuse_nothing(comparison: "StudyComparison", folder: Path) -> None:
    """End with exit code 1 where no walker is finished."""
    if not comparison.n_walkers:
        raise IncompleteError(
            f"{folder}: no walker is finished yet; hts run {folder / 'plan.toml'} -o {folder} goes on"
        )
