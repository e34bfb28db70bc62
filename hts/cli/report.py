"""`hts report`: a study as one page to read, print and send."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli import training_folder
from hts.cli.export import check_target
from hts.cli.options import set_option, threads_option
from hts.cli.regression_folder import is_of_regression, results_of
from hts.cli.studies import commands_for, has_table, warn_of_identity
from hts.errors import PlanError
from hts.words import plural

if TYPE_CHECKING:
    from hts.plans import Plan, SpacePlan
    from hts.reports.document import Part, Report
    from hts.storage import ResultsFolder


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
    """Gather what a results folder or numbers show, or what theory says of a plan."""
    from hts.plans.regression import TABLE
    from hts.storage import ResultsFolder
    from hts.storage.numbers import SUFFIXES

    is_plan = not target.is_dir() and target.suffix.lower() not in (*SUFFIXES, ".json")
    if overrides and not is_plan:
        what = "a results folder" if target.is_dir() else "a file of numbers"
        raise PlanError(f"--set: changes the keys of a plan, and {target} is {what}")
    if not is_plan and not target.is_dir():
        return report_on_numbers(target)
    if target.is_dir() and holds_paths_alone(target):
        from hts.reports.paths import paths_report

        return paths_report(ResultsFolder(target).paths)
    if target.is_dir() and training_folder.is_of_training(target):
        return training_folder.report(target)
    if is_of_regression(target) if target.is_dir() else has_table(target, TABLE):
        return report_on_regression(target, overrides, threads, with_exact)
    return report_on_study(target, overrides, threads, with_exact)


def report_on_study(target: Path, overrides: tuple[str, ...], threads: int | None, with_exact: bool) -> "Report":
    """Gather a study of exits or long runs, rare exits that were sampled among them."""
    from hts.plans import SpacePlan, read_study
    from hts.reports.document import Part, report_of
    from hts.reports.figures import page_figures
    from hts.reports.paths import stored_part
    from hts.sweeps.runs import added_up, runs_on_devices
    from hts.sweeps.survey import open_study

    if not target.is_dir():
        plan = read_study(target, overrides)
        if isinstance(plan, SpacePlan):
            return report_on_space(plan, target, threads, with_exact)
        commands = commands_for(plan)
        study = commands.gather(target, None, overrides, threads, with_exact)
        return report_of(plan, commands.predicted_part(plan, study, threads, with_exact), page_figures(study), ())
    folder, plan, _ = open_study(target)
    warn_of_identity(target)
    if isinstance(plan, SpacePlan):
        return report_on_space(plan, target, threads, with_exact)
    commands = commands_for(plan)
    figures = list(page_figures(commands.gather(target, None, (), threads, with_exact)))
    rare = rare_part_of(plan, target, threads, with_exact)
    # of samples of rare exits alone a table of walkers would be empty
    has_run = not rare.tables or has_shards(folder)
    part = commands.measured_part(target, plan.title, threads, with_exact) if has_run else Part(())
    paths, drawn = stored_part(folder.paths)
    done = ["run"] * has_run + ["rare"] * bool(rare.tables)
    devices = [f"{', '.join(run.devices)} ({plural(run.shards, 'shard')})" for run in added_up(runs_on_devices(folder))]
    return report_of(plan, part + rare + paths, figures + drawn, done, devices)


def report_on_space(plan: "SpacePlan", target: Path, threads: int | None, with_exact: bool) -> "Report":
    """Gather a study in several dimensions."""
    from hts.cli.space import figures_of
    from hts.reports.document import report_of
    from hts.reports.paths import stored_part
    from hts.reports.space import space_page_figures
    from hts.storage import ResultsFolder

    commands, figures = commands_for(plan), figures_of(plan, target, (), threads, with_exact)
    if target.is_dir():
        part = commands.measured_part(target, plan.title, threads, with_exact)
        paths, drawn = stored_part(ResultsFolder(target).paths)
        return report_of(plan, part + paths, [*space_page_figures(figures), *drawn], ["run"])
    part = commands.predicted_part(plan, None, threads, with_exact)
    return report_of(plan, part, space_page_figures(figures), ())


def has_shards(folder: "ResultsFolder") -> bool:
    """Tell whether `hts run` has finished anything in a folder."""
    from hts.storage.shards import list_shards

    return any(list_shards(place) for place in (folder.shards, folder.visits, folder.summaries))


def holds_paths_alone(folder: Path) -> bool:
    """Tell whether only `hts paths` has written to a folder."""
    from hts.reports.paths import DOCUMENT
    from hts.storage import ResultsFolder

    results = ResultsFolder(folder)
    return not results.plan.exists() and (results.paths / DOCUMENT).is_file()


def rare_part_of(plan: "Plan", folder: Path, threads: int | None, with_exact: bool) -> "Part":
    """Lay out what was sampled of rare exits; nothing where no sample was taken."""
    from hts.cli.rare import exact_values
    from hts.rare import rare_results, rare_status
    from hts.reports.document import Part
    from hts.reports.rare import rare_part

    if plan.rare is None or not any(one.n_samples for one in rare_status(plan, folder)):
        return Part(())
    exact = exact_values(plan, folder, threads) if with_exact else {}
    return rare_part(rare_results(plan, folder, exact), plan.title)


def report_on_regression(target: Path, overrides: tuple[str, ...], threads: int | None, with_exact: bool) -> "Report":
    """Gather runs of SGD on least squares beside rho and alpha, or those alone of a plan."""
    from hts.cli.regression import predict
    from hts.plans.regression import read_regression_plan
    from hts.regression import open_regression, regression_results
    from hts.reports.regression import regression_report

    if target.is_dir():
        results, _ = results_of(target, threads, with_exact)
        return regression_report(open_regression(target)[1], results, has_run=True)
    plan = read_regression_plan(target, overrides)
    return regression_report(plan, regression_results(plan, predict(plan, threads), None), has_run=False)


def report_on_numbers(target: Path) -> "Report":
    """Estimate the tail of a file of numbers, or read what `hts tails --json` has said of some.

    Raises
    ------
    PlanError
        Where the numbers cannot be used, or the JSON is of another kind.
    """
    from hts.reports.tails import tail_report
    from hts.storage.reading import read_bytes
    from hts.tails import estimate_tails, to_document

    if target.suffix.lower() != ".json":
        estimates = estimate_tails(target)
        return tail_report(to_document(estimates)["samples"], estimates, target.name)
    try:
        return tail_report(json.loads(read_bytes(target))["samples"], (), target.name)
    except (OSError, ValueError) as problem:
        raise PlanError(
            f"{target}: cannot be read as JSON ({problem}); write it with `hts tails FILE --json`"
        ) from None
    except (KeyError, TypeError, AttributeError):
        raise PlanError(f"{target}: is no document of `hts tails --json`; name a folder, a plan or numbers") from None
