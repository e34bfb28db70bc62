"""The tables of a plan: keys, types, bounds and defaults."""

import math
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from hts import landscapes
from hts.landscapes import Landscape
from hts.noise import LAWS, Noise
from hts.plans.counts import MAX_WALKERS, WALKERS_SCHEMA, WalkersByError, read_walkers, write_walkers
from hts.plans.grids import AXIS_SCHEMA, read_axis
from hts.plans.sources import OwnNumbers, Slice, SourceFile
from hts.plans.values import LARGEST, SMALLEST, shown

MAX_LISTED = 1_000  # values in a list of [landscape], [exit] or [visits]
MAX_WELL = 9_999  # no landscape has so many, and a message writes the number out
MAX_SEED = 2**64 - 1  # the width of the key of the random streams
MAX_BINS = 10_000  # of a histogram for each walker: a few kB compressed
MAX_CHECKPOINTS = 100  # a decade; with more, rounding to whole steps leaves nothing between the first of them
QUANTILE = 0.95  # where the tails of a law of numbers begin, if the plan does not say
MAX_STEPS = 2**62  # step counts are int64, and sums of two of them must fit


def _no_list(value: Any) -> Any:
    """Make a list a tuple; turn away one so long that checking its values takes time."""
    if not isinstance(value, list):
        return value
    if len(value) > MAX_LISTED:
        text = f"holds {{n}} values, more than {MAX_LISTED}; shorten it"
        raise PydanticCustomError("size", text, {"n": len(value)})
    return tuple(value)


def _no_nan(value: float) -> float:
    if math.isnan(value):
        raise PydanticCustomError("nan", "must be a number, or inf (nan)")
    return value


def _float_sized(value: Any) -> Any:
    """Turn away integers beyond the largest float, which pydantic would call infinite."""
    if isinstance(value, int) and abs(value) > 2**1023:
        raise PydanticCustomError("size", "must be below 1.8e308 in size ({value})", {"value": shown(value)})
    return value


def _not_huge(value: float) -> float:
    """Turn away places whose squares would leave floating point; inf is others' to judge."""
    if math.isinf(value) or abs(value) <= LARGEST:
        return value
    text = f"must be at most {LARGEST:g} in size ({{value}}); choose other units"
    raise PydanticCustomError("size", text, {"value": shown(value)})


def _in_range(value: float) -> float:
    """Turn away sizes whose squares and ratios would leave floating point; 0 and inf are others' to judge."""
    if value == 0.0 or math.isinf(value) or SMALLEST <= abs(value) <= LARGEST:
        return value
    text = f"must be between {SMALLEST:g} and {LARGEST:g} ({{value}}); choose other units"
    raise PydanticCustomError("size", text, {"value": shown(value)})


def _interval(value: tuple[float, ...]) -> tuple[float, ...]:
    if len(value) != 2 or not value[0] < value[1]:
        text = "must be two numbers, the lower first ({value})"
        raise PydanticCustomError("interval", text, {"value": shown(value)})
    return value


def _smoothing(value: Any) -> float | str | None:
    if value is None or value == "auto":
        return value  # type: ignore[no-any-return]
    if isinstance(value, (int, float)) and not isinstance(value, bool) and SMALLEST <= value <= LARGEST:
        return float(value)
    text = f'must be "auto" or a penalty between {SMALLEST:g} and {LARGEST:g} ({{value}})'
    raise PydanticCustomError("smoothing", text, {"value": shown(value)})


_NotHuge, _InRange = AfterValidator(_not_huge), AfterValidator(_in_range)
_FloatSized = BeforeValidator(_float_sized)
Number = Annotated[float, Field(allow_inf_nan=False), _NotHuge, _FloatSized]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False), _InRange, _FloatSized]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False), _NotHuge, _InRange, _FloatSized]
Edge = Annotated[float, AfterValidator(_no_nan), _NotHuge, _FloatSized]
Projection = Annotated[float, Field(gt=0), AfterValidator(_no_nan), _InRange, _FloatSized]
Numbers = Annotated[tuple[Number, ...], Field(min_length=1), BeforeValidator(_no_list)]
Barriers = Annotated[tuple[Number, ...], BeforeValidator(_no_list)]  # none where there is one well
Positives = Annotated[tuple[Positive, ...], BeforeValidator(_no_list)]
FiniteInterval = Annotated[tuple[Number, ...], AfterValidator(_interval), BeforeValidator(_no_list)]
Interval = Annotated[tuple[Edge, ...], AfterValidator(_interval), BeforeValidator(_no_list)]
Axis = Annotated[tuple[float, ...], PlainValidator(read_axis), WithJsonSchema(AXIS_SCHEMA)]
Walkers = Annotated[
    int | WalkersByError, PlainValidator(read_walkers), PlainSerializer(write_walkers), WithJsonSchema(WALKERS_SCHEMA)
]
FileName = Annotated[str, Field(min_length=1, max_length=1000)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Smoothing = Annotated[
    float | str | None,
    PlainValidator(_smoothing),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, {"const": "auto"}]}),
]


