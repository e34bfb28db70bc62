"""Growth rate and tail index of every cell of a plan, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from hts.answers.parallel import complete
from hts.plans.regression import RegressionCell, RegressionPlan
from hts.records import Records, Row, Tabular, fields_of
from hts.regression.theory import LARGEST_INDEX, RegressionTail, critical_eta, edge_eta, regression_tail

#: Relative error of alpha above which a warning says so.
COARSE = 1e-6
#: Tail indices above this show in no sample of any size that can be had.
INVISIBLE = 20.0


@dataclass(frozen=True)
class RegressionPrediction(Tabular):
    """What (24) to (26) say of one cell.

    Attributes
    ----------
    cell : RegressionCell
    tail : RegressionTail
        rho and alpha.
    eta_critical : float
        Learning rate at which alpha is 2.
    eta_edge : float
        Learning rate from which on there is no stationary law.
    warnings : tuple of str
    """

    cell: RegressionCell
    tail: RegressionTail
    eta_critical: float
    eta_edge: float
    warnings: tuple[str, ...]

    def rows(self) -> list[Row]:
        """List cell, rho and alpha with their errors, and both learning rates."""
        tail = fields_of(self.tail) | {"is_stationary": self.tail.is_stationary}
        return [{**fields_of(self.cell), **tail, "eta_critical": self.eta_critical, "eta_edge": self.eta_edge}]


def predict_regression(
    plan: RegressionPlan,
    *,
    threads: int | None = None,
    on_cell: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Records[RegressionPrediction]:
    """Compute rho and alpha of every cell; about 0.2 s each.

    Parameters
    ----------
    plan : RegressionPlan
    threads : int or None
        Cells at once; one per core by default.
    on_cell, should_stop : callable or None
        See `hts.answers.parallel.complete`.

    Raises
    ------
    StoppedError
        Where `should_stop` said so.
    """
    found: dict[RegressionCell, RegressionPrediction] = {}
    complete(
        found, plan.cells, predict_cell, threads=threads, keep=None, on_cell=on_cell, should_stop=should_stop
    )  # fmt: skip
    return Records(found[cell] for cell in plan.cells)


def predict_cell(cell: RegressionCell) -> RegressionPrediction:
    """Compute rho, alpha and the two learning rates of one cell."""
    tail = regression_tail(cell.dimension, cell.batch, cell.eta, cell.sigma)
    critical = critical_eta(cell.dimension, cell.batch, cell.sigma)
    edge = edge_eta(cell.dimension, cell.batch, cell.sigma)
    return RegressionPrediction(cell, tail, critical, edge, tuple(_warnings(tail, edge)))


def _warnings(tail: RegressionTail, edge: float) -> list[str]:
    if not tail.is_certain:
        return [f"rho is 0 within its error, {tail.lyapunov_error:.1g}: whether there is a stationary law stays open"]
    if not tail.is_stationary:
        return [f"no stationary law, and no tail index: rho is not below 0; take eta below {edge:.6g}"]
    assert tail.tail_index is not None
    if math.isinf(tail.tail_index):
        return [f"the tail index is above {LARGEST_INDEX:g}: the tails are light for all purposes"]
    warnings = []
    if tail.tail_index_error is not None and tail.tail_index_error > COARSE * tail.tail_index:
        warnings.append(f"the tail index is known to {tail.tail_index_error:.1g} only")
    if tail.tail_index > INVISIBLE:
        warnings.append(f"a tail index above {INVISIBLE:g} shows in no sample")
    return warnings
