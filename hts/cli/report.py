"""`hts report`: a study as one page to read, print and send."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.export import check_target
from hts.cli.options import set_option, threads_option
from hts.cli.predictor import predictor, share_predictor
from hts.cli.studies import commands_for
from hts.errors import PlanError

if TYPE_CHECKING:
    from hts.plans import Plan
    from hts.plots.study import Study
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

    has_run = target.is_dir()
    path = file or (target / "report.html" if has_run else Path(f"{target.stem}-report.html"))
    check_target(path, force or is_report(path))
    report = report_on_results if has_run else report_on_plan
    made = report(target, overrides, threads, not no_exact)
    write_whole(path, page_of(made).encode(), path.parent)
    click.echo(path)


def is_report(path: Path) -> bool:
    """Tell whether a file is an earlier report, which a new one may replace."""
    from hts.reports.page import MARK

    try:
        with path.open("rb") as file:
            return MARK.encode() in file.read(1000)
    except OSError:
        return False


def report_on_results(folder: Path, overrides: tuple[str, ...], threads: int | None, with_exact: bool) -> "Report":
    """Gather what a results folder shows."""
    from hts.comparison import ExitComparison
    from hts.reports import tables as t
    from hts.reports.document import report_of
    from hts.reports.figures import page_figures
    from hts.sweeps.survey import open_results

    if overrides:
        raise PlanError(f"--set: changes the keys of a plan, and {folder} is a results folder")
    plan = open_results(folder)[1]
    refuse_levy(plan)
    comparison = commands_for(plan).compare(folder, threads, with_exact)
    if isinstance(comparison, ExitComparison):
        tables, verdicts, warnings = t.exit_tables(comparison, plan.title), t.exit_verdicts(comparison), []
    else:
        tables, verdicts = [t.share_table(comparison, plan.title)], t.share_verdicts(comparison)
        warnings = t.share_warnings(comparison)
    figures = page_figures(study_of(folder, overrides, threads, with_exact, plan.visits is not None))
    return report_of(plan, verdicts, warnings, tables, tuple(figures), has_run=True)


def report_on_plan(file: Path, overrides: tuple[str, ...], threads: int | None, with_exact: bool) -> "Report":
    """Gather what theory says of a plan."""
    from hts.plans import read_plan
    from hts.reports import tables as t
    from hts.reports.document import report_of
    from hts.reports.figures import page_figures

    plan = read_plan(file, overrides)
    refuse_levy(plan)
    tables, warnings = [], []
    if with_exact and plan.visits is None:
        predictions = commands_for(plan).predict(plan, threads)
        tables, warnings = [t.prediction_table(predictions, plan.title)], t.prediction_warnings(predictions)
    elif with_exact:
        with share_predictor(None, threads) as predict_shares:
            shares = predict_shares(plan, plan.cells())
        tables, warnings = [t.share_prediction_table(shares, plan.title)], t.prediction_warnings(shares)
    figures = page_figures(study_of(file, overrides, threads, with_exact, plan.visits is not None))
    return report_of(plan, (), warnings, tables, tuple(figures), has_run=False)


def refuse_levy(plan: "Plan") -> None:
    """Turn away a study in time t = k h: the tables of a report are in steps."""
    if plan.levy is not None:
        raise PlanError(f"{plan.path}: no report of plans with [levy] yet; hts fit and hts plot show their results")


def study_of(
    target: Path, overrides: tuple[str, ...], threads: int | None, with_exact: bool, has_visits: bool
) -> "Study":
    """Gather what the figures are made from."""
    from hts.figures import gather_study

    folder = target if target.is_dir() else None
    if has_visits:
        with share_predictor(folder, threads) as shares:
            return gather_study(target, overrides=overrides, predict_shares=shares if with_exact else None)
    with predictor(folder, threads) as predict:
        return gather_study(target, overrides=overrides, predict=predict if with_exact else None)
