"""This file is where `hts predict` shows exact beside limit, without simulation."""

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, plan_options, threads_option
from hts.cli.predictor import predictor

if TYPE_CHECKING:
    from hts.predictions import ExitPrediction


@click.command("predict")
@plan_options
@threads_option
@json_option
def command(plan: Path, overrides: tuple[str, ...], seed: int | None, threads: int | None, as_json: bool) -> None:
    r"""Compute mean exit times of every cell of PLAN: exact at its eta, and in the limit eta -> 0.

    The exact value solves the linear equation of the walk on a mesh refined until its own error estimate is small;
    it costs about a second a cell, however rare the exit. Nothing is simulated and nothing is written.

    \b
    Example:
      hts predict configs/finite_eta.toml
    """
    from hts.plans import read_plan

    parsed = read_plan(plan, overrides, seed)
    with predictor(None, threads) as predict:
        predictions = tuple(predict(parsed, parsed.cells()))
    if as_json:
        from hts.cli.documents import print_document

        rows = [asdict(prediction) for prediction in predictions]
        for row in rows:
            del row["survival_exact"]
        print_document({"cells": rows})
        return
    show(predictions, parsed.title)


def show(predictions: tuple["ExitPrediction", ...], title: str) -> None:
    """Print the table, and each warning once with the cells it is about."""
    from hts.cli.tables import number, print_table

    headers = ["b", "alpha", "eta", "l*", "exact mean exit steps", "rel. error", "limit 1/(q lambda)"]
    headers += ["exact/limit", "local exponent", "limit"]
    rows = []
    for p in predictions:
        exact, limit = p.mean_exit_steps_exact, p.mean_exit_steps_limit
        row = [number(p.b), number(p.alpha), number(p.eta), number(p.jump_number), number(exact, 7)]
        row += [number(p.relative_error_exact, 1), number(limit, 5)]
        row.append(number(exact / limit, 3) if exact is not None and limit is not None else "-")
        rows.append([*row, number(p.local_exponent_exact), number(p.exit_exponent_limit)])
    print_table(f"Exit times, exact and in the limit: {title}", headers, rows)
    warned: dict[str, list[str]] = {}
    for p in predictions:
        for warning in p.warnings:
            b = "inf" if math.isinf(p.b) else f"{p.b:g}"
            warned.setdefault(warning, []).append(f"(eta {p.eta:g}, b {b}, alpha {number(p.alpha)})")
    for warning, cells in warned.items():
        more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
        click.echo(f"warning: {cells[0]}{more}: {warning}")
