"""`hts fit`: measured beside exact beside limit values."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import folder_argument, json_option, threads_option
from hts.cli.predictor import predictor, share_predictor
from hts.cli.shares import show_visits
from hts.errors import IncompleteError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hts.answers import ExitPrediction, SharePrediction
    from hts.comparison import ExitComparison, ShareComparison
    from hts.plans import Cell, Plan


@click.command("fit")
@folder_argument
@threads_option
@click.option("--no-exact", is_flag=True, help="Leave the exact values out; they take about a second a cell, once.")
@json_option
def command(folder: Path, threads: int | None, no_exact: bool, as_json: bool) -> None:
    r"""Estimate mean exit times and exponents from DIR, beside what theory says.

    A cell's mean is exposure/exits, right under censoring, with its 95 % interval; a line through the means of one
    (b, alpha) has the exponent beside that of the limit eta -> 0, which it need not equal at finite eta. Of long runs
    ([visits]) it is the share of time in each well, with the horizon in relaxation times.

    \b
    Example:
      hts fit results/quick
    """
    from hts.comparison import ShareComparison, to_json

    comparison = compared(folder, threads, not no_exact)
    if as_json:
        from hts.cli.documents import print_document

        print_document(to_json(comparison))
    elif isinstance(comparison, ShareComparison):
        show_visits(comparison, folder)
    else:
        show(comparison, folder)
    refuse_nothing(comparison, folder)


def refuse_nothing(comparison: "ExitComparison | ShareComparison", folder: Path) -> None:
    """End with exit code 1 where no walker is finished."""
    from hts.comparison import ShareComparison

    cells = comparison.visits if isinstance(comparison, ShareComparison) else comparison.cells
    if not any(cell.n_walkers for cell in cells):
        raise IncompleteError(
            f"{folder}: no walker is finished yet; hts run {folder / 'plan.toml'} -o {folder} goes on"
        )


def compared(folder: Path, threads: int | None, with_exact: bool) -> "ExitComparison | ShareComparison":
    """Compare what lies in a folder, of exits or of visits, with what is predicted."""
    from hts import comparison as c
    from hts.sweeps.survey import open_results

    if open_results(folder)[1].visits is None:
        if not with_exact:
            return c.fit_results(folder)

        def again(plan: "Plan", cells: "Sequence[Cell]") -> "Sequence[ExitPrediction]":
            click.echo(f"{_counted(len(cells))}; computing their exact values again, finer", err=True)
            with predictor(folder, threads, finer=True) as predict_finer:
                return predict_finer(plan, cells)

        def first(plan: "Plan", cells: "Sequence[Cell]") -> "Sequence[ExitPrediction]":
            with predictor(folder, threads) as predict:
                return predict(plan, cells)

        return c.fit_results(folder, c.exact_predictions(first), c.exact_predictions_again(again))
    if not with_exact:
        return c.fit_visits(folder, c.limit_references)

    def shares_again(plan: "Plan", cells: "Sequence[Cell]") -> "Sequence[SharePrediction]":
        click.echo(f"{_counted(len(cells))}; computing exact shares again, finer", err=True)
        with share_predictor(folder, threads, finer=True) as predict_finer:
            return predict_finer(plan, cells)

    def first_shares(plan: "Plan", cells: "Sequence[Cell]") -> "Sequence[SharePrediction]":
        with share_predictor(folder, threads) as predict_shares:
            return predict_shares(plan, cells)

    return c.fit_visits(folder, c.exact_references(first_shares), c.exact_references_again(shares_again))


def _counted(n_cells: int) -> str:
    """Return a number of cells that disagree, as a sentence begins."""
    return "1 cell disagrees" if n_cells == 1 else f"{n_cells} cells disagree"


def show(comparison: "ExitComparison", folder: Path) -> None:
    """Print the tables."""
    from hts.cli.tables import interval, number, print_table

    has_exact = any(cell.mean_exit_steps_exact is not None for cell in comparison.cells)
    headers = ["b", "alpha", "eta", "walkers", "exits", "censored", "mean exit steps [95 %]"]
    headers += ["exact", "z"] if has_exact else []
    headers += ["limit", "Exp(1) p"]
    rows = []
    for c in comparison.cells:
        row = [number(c.b), number(c.alpha), number(c.eta), str(c.n_walkers), str(c.n_exits), str(c.n_censored)]
        row.append(interval(c.mean_exit_steps, c.mean_low, c.mean_high))
        row += [number(c.mean_exit_steps_exact), number(c.z_exact, 2)] if has_exact else []
        row += [number(c.mean_exit_steps_limit), number(c.exponentiality_p, 2)]
        rows.append(row)
    print_table(f"Exit times: {folder}", headers, rows)
    if any(c.probability_within is not None or c.within_reason for c in comparison.cells):
        click.echo()
        show_within(comparison)
    headers = ["b", "alpha", "l*", "cells", "measured [95 %]", *(["exact"] if has_exact else []), "limit"]
    rows = []
    for f in comparison.fits:
        row = [number(f.b), number(f.alpha), number(f.jump_number), str(f.n_cells)]
        row.append(interval(f.exit_exponent_measured, f.low, f.high, 3))
        row += [number(f.exit_exponent_exact, 3)] if has_exact else []
        rows.append([*row, number(f.exit_exponent_limit, 3)])
    click.echo()
    print_table("Exponents: E sigma ~ eta^-exponent", headers, rows)
    click.echo()
    for f in comparison.fits:
        alpha = "" if f.alpha is None else f", alpha = {number(f.alpha)}"
        click.echo(f"b = {number(f.b)}{alpha}: {f.verdict}")


def show_within(comparison: "ExitComparison") -> None:
    """Print the probabilities to leave within the plan's time."""
    from hts.cli.tables import interval, number, print_table

    headers = ["b", "alpha", "eta", "measured [95 %]", "exact", "remark"]
    rows = []
    for c in comparison.cells:
        shares = c.probability_within, c.probability_within_low, c.probability_within_high
        row = [number(c.b), number(c.alpha), number(c.eta), "-" if shares[0] is None else interval(*shares)]
        rows.append([*row, number(c.probability_within_exact), c.within_reason or ""])
    print_table("Probability to leave within the time `within` of the plan", headers, rows)
