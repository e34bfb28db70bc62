"""What `status`, `verify`, `fit`, `plot` and `export` do with a folder of SGD on least squares."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.errors import IncompleteError, PlanError
from hts.words import number, plural, whole

if TYPE_CHECKING:
    from hts.regression import CellResult
    from hts.regression.stored import RunsStatus
    from hts.sweeps import Replay, Verification

FIGURE = "regression"


def is_of_regression(folder: Path) -> bool:
    """Tell whether `hts regression` made a folder."""
    from hts.storage import ResultsFolder

    return ResultsFolder(folder).is_of_regression


def show_status(folder: Path, as_json: bool) -> tuple[int, int]:
    """Print what is done of each cell; return how many cells have damaged files, and damaged files of no cell."""
    from hts.cli.documents import print_document
    from hts.cli.tables import CELLS_SHOWN, print_table, say_more
    from hts.regression import regression_status

    found = regression_status(folder)
    cells = found.cells
    if as_json:
        flat = [asdict(one.cell) | {k: v for k, v in asdict(one).items() if k != "cell"} for one in cells]
        print_document({"cells": flat, "strays": list(found.strays)})
    else:
        shown = list(cells) if len(cells) <= CELLS_SHOWN else [one for one in cells if one.state != "done"]
        headers = ["d", "b", "eta", "sigma", "state", "runs", ""]
        print_table(f"{folder}", headers, map(_status_row, shown[:CELLS_SHOWN]))
        say_more(len(shown))
        click.echo(f"{sum(one.state == 'done' for one in cells)} of {plural(len(cells), 'cell')} done")
        for stray in found.strays[:CELLS_SHOWN]:
            click.echo(f"of no cell of the plan: {stray}")
        say_more(len(found.strays))
    return sum(one.state == "damaged" for one in cells), len(found.strays)


def _status_row(one: "RunsStatus") -> list[str]:
    cell = one.cell
    words = [whole(cell.dimension), whole(cell.batch), number(cell.eta), number(cell.sigma)]
    return [*words, one.state, f"{one.runs_done}/{one.runs_wanted}", one.message]


def verify_regression(
    folder: Path, n_runs: int, seed: int, threads: int | None
) -> "tuple[Verification, Replay | None]":
    """Compare files of runs with their checksums, and simulate some runs again."""
    from hts import regression
    from hts.cli.signals import stop_on_signal

    found = regression.verify_regression(folder)
    if not n_runs:
        return found, None
    with stop_on_signal() as stop:
        return found, regression.replay_regression(folder, n_runs, seed=seed, threads=threads, should_stop=stop)


def results_of(folder: Path, threads: int | None, with_exact: bool) -> "tuple[tuple[CellResult, ...], str]":
    """Lay the runs of a folder beside rho and alpha; return the title of the plan too.

    Raises
    ------
    PlanError
        Without exact values: which cells are stationary, and what figures draw, is theirs to say.
    IncompleteError
        Where no run is finished.
    """
    from hts.cli.regression import predict
    from hts.regression import open_regression, regression_results

    if not with_exact:
        raise PlanError("--no-exact: rho and alpha of SGD on least squares take 0.2 s a cell; leave the option out")
    _, plan = open_regression(folder)
    results = regression_results(plan, predict(plan, threads), folder)
    if not any(result.n_runs for result in results):
        raise IncompleteError(
            f"{folder}: no run is finished yet; hts regression {folder / 'plan.toml'} -o {folder} goes on"
        )
    return results, plan.title


def fit(folder: Path, threads: int | None, with_exact: bool, as_json: bool) -> None:
    """Print what `hts regression` prints, of what is stored."""
    from hts.cli.documents import print_document
    from hts.cli.regression import show
    from hts.regression import to_document

    results, title = results_of(folder, threads, with_exact)
    if as_json:
        print_document(to_document(results))
    else:
        show(results, title)


def plot(
    folder: Path, output: Path | None, names: Sequence[str], threads: int | None, with_exact: bool
) -> tuple[Path, ...]:
    """Draw the figure of a folder: alpha against eta, b, d and eta/b, measured beside exact."""
    if unknown := sorted(set(names) - {FIGURE}):
        raise PlanError(f"no figure called {', '.join(map(repr, unknown))} of SGD on least squares; there is {FIGURE}")
    from hts.plots.regression import plot_regression

    results, _ = results_of(folder, threads, with_exact)
    return plot_regression(results, output or folder / "figures")


def export(folder: Path, target: Path, threads: int | None, with_exact: bool) -> int:
    """Write the cells as one table, and return how many there are."""
    from hts.plots.regression import rows_of
    from hts.storage.exports import write_table

    results, _ = results_of(folder, threads, with_exact)
    rows = rows_of(results)
    write_table(target, {name: [row[name] for row in rows] for name in rows[0]})
    return len(rows)
