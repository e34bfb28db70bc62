"""What commands compute and print for a plan with [levy]: exits and long runs in time t = k h."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from hts.cli.exits import ExitTheory
from hts.cli.predictor import looks, predictor, share_predictor
from hts.cli.shares import VisitTheory
from hts.errors import PlanError
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison.levy_records import LevyCell, LevyExits, LevyShares, LevyVisit, TransitionComparison
    from hts.plans import Cell, Plan

#: Fields of a cell of exits that are no column of their own.
NESTED = ("exits", "transitions")
#: Fields of a cell of visits with a value for each well.
BY_WELL = ("shares", "low", "high", "expected", "z_exact", "exact", "limit")


class LevyReport:
    """Reports of studies in time t = k h: their tables are in steps, so there are none yet."""

    def measured_part(self, folder: Path, title: str, threads: int | None, with_exact: bool) -> NoReturn:
        """Refuse."""
        refuse_report(title)

    def predicted_part(self, plan: "Plan", threads: int | None, with_exact: bool) -> NoReturn:
        """Refuse."""
        refuse_report(plan.title)


def refuse_report(title: str) -> NoReturn:
    """Name what shows the results instead."""
    raise PlanError(f"{title}: no report of plans with [levy] yet; hts fit and hts plot show their results")


class LevyExitCommands(ExitTheory, LevyReport):
    """A study of exits with [levy] on the command line; see `StudyCommands`."""

    def compare(self, folder: Path, threads: int | None, with_exact: bool) -> "LevyExits":
        """Lay measured exits beside exact ones at the same h and the limit epsilon -> 0."""
        from hts import comparison as c
        from hts.comparison.levy import levy_exits
        from hts.sweeps.survey import open_results

        plan = open_results(folder)[1]
        if not with_exact:
            return levy_exits(plan, c.fit_results(folder))
        first, again = looks(predictor, folder, threads)
        known: dict[Cell, ExitPrediction] = {}

        def remembered(plan: "Plan", cells: "Sequence[Cell]") -> "Sequence[ExitPrediction]":
            found = first(plan, cells)
            known.update(zip(cells, found, strict=True))
            return found

        compared = c.fit_results(folder, c.exact_predictions(remembered), c.exact_predictions_again(again))
        return levy_exits(plan, compared, known)

    def show(self, comparison: "LevyExits", folder: Path) -> None:
        """Print the tables."""
        show_exits(comparison, folder)

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print nothing: exact values take a while, and `hts fit` is the next command."""

    def table(self, comparison: "LevyExits") -> tuple[dict[str, list[Any]], str]:
        """Lay out the cells as columns, and say how many there are."""
        rows = [asdict(cell) for cell in comparison.cells]
        table = {name: [row[name] for row in rows] for name in rows[0] if name not in NESTED}
        for side in ("left", "right"):
            table[f"exits_{side}"] = [row["exits"][side] for row in rows]
        for name in sorted({one["to"] for row in rows for one in row["transitions"]}):
            found: list[dict[str, Any]] = [
                next((one for one in row["transitions"] if one["to"] == name), {}) for row in rows
            ]
            for field in ("n", "probability", "low", "high", "exact", "limit"):
                table[f"transition_{name}_{field}"] = [one.get(field) for one in found]
        return table, plural(len(rows), "cell")


