"""Plans of SGD on least squares: one table [regression], read like any other plan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationError, ValidationInfo, WithJsonSchema
from pydantic_core import InitErrorDetails
from pydantic_core import ValidationError as CoreError

from hts.ensembles.regression import RegressionProblem
from hts.plans.fields import Number, Positive, Table
from hts.plans.grids import AXIS_SCHEMA, plainly, read_axis
from hts.plans.identity import identity_of
from hts.plans.mistakes import Mistake, did_you_mean, table_mistakes
from hts.plans.models import HeadPlan
from hts.plans.reading import read_checked
from hts.plans.values import shown, toml_value

TABLE = "regression"
#: Largest dimension and mini-batch.
MAX_SIZE = 1_000_000
MAX_RUNS = 1_000_000
MAX_STEPS = 10**9
#: Cells of a plan, and numbers of a data set.
MAX_CELLS = 100_000
MAX_NUMBERS = 100_000_000
FEWEST_STEPS = 2  # averages are over the last half


def read_sizes(raw: Any, info: ValidationInfo) -> tuple[int, ...]:
    """Read a whole number or a list of them; a pydantic validator, which names each bad element."""
    name = str(info.field_name)
    values = raw if isinstance(raw, list) else [raw]
    example = f"for example {name} = [1, 10, 100]"
    found: list[InitErrorDetails] = []
    if not values:
        found.append(_detail((), f"must not be empty ([]); {example}", raw))
    for i, value in enumerate(values[:MAX_CELLS]):
        place = (i,) if isinstance(raw, list) else ()
        if isinstance(value, bool) or not isinstance(value, int):
            found.append(_detail(place, f"must be a whole number ({shown(value)}); {example}", raw))
        elif not 1 <= value <= MAX_SIZE:
            found.append(_detail(place, f"must be between 1 and {MAX_SIZE:_} ({shown(value)}); {example}", raw))
    if found:
        raise CoreError.from_exception_data(TABLE, found)
    return tuple(dict.fromkeys(values))


def _detail(place: tuple[int, ...], text: str, raw: Any) -> InitErrorDetails:
    return InitErrorDetails(type=plainly(text), loc=place, input=raw)


def read_rates(raw: Any, info: ValidationInfo) -> tuple[float, ...]:
    """Read a positive number, or an axis as in [grid]."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        return tuple(dict.fromkeys(read_axis(raw, info)))
    try:
        return read_axis([raw], info)
    except CoreError as error:
        text = error.errors()[0]["msg"]
    raise CoreError.from_exception_data(TABLE, [_detail((), text, raw)])


_SIZE: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}
_SIZES_SCHEMA: dict[str, Any] = {"anyOf": [_SIZE, {"type": "array", "items": _SIZE, "minItems": 1}]}
_RATES_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, AXIS_SCHEMA]}
Sizes = Annotated[tuple[int, ...], PlainValidator(read_sizes), WithJsonSchema(_SIZES_SCHEMA)]
Rates = Annotated[tuple[float, ...], PlainValidator(read_rates), WithJsonSchema(_RATES_SCHEMA)]


class RegressionTable(Table):
    """Dimensions, mini-batches, learning rates and scales, whose product are the cells; and what is simulated."""

    dimension: Sizes = Field(description="Dimensions d.", examples=["dimension = [1, 10, 100]"])
    batch: Sizes = Field(description="Sizes of the mini-batch.", examples=["batch = [1, 5, 10]"])
    eta: Rates = Field(description="Learning rates.", examples=["eta = { lin = [0.02, 0.2, 10] }"])
    sigma: Rates = Field((1.0,), description="Standard deviations of the inputs.", examples=["sigma = 1.0"])
    noise: Positive = Field(
        1.0, description="Standard deviation of the error of the outputs.", examples=["noise = 3.0"]
    )
    truth: Annotated[Number, Field(ge=0)] = Field(
        0.0, description="Standard deviation of the true coefficients.", examples=["truth = 3.0"]
    )
    start: Annotated[Number, Field(ge=0)] = Field(
        0.0, description="Standard deviation of the first iterate.", examples=["start = 5.0"]
    )
    samples: Annotated[int, Field(ge=0)] = Field(
        0,
        description="Size of a fixed data set; 0 draws fresh samples at every step.",
        examples=["samples = 10_000, or 0 for fresh ones"],
    )
    runs: Annotated[int, Field(ge=0, le=MAX_RUNS)] = Field(
        0, description="Runs that are simulated in each cell.", examples=["runs = 1600"]
    )
    steps: Annotated[int, Field(ge=0, le=MAX_STEPS)] = Field(
        0, description="Steps of each run.", examples=["steps = 1000"]
    )

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return math.prod(len(axis) for axis in (self.dimension, self.batch, self.eta, self.sigma))


@dataclass(frozen=True, slots=True)
class RegressionCell:
    """One point of the product: d, b, eta and sigma."""

    dimension: int
    batch: int
    eta: float
    sigma: float


