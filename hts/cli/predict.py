"""`hts predict`: exact beside limit values, without simulation."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, plan_options, threads_option
from hts.cli.predictor import share_predictor
from hts.cli.studies import commands_for

if TYPE_CHECKING:
    from hts.answers import ExitPrediction, SharePrediction


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
    shares: tuple[SharePrediction, ...] = ()
    if not no_shares:
        with share_predictor(None, threads) as predict_shares:
            shares = tuple(predict_shares(parsed, parsed.cells()))
    if as_json:
        from hts.cli.documents import print_document

        rows = [asdict(prediction) for prediction in predictions]
        for row in rows:
            del row["survival_exact"]
        print_document({"cells": rows, "shares": [asdict(share) for share in shares]})
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
