"""The tables of a plan beside its landscape: keys, types, bounds and defaults."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, PrivateAttr

from hts.arrays import FloatArray
from hts.noise import LAWS, Body, Noise
from hts.plans.counts import MAX_WALKERS
from hts.plans.fields import (
    Axis,
    Digest,
    FileName,
    FiniteInterval,
    FloatSized,
    Interval,
    NotNegative,
    Number,
    Positive,
    Table,
    Walkers,
)
from hts.plans.sources import OwnNumbers, SourceFile

MAX_WELL = 9_999  # no landscape has so many, and a message writes the number out
MAX_SEED = 2**64 - 1  # the width of the key of the random streams
MAX_BINS = 10_000  # of a histogram for each walker: a few kB compressed
MAX_CHECKPOINTS = 100  # a decade; with more, rounding to whole steps leaves nothing between the first of them
QUANTILE = 0.95  # where the tails of a law of numbers begin, if the plan does not say
MAX_STEPS = 2**62  # step counts are int64, and sums of two of them must fit


if TYPE_CHECKING:
    LawName: TypeAlias = str
else:
    LawName = Literal[tuple(LAWS)]


class NoisePlan(Table):
    """The law of the noise but for its tail index, which belongs to the grid."""

    kind: LawName = Field(description="Law of the noise.", examples=['kind = "pareto"'])
    scale: Positive = Field(1.0, description="Scale of the heavy-tailed part.", examples=["scale = 1.0"])
    p_plus: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), FloatSized] = Field(
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
    quantile: Annotated[float, Field(ge=0.6, lt=1, allow_inf_nan=False), FloatSized] | None = Field(
        None,
        description="Where the power tails of an empirical law begin, on both sides.",
        examples=["quantile = 0.95"],
    )
    sha256: Digest = None
    _numbers: OwnNumbers | None = PrivateAttr(None)

    def with_numbers(self, read: OwnNumbers) -> Self:
        """Return the plan with what its file holds."""
        plan = self.model_copy(update={"sha256": read.source.sha256, "quantile": self.quantile or QUANTILE})
        plan._numbers = read
        return plan

    def body_of(self, numbers: FloatArray) -> Body:
        """Return the quantiles of numbers, as this table takes them; ValueError where they make no law."""
        return Body.of(numbers, self.quantile or QUANTILE)

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
    keep: Literal["walkers", "summary"] | None = Field(
        None,
        description=(
            "What is stored: each walker (by default), or of some 1e6 walkers together their counts, sums and "
            "histograms, for ensembles too large to keep."
        ),
        examples=['keep = "summary"'],
    )

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
