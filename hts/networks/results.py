"""Methods side by side: means over replications, and paired differences that are called so only by their intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from hts.arrays import FloatArray
from hts.plans.training import TrainingPlan
from hts.records import Row, Tabular

#: Level of the intervals of all pairs together, for each measure.
LEVEL = 0.95


@dataclass(frozen=True)
class Measure:
    """A measure of one method over its replications.

    Attributes
    ----------
    method, measure : str
    n : int
        Replications that did not diverge.
    mean, error : float or None
        Mean and its standard error; None where there are too few.
    """

    method: str
    measure: str
    n: int
    mean: float | None
    error: float | None


@dataclass(frozen=True)
class Difference:
    """Paired difference between two methods over replications that share initialisation, batches and labels.

    Attributes
    ----------
    measure, one, other : str
    n : int
        Pairs.
    mean, low, high : float or None
        Of `one` minus `other`; Student's interval, of 95 % for all pairs of methods together (Bonferroni).
    """

    measure: str
    one: str
    other: str
    n: int
    mean: float | None
    low: float | None
    high: float | None

    @property
    def is_different(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and (self.low > 0.0 or self.high < 0.0)


@dataclass(frozen=True)
class Comparison(Tabular):
    """All that a plan's trainings say: measures, differences, and networks that diverged, in words."""

    measures: tuple[Measure, ...]
    differences: tuple[Difference, ...]
    diverged: tuple[str, ...]

    def rows(self) -> list[Row]:
        """List the measures of each method, then the paired differences."""
        means: list[Row] = [{"kind": "mean", **asdict(one)} for one in self.measures]
        return means + [
            {"kind": "difference", "method": one.one, "other": one.other}
            | {name: getattr(one, name) for name in ("measure", "n", "mean", "low", "high", "is_different")}
            for one in self.differences
        ]


def compare(plan: TrainingPlan, found: Mapping[str, Mapping[str, npt.NDArray[Any]]]) -> Comparison:
    """Lay methods side by side, as `hts.networks.running.load` reads them."""
    said = [
        f"{method}, replication {r}: diverged at iteration {int(at)} with a norm of {float(arrays['norm'][r]):.3g}"
        for method, arrays in found.items()
        for r, at in enumerate(arrays["diverged"])
        if at >= 0
    ]
    return compare_columns({method: columns_of(plan, arrays) for method, arrays in found.items()}, tuple(said))


def compare_columns(columns: Mapping[str, dict[str, FloatArray]], diverged: tuple[str, ...] = ()) -> Comparison:
    """Compare measures of methods, or of one method in several folders, replication by replication."""
    names = [name for name in next(iter(columns.values()), {}) if all(name in one for one in columns.values())]
    measures = [_measure(method, name, columns[method][name]) for method in columns for name in names]
    n_pairs = math.comb(len(columns), 2)
    pairs = [
        _difference(name, one, other, columns[one][name], columns[other][name], n_pairs)
        for name in names
        for one, other in combinations(columns, 2)
    ]
    return Comparison(tuple(measures), tuple(pairs), diverged)


def columns_of(plan: TrainingPlan, arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, FloatArray]:
    """Name the measures of a method; those of diverged networks are NaN."""
    names = ("test_accuracy", "train_accuracy", "train_loss", "test_loss", "pac_bayes", "maximal")
    columns = {name: arrays[name] for name in names}
    columns |= {f"expected {delta:g}": arrays["expected"][:, i] for i, delta in enumerate(plan.table.delta)}
    columns |= {f"eigenvalue {i + 1}": arrays["eigenvalues"][:, i] for i in range(arrays["eigenvalues"].shape[1])}
    is_sound = arrays["diverged"] < 0
    return {name: np.where(is_sound, column.astype(float), np.nan) for name, column in columns.items()}


def _measure(method: str, name: str, values: FloatArray) -> Measure:
    sound = values[np.isfinite(values)]
    n = len(sound)
    error = float(sound.std(ddof=1) / n**0.5) if n > 1 else None
    return Measure(method, name, n, float(sound.mean()) if n else None, error)


def _difference(name: str, one: str, other: str, a: FloatArray, b: FloatArray, n_pairs: int) -> Difference:
    n = min(len(a), len(b))
    gaps = a[:n] - b[:n]
    gaps = gaps[np.isfinite(gaps)]
    n = len(gaps)
    if n < 2:
        return Difference(name, one, other, n, float(gaps[0]) if n else None, None, None)
    mean = float(gaps.mean())
    reach = float(student.isf(0.5 * (1.0 - LEVEL) / n_pairs, n - 1) * gaps.std(ddof=1) / n**0.5)
    return Difference(name, one, other, n, mean, mean - reach, mean + reach)


def to_document(comparison: Comparison) -> dict[str, Any]:
    """Turn a comparison into the JSON document of `hts train` (docs/interface.md)."""
    return {
        "measures": [asdict(measure) for measure in comparison.measures],
        "differences": [{**asdict(pair), "is_different": pair.is_different} for pair in comparison.differences],
        "diverged": list(comparison.diverged),
    }
