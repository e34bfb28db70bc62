"""`hts report`: a study as one page to read, print and send."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.export import check_target
from hts.cli.options import set_option, threads_option
from hts.cli.studies import commands_for, warn_of_identity
from hts.errors import PlanError

if TYPE_CHECKING:
    from hts.reports.document import Report


@click.command("report")
@click.argument("target", metavar="PLAN|DIR", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(path_type=Path),
    help="Where the page goes; DIR/report.html, or <stem of PLAN>-report.html, by default.",
)  # fmt: skip
@set_option
@threads_option
@click.option("--no-exact", is_flag=True, help="Leave the exact values out; they take about a second a cell, once.")
@click.option("--force", is_flag=True, help="Replace FILE where it exists and is no report.")
def command(
    target: Path, file: Path | None, overrides: tuple[str, ...], threads: int | None, no_exact: bool, force: bool
) -> None:
    r"""Write a results folder, or a PLAN that has not run yet, as one HTML page.

    The page holds the question, verdicts, tables, figures with their data, the plan, versions, how to repeat the study
    and what to cite. It needs no network and no other file, and prints.

    \b
    Examples:
      hts report results/quick
      hts report configs/quick.toml -o quick.html
    """
    from hts.reports.page import page_of
    from hts.storage.atomic import write_whole

    path = file or (target / "report.html" if target.is_dir() else Path(f"{target.stem}-report.html"))
    check_target(path, force or is_report(path))
    page = page_of(report_on(target, overrides, threads, not no_exact))
    write_whole(path, page.encode(), path.parent)
    click.echo(path)


def is_report(path: Path) -> bool:
    """Tell whether a file is an earlier report, which a new one may replace."""
    from hts.reports.page import MARK

    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(1000)
    except OSError:
        return False


def report_on(target: Path, overrides: tuple[str, ...], threads: int | None, with_exact: bool) -> "Report":
    """Gather what a results folder shows, or what theory says of a plan."""
    from hts.plans import read_plan
    from hts.reports.document import report_of
    from hts.reports.figures import page_figures
    from hts.sweeps.survey import open_results

    has_run = target.is_dir()
    if has_run and overrides:
        raise PlanError(f"--set: changes the keys of a plan, and {target} is a results folder")
    plan = open_results(target)[1] if has_run else read_plan(target, overrides)
    commands = commands_for(plan)
    if has_run:
        warn_of_identity(target)
    study = commands.gather(target, None, overrides, threads, with_exact)
    if has_run:
        part = commands.measured_part(target, plan.title, threads, with_exact)
    else:
        part = commands.predicted_part(plan, study, threads, with_exact)
    return report_of(plan, part, page_figures(study), has_run)
