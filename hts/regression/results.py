"""Measured beside exact: what the runs of each cell say, and how far they are from stationary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from hts.arrays import FloatArray
from hts.ensembles.regression import regression_data
from hts.plans.regression import RegressionCell, RegressionPlan
from hts.records import Records, Row, Tabular
from hts.regression.measuring import RegressionEstimate, estimate_tail
from hts.regression.prediction import RegressionPrediction
from hts.regression.running import files_by_cell, slug_of, stated_of
from hts.storage import ResultsFolder
from hts.storage.runs import read_runs

#: Steps in relaxation times below which the iterates still remember their start.
SETTLED = 5.0


@dataclass(frozen=True)
class CellResult(Tabular):
    """One cell, measured beside exact.

    Attributes
    ----------
    prediction : RegressionPrediction
    steps : int
        Of each run; 0 without runs.
    n_runs, n_diverged : int
        Runs read; those that overflowed, which are left out.
    relaxation_times : float or None
        k |rho|: steps in units of the time in which the start is forgotten; None without runs.
    iterates, averages : RegressionEstimate or None
        From x after the last step, and from its mean over the last half.
    warnings : tuple of str
    """

    prediction: RegressionPrediction
    steps: int
    n_runs: int
    n_diverged: int
    relaxation_times: float | None
    iterates: RegressionEstimate | None
    averages: RegressionEstimate | None
    warnings: tuple[str, ...]

    def rows(self) -> list[Row]:
        """List what is predicted, and what was measured of iterates and averages."""
        names = ("steps", "n_runs", "n_diverged", "relaxation_times")
        row = {**self.prediction.rows()[0], **{name: getattr(self, name) for name in names}}
        for name in ("iterates", "averages"):
            estimate: RegressionEstimate | None = getattr(self, name)
            hill = None if estimate is None else estimate.hill
            for column, field in (("hill", "alpha"), ("hill_low", "low"), ("hill_high", "high")):
                row[f"{name}_{column}"] = getattr(hill, field, None)
            row[f"{name}_block_median"] = None if estimate is None else estimate.block_median
        return [row]


def regression_results(
    plan: RegressionPlan, predictions: Sequence[RegressionPrediction], folder: str | PathLike[str] | None
) -> Records[CellResult]:
    """Lay what was measured beside what was computed.

    Parameters
    ----------
    plan : RegressionPlan
    predictions : sequence of RegressionPrediction
        Of its cells, in their order.
    folder : path or None
        Where its runs lie; None where there are none.

    Raises
    ------
    IntegrityError
        Where a file is not what was written.
    """
    return Records(_results(plan, predictions, None if folder is None else ResultsFolder(Path(folder))))


def _results(
    plan: RegressionPlan, predictions: Sequence[RegressionPrediction], results: ResultsFolder | None
) -> Iterator[CellResult]:
    for prediction in predictions:
        if results is None or not plan.table.runs:
            yield CellResult(prediction, 0, 0, 0, None, None, None, prediction.warnings)
            continue
        iterate, average = load_runs(plan, prediction.cell, results)
        is_finite = np.isfinite(iterate).all(axis=1) & np.isfinite(average).all(axis=1)
        n_diverged = int((~is_finite).sum())
        times = plan.table.steps * abs(prediction.tail.lyapunov)
        yield CellResult(
            prediction=prediction,
            steps=plan.table.steps,
            n_runs=len(iterate),
            n_diverged=n_diverged,
            relaxation_times=times,
            iterates=estimate_tail(iterate[is_finite]),
            averages=estimate_tail(average[is_finite]),
            warnings=(*prediction.warnings, *_warnings(plan, prediction, n_diverged, times)),
        )


def load_runs(plan: RegressionPlan, cell: RegressionCell, results: ResultsFolder) -> tuple[FloatArray, FloatArray]:
    """Read the runs of one cell: iterates and averages, less the optimum; float64[run, coordinate] each.

    Raises
    ------
    IntegrityError
        Where a file is not what was written.
    """
    parts: dict[str, list[FloatArray]] = {"iterate": [np.empty((0, cell.dimension))]}
    parts["average"] = list(parts["iterate"])
    end = 0
    for name, path in files_by_cell(results).get(slug_of(cell), ()):
        columns = read_runs(path, stated_of(plan))
        # files may overlap: both have the same numbers
        wanted = slice(max(0, end - name.first_walker), max(0, plan.table.runs - name.first_walker))
        for key, some in parts.items():
            some.append(columns[key][wanted])
        end = max(end, name.first_walker + name.n_walkers)
    problem = plan.problem(cell)
    centre = regression_data(problem).least_squares(cell.dimension) if problem.samples else 0.0
    return np.concatenate(parts["iterate"]) - centre, np.concatenate(parts["average"]) - centre


def _warnings(plan: RegressionPlan, prediction: RegressionPrediction, n_diverged: int, times: float) -> Iterator[str]:
    if not prediction.tail.is_stationary:
        yield f"outside the stationary regime: what is measured belongs to {plan.table.steps} steps, and to no law"
    elif times < SETTLED:
        yield f"not yet stationary: {plan.table.steps} steps are {times:.2g} relaxation times (k |rho|)"
    if n_diverged:
        yield f"{n_diverged} runs overflowed and are left out"
    if plan.table.samples:
        yield f"rho and alpha are those of fresh samples; the runs use {plan.table.samples} fixed ones"


def to_document(results: Sequence[CellResult]) -> dict[str, Any]:
    """Turn results into the JSON document of `hts regression` (docs/interface.md)."""
    cells = []
    for result in results:
        prediction, tail = result.prediction, result.prediction.tail
        row = asdict(prediction.cell) | {
            "lyapunov": tail.lyapunov,
            "lyapunov_error": tail.lyapunov_error,
            "tail_index": tail.tail_index,
            "tail_index_error": tail.tail_index_error,
            "is_stationary": tail.is_stationary,
            "eta_critical": prediction.eta_critical,
            "eta_edge": prediction.eta_edge,
            "steps": result.steps,
            "n_runs": result.n_runs,
            "n_diverged": result.n_diverged,
            "relaxation_times": result.relaxation_times,
        }
        for name in ("iterates", "averages"):
            part = getattr(result, name)
            row[name] = None if part is None else asdict(part)
        cells.append(row | {"warnings": list(result.warnings)})
    return {"cells": cells}
