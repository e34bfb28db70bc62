"""`hts describe`: what a plan asks for and what it costs."""

from contextlib import nullcontext
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.graphs import graph_document, show_graphs, windows_document
from hts.cli.levy_plan import show_description
from hts.cli.options import (
    DEVICES,
    json_option,
    output_option,
    plan_options,
    results_folder,
    threads_option,
    wide_option,
)
from hts.cli.progress import clock, rate
from hts.cli.rare_description import rare_document, show_rare
from hts.words import plural, whole

#: Cells beyond which a forecast of each takes tens of seconds.
MANY_CELLS = 100_000

if TYPE_CHECKING:
    from hts.forecast import CellForecast, Cost, Description


@click.command("describe")
@plan_options
@output_option("The results folder to look into; results/<stem of PLAN> by default.")
@threads_option
@click.option("--calibrate", is_flag=True, help="Measure the speed of this machine now; takes a second.")
@click.option(
    "--device", metavar=DEVICES, help="Say how long GPUs would take, too; by default those that have run before."
)
@wide_option
@json_option
def command(
    plan: Path,
    overrides: tuple[str, ...],
    seed: int | None,
    folder: Path | None,
    threads: int | None,
    calibrate: bool,
    device: str | None,
    as_json: bool,
) -> None:
    r"""Say what PLAN is about and what it costs, before anything runs; nothing is written.

    \b
    Examples:
      hts describe configs/quick.toml --set exit.walkers=10000
      hts describe configs/published_exit.toml --calibrate --threads 8
      hts describe configs/published_exit.toml --calibrate --device cuda
    """
    from hts.cli.documents import print_document
    from hts.cli.predictor import predictor
    from hts.forecast import describe
    from hts.plans import SpacePlan, read_study
    from hts.plans.texts import has_table
    from hts.plans.training import TABLE

    if has_table(plan, TABLE):
        from hts.cli.training_plan import describe as describe_training

        describe_training(plan, overrides, seed, results_folder(plan, folder), as_json)
        return
    parsed = read_study(plan, overrides, seed)
    target = results_folder(plan, folder)
    if isinstance(parsed, SpacePlan):
        from hts.cli.space import answer_describe
        from hts.sweeps.devices import check_device

        if device is not None:
            check_device(parsed, device)
        answer_describe(parsed, target, threads, calibrate, as_json)
        return
    if len(parsed.cells()) > MANY_CELLS:
        click.echo(
            f"{whole(len(parsed.cells()))} cells: a forecast of each takes about 10 s and half a gigabyte per 100,000 "
            "of them, and more than that for a million; look at a part, as in --set grid.eta=[0.1, 0.01]",
            err=True,
        )
    # a bar, and Ctrl-C that waits for the next cell, only where every cell's exact mean is needed
    has_number = isinstance(parsed.study.walkers, int)
    with nullcontext() if has_number else predictor(None, threads) as predict:
        description = describe(parsed, target, threads=threads, calibrate=calibrate, predict=predict, device=device)
    if as_json:
        print_document(document(description))
    else:
        show(description, target)


def document(d: "Description") -> dict[str, Any]:
    """Give the document of docs/interface.md, "describe"."""
    from hts.reports.levy_documents import describe_document

    own = {} if d.plan.levy is None else describe_document(d)
    if d.plan.rare is not None:
        own["rare"] = rare_document(d.plan)
    return {
        "landscape": {
            "kind": d.landscape.kind,
            "minima": d.landscape.minima,
            "barriers": d.landscape.barriers,
            "curvatures": d.landscape.curvatures,
        },
        "wells": [
            {
                "well": w.well,
                "minimum": w.minimum,
                "left": w.left,
                "right": w.right,
                "exit_distance": w.exit_distance,
                "jump_numbers": [{"b": b, "jump_number": n} for b, n in w.jump_numbers],
            }
            for w in d.wells
        ],
        "graphs": [graph_document(graph) for graph in d.graphs],
        "irreducible_windows": windows_document(d.windows),
        "cost": {
            "expected_steps": d.cost.expected_steps,
            "upper_bound_steps": d.cost.upper_bound_steps,
            "core_seconds": d.cost.core_seconds,
            "wall_seconds": d.cost.wall_seconds,
            "threads": d.cost.threads,
            "steps_per_second": d.cost.steps_per_second,
            "basis": d.cost.basis,
            "bytes": d.cost.bytes,
            "device": None if d.cost.device is None else asdict(d.cost.device),
        },
        "cells": [
            {
                "eta": f.cell.eta,
                "b": f.cell.b,
                "alpha": f.cell.alpha,
                "well": f.cell.well,
                "state": f.state,
                "walkers_wanted": f.walkers_wanted,
                "walkers_left": f.walkers_left,
                "shards": f.n_shards,
                "mean_steps": f.mean_steps,
                "source": f.source,
                "message": f.message,
            }
            for f in d.cells
        ],
        "notes": list(d.notes),
        "warnings": list(d.warnings),
    } | own


