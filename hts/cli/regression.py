"""`hts regression`: the tail index of SGD on least squares, exact and of simulated runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, output_option, plan_options, results_folder, threads_option, wide_option

if TYPE_CHECKING:
    from hts.plans.regression import RegressionPlan
    from hts.regression import CellResult, RegressionPrediction


@click.command("regression")
@plan_options
@output_option("Where runs and figures go; results/<stem of PLAN> by default.")
@threads_option
@click.option("--exact-only", is_flag=True, help="Leave the runs of the plan aside: compute rho and alpha alone.")
@click.option("--plot", is_flag=True, help="Draw alpha against eta, b, d and eta/b: PDF, PNG and CSV.")
@wide_option
@json_option
def command(
    plan: Path,
    overrides: tuple[str, ...],
    seed: int | None,
    folder: Path | None,
    threads: int | None,
    exact_only: bool,
    plot: bool,
    as_json: bool,
) -> None:
    r"""Compute rho and the tail index alpha of SGD on Gaussian least squares, and simulate the runs that PLAN asks for.

    The plan has one table, [regression]: dimension, batch, eta, sigma (each a number or a list; their product are the
    cells), and for simulation runs, steps, noise, start, truth, samples. Where rho is not below 0 there is no
    stationary law, and no tail index is given. Ctrl-C keeps finished files; the same command goes on.

    \b
    Examples:
      hts regression configs/regression.toml --plot
      hts regression configs/published_regression.toml
      hts regression study.toml --set regression.eta=0.1 --exact-only --json
    """
    from hts.plans.regression import read_regression_plan
    from hts.regression import regression_results, to_document

    target = results_folder(plan, folder)
    parsed = read_regression_plan(plan, overrides, seed)
    has_runs = parsed.table.runs > 0 and not exact_only
    predictions = predict(parsed, threads)
    if has_runs:
        click.echo(simulate(parsed, target, threads), err=as_json)
    results = regression_results(parsed, predictions, target if has_runs else None)
    written: tuple[Path, ...] = ()
    if plot:
        from hts.plots.regression import plot_regression

        written = plot_regression(results, target / "figures")
    if as_json:
        from hts.cli.documents import print_document

        print_document(to_document(results))
        return
    show(results, parsed.title)
    for path in written:
        click.echo(path)


def predict(plan: "RegressionPlan", threads: int | None) -> "tuple[RegressionPrediction, ...]":
    """Compute rho and alpha of all cells, with a bar."""
    from hts.cli.progress import CellDisplay
    from hts.cli.signals import stop_on_signal
    from hts.regression import predict_regression

    with stop_on_signal() as stop, CellDisplay() as display:
        return predict_regression(plan, threads=threads, on_cell=display.show, should_stop=stop)


def simulate(plan: "RegressionPlan", target: Path, threads: int | None) -> str:
    """Simulate what is missing, with a bar, and say in a line what was done."""
    from hts.cli.progress import RunsDisplay, clock
    from hts.cli.signals import stop_on_signal
    from hts.regression import run_regression
    from hts.words import plural

    with stop_on_signal() as stop, RunsDisplay() as display:
        report = run_regression(plan, target, threads=threads, on_progress=display.show, should_stop=stop)
    aside = f"; set aside, because damaged: {plural(report.n_damaged, 'file')}" if report.n_damaged else ""
    if not report.n_written:
        return f"{target}: all {report.n_stored} runs were there; nothing to do{aside}"
    speed = f"{report.steps / max(report.seconds, 1e-9):.2g} a second"
    return (
        f"{target}: {plural(report.n_written, 'run')} simulated, {report.n_stored} were there{aside}; "
        f"{report.steps:.3g} run-steps in {clock(report.seconds)} ({speed})"
    )


def show(results: "Sequence[CellResult]", title: str) -> None:
    """Print the table, and each warning once with the first cell it is about."""
    from hts.cli.tables import print_tables
    from hts.reports.regression import regression_table, regression_warnings

    print_tables([regression_table(results, title)])
    for warning in regression_warnings(results):
        click.echo(f"warning: {warning}")
