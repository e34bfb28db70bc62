"""The table [landscape] of a plan in several dimensions, by its kind, and the kinds of [exit] domain."""

import math
from typing import Literal, TypeAlias

from pydantic import Field

from hts.plans.fields import Number, Numbers, Positive, Projection, Rows, Table
from hts.space import SpaceLandscape, formula, himmelblau, quadratic, radial
from hts.space.landscapes import PUBLISHED_PROJECTION


class RadialPlan(Table):
    """f = curvature |x|^2 / 2; the well is the ball of this radius about 0."""

    kind: Literal["radial"]
    curvature: Positive = Field(1.0, description="f'' in every direction.", examples=["curvature = 1.0"])
    radius: Positive = Field(1.0, description="Radius of the ball that is left.", examples=["radius = 1.0"])
    L: Projection = math.inf

    def build(self, dimension: int) -> SpaceLandscape:
        """Build the landscape."""
        return radial(self.curvature, self.radius, dimension, self.L)


class QuadraticPlan(Table):
    """f = (x - centre) . H (x - centre) / 2 with any symmetric positive definite H."""

    kind: Literal["quadratic"]
    hessian: Rows = Field(description="H, a list of rows.", examples=["hessian = [[1.0, 0.0], [0.0, 2.0]]"])
    centre: Numbers | None = Field(None, description="The minimum; 0 by default.", examples=["centre = [0.0, 0.0]"])
    L: Projection = math.inf

    def build(self, dimension: int) -> SpaceLandscape:
        """Build the landscape; the number of its rows is the dimension."""
        return quadratic(self.hessian, self.centre, self.L)


class SpaceFormulaPlan(Table):
    """A potential written as a formula in x, y, z or x1, ..., xd."""

    kind: Literal["formula"]
    f: str = Field(min_length=1, description="The potential as a formula.", examples=['f = "x**2 + 2*y**2"'])
    low: Numbers | None = Field(
        None, description="Lower corner of the box in which minima are looked for.", examples=["low = [-3.0, -3.0]"]
    )
    high: Numbers | None = Field(None, description="Its upper corner.", examples=["high = [3.0, 3.0]"])
    L: Projection = math.inf

    def build(self, dimension: int) -> SpaceLandscape:
        """Build the landscape."""
        return formula(self.f, dimension, self.L)


class HimmelblauPlan(Table):
    """The modified Himmelblau function of [WOR, A.2], docs/many_dimensions.md."""

    kind: Literal["himmelblau"]
    L: Projection = PUBLISHED_PROJECTION

    def build(self, dimension: int) -> SpaceLandscape:
        """Build the landscape."""
        return himmelblau(self.L)


SpaceLandscapePlan: TypeAlias = RadialPlan | QuadraticPlan | SpaceFormulaPlan | HimmelblauPlan
SPACE_LANDSCAPES: dict[str, type[SpaceLandscapePlan]] = {
    "radial": RadialPlan,
    "quadratic": QuadraticPlan,
    "formula": SpaceFormulaPlan,
    "himmelblau": HimmelblauPlan,
}


class BallPlan(Table):
    """{|x - centre| < radius}."""

    kind: Literal["ball"]
    radius: Positive = Field(description="Radius.", examples=["radius = 1.0"])
    centre: Numbers | None = Field(None, description="Centre; 0 by default.", examples=["centre = [0.0, 0.0]"])


class EllipsoidPlan(Table):
    """{(x - centre) . form (x - centre) < 1}."""

    kind: Literal["ellipsoid"]
    form: Rows = Field(description="The quadratic form, a list of rows.", examples=["form = [[1.0, 0.0], [0.0, 4.0]]"])
    centre: Numbers | None = Field(None, description="Centre; 0 by default.", examples=["centre = [0.0, 0.0]"])


class HalfSpacePlan(Table):
    """{normal . x < height}."""

    kind: Literal["half-space"]
    normal: Numbers = Field(description="Outward normal.", examples=["normal = [1.0, 0.0]"])
    height: Number = Field(description="Of the boundary, along the normal.", examples=["height = 1.0"])


class BoxPlan(Table):
    """{low < x < high}, coordinate by coordinate."""

    kind: Literal["box"]
    low: Numbers = Field(description="Lower corner.", examples=["low = [-1.0, -1.0]"])
    high: Numbers = Field(description="Upper corner.", examples=["high = [1.0, 1.0]"])


class SublevelPlan(Table):
    """{g < 0}."""

    kind: Literal["formula"]
    g: str = Field(min_length=1, description="A formula, negative inside.", examples=['g = "x**2 + y**2 - 1"'])


DomainPlan: TypeAlias = BallPlan | EllipsoidPlan | HalfSpacePlan | BoxPlan | SublevelPlan
DOMAINS: dict[str, type[DomainPlan]] = {
    "ball": BallPlan,
    "ellipsoid": EllipsoidPlan,
    "half-space": HalfSpacePlan,
    "box": BoxPlan,
    "formula": SublevelPlan,
}
