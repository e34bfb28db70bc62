"""`hts rare`: probabilities of rare exits by sampling, beside the exact ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, output_option, plan_options, results_folder, threads_option
from hts.cli.predictor import theory
from hts.cli.tables import CELLS_SHOWN
from hts.words import number, whole

if TYPE_CHECKING:
    from hts.plans import AnyPlan
    from hts.rare import RareResult


@click.command("rare")
@plan_options
@output_option("Where samples go; results/<stem of PLAN> by default.")
@threads_option
@click.option("--no-exact", is_flag=True, help="Leave the exact values out; they take about a second a cell.")
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
    from hts.plans import read_study
    from hts.rare import rare_results, to_document

    target = results_folder(plan, folder)
    parsed = read_study(plan, overrides, seed)
    click.echo(sample(parsed, target, threads), err=as_json)
    exact = {} if no_exact else theory(threads).means(parsed, target)
    results = rare_results(parsed, target, exact)
    if as_json:
        from hts.cli.documents import print_document

        print_document(to_document(results))
        return
    show(results, parsed.title)


def sample(plan: "AnyPlan", target: Path, threads: int | None) -> str:
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


def show(results: "Sequence[RareResult]", title: str) -> None:
    """Print what was found and how, each within 80 columns, and below it why some intervals may not be believed."""
    from hts.cli.tables import print_table, say_more
    from hts.words import each_once

    headers, same = cell_columns(results)
    named = f"{title}{same}"
    print_table(f"Leaving within a time: {named}", *found_table(results, headers))
    say_more(len(results))
    click.echo()
    print_table("How it was sampled", *sampled_table(results, headers))
    if any(not result.mean_reasons for result in results):
        click.echo()
        print_table("Mean exit times in steps, from the second half of the window", *mean_table(results, headers))
    said = [
        (f"(b {number(r.question.cell.b)}, eta {r.question.cell.eta:g}, {r.question.method})", reason)
        for r in results
        for reason in r.reasons
    ]
    for line in each_once(said):
        click.echo(f"not to be believed: {line}")


def cell_columns(results: "Sequence[RareResult]") -> tuple[list[str], str]:
    """Name the columns that tell cells apart, and write b and alpha that all have in common."""
    cells = [result.question.cell for result in results]
    varying, same = [], ""
    for name in ("b", "alpha"):
        values = {getattr(cell, name) for cell in cells}
        if len(values) > 1:
            varying.append(name)
        elif values != {None}:
            same += f", {name} = {number(values.pop())}"
    return [*varying, "eta", "method"], same


def cell_words(result: "RareResult", headers: list[str]) -> list[str]:
    """Write cell and method in those columns."""
    cell = result.question.cell
    return [*(number(getattr(cell, name)) for name in headers[:-1]), result.question.method]


def found_table(results: "Sequence[RareResult]", headers: list[str]) -> tuple[list[str], list[list[str]]]:
    """Lay out what was found: sampled beside exact and, where it is known, limit."""
    has_limit = any(result.limit is not None for result in results)
    rows = []
    for result in results[:CELLS_SHOWN]:
        error = None if result.estimate.relative_error is None else 100.0 * result.estimate.relative_error
        z = "-" if result.z is None else f"{result.z:.1f}"
        limit = [number(result.limit, 3)] if has_limit else []
        rows.append(
            [*cell_words(result, headers), number(result.estimate.probability, 3), number(error, 2),
             number(result.exact, 3), z, *limit, "yes" if result.is_trustworthy else "NO"]
        )  # fmt: skip
    return [*headers, "P", "+- %", "exact", "z", *(["limit"] if has_limit else []), "trust"], rows


def sampled_table(results: "Sequence[RareResult]", headers: list[str]) -> tuple[list[str], list[list[str]]]:
    """Lay out how it was sampled: samples, what they are worth, and the error of one."""
    rows = []
    for result in results[:CELLS_SHOWN]:
        e = result.estimate
        share = "-" if result.question.mixture is None or e.share_plain is None else f"{e.share_plain:.1%}"
        right = f"{e.right / e.probability:.0%}" if e.probability and not result.question.has_no_sides else "-"
        rows.append(
            [*cell_words(result, headers), whole(e.n_samples), whole(round(e.effective_samples)), share, right,
             number(e.error_per_sample, 3)]
        )  # fmt: skip
    return [*headers, "samples", "worth", "wP", "right", "error"], rows


def mean_table(results: "Sequence[RareResult]", headers: list[str]) -> tuple[list[str], list[list[str]]]:
    """Lay out mean exit times beside the exact ones."""
    rows = []
    for result in results[:CELLS_SHOWN]:
        mean = result.mean_exit
        if mean is None:
            continue
        z = "-" if result.z_mean is None else f"{result.z_mean:.1f}"
        rows.append(
            [*cell_words(result, headers), number(mean.steps), number(100.0 * mean.relative_error, 2),
             number(100.0 * result.rest, 2), number(result.mean_exact), z, "NO" if result.mean_reasons else "yes"]
        )  # fmt: skip
    return [*headers, "mean", "+- %", "start %", "exact", "z", "trust"], rows
