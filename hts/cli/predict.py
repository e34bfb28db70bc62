"""`hts predict`: exact beside limit values, without simulation."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, plan_options, threads_option
from hts.cli.predictor import predictor, share_predictor
from hts.cli.studies import commands_for

if TYPE_CHECKING:
    from hts.answers import ExitPrediction, SharePrediction
    from hts.answers.discretisation import Discretisation
    from hts.plans import Plan


@click.command("predict")
@plan_options
@threads_option
@click.option("--no-shares", is_flag=True, help="Leave the shares of time out; they take a few seconds a cell.")
@json_option
def command(
    plan: Path, overrides: tuple[str, ...], seed: int | None, threads: int | None, no_shares: bool, as_json: bool
) -> None:
    r"""Compute what every cell of PLAN should show: exact at its eta, and in the limit eta -> 0.

    Mean exit times, for a plan with [exit]: the exact value solves the linear equation of the walk on a mesh refined
    until its own error estimate is small; it costs about a second a cell, however rare the exit. Stationary shares of
    time in each well, where there are two or more. Nothing is simulated and nothing is written.

    \b
    Example:
      hts predict configs/finite_eta.toml
    """
    from hts.plans import read_plan

    parsed = read_plan(plan, overrides, seed)
    predictions = commands_for(parsed).predict(parsed, threads)
    studies = levy_studies(parsed, threads)
    shares: tuple[SharePrediction, ...] = ()
    if not no_shares:
        with share_predictor(None, threads) as predict_shares:
            shares = tuple(predict_shares(parsed, parsed.cells()))
    if parsed.levy is not None:
        answer_levy(parsed, predictions, studies, shares, as_json)
        return
    if as_json:
        from hts.cli.documents import print_document

        rows, share_rows = ([asdict(one) for one in those] for those in (predictions, shares))
        for row in (*rows, *share_rows):
            row.pop("survival_exact", None)
            del row["epsilon"]
        print_document({"cells": rows, "shares": share_rows})
        return
    if predictions:
        show(predictions, parsed.title)
    if shares:
        show_shares(shares, parsed.title)


def levy_studies(plan: "Plan", threads: int | None) -> "tuple[Discretisation, ...]":
    """Follow the exits of a plan with [levy] to h = 0; nothing of other plans."""
    if plan.levy is None:
        return ()
    from hts.answers.discretisation import discretise

    with predictor(None, threads) as predict:
        return discretise(plan, predict)


def answer_levy(
    plan: "Plan",
    predictions: tuple["ExitPrediction", ...],
    studies: "tuple[Discretisation, ...]",
    shares: tuple["SharePrediction", ...],
    as_json: bool,
) -> None:
    """Print what there is of a plan with [levy], in time t = k h."""
    from hts.cli.documents import print_document
    from hts.cli.levy_plan import predict_document, show_predictions

    if as_json:
        print_document(predict_document(plan, predictions, studies, shares))
    else:
        show_predictions(plan, predictions, studies, shares)


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
    show_warnings(predictions)


def show_shares(shares: tuple["SharePrediction", ...], title: str) -> None:
    """Print the shares of time well by well, and each warning once with the cells it is about."""
    from hts.cli.tables import CELLS_SHOWN, number, print_table

    headers = ["b", "alpha", "eta", "relaxation steps", "in the limit", "rel. error", "well", "exact share", "limit"]
    rows = []
    for share in shares:
        cell = [number(share.b), number(share.alpha), number(share.eta)]
        cell += [number(share.relaxation_steps_exact), number(share.relaxation_steps), number(share.relative_error, 1)]
        n_wells = len(share.exact or share.limit or ())
        for well in range(n_wells):
            exact = None if share.exact is None else share.exact[well]
            limit = None if share.limit is None else share.limit[well]
            head = cell if well == 0 else [""] * len(cell)
            rows.append([*head, str(well), number(exact, 6), number(limit, 5)])
        if not n_wells:
            rows.append([*cell, "-", "-", "-"])
    more = f"and {len(rows) - CELLS_SHOWN} more rows; --json lists all" if len(rows) > CELLS_SHOWN else None
    print_table(f"Stationary shares of time: {title}", headers, rows[:CELLS_SHOWN], more)
    show_warnings(shares)


def show_warnings(predictions: Sequence["ExitPrediction | SharePrediction"]) -> None:
    """Print each warning once, with the cells it is about."""
    from hts.cli.tables import number

    warned: dict[str, list[str]] = {}
    for p in predictions:
        for warning in p.warnings:
            b = "inf" if math.isinf(p.b) else f"{p.b:g}"
            warned.setdefault(warning, []).append(f"(eta {p.eta:g}, b {b}, alpha {number(p.alpha)})")
    for warning, cells in warned.items():
        more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
        click.echo(f"warning: {cells[0]}{more}: {warning}")
