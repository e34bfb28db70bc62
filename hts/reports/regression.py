"""A study of SGD on least squares: its table, what it says, and its report."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

from hts.errors import IncompleteError
from hts.reports.document import OWN, Part, Report, report_with
from hts.reports.figures import PageFigure, page_figure
from hts.reports.tables import TextTable, text_table
from hts.words import each_once, interval, number, plural, span, whole

if TYPE_CHECKING:
    from hts.plans.regression import RegressionPlan
    from hts.regression import CellResult, RegressionEstimate

HEADERS = ("d", "b", "eta", "sigma", "rho", "alpha", "alpha = 2 at", "rho = 0 at")
MEASURED = ("k |rho|", "Hill, iterates", "block, iterates", "Hill, averages", "block, averages", "stationary")
#: What a narrow terminal does without, in that order.
DROPS = ("alpha = 2 at", "rho = 0 at", "block, averages", "block, iterates", "Hill, averages", "k |rho|", "sigma")
CITATIONS = ("M. Gürbüzbalaban, U. Simsekli, L. Zhu. The Heavy-Tail Phenomenon in SGD. arXiv:2006.04740, 2021.",)


def regression_table(results: Sequence[CellResult], title: str) -> TextTable:
    """Lay rho and alpha of all cells out, beside what was measured where there are runs."""
    has_runs = any(result.n_runs for result in results)
    rows = []
    for result in results:
        cell, tail = result.prediction.cell, result.prediction.tail
        row = [whole(cell.dimension), whole(cell.batch), number(cell.eta), number(cell.sigma), number(tail.lyapunov)]
        row += [number(tail.tail_index, 5), number(result.prediction.eta_critical), number(result.prediction.eta_edge)]
        if has_runs:
            row.append(number(result.relaxation_times, 3))
            row += [*_measured(result.iterates), *_measured(result.averages)]
            row.append("yes" if tail.is_stationary else "NO")
        rows.append(row)
    headers = [*HEADERS, *(MEASURED if has_runs else ())]
    return text_table(f"SGD on least squares: {title}", headers, rows, drops=DROPS)


def _measured(estimate: RegressionEstimate | None) -> list[str]:
    """Write Hill's estimate with its interval, and the median of the block estimates."""
    if estimate is None:
        return ["-", "-"]
    hill = estimate.hill
    return [
        "-" if hill is None else interval(hill.alpha, hill.low, hill.high, 2),
        number(estimate.block_median, 3),
    ]


def regression_warnings(results: Sequence[CellResult]) -> list[str]:
    """List each warning once, with the first cell it is about."""
    cells = ((result.prediction.cell, result.warnings) for result in results)
    return each_once(
        (f"(d {cell.dimension}, b {cell.batch}, eta {cell.eta:g})", warning)
        for cell, warnings in cells
        for warning in warnings
    )


def regression_verdicts(results: Sequence[CellResult]) -> list[str]:
    """Say how many cells have a stationary law, how heavy its tails are, and how many intervals hold alpha."""
    tails = [result.prediction.tail for result in results]
    n_stationary = sum(tail.is_stationary for tail in tails)
    said = [f"{n_stationary} of {plural(len(tails), 'cell')} {'has' if n_stationary == 1 else 'have'} a stationary law"]
    known = sorted(tail.tail_index for tail in tails if tail.tail_index is not None and isfinite(tail.tail_index))
    if known:
        n_heavy = sum(alpha < 2.0 for alpha in known)
        said.append(f"The tail index alpha is {span(known)}; below 2, where the variance is infinite, in {n_heavy}")
    pairs = [
        (result.prediction.tail.tail_index, result.iterates.hill)
        for result in results
        if result.prediction.tail.is_stationary and result.iterates is not None and result.iterates.hill is not None
    ]
    if pairs:
        n_held = sum(alpha is not None and hill.low <= alpha <= hill.high for alpha, hill in pairs)
        said.append(f"Hill's 95 % interval of the iterates holds the exact alpha in {n_held} of {len(pairs)} cells")
    return [f"{one}." for one in said]


def regression_report(plan: RegressionPlan, results: Sequence[CellResult], has_run: bool) -> Report:
    """Put the report of a plan or folder of SGD on least squares together."""
    table, name = plan.table, shlex.quote(plan.path.name)
    asked = (
        f"How heavy are the tails of SGD on Gaussian least squares? Dimensions d {span(sorted(table.dimension))}, "
        f"mini-batches b {span(sorted(table.batch))}, learning rates eta {span(sorted(table.eta))}: "
        f"{plural(len(results), 'cell')}"
    )
    runs = f", {plural(table.runs, 'run')} of {plural(table.steps, 'step')} each." if table.runs and has_run else "."
    part = Part(
        [regression_table(results, plan.title)], regression_verdicts(results), regression_warnings(results)
    )  # fmt: skip
    command = f"hts regression {name}" + ("" if has_run or not table.runs else " --exact-only")
    return report_with(
        part,
        _figures(results),
        title=plan.title,
        question=asked + runs,
        plans=((plan.path.name, plan.to_toml()),),
        commands=(command,),
        citations=(*OWN, *CITATIONS),
    )


def _figures(results: Sequence[CellResult]) -> list[PageFigure]:
    """Draw alpha of all cells; no figure where no cell has a tail index that could be seen."""
    from hts.plots.regression import TITLE, rows_of, titled_regression

    try:
        return [page_figure("regression", TITLE, lambda: (titled_regression(results), rows_of(results)))]
    except IncompleteError:
        return []
