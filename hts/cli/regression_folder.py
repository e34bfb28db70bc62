"""What `status`, `fit` and `export` do with a folder of SGD on least squares."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from hts.cli.predictor import theory
from hts.errors import PlanError
from hts.words import number, plural, whole

if TYPE_CHECKING:
    from hts.regression import CellResult
    from hts.regression.stored import RunsStatus


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


def refuse_no_exact() -> NoReturn:
    """Say that of SGD on least squares nothing is shown without exact values.

    Which cells are stationary, and what figures draw, is theirs to say.

    Raises
    ------
    PlanError
        Always.
    """
    raise PlanError("--no-exact: rho and alpha of SGD on least squares take 0.2 s a cell; leave the option out")


def results_of(folder: Path, threads: int | None, with_exact: bool) -> "tuple[CellResult, ...]":
    """Lay the runs of a folder beside rho and alpha, with a bar."""
    from hts.studies.fitting import compared_regression

    if not with_exact:
        refuse_no_exact()
    return compared_regression(folder, theory(threads))[1]


def fit(folder: Path, threads: int | None, with_exact: bool, as_json: bool) -> None:
    """Print what `hts regression` prints, of what is stored."""
    from hts.cli.documents import print_document
    from hts.cli.regression import show
    from hts.regression import open_regression, to_document

    results, title = results_of(folder, threads, with_exact), open_regression(folder)[1].title
    if as_json:
        print_document(to_document(results))
    else:
        show(results, title)


def export(folder: Path, target: Path, threads: int | None, with_exact: bool) -> int:
    """Write the cells as one table, and return how many there are."""
    from hts.plots.regression import rows_of
    from hts.storage.exports import write_table

    results = results_of(folder, threads, with_exact)
    rows = rows_of(results)
    write_table(target, {name: [row[name] for row in rows] for name in rows[0]})
    return len(rows)
