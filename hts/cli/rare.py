"""`hts rare`: probabilities of rare exits by sampling, beside the exact ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, output_option, plan_options, results_folder, threads_option, wide_option

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.plans import Cell, Plan
    from hts.rare import RareResult

HEADERS = ("b", "alpha", "eta", "method", "probability", "+- %", "exact", "z", "limit", "samples", "worth", "from wP",
           "right", "error of one", "believe")  # fmt: skip


@click.command("rare")
@plan_options
@output_option("Where samples go; results/<stem of PLAN> by default.")
@threads_option
@click.option("--no-exact", is_flag=True, help="Leave the exact values out; they take about a second a cell.")
@wide_option
@json_option
def command(
    plan: Path,
    overrides: tuple[str, ...],
    seed: int | None,
    folder: Path | None,
    threads: int | None,
    no_exact: bool,
    as_json: bool,
) -> None:
    r"""Sample the probability to leave within a time, however rare: crude, importance or splitting.

    The plan has [exit] with `within`, and [rare] with method and one of relative_error, samples, positives. Ctrl-C
    keeps finished files; the same command goes on. Each row says whether its interval may be believed, and why not.

    \b
    Examples:
      hts rare study.toml
      hts rare study.toml --set rare.relative_error=0.05 --set 'rare.method=["importance", "crude"]'
    """
    from hts.plans import read_plan
    from hts.rare import rare_results, to_document

    target = results_folder(plan, folder)
    parsed = read_plan(plan, overrides, seed)
    click.echo(sample(parsed, target, threads), err=as_json)
    exact = {} if no_exact else exact_values(parsed, target, threads)
    results = rare_results(parsed, target, exact)
    if as_json:
        from hts.cli.documents import print_document

        print_document(to_document(results))
        return
    show(results, parsed.title)


def sample(plan: "Plan", target: Path, threads: int | None) -> str:
    """Take the samples that are missing, with a bar, and say in a line what was done."""
    from hts.cli.progress import RareDisplay, clock, rate
    from hts.cli.signals import stop_on_signal
    from hts.rare import run_rare
    from hts.words import plural

    with stop_on_signal() as stop, RareDisplay() as display:
        report = run_rare(plan, target, threads=threads, on_progress=display.show, should_stop=stop)
    aside = f"; set aside, because damaged: {plural(report.n_damaged, 'file')}" if report.n_damaged else ""
    if not report.n_written:
        return f"{target}: all {report.n_stored} samples were there; nothing to do{aside}"
    speed = rate(report.steps / max(report.seconds, 1e-9))
    return (
        f"{target}: {plural(report.n_written, 'sample')} taken, {report.n_stored} were there{aside}; "
        f"{report.steps:.3g} walker-steps in {clock(report.seconds)} ({speed})"
    )


def exact_values(plan: "Plan", target: Path, threads: int | None) -> "dict[Cell, ExitPrediction]":
    """Compute the exact value of each cell, kept beside the samples."""
    from hts.answers import predict
    from hts.answers.memory import PredictionMemory
    from hts.cli.progress import CellDisplay
    from hts.cli.signals import stop_on_signal
    from hts.storage import ResultsFolder

    cells = plan.cells()
    with stop_on_signal() as stop, CellDisplay() as display:
        memory = PredictionMemory(plan, ResultsFolder(target))
        found = predict(plan, cells, threads=threads, memory=memory, on_cell=display.show, should_stop=stop)
    return dict(zip(cells, found, strict=True))


def show(results: "Sequence[RareResult]", title: str) -> None:
    """Print the table, and below it why some intervals may not be believed."""
    from hts.cli.tables import CELLS_SHOWN, print_table, say_more
    from hts.words import each_once, number, whole

    rows = []
    for result in results[:CELLS_SHOWN]:
        cell, e = result.question.cell, result.estimate
        error = None if e.relative_error is None else 100.0 * e.relative_error
        share = "-" if result.question.mixture is None or e.share_plain is None else f"{e.share_plain:.1%}"
        right = f"{e.right / e.probability:.0%}" if e.probability else "-"
        rows.append(
            [number(cell.b), number(cell.alpha), number(cell.eta), result.question.method, number(e.probability),
             number(error, 2), number(result.exact), number(result.z, 2), number(result.limit), whole(e.n_samples),
             whole(round(e.effective_samples)), share, right, number(e.error_per_sample, 3),
             "yes" if result.is_trustworthy else "NO"]
        )  # fmt: skip
    print_table(f"Leaving within a time: {title}", HEADERS, rows)
    say_more(len(results))
    said = [
        (f"(b {number(r.question.cell.b)}, eta {r.question.cell.eta:g}, {r.question.method})", reason)
        for r in results
        for reason in r.reasons
    ]
    for line in each_once(said):
        click.echo(f"not to be believed: {line}")