class Table(BaseModel):
    """A table of the plan: strict types, no unknown keys, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @property
    def source(self) -> SourceFile | None:
        """The file of numbers that this table names; None where it names none."""
        return None


class BasinPlan(Table):
    """One parabola, f'' = curvature everywhere."""

    kind: Literal["basin"]
    minimum: Number = Field(description="Place of the minimum.", examples=["minimum = 0.0"])
    curvature: Positive = Field(description="f'' everywhere.", examples=["curvature = 1.0"])
    L: Projection = Field(
        math.inf, description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 2.0"]
    )

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.basin(self.minimum, self.curvature, L=self.L)


class FlatPlan(Table):
    """No landscape at all, f' = 0: for flights."""

    kind: Literal["flat"]
    L: Projection = Field(
        math.inf, description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 2.0"]
    )

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.flat(L=self.L)


class WellsPlan(Table):
    """Wells of parabolas, joined once continuously differentiable between minima and barriers."""

    kind: Literal["double-well", "multi-well"]
    minima: Numbers = Field(description="Minima from left to right.", examples=["minima = [-1.0, 1.0]"])
    barriers: Barriers = Field(
        description="Barriers from left to right, one between each two minima.", examples=["barriers = [0.0]"]
    )
    curvature: Positive | None = Field(None, description="f'' at every minimum.", examples=["curvature = 1.0"])
    curvatures: Positives | None = Field(
        None,
        description="f'' at each minimum, in place of `curvature`.",
        examples=["curvatures = [1.0, 2.0], one for each minimum"],
    )
    barrier_curvature: Positive | None = Field(
        None,
        description="-f'' at every barrier; by default the smaller curvature of the two minima beside it.",
        examples=["barrier_curvature = 1.0"],
    )
    barrier_curvatures: Positives | None = Field(
        None,
        description="-f'' at each barrier, in place of `barrier_curvature`.",
        examples=["barrier_curvatures = [1.0], one for each barrier"],
    )
    L: Projection = Field(
        math.inf, description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 2.0"]
    )

    def build(self) -> Landscape:
        """Build the landscape."""
        curvatures = self.curvatures or (self.curvature or 0.0,) * len(self.minima)
        at_barriers = self.barrier_curvatures
        if self.barrier_curvature is not None:
            at_barriers = (self.barrier_curvature,) * len(self.barriers)
        return landscapes.multi_well(self.minima, self.barriers, curvatures, at_barriers, L=self.L, kind=self.kind)


class FormulaPlan(Table):
    """A potential written as a formula in x, good on a domain; beyond it the gradient goes on linearly."""

    kind: Literal["formula"]
    f: str = Field(min_length=1, description="The potential as a formula in x.", examples=['f = "x**4/10 - x**2"'])
    domain: FiniteInterval = Field(
        description="Where the formula holds; beyond it the gradient goes on linearly.",
        examples=["domain = [-6.0, 6.0]"],
    )
    L: Projection = Field(
        math.inf, description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 2.0"]
    )

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.formula(self.f, (self.domain[0], self.domain[1]), L=self.L)


class WangOhRheePlan(Table):
    """The four-well function of Wang, Oh and Rhee (docs/model.md, sources)."""

    kind: Literal["wang-oh-rhee"]
    L: Projection = Field(
        1.6, description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 1.6"]
    )  # as published

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.wang_oh_rhee(L=self.L)


class QuarticPlan(Table):
    """The quartic x**4/10 - x**2 of the conditional-path experiment of Wang and Rhee."""

    kind: Literal["quartic"]
    L: Projection = Field(
        math.inf, description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 2.0"]
    )

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.quartic(L=self.L)