@dataclass(frozen=True)
class RegressionPlan:
    """A study of SGD on least squares as its TOML file states it, checked.

    Attributes
    ----------
    title : str
        The name of the file where the plan gives none.
    seed : int
    table : RegressionTable
        With defaults filled in and axes spelled out.
    path : pathlib.Path
        The file, as it was given.
    """

    title: str
    seed: int
    table: RegressionTable
    path: Path = field(compare=False)

    @cached_property
    def cells(self) -> tuple[RegressionCell, ...]:
        """The product, by dimension, mini-batch, sigma and eta, each in increasing order."""
        table = self.table
        return tuple(
            RegressionCell(dimension, batch, eta, sigma)
            for dimension in sorted(table.dimension)
            for batch in sorted(table.batch)
            for sigma in sorted(table.sigma)
            for eta in sorted(table.eta)
        )

    def problem(self, cell: RegressionCell) -> RegressionProblem:
        """Gather all that decides the runs of one cell."""
        table = self.table
        return RegressionProblem(
            dimension=cell.dimension,
            batch=cell.batch,
            eta=cell.eta,
            sigma=cell.sigma,
            noise=table.noise,
            truth=table.truth,
            start=table.start,
            samples=table.samples,
            steps=table.steps,
            seed=self.seed,
        )

    def physics(self) -> dict[str, Any]:
        """Everything that decides the numbers of a run but its cell, ready for JSON; more runs change none."""
        names = ("noise", "truth", "start", "samples", "steps")
        return {"seed": self.seed, TABLE: {name: getattr(self.table, name) for name in names}}

    def identity(self) -> str:
        """Sum `physics` up in sixty-four hexadecimal digits."""
        return identity_of(self.physics())

    def to_toml(self) -> str:
        """Write the plan in full; reading it gives an equal plan."""
        lines = [f"title = {toml_value(self.title)}", f"seed = {self.seed}", "", f"[{TABLE}]"]
        lines += [f"{name} = {toml_value(value)}" for name, value in self.table.model_dump().items()]
        return "\n".join(lines) + "\n"


def read_regression_plan(
    path: str | PathLike[str], overrides: Sequence[str] = (), seed: int | None = None
) -> RegressionPlan:
    """Read a plan with a table [regression] and check all of it before anything is computed.

    Parameters
    ----------
    path, overrides, seed
        As in `hts.plans.read_plan`.

    Raises
    ------
    hts.errors.PlanError
        The message holds every mistake, a line each, with file, line and column.
    """
    return read_checked(path, overrides, seed, _check)


def _check(tables: dict[str, Any], path: Path, mistakes: list[Mistake]) -> RegressionPlan | None:
    known = [*HeadPlan.model_fields, TABLE]
    for key in tables:
        if key in known:
            continue
        if key in RegressionTable.model_fields:
            mistakes.append(Mistake((key,), f"unknown key (it belongs in [{TABLE}])", is_about_key=True))
        elif key in ("landscape", "noise", "grid", "exit", "visits", "figure"):
            text = f"cannot stand beside [{TABLE}]: that is another kind of study; write two plans"
            mistakes.append(Mistake((key,), text, is_about_key=True))
        else:
            mistakes.append(Mistake((key,), f"unknown key ({did_you_mean(key, known)})", is_about_key=True))
    head, table = _head(tables, mistakes), _table(tables, mistakes)
    if table is not None:
        mistakes += _cross(table)
    if mistakes or head is None or table is None:
        return None
    return RegressionPlan(path.stem if head.title is None else head.title, head.seed, table, path)


def _head(tables: Mapping[str, Any], mistakes: list[Mistake]) -> HeadPlan | None:
    try:
        return HeadPlan.model_validate({key: tables[key] for key in HeadPlan.model_fields if key in tables})
    except ValidationError as error:
        mistakes += table_mistakes(error, HeadPlan, ())
        return None


def _table(tables: Mapping[str, Any], mistakes: list[Mistake]) -> RegressionTable | None:
    if not isinstance(tables.get(TABLE), dict):
        wanted = f"a table [{TABLE}] with dimension = 10"
        text = (
            f"must be a table ({shown(tables[TABLE])}); write {wanted}" if TABLE in tables else f"is missing; {wanted}"
        )
        mistakes.append(Mistake((TABLE,), text.replace("is missing; a", "is missing; add a"), TABLE not in tables))
        return None
    try:
        return RegressionTable.model_validate(tables[TABLE])
    except ValidationError as error:
        mistakes += table_mistakes(error, RegressionTable, (TABLE,))
        return None


def _cross(table: RegressionTable) -> list[Mistake]:
    """List what is wrong between keys that are sound one by one."""
    found = []

    def complain(key: str, text: str) -> None:
        found.append(Mistake((TABLE, key), text))

    if table.runs and not table.steps:
        complain("steps", f"{table.runs} runs need steps; add for example steps = 1000, or leave runs out")
    elif table.steps and not table.runs:
        complain("runs", f"{table.steps} steps need runs; add for example runs = 1600, or leave steps out")
    elif table.runs and table.steps < FEWEST_STEPS:
        complain("steps", f"must be at least {FEWEST_STEPS} ({table.steps}): averages are over the last half")
    if table.samples and not table.runs:
        complain("samples", "are drawn for runs alone, and there are none; add runs and steps, or leave samples out")
    largest = max(*table.dimension, *table.batch)
    if table.samples and table.samples < largest:
        complain("samples", f"must be at least dimension and batch, {largest} ({table.samples})")
    if table.samples * max(table.dimension) > MAX_NUMBERS:
        complain(
            "samples", f"{table.samples} times dimension {max(table.dimension)} is more than {MAX_NUMBERS:_} numbers"
        )
    if table.n_cells > MAX_CELLS:
        complain("eta", f"the product has {table.n_cells} cells, more than {MAX_CELLS:_}; shorten a list")
    return found
