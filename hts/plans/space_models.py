"""The tables [noise], [exit] and [visits] of a plan in several dimensions."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from hts.arrays import FloatArray
from hts.noise import Body
from hts.plans.counts import MAX_WALKERS
from hts.plans.fields import Numbers, Positive, Table
from hts.plans.models import MAX_CHECKPOINTS, MAX_STEPS, MAX_WELL, QUANTILE, HeadPlan, NoisePlan
from hts.plans.rare import RarePlan
from hts.plans.space_landscapes import DomainPlan
from hts.space import MAX_DIMENSION
from hts.theory.limit.within import MOST_JUMPS

Well = Annotated[int, Field(ge=0, le=MAX_WELL)]
Count = Annotated[int, Field(ge=1, le=MAX_WALKERS)]
Steps = Annotated[int, Field(ge=1, le=MAX_STEPS)]


class SpaceHeadPlan(HeadPlan):
    """What stands above the tables."""

    dimension: Annotated[int, Field(ge=1, le=MAX_DIMENSION)] = Field(
        description="Number of coordinates.", examples=["dimension = 2"]
    )


class SpaceNoisePlan(NoisePlan):
    """The law of |W|, or of each coordinate."""

    spread: Literal["isotropic", "coordinates"] = Field(
        "isotropic",
        description="|W| in a uniform direction, or independent coordinates.",
        examples=['spread = "isotropic"'],
    )

    def body_of(self, numbers: FloatArray) -> Body:
        """Return the quantiles of numbers: of isotropic noise they are sizes, whose signs are dropped."""
        if self.spread == "coordinates":
            return super().body_of(numbers)
        return Body.of_sizes(numbers, self.quantile or QUANTILE)


class SpaceExitPlan(Table):
    """Which domain is left from where, by how many walkers, in how many steps at most."""

    well: Well | None = Field(
        None,
        description="The well to leave, from its minimum: the ball, or a basin of the plane.",
        examples=["well = 0"],
    )
    domain: DomainPlan | None = Field(
        None,
        description="The domain to leave, in place of `well`.",
        examples=['domain = { kind = "ball", radius = 1.0 }'],
    )
    start: Numbers | None = Field(
        None, description="Where walkers start; the well's minimum by default.", examples=["start = [0.0, 0.0]"]
    )
    spacing: Positive | None = Field(
        None, description="Of the map of basins: how far off a boundary may be.", examples=["spacing = 0.03"]
    )
    walkers: Count = Field(description="Walkers in each cell.", examples=["walkers = 2000"])
    max_steps: Steps = Field(
        description="A walker that has not left by then is counted as censored.", examples=["max_steps = 50_000_000"]
    )
    within: Positive | None = Field(
        None,
        description="Time of the gradient flow: the probability of exit within floor(within/eta) steps is reported.",
        examples=["within = 1.0"],
    )

    table: ClassVar[str] = "exit"

    @property
    def most_steps(self) -> int:
        """Steps that a walker takes at most."""
        return self.max_steps


class SpaceRarePlan(RarePlan):
    """How the probability to leave within `exit.within` is sampled, and until when."""

    jumps: Annotated[int, Field(ge=1, le=MOST_JUMPS)] | None = Field(
        None,
        description="J, the least number of jumps that leave, of domains for which it is not found.",
        examples=["jumps = 2"],
    )


class SpaceVisitsPlan(Table):
    """Long runs: from where, by how many walkers, how many steps, and near what steps are counted."""

    well: Well | None = Field(None, description="Walkers start at the minimum of this well.", examples=["well = 0"])
    start: Numbers | None = Field(
        None, description="Where walkers start, in place of `well`.", examples=["start = [2.9, 1.0]"]
    )
    walkers: Count = Field(description="Walkers in each cell.", examples=["walkers = 16"])
    steps: Steps = Field(description="Steps of each walker.", examples=["steps = 10_000_000"])
    radius: Positive = Field(
        description="A walker counts as being in a well within this distance of its minimiser.",
        examples=["radius = 0.5"],
    )
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
