"""What commands compute and print for a study of exits."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.predictor import looks, predictor
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison import ExitComparison
    from hts.plans import Plan


class ExitCommands:
    """A study of exits on the command line; see `StudyCommands`."""

    def compare(self, folder: Path, threads: int | None, with_exact: bool) -> "ExitComparison":
        """Lay measured mean exit times beside limit and exact ones; compute the latter finer where they disagree."""
        from hts import comparison as c

        if not with_exact:
            return c.fit_results(folder)

        first, again = looks(predictor, folder, threads)
        return c.fit_results(folder, c.exact_predictions(first), c.exact_predictions_again(again))

    def show(self, comparison: "ExitComparison", folder: Path) -> None:
        """Print the tables."""
        show(comparison, folder)

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print nothing: exact values take a while, and `hts fit` is the next command."""

    def table(self, comparison: "ExitComparison") -> tuple[dict[str, list[Any]], str]:
        """Lay out the cells as columns, and say how many there are."""
        from hts.comparison.tables import cell_table

        return cell_table(comparison), plural(len(comparison.cells), "cell")

    def predict(self, plan: "Plan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute exact and limit exit times of every cell, said to be slow beforehand where they are."""
        from hts.answers.slowness import slow_cells

        if slow := slow_cells(plan, plan.cells()):
            click.echo(slow, err=True)
        with predictor(None, threads) as predict:
            return tuple(predict(plan, plan.cells()))


def show(comparison: "ExitComparison", folder: Path) -> None:
    """Print the tables."""
    from hts.cli.tables import CELLS_SHOWN, interval, number, print_table, say_more

    has_exact = any(cell.mean_exit_steps_exact is not None for cell in comparison.cells)
    headers = ["b", "alpha", "eta", "walkers", "exits", "censored", "mean exit steps [95 %]"]
    headers += ["exact", "z"] if has_exact else []
    headers += ["limit", "Exp(1) p"]
    rows = []
    for c in comparison.cells[:CELLS_SHOWN]:
        row = [number(c.b), number(c.alpha), number(c.eta), str(c.n_walkers), str(c.n_exits), str(c.n_censored)]
        row.append(interval(c.mean_exit_steps, c.mean_low, c.mean_high))
        row += [number(c.mean_exit_steps_exact), number(c.z_exact, 2)] if has_exact else []
        row += [number(c.mean_exit_steps_limit), number(c.exponentiality_p, 2)]
        rows.append(row)
    print_table(f"Exit times: {folder}", headers, rows)
    say_more(len(comparison.cells))
    if any(c.probability_within is not None or c.within_reason for c in comparison.cells):
        click.echo()
        show_within(comparison)
    headers = ["b", "alpha", "l*", "cells", "measured [95 %]", *(["exact"] if has_exact else []), "limit"]
    rows = []
    for f in comparison.fits[:CELLS_SHOWN]:
        row = [number(f.b), number(f.alpha), number(f.jump_number), str(f.n_cells)]
        row.append(interval(f.exit_exponent_measured, f.low, f.high, 3))
        row += [number(f.exit_exponent_exact, 3)] if has_exact else []
        rows.append([*row, number(f.exit_exponent_limit, 3)])
    click.echo()
    print_table("Exponents: E sigma ~ eta^-exponent", headers, rows)
    say_more(len(comparison.fits))
    click.echo()
    for f in comparison.fits[:CELLS_SHOWN]:
        alpha = "" if f.alpha is None else f", alpha = {number(f.alpha)}"
        click.echo(f"b = {number(f.b)}{alpha}: {f.verdict}")


def show_within(comparison: "ExitComparison") -> None:
    """Print the probabilities to leave within the plan's time."""
    from hts.cli.tables import CELLS_SHOWN, interval, number, print_table, say_more

    headers = ["b", "alpha", "eta", "measured [95 %]", "exact", "remark"]
    rows = []
    for c in comparison.cells[:CELLS_SHOWN]:
        shares = c.probability_within, c.probability_within_low, c.probability_within_high
        row = [number(c.b), number(c.alpha), number(c.eta), "-" if shares[0] is None else interval(*shares)]
        rows.append([*row, number(c.probability_within_exact), c.within_reason or ""])
    print_table("Probability to leave within the time `within` of the plan", headers, rows)
    say_more(len(comparison.cells))