class TiltedCosinePlan(Table):
    """A cosine with a slope, projected onto [-L, L]."""

    kind: Literal["tilted-cosine"]
    amplitude: Positive = Field(description="Amplitude of the cosine.", examples=["amplitude = 0.2"])
    period: Positive = Field(
        description="Distance of neighbouring minima where there is no tilt.", examples=["period = 2.0"]
    )
    tilt: Number = Field(0.0, description="Slope that is added.", examples=["tilt = 0.1"])
    L: Projection = Field(description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 3.0"])

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.tilted_cosine(self.amplitude, self.period, self.tilt, self.L)


class SamplesPlan(Table):
    """A potential given by samples in a file; beyond them the gradient goes on linearly."""

    kind: Literal["samples"]
    file: FileName = Field(
        description="The samples: columns x, f and, where known, f'.", examples=['file = "slice.csv"']
    )
    smoothing: Smoothing = Field(
        None,
        description="Penalty on curvature for noisy samples, or auto; none by default.",
        examples=['smoothing = "auto"'],
    )
    sha256: Digest | None = Field(
        None,
        description="Digest of the file, where it must be that one.",
        examples=["sha256 of 64 hexadecimal digits, or leave it out"],
    )
    L: Projection = Field(
        math.inf, description="Projection: walkers stay in [-L, L]; inf is none.", examples=["L = 2.0"]
    )
    _slice: Slice | None = PrivateAttr(None)

    def with_slice(self, read: Slice) -> "SamplesPlan":
        """Return the plan with what its file holds."""
        plan = self.model_copy(update={"sha256": read.source.sha256})
        plan._slice = read
        return plan

    @property
    def source(self) -> SourceFile | None:
        """The file."""
        return None if self._slice is None else self._slice.source

    def build(self) -> Landscape:
        """Build the landscape.

        Raises
        ------
        LandscapeError
            The file was not read, or its samples make no landscape.
        """
        if self._slice is None:
            raise landscapes.LandscapeError("file", f"{self.file} was not read: read the plan with hts.read_plan")
        return landscapes.samples(self._slice.x, self._slice.f, self._slice.slopes, self.smoothing, self.L)


LandscapePlan: TypeAlias = (
    BasinPlan | FlatPlan | WellsPlan | FormulaPlan | WangOhRheePlan | QuarticPlan | TiltedCosinePlan | SamplesPlan
)
LANDSCAPE_PLANS: dict[str, type[LandscapePlan]] = {
    "basin": BasinPlan,
    "flat": FlatPlan,
    "double-well": WellsPlan,
    "multi-well": WellsPlan,
    "formula": FormulaPlan,
    "wang-oh-rhee": WangOhRheePlan,
    "quartic": QuarticPlan,
    "tilted-cosine": TiltedCosinePlan,
    "samples": SamplesPlan,
}


if TYPE_CHECKING:
    LawName: TypeAlias = str
else:
    LawName = Literal[tuple(LAWS)]


class NoisePlan(Table):
    """The law of the noise but for its tail index, which belongs to the grid."""

    kind: LawName = Field(description="Law of the noise.", examples=['kind = "pareto"'])
    scale: Positive = Field(1.0, description="Scale of the heavy-tailed part.", examples=["scale = 1.0"])
    p_plus: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), _FloatSized] = Field(
        0.5, description="Share of the tail on the right; the noise is centred.", examples=["p_plus = 0.5"]
    )
    normal_scale: NotNegative = Field(
        0.0, description="Standard deviation of an added normal part.", examples=["normal_scale = 0.0"]
    )
    shape: Positive | None = Field(
        None,
        description="Shape of a law whose tail is no power, such as stretched-exponential.",
        examples=["shape = 0.5"],
    )
    file: FileName | None = Field(
        None, description="The numbers of an empirical law.", examples=['file = "noise.parquet"']
    )
    column: FileName | None = Field(None, description="The column of the file.", examples=['column = "gradient"'])
    quantile: Annotated[float, Field(ge=0.6, lt=1, allow_inf_nan=False), _FloatSized] | None = Field(
        None,
        description="Where the power tails of an empirical law begin, on both sides.",
        examples=["quantile = 0.95"],
    )
    sha256: Digest | None = Field(
        None,
        description="Digest of the file, where it must be that one.",
        examples=["sha256 of 64 hexadecimal digits, or leave it out"],
    )
    _numbers: OwnNumbers | None = PrivateAttr(None)

    def with_numbers(self, read: OwnNumbers) -> "NoisePlan":
        """Return the plan with what its file holds."""
        plan = self.model_copy(update={"sha256": read.source.sha256, "quantile": self.quantile or QUANTILE})
        plan._numbers = read
        return plan

    @property
    def source(self) -> SourceFile | None:
        """The file of an empirical law."""
        return None if self._numbers is None else self._numbers.source

    @property
    def origin(self) -> tuple[str, ...]:
        """What was found in the numbers of an empirical law."""
        return () if self._numbers is None else self._numbers.said

    def build(self, alpha: float | None) -> Noise:
        """Build the law of one tail index; that of numbers is in the units of these, times `scale`."""
        if self._numbers is not None:
            body = self._numbers.body
            return Noise(self.kind, alpha, self.scale * body.unit, normal_scale=self.normal_scale, body=body)
        return Noise(self.kind, alpha, self.scale, self.p_plus, self.normal_scale, self.shape)


