"""The table [landscape] of a plan, by its kind: keys and what they build."""

import math
from typing import Literal, TypeAlias

from pydantic import Field, PrivateAttr

from hts import landscapes
from hts.landscapes import Landscape
from hts.plans.fields import (
    Barriers,
    Digest,
    FileName,
    FiniteInterval,
    Number,
    Numbers,
    Positive,
    Positives,
    Projection,
    Smoothing,
    Table,
)
from hts.plans.sources import Slice, SourceFile


class BasinPlan(Table):
    """One parabola, f'' = curvature everywhere."""

    kind: Literal["basin"]
    minimum: Number = Field(description="Place of the minimum.", examples=["minimum = 0.0"])
    curvature: Positive = Field(description="f'' everywhere.", examples=["curvature = 1.0"])
    L: Projection = math.inf

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.basin(self.minimum, self.curvature, L=self.L)


class FlatPlan(Table):
    """No landscape at all, f' = 0: for flights."""

    kind: Literal["flat"]
    L: Projection = math.inf

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
    L: Projection = math.inf

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
    L: Projection = math.inf

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.formula(self.f, (self.domain[0], self.domain[1]), L=self.L)


class WangOhRheePlan(Table):
    """The four-well function of Wang, Oh and Rhee (docs/model.md, sources)."""

    kind: Literal["wang-oh-rhee"]
    L: Projection = 1.6  # as published

    def build(self) -> Landscape:
        """Build the landscape."""
        return landscapes.wang_oh_rhee(L=self.L)


class QuarticPlan(Table):
    """The quartic x**4/10 - x**2 of the conditional-path experiment of Wang and Rhee."""

    kind: Literal["quartic"]
    L: Projection = math.inf

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
    L: Projection

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
    sha256: Digest = None
    L: Projection = math.inf
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
