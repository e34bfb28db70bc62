"""Records of the exact and the limit values of one cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.plans import Cell
from hts.records import Row, Tabular, fields_of
from hts.theory.exact.occupation import expected_shares
from hts.theory.limit.limits import ExitLimit

#: How the warning begins that no mean was found where it alone was asked for.
NO_OUTLOOK = "no outlook"


@dataclass(frozen=True)
class SurvivalTable:
    """P(sigma > n) of one cell, docs/model.md (9)-(10): a table for small n, then the slowest mode alone."""

    n_steps: tuple[int, ...]  #: increasing, from 0
    log_survival: tuple[float, ...]  #: log P(sigma > n) there
    log_stay: float  #: log(1 - mu), the slope beyond the table
    error: float = 0.0  #: computed between the entries, relative to the smaller of P(sigma > n) and P(sigma <= n)
    max_steps: int = 0  #: made for walkers censored there; beyond it the table follows the slowest mode alone

    def __call__(self, n_steps: FloatArray) -> FloatArray:
        """Evaluate P(sigma > n); between entries its logarithm is interpolated (see `error`)."""
        n = np.asarray(n_steps, dtype=np.float64)
        inside = np.interp(n, self.n_steps, self.log_survival)
        beyond = np.maximum(n - self.n_steps[-1], 0.0) * self.log_stay
        return np.asarray(np.exp(inside + beyond))


@dataclass(frozen=True)
class ExitPrediction(Tabular):
    """What theory and exact computation say of one cell (docs/interface.md, "predict"); None where there is nothing."""

    eta: float
    b: float  #: inf: no clipping
    alpha: float | None  #: None for normal noise
    well: int
    jump_number: int | None  #: l* of (3)
    exit_exponent_limit: float | None  #: of (6)
    rate_constant: float | None  #: q of (7)
    rate_scale: float | None  #: lambda(eta) of (5), per step
    mean_exit_steps_limit: float | None  #: 1/(q lambda)
    destinations_limit: Mapping[str, float] | None  #: q_ij/q_i of (8)
    mean_exit_steps_exact: float | None = None  #: u(start) of (9)
    relative_error_exact: float | None = None  #: its own estimate
    escape_rate_exact: float | None = None  #: mu of (10), per step; None too where no mode is the slowest
    local_exponent_exact: float | None = None  #: -d log E sigma/d log eta
    local_exponent_error: float | None = None  #: absolute
    destinations_exact: Mapping[str, float] | None = None  #: (11)
    destinations_error: float | None = None  #: absolute, the largest
    probability_within_exact: float | None = None  #: P(sigma <= floor(within/eta + 1e-9))
    survival_exact: SurvivalTable | None = None  #: only where it was asked for
    warnings: tuple[str, ...] = ()
    probability_within_relative_error: float | None = None  #: None also in files of before there was one
    epsilon: float | None = None  #: of a plan with [levy]

    @classmethod
    def of_limit(cls, cell: Cell, limit: ExitLimit) -> "ExitPrediction":
        """Make the prediction of a cell of which the limit alone is known."""
        return cls(
            eta=cell.eta,
            b=cell.b,
            alpha=cell.alpha,
            well=cell.well,
            jump_number=limit.jump_number,
            exit_exponent_limit=limit.exit_exponent,
            rate_constant=limit.rate_constant,
            rate_scale=limit.rate_scale,
            mean_exit_steps_limit=limit.mean_exit_steps,
            destinations_limit=limit.destinations,
            warnings=limit.warnings,
            epsilon=cell.epsilon,
        )

    def rows(self) -> list[Row]:
        """List the fields; of a plan with [levy] in time t = k h."""
        row = fields_of(self)
        if self.epsilon is None:
            return [row]
        h = row.pop("eta")
        for name in ("b", "rate_scale", "local_exponent_exact", "local_exponent_error", "exit_exponent_limit"):
            del row[name]
        for name in ("limit", "exact"):
            row[f"mean_exit_time_{name}"] = times(row.pop(f"mean_exit_steps_{name}"), h)
        row["escape_rate_exact"] = times(row["escape_rate_exact"], 1.0 / h)
        return [{"epsilon": self.epsilon, "step": h} | row]

    @property
    def is_outlook(self) -> bool:
        """Whether the mean alone was computed, or refused, to tell where the limit begins (`predict_outlook`)."""
        if self.mean_exit_steps_exact is None:
            return any(warning.startswith(NO_OUTLOOK) for warning in self.warnings)
        return self.local_exponent_exact is None


@dataclass(frozen=True)
class SharePrediction(Tabular):
    """Stationary shares of time of one (eta, b, alpha), well by well; None where there is nothing."""

    eta: float
    b: float  #: inf: no clipping
    alpha: float | None  #: None for normal noise
    exact: tuple[float, ...] | None  #: of the process (1) at this eta
    relative_error: float | None  #: of the worst share above 1e-12, its own estimate
    limit: tuple[float, ...] | None  #: eta -> 0, docs/model.md (14)-(17)
    relaxation_steps: float | None  #: of the limit chain at this eta
    relaxation_steps_exact: float | None  #: of the moves between wells at this eta
    rates_exact: tuple[tuple[float, ...], ...] | None  #: of these moves, per step
    whereabouts_exact: tuple[tuple[float, ...], ...] | None  #: chance to be found in each well while settled in one
    rates_relative_error: float | None  #: their own estimate
    warnings: tuple[str, ...]
    first_wells: tuple[float, ...] | None = None  #: chance to settle first in each; None: it starts at a minimum
    epsilon: float | None = None  #: of a plan with [levy]
    moves_exact: tuple[tuple[float, ...], ...] | None = None  #: next minimum come near; of [levy]
    moves_error: float | None = None  #: of each of them, its own estimate

    def rows(self) -> list[Row]:
        """List the shares, a row for each well; of a plan with [levy] in time t = k h."""
        steps = {"relaxation_steps": self.relaxation_steps, "relaxation_steps_exact": self.relaxation_steps_exact}
        cell: dict[str, Any] = {"eta": self.eta, "b": self.b, "alpha": self.alpha}
        if self.epsilon is not None:
            steps = {name.replace("steps", "time"): times(value, self.eta) for name, value in steps.items()}
            cell = {"epsilon": self.epsilon, "step": self.eta, "alpha": self.alpha}
        n_wells = len(self.exact or self.limit or ())
        exact, limit = (values or (None,) * n_wells for values in (self.exact, self.limit))
        return [
            {**cell, "well": well, "exact": exact[well], "relative_error": self.relative_error, "limit": limit[well]}
            | steps
            for well in range(n_wells)
        ]

    def occupation(self, start_well: int, n_steps: npt.ArrayLike) -> FloatArray | None:
        """Return the expected share of the first n steps in each well (float64[k, well]) from the plan's start.

        The start is the bottom of `start_well`, or lies between two minima, and then `first_wells` says how it goes on.
        None where there are no exact rates. A walk just set off knows nothing of being between two wells: take n well
        above the steps of a descent, 1/(eta f'').
        """
        if self.rates_exact is None or self.whereabouts_exact is None:
            return None
        rates, first = np.array(self.rates_exact), self.first_wells
        if first is None:
            settled = expected_shares(rates, start_well, n_steps)
        else:
            settled = sum(
                (chance * expected_shares(rates, well, n_steps) for well, chance in enumerate(first) if chance > 0.0),
                start=np.zeros(1),
            )
        shares: FloatArray = np.maximum(settled @ np.array(self.whereabouts_exact), 0.0)
        return shares


def times(value: float | None, factor: float) -> float | None:
    """Multiply a value by a factor, where there is one."""
    return None if value is None else value * factor