class GridPlan(Table):
    """One product of step sizes, clips and tail indices."""

    eta: Axis = Field(description="Learning rates.", examples=["eta = [0.1, 0.05]"])
    b: Axis = Field(
        description="Clips: the largest step; inf is none.", examples=["b = [0.4, 0.7, inf], where inf is no clipping"]
    )
    alpha: Axis | None = Field(
        None, description="Tail indices; left out for laws without one.", examples=["alpha = [1.2, 1.5, 1.8]"]
    )

    @property
    def n_cells(self) -> int:
        """Number of cells, doubles included."""
        return len(self.eta) * len(self.b) * (1 if self.alpha is None else len(self.alpha))


class ExitPlan(Table):
    """Which domain is left from where, by how many walkers, in how many steps at most."""

    well: Annotated[int, Field(ge=0, le=MAX_WELL)] | None = Field(
        None, description="The well to leave: its basin is the domain, its minimum the start.", examples=["well = 0"]
    )
    domain: Interval | None = Field(
        None,
        description="The domain to leave, in place of `well`; either end may be infinite.",
        examples=["domain = [-1.3, 0.2]"],
    )
    start: Number | None = Field(None, description="Where walkers start in `domain`.", examples=["start = -0.7"])
    walkers: Walkers = Field(
        description="Walkers in each cell, or a relative error of the mean from which their number follows.",
        examples=["walkers = 2000"],
    )
    max_steps: Annotated[int, Field(ge=1, le=MAX_STEPS)] = Field(
        description="A walker that has not left by then is counted as censored.", examples=["max_steps = 50_000_000"]
    )
    within: Positive | None = Field(
        None,
        description="Time of the gradient flow: the probability of exit within floor(within/eta) steps is reported.",
        examples=["within = 1.0"],
    )  # gradient-flow time

    table: ClassVar[str] = "exit"
    run_start: ClassVar[None] = None

    @property
    def most_steps(self) -> int:
        """Steps that a walker takes at most."""
        return self.max_steps


class VisitsPlan(Table):
    """Long runs over all wells: from where, by how many walkers, how many steps, and what is written down of them."""

    well: Annotated[int, Field(ge=0, le=MAX_WELL)] | None = Field(
        None, description="Walkers start at the minimum of this well.", examples=["well = 0"]
    )
    start: Number | None = Field(
        None, description="Where walkers start, in place of `well`.", examples=["start = -0.7"]
    )
    walkers: Annotated[int, Field(ge=1, le=MAX_WALKERS)] = Field(
        description="Walkers in each cell.", examples=["walkers = 10"]
    )
    steps: Annotated[int, Field(ge=1, le=MAX_STEPS)] = Field(
        description="Steps of each walker.", examples=["steps = 10_000_000"]
    )
    radius: Positive | None = Field(
        None, description="A walker counts as being near a minimum within this distance.", examples=["radius = 0.05"]
    )
    bins: Annotated[int, Field(ge=1, le=MAX_BINS)] = Field(
        54, description="Bins of the histogram of places.", examples=["bins = 54"]
    )
    range: FiniteInterval | None = Field(None, description="Range of the histogram.", examples=["range = [-1.6, 1.6]"])
    checkpoints_per_decade: Annotated[int, Field(ge=1, le=MAX_CHECKPOINTS)] = Field(
        4,
        description="How often, per decade of steps, shares of time are written down.",
        examples=["checkpoints_per_decade = 4"],
    )

    table: ClassVar[str] = "visits"
    within: ClassVar[None] = None

    @property
    def most_steps(self) -> int:
        """Steps that each walker takes."""
        return self.steps

    @property
    def run_start(self) -> float | None:
        """Where long runs start, if not at a minimum."""
        return self.start


class FigurePlan(Table):
    """Presentation only: no number depends on it."""

    published: Literal["WOR", "WR", "WR-rare"] | None = Field(
        None, description="Published points drawn beside ours.", examples=['published = "WOR"']
    )


class HeadPlan(Table):
    """What stands above the tables."""

    title: str | None = Field(
        None,
        description="For people; the name of the file by default.",
        examples=['title = "Exit times of a double well"'],
    )
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = Field(
        0, description="Enters every random stream: the same seed gives the same numbers.", examples=["seed = 20210704"]
    )
