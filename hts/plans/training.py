"""Plans of `hts train`: one table [training], read like any other plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationError

from hts.plans.fields import Numbers, Positive, Table
from hts.plans.identity import identity_of
from hts.plans.mistakes import Mistake, did_you_mean, table_mistakes
from hts.plans.models import HeadPlan
from hts.plans.reading import read_checked
from hts.plans.values import shown, toml_value

TABLE: Final = "training"
#: Images of each data set that comes with a package.
SIZES: Final = {"digits": 1797}
Method = Literal["LB", "SB", "SB+Clip", "SB+Noise", "Our1", "Our2"]
METHODS: Final = get_args(Method)
MAX_STEPS: Final = 100_000_000


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Count = Annotated[int, Field(ge=1, le=MAX_STEPS)]
Widths = Annotated[tuple[Annotated[int, Field(ge=1, le=10_000)], ...], BeforeValidator(_tuple)]
Methods = Annotated[tuple[Method, ...], Field(min_length=1), BeforeValidator(_tuple)]


class TrainingTable(Table):
    """Data, network, and the methods of (28) with their numbers; those of Table 1 of [WOR] by default."""

    data: Literal["digits"] = Field("digits", description="The data.", examples=['data = "digits"'])
    images: Count = Field(1200, description="Training images; the others test.", examples=["images = 1200"])
    corrupted: Annotated[int, Field(ge=0)] = Field(
        200, description="Training images with a random label.", examples=["corrupted = 200"]
    )
    widths: Widths = Field((64, 64), description="Outputs of the hidden layers.", examples=["widths = [64, 64]"])
    moment: Annotated[float, Field(gt=0, le=2)] = Field(
        2.0, description="s of the moment that initial weights keep; 2 is Kaiming's.", examples=["moment = 2.0"]
    )
    methods: Methods = Field(METHODS, description="Methods.", examples=['methods = ["LB", "SB", "Our2"]'])
    replications: Count = Field(5, description="Networks of each method.", examples=["replications = 5"])
    eta: Positive = Field(0.05, description="Learning rate.", examples=["eta = 0.05"])
    small_batch: Count = Field(100, description="|SB|, drawn with replacement.", examples=["small_batch = 100"])
    large_batch: Count = Field(600, description="|LB|, drawn with replacement.", examples=["large_batch = 600"])
    b: Positive = Field(5.0, description="Clip of the step eta g as a whole, in 2-norm.", examples=["b = 5.0"])
    c: Positive = Field(0.5, description="Scale of Z = c W.", examples=["c = 0.5"])
    alpha: Positive = Field(1.4, description="Tail index of W.", examples=["alpha = 1.4"])
    iterations: Count = Field(10_000, description="Iterations with noise.", examples=["iterations = 3000"])
    final: Annotated[int, Field(ge=0, le=MAX_STEPS)] = Field(
        5000, description="Iterations after them, with LB and without noise.", examples=["final = 1500"]
    )
    noise_eta: Positive = Field(0.005, description="Learning rate of SB+Noise.", examples=["noise_eta = 0.005"])
    noise_factor: Count = Field(
        10, description="How much longer SB+Noise runs; its second half has no noise.", examples=["noise_factor = 10"]
    )
    weight_bound: Positive = Field(
        1.0, description="Largest weight of SB+Noise in size.", examples=["weight_bound = 1.0"]
    )
    delta: Numbers = Field(
        (0.01, 0.05), description="Standard deviations of the expected sharpness.", examples=["delta = [0.01, 0.05]"]
    )
    draws: Annotated[int, Field(ge=2, le=100_000)] = Field(
        100, description="Draws of the expected and PAC-Bayes sharpness.", examples=["draws = 100"]
    )


@dataclass(frozen=True)
class TrainingPlan:
    """A comparison of methods as its TOML file states it, checked.

    Attributes
    ----------
    title : str
    seed : int
    table : TrainingTable
    path : pathlib.Path
    """

    title: str
    seed: int
    table: TrainingTable
    path: Path = field(compare=False)

    def physics(self) -> dict[str, Any]:
        """Everything that decides a run's numbers but its method and replication, ready for JSON."""
        return {"seed": self.seed, TABLE: self.table.model_dump(mode="json", exclude={"methods", "replications"})}

    def identity(self) -> str:
        """Sum `physics` up in sixty-four hexadecimal digits."""
        return identity_of(self.physics())

    def to_toml(self) -> str:
        """Write the plan in full; reading it gives an equal plan."""
        lines = [f"title = {toml_value(self.title)}", f"seed = {self.seed}", "", f"[{TABLE}]"]
        lines += [f"{name} = {toml_value(value)}" for name, value in self.table.model_dump().items()]
        return "\n".join(lines) + "\n"

    def steps(self, method: str) -> int:
        """Return the iterations of a method."""
        whole = self.table.iterations + self.table.final
        return whole * self.table.noise_factor if method == "SB+Noise" else whole


def read_training_plan(
    path: str | PathLike[str], overrides: Sequence[str] = (), seed: int | None = None
) -> TrainingPlan:
    """Read a plan with a table [training] and check all of it before anything is computed.

    Raises
    ------
    hts.errors.PlanError
        The message holds every mistake, a line each, with file, line and column.
    """
    return read_checked(path, overrides, seed, _check)


def _check(tables: dict[str, Any], path: Path, mistakes: list[Mistake]) -> TrainingPlan | None:
    known = [*HeadPlan.model_fields, TABLE]
    for key in (key for key in tables if key not in known):
        hint = f"it belongs in [{TABLE}]" if key in TrainingTable.model_fields else did_you_mean(key, known)
        mistakes.append(Mistake((key,), f"unknown key ({hint})", is_about_key=True))
    head = _validated(HeadPlan, {key: tables[key] for key in HeadPlan.model_fields if key in tables}, (), mistakes)
    if not isinstance(tables.get(TABLE), dict):
        found = f"must be a table ({shown(tables[TABLE])}); write" if TABLE in tables else "is missing; add"
        text = f'{found} a table [{TABLE}] with data = "digits"'
        mistakes.append(Mistake((TABLE,), text, is_about_key=TABLE not in tables))
        return None
    table = _validated(TrainingTable, tables[TABLE], (TABLE,), mistakes)
    mistakes += [] if table is None else _cross(table)
    if mistakes or head is None or table is None:
        return None
    return TrainingPlan(path.stem if head.title is None else head.title, head.seed, table, path)


def _validated(model: type[Any], values: Any, place: tuple[str, ...], mistakes: list[Mistake]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        mistakes += table_mistakes(error, model, place)
        return None


def _cross(table: TrainingTable) -> list[Mistake]:
    """List what is wrong between keys that are sound one by one."""
    found, size = [], SIZES[table.data]
    if table.images >= size:
        text = f"must be below {size}, the images of {table.data} ({table.images}): some have to test"
        found.append(Mistake((TABLE, "images"), text))
    if table.corrupted > table.images:
        found.append(Mistake((TABLE, "corrupted"), f"must be at most images, {table.images} ({table.corrupted})"))
    for name in ("small_batch", "large_batch"):
        if getattr(table, name) > table.images:
            text = f"must be at most images, {table.images} ({getattr(table, name)}); make the batch smaller"
            found.append(Mistake((TABLE, name), text))
    if len(set(table.methods)) < len(table.methods):
        found.append(Mistake((TABLE, "methods"), "names a method twice; remove one"))
    found += [
        Mistake((TABLE, "delta", place), f"must be greater than 0 ({shown(delta)})")
        for place, delta in enumerate(table.delta)
        if delta <= 0.0
    ]
    return found