def show(d: "Description", folder: Path) -> None:
    """Print the description as tables."""
    if d.plan.levy is not None:
        show_description(d, folder)
    else:
        show_tables(d, folder)
    if d.plan.rare is not None:
        click.echo()
        show_rare(d.plan)
        click.echo("hts run, which such a plan does not need:")
    show_cost(d.cost)
    for note in d.notes:
        click.echo(note)
    for warning in d.warnings:
        click.echo(f"warning: {warning}")


def show_tables(d: "Description", folder: Path) -> None:
    """Print wells, graphs and cells."""
    from hts.cli.tables import print_table
    from hts.words import number

    headers = ["well", "minimum", "f''", "left", "right", "exit distance"]
    headers += [f"l* (b = {number(b)})" for b, _ in d.wells[0].jump_numbers]
    rows = [
        [str(w.well), number(w.minimum, 6), number(curvature), number(w.left, 6), number(w.right, 6),
         number(w.exit_distance, 6), *(number(n) for _, n in w.jump_numbers)]
        for w, curvature in zip(d.wells, d.landscape.curvatures.tolist(), strict=True)
    ]  # fmt: skip
    print_table(f"{d.plan.title}: {d.landscape.kind}", headers, rows, drops=["f''"])
    if d.landscape.n_wells > 1:
        click.echo()
        show_graphs(d.graphs, d.windows)
    click.echo()
    show_cells(d.cells, folder)


def show_cost(cost: "Cost") -> None:
    """Print what is left to do, and how long it takes."""
    if cost.upper_bound_steps == 0:
        click.echo("to do: nothing")
        return
    most = f" (at most {cost.upper_bound_steps:.3g})" if cost.upper_bound_steps > cost.expected_steps else ""
    click.echo(f"to do: {cost.expected_steps:.3g} walker-steps expected{most}, {cost.bytes / 1e6:.1f} MB")
    one = duration(cost.core_seconds)
    threads = f"{duration(cost.wall_seconds)} on {cost.threads} threads, {one} on one" if cost.threads > 1 else one
    click.echo(f"time: about {threads}, at {rate(cost.steps_per_second)} per core ({basis_words(cost.basis)})")
    if cost.device is not None:
        on = cost.device
        words = basis_words(on.basis, f"--calibrate --device {on.device}")
        click.echo(
            f"on {on.device}: about {duration(on.wall_seconds)}, at {rate(on.steps_per_second)} in all ({words})"
        )


def basis_words(basis: str, option: str = "--calibrate") -> str:
    """Say where a speed comes from."""
    return {"calibrated": "measured now", "earlier runs": "of earlier runs"}.get(
        basis, f"assumed; {option} measures it"
    )


def duration(seconds: float) -> str:
    """Write a duration; one that is over at once is no 0s."""
    return "a second" if seconds < 1.5 else clock(seconds)


def show_cells(cells: "tuple[CellForecast, ...]", folder: Path) -> None:
    """Print what would run and why: cell by cell, or the states of each curve where there are many cells."""
    from hts.cli.tables import CELLS_SHOWN, print_table, say_more
    from hts.forecast import state_counts
    from hts.words import number, whole

    if len(cells) <= CELLS_SHOWN:
        headers = ["b", "alpha", "eta", "state", "walkers to run", "shards", "steps each", "from", "why"]
        rows = [
            [number(f.cell.b), number(f.cell.alpha), number(f.cell.eta), f.state, whole(f.walkers_left),
             whole(f.n_shards), number(f.mean_steps, 3), f.source, f.message]
            for f in cells
        ]  # fmt: skip
    else:
        headers = ["b", "alpha", "cells", "walkers to run", "steps in all"]
        rows = []
        for (b, alpha), group in groupby(cells, key=lambda f: (f.cell.b, f.cell.alpha)):
            curve = tuple(group)
            states = ", ".join(f"{n} {state}" for state, n in state_counts(curve).items())
            steps = sum(f.walkers_left * f.mean_steps for f in curve)
            walkers = whole(sum(f.walkers_left for f in curve))
            rows.append([number(b), number(alpha), states, walkers, number(steps, 3)])
    counts = ", ".join(f"{n} {state}" for state, n in state_counts(cells).items())
    title = f"{folder}: {plural(len(cells), 'cell')}: {counts}"
    print_table(title, headers, rows[:CELLS_SHOWN], drops=["shards", "from", "steps each"])
    say_more(len(rows))