class LevyVisitCommands(VisitTheory, LevyReport):
    """A study of long runs with [levy] on the command line; see `StudyCommands`."""

    def compare(self, folder: Path, threads: int | None, with_exact: bool) -> "LevyShares":
        """Lay measured shares of time and moves between wells beside exact ones and the limit epsilon -> 0."""
        from hts import comparison as c
        from hts.comparison.levy import levy_shares
        from hts.sweeps.survey import open_results

        plan = open_results(folder)[1]
        if not with_exact:
            return levy_shares(plan, c.fit_visits(folder, c.limit_references))
        first, again = looks(share_predictor, folder, threads)
        compared = c.fit_visits(folder, c.exact_references(first), c.exact_references_again(again))
        return levy_shares(plan, compared)

    def show(self, comparison: "LevyShares", folder: Path) -> None:
        """Print the tables and the verdicts."""
        show_visits(comparison, folder)

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print what `hts fit` prints."""
        show_visits(self.compare(folder, threads, with_exact=True), folder)

    def table(self, comparison: "LevyShares") -> tuple[dict[str, list[Any]], str]:
        """Lay out the shares as columns, a row for each cell and well."""
        left_out = (*BY_WELL, "transitions", "warnings", "verdict", "well")
        rows = []
        for cell in comparison.visits:
            same = {name: value for name, value in asdict(cell).items() if name not in left_out}
            for well in range(len(cell.shares)):
                own = {name: getattr(cell, name)[well] for name in BY_WELL}
                rows.append({**same, "start_well": cell.well, "well": well, **own})
        table = {name: [row[name] for row in rows] for name in rows[0]}
        return table, f"{plural(len(comparison.visits), 'cell')}, a row for each well"


def show_exits(comparison: "LevyExits", folder: Path) -> None:
    """Print mean exit times, probabilities within a time, transition probabilities and verdicts."""
    from hts.cli.tables import CELLS_SHOWN, print_table, say_more
    from hts.words import interval, number

    cells = comparison.cells[:CELLS_SHOWN]
    headers = ["epsilon", "alpha", "h", "walkers", "exits", "censored", "mean exit time [95 %]", "exact at h", "z"]
    headers += ["limit", "limit, c = 1/alpha", "Exp(1) p"]
    rows = []
    for c in cells:
        row = [*_name(c), str(c.n_walkers), str(c.n_exits), str(c.n_censored)]
        row.append(interval(c.mean_exit_time, c.mean_low, c.mean_high))
        row += [number(c.mean_exit_time_exact), number(c.z_exact, 2), number(c.mean_exit_time_limit)]
        rows.append([*row, number(c.mean_exit_time_limit_printed), number(c.exponentiality_p, 2)])
    print_table(f"Exit times t = k h: {folder}", headers, rows, "limit: epsilon -> 0, c = C_alpha/2 as simulated")
    say_more(len(comparison.cells))
    if any(c.probability_within is not None or c.within_reason for c in cells):
        click.echo()
        rows = [
            [*_name(c), interval(c.probability_within, c.probability_within_low, c.probability_within_high)
             if c.probability_within is not None else "-", number(c.probability_within_exact), c.within_reason or ""]
            for c in cells
        ]  # fmt: skip
        headers = ["epsilon", "alpha", "h", "measured [95 %]", "exact at h", "remark"]
        print_table("Probability to leave within the time `within` of the plan", headers, rows)
    click.echo()
    show_transitions(cells)
    click.echo()
    for fit in comparison.fits[:CELLS_SHOWN]:
        click.echo(f"epsilon = {number(fit.epsilon)}, alpha = {number(fit.alpha)}: {fit.verdict}")


def show_transitions(cells: "Iterable[LevyCell | LevyVisit]") -> None:
    """Print from where to where walkers go: measured, exact at h, and in the limit."""
    from hts.cli.tables import print_table
    from hts.words import interval, number

    rows = []
    for cell in cells:
        head = _name(cell)
        for one in cell.transitions:
            rows.append([*head, f"{one.start} -> {one.to}", *_probabilities(one, interval, number)])
            head = [""] * len(head)
    headers = ["epsilon", "alpha", "h", "from -> to", "n", "measured [95 %]", "exact at h", "limit q_ij/q_i"]
    print_table("Transition probabilities", headers, rows)


def _probabilities(one: "TransitionComparison", interval: Any, number: Any) -> list[str]:
    measured = "-" if one.probability is None else interval(one.probability, one.low, one.high)
    return [str(one.n), measured, number(one.exact), number(one.limit)]


def show_visits(comparison: "LevyShares", folder: Path) -> None:
    """Print shares of time, transition probabilities and what may be said of each cell."""
    from hts.cli.tables import CELLS_SHOWN, print_table, say_more
    from hts.words import interval, number

    cells = comparison.visits[:CELLS_SHOWN]
    headers = ["epsilon", "alpha", "h", "walkers", "time\nof each", "well", "share of time [95 %]"]
    headers += ["exact,\nthis time", "z", "stationary,\nexact at h", "limit pi"]
    rows = []
    for cell in cells:
        head = [*_name(cell), str(cell.n_walkers), number(cell.run_time)]
        for well, share in enumerate(cell.shares):
            row = [*(head if well == 0 else [""] * len(head)), str(well)]
            row.append(interval(share, cell.low[well], cell.high[well]))
            row += [number(cell.expected[well]), number(cell.z_exact[well], 2), number(cell.exact[well])]
            rows.append([*row, number(cell.limit[well])])
    print_table(f"Equilibrium, shares of time: {folder}", headers, rows)
    say_more(len(comparison.visits))
    if any(cell.transitions for cell in cells):
        click.echo()
        show_transitions(cells)
    click.echo()
    for cell in cells:
        name = f"epsilon = {number(cell.epsilon)}, alpha = {number(cell.alpha)}, h = {number(cell.step)}"
        click.echo(f"{name}: {cell.verdict}")
        for warning in cell.warnings:
            click.echo(f"warning: {name}: {warning}")


def _name(cell: "LevyCell | LevyVisit") -> list[str]:
    from hts.words import number

    return [number(cell.epsilon), number(cell.alpha), number(cell.step)]
