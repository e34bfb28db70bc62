"""`hts predict`: exact beside limit values, without simulation."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, plan_options, threads_option, wide_option
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
@wide_option
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
    from hts.plans import SpacePlan, read_study

    parsed = read_study(plan, overrides, seed)
    if isinstance(parsed, SpacePlan):
        from hts.cli.space import answer_predict

        answer_predict(parsed, threads, as_json)
        return
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
    show(predictions, shares, parsed.title)


def show(predictions: Sequence["ExitPrediction"], shares: Sequence["SharePrediction"], title: str) -> None:
    """Print the tables, and below each its warnings."""
    from hts.cli.tables import print_tables
    from hts.reports.tables import prediction_table, prediction_warnings, share_prediction_table

    if predictions:
        print_tables([prediction_table(predictions, title)])
        for warning in prediction_warnings(predictions):
            click.echo(f"warning: {warning}")
    if shares:
        print_tables([share_prediction_table(shares, title)])
        for warning in prediction_warnings(shares):
            click.echo(f"warning: {warning}")


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
    from hts.cli.levy_plan import show_predictions
    from hts.reports.levy_documents import predict_document
    from hts.reports.parts import levy_part

    if as_json:
        print_document(predict_document(plan, predictions, studies, shares))
    else:
        show_predictions(levy_part(plan, predictions, studies, shares))
