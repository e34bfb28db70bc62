"""Plans of `hts train`: one table [training], read like any other plan."""

from __future__ import annotations

import os
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
from hts.plans.training_data import SETS
from hts.plans.values import shown, toml_value

TABLE: Final = "training"
DataName = Literal["digits", "fashion_mnist", "cifar10", "cifar100", "svhn"]
NetworkName = Literal["dense", "lenet", "vgg11", "vgg16"]
Method = Literal["LB", "SB", "SB+Clip", "SB+Noise", "Our1", "Our2"]
METHODS: Final = get_args(Method)
MAX_STEPS: Final = 100_000_000
#: Smallest side of an image that a network takes.
LEAST_SIDES: Final = {"dense": 1, "lenet": 16, "vgg11": 32, "vgg16": 32}
#: Keys that came later; the identity of a plan has them where they are not at their defaults.
LATER: Final = (
    "sha256", "enlarge", "network", "weight_decay", "halve_after", "halve_every", "final_batch", "augmentation",
    "padding",
)  # fmt: skip


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Count = Annotated[int, Field(ge=1, le=MAX_STEPS)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Widths = Annotated[tuple[Annotated[int, Field(ge=1, le=10_000)], ...], BeforeValidator(_tuple)]
Methods = Annotated[tuple[Method, ...], Field(min_length=1), BeforeValidator(_tuple)]
Augmentations = Annotated[tuple[Literal["crop", "flip"], ...], BeforeValidator(_tuple)]


class TrainingTable(Table):
    """Data, network, and the methods of (28) with their numbers; those of Table 1 of [WOR] by default."""

    data: DataName = Field(
        "digits", description="The data; all but digits from files of yours.", examples=['data = "digits"']
    )
    folder: str = Field(
        "", description="Where the files of the data lie, relative to the plan.", examples=['folder = "data"']
    )
    sha256: Digest | None = Field(
        None, description="Of the files, one after another, where they are your own and not the published ones.",
        examples=['sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"'],
    )  # fmt: skip
    enlarge: Annotated[int, Field(ge=1, le=8)] = Field(
        1, description="Each pixel is repeated so often along both sides.", examples=["enlarge = 2"]
    )
    network: NetworkName = Field(
        "dense", description="The network; only dense ones have widths.", examples=['network = "lenet"']
    )
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
    weight_decay: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="Times the weights it is added to g.", examples=["weight_decay = 5e-4"]
    )
    halve_after: Annotated[int, Field(ge=0, le=MAX_STEPS)] = Field(
        0, description="Iterations after which the learning rate begins to fall.", examples=["halve_after = 78_125"]
    )
    halve_every: Annotated[int, Field(ge=0, le=MAX_STEPS)] = Field(
        0, description="Iterations in which it is then halved; 0 for never.", examples=["halve_every = 11_719"]
    )
    final_batch: Literal["large", "small"] = Field(
        "large", description="The batch of the last iterations.", examples=['final_batch = "small"']
    )
    augmentation: Augmentations = Field(
        (), description="What is done to each image that is drawn.", examples=['augmentation = ["crop", "flip"]']
    )
    padding: Annotated[int, Field(ge=1, le=32)] = Field(
        4, description="Zeros around an image that is cropped.", examples=["padding = 4"]
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
        """Everything that decides a run's numbers but its method and replication, ready for JSON.

        Keys that plans of the first version did not have are left out at their defaults, so that older folders stay
        those of their plans.
        """
        fields, table = TrainingTable.model_fields, self.table
        unused = {name for name in LATER if getattr(table, name) == fields[name].default}
        kept = table.model_dump(mode="json", exclude={"methods", "replications", "folder", *unused})
        return {"seed": self.seed, TABLE: kept}

    def identity(self) -> str:
        """Sum `physics` up in sixty-four hexadecimal digits."""
        return identity_of(self.physics())

    def to_toml(self) -> str:
        """Write the plan in full; reading it gives an equal plan."""
        lines = [f"title = {toml_value(self.title)}", f"seed = {self.seed}", "", f"[{TABLE}]"]
        lines += [f"{name} = {toml_value(value)}" for name, value in self.table.model_dump(exclude_none=True).items()]
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
    if table is not None and table.folder:
        table = table.model_copy(update={"folder": os.path.abspath(path.parent / os.path.expanduser(table.folder))})
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


def _data_mistakes(table: TrainingTable) -> list[Mistake]:
    """List what is wrong with data, folder, images and network together."""
    found, known = [], SETS[table.data]
    if not known.is_split and table.images >= known.n_train:
        text = f"must be below {known.n_train}, the images of {table.data} ({table.images}): some have to test"
        found.append(Mistake((TABLE, "images"), text))
    if known.is_split and table.sha256 is None and table.images > known.n_train:
        text = f"must be at most {known.n_train}, the training images of {table.data} ({table.images})"
        found.append(Mistake((TABLE, "images"), text))
    if known.is_split and not table.folder:
        text = f'is missing; {table.data} is read from files of yours: add folder = "..."'
        found.append(Mistake((TABLE, "folder"), text, is_about_key=True))
    for name in ("folder", "sha256"):
        if not known.is_split and getattr(table, name):
            text = f"belongs to data that are read from files, not to {table.data}; leave it out"
            found.append(Mistake((TABLE, name), text, is_about_key=True))
    side, least = known.side * table.enlarge, LEAST_SIDES[table.network]
    if side < least:
        text = f"of {table.network} must be {least} or more pixels along each side ({side}); add enlarge = "
        found.append(Mistake((TABLE, "network"), f"images {text}{-(-least // known.side)}"))
    return found


def _cross(table: TrainingTable) -> list[Mistake]:
    """List what is wrong between keys that are sound one by one."""
    found = _data_mistakes(table)
    if table.corrupted > table.images:
        found.append(Mistake((TABLE, "corrupted"), f"must be at most images, {table.images} ({table.corrupted})"))
    for name in ("small_batch", "large_batch"):
        if getattr(table, name) > table.images:
            text = f"must be at most images, {table.images} ({getattr(table, name)}); make the batch smaller"
            found.append(Mistake((TABLE, name), text))
    for name in ("methods", "augmentation"):
        if len(set(getattr(table, name))) < len(getattr(table, name)):
            found.append(Mistake((TABLE, name), "names one twice; remove one of them"))
    found += [
        Mistake((TABLE, "delta", place), f"must be greater than 0 ({shown(delta)})")
        for place, delta in enumerate(table.delta)
        if delta <= 0.0
    ]
    return found
