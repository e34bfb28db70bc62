"""`hts report`: a study as one page to read, print and send."""

from pathlib import Path

import click

from hts.cli.options import set_option, threads_option
from hts.cli.predictor import theory
from hts.cli.regression_folder import is_of_regression, refuse_no_exact
from hts.cli.studies import is_of_walkers, warn_of_identity


@click.command("report")
@click.argument("target", metavar="PLAN|DIR|NUMBERS", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(path_type=Path),
    help="Where the page goes; DIR/report.html, or <stem of the file>-report.html, by default.",
)  # fmt: skip
@set_option
@threads_option
@click.option("--no-exact", is_flag=True, help="Leave the exact values out; they take about a second a cell, once.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists and is no report.")
def command(
    target: Path, file: Path | None, overrides: tuple[str, ...], threads: int | None, no_exact: bool, force: bool
) -> None:
    r"""Write a results folder, a PLAN that has not run yet, or NUMBERS of your own, as one HTML page.

    NUMBERS are a file that `hts tails` reads, or what it says of some with --json. The page holds the question,
    verdicts, tables, figures with their data, the plan, versions, how to repeat the study and what to cite; of a
    folder also the paths and rare exits that were sampled into it. It needs no network and no other file, and prints.

    \b
    Examples:
      hts report results/quick
      hts report configs/quick.toml -o quick.html
      hts report noise.npy
    """
    from hts.reports.gathering import default_page, report_on
    from hts.reports.page import is_report, page_of
    from hts.storage.atomic import write_whole
    from hts.storage.exports import check_target

    path = file or default_page(target)
    check_target(path, force or is_report(path))
    if no_exact and is_of_regression(target):
        refuse_no_exact()
    if is_of_walkers(target):
        warn_of_identity(target)
    page = page_of(report_on(target, overrides, theory(threads, not no_exact)))
    write_whole(path, page.encode(), path.parent)
    click.echo(path)
