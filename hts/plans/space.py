"""A plan in several dimensions after reading: its cells, wells, domain and start."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from hts.arrays import FloatArray
from hts.noise import Noise
from hts.plans.counts import Count
from hts.plans.identity import identity_of, noise_physics
from hts.plans.models import FigurePlan, GridPlan
from hts.plans.plan import Cell, Plan, cells_of, text_of, with_copy
from hts.plans.sources import SourceFile
from hts.plans.space_landscapes import BallPlan, SpaceFormulaPlan, SpaceLandscapePlan
from hts.plans.space_models import SpaceExitPlan, SpaceNoisePlan, SpaceRarePlan, SpaceVisitsPlan
from hts.plans.values import toml_value
from hts.plans.visits import checkpoint_steps
from hts.space import SpaceLandscape

if TYPE_CHECKING:  # they take a third of a second to import, and most commands are about one dimension
    from hts.kernels.space_motions import Region
    from hts.space.basins import BasinMap
    from hts.space.critical_points import CriticalPoints
    from hts.space.radii import RadialWell
    from hts.space.ways import SpaceWay


@dataclass(frozen=True)
class SpacePlan:
    """A study in several dimensions as its TOML file states it, checked; see `hts.plans.plan.Plan`."""

    title: str
    seed: int
    dimension: int
    landscape: SpaceLandscapePlan
    noise: SpaceNoisePlan
    grid: tuple[GridPlan, ...]
    exit: SpaceExitPlan | None
    visits: SpaceVisitsPlan | None
    figure: FigurePlan
    path: Path = field(compare=False)
    counts: Mapping[Cell, Count] = field(default_factory=dict, compare=False, repr=False)
    rare: SpaceRarePlan | None = None  # no walker's numbers depend on it

    levy: ClassVar[None] = None

    def cells(self) -> tuple[Cell, ...]:
        """List the union of the products, each point once: by b, then alpha, then eta from large to small."""
        return self._cells

    @cached_property
    def _cells(self) -> tuple[Cell, ...]:
        return cells_of(self.grid, self.well)

    @property
    def study(self) -> SpaceExitPlan | SpaceVisitsPlan:
        """The table that says what is simulated."""
        study = self.exit or self.visits
        assert study is not None, "a plan has [exit] or [visits]"
        return study

    @property
    def keeps_summaries(self) -> bool:
        """False: in several dimensions each walker is stored."""
        return False

    @property
    def most_steps(self) -> int:
        """Steps that a walker takes at most: `max_steps` of [exit], `steps` of [visits]."""
        return self.study.most_steps

    @property
    def within(self) -> float | None:
        """Gradient-flow time by which exits are asked for, if they are."""
        return self.study.within

    def walkers_of(self, cell: Cell) -> int:
        """Give the number of walkers of one cell."""
        return self.study.walkers

    def with_counts(self, counts: Mapping[Cell, Count]) -> "SpacePlan":
        """Give the plan itself: its walkers are a number."""
        return replace(self, counts=counts)

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        """The files of numbers that the plan names."""
        return () if self.noise.source is None else (self.noise.source,)

    def with_copies(self) -> "SpacePlan":
        """Give the plan as a results folder keeps it: the file that it names is the folder's copy."""
        return replace(self, noise=with_copy(self.noise)) if self.sources else self

    def build_landscape(self) -> SpaceLandscape:
        """Build the landscape; the second call gives the first one's."""
        return built_in_space(self.landscape, self.dimension)

    def noise_of(self, cell: Cell) -> Noise:
        """Build the law of one cell."""
        return self.noise.build(cell.alpha)

    def seed_of(self, cell: Cell) -> int:
        """Give the seed of a cell's random streams."""
        return self.seed

    def is_heavy(self, cell: Cell) -> bool:
        """Tell whether one cell's noise has a heavy tail."""
        return self.noise_of(cell).tail_index is not None

    @property
    def is_isotropic(self) -> bool:
        """Whether Z = |W| U, otherwise its coordinates are independent."""
        return self.noise.spread == "isotropic"

    @cached_property
    def wells(self) -> "CriticalPoints":
        """Minima, in the plane with saddles.

        Raises
        ------
        ValueError
            None was found, or there is nowhere to look for them.
        """
        return wells_of(self.landscape, self.dimension, self.study.start)

    @cached_property
    def start(self) -> FloatArray:
        """float64[d], where every walker starts."""
        if self.study.start is not None:
            return np.array(self.study.start, dtype=np.float64)
        points = self.wells.minima[self.study.well or 0].points
        return np.asarray(points[len(points) // 2])

    @cached_property
    def well(self) -> int:
        """The well whose minimum is nearest to the start, or the one whose basin is left."""
        from hts.space.wells import well_at

        if self.exit is not None and self.exit.well is not None:
            return self.exit.well
        return well_at(self.wells, self.start)

    @property
    def box(self) -> tuple[FloatArray, FloatArray]:
        """Corners of the box in which minima are looked for."""
        from hts.space.wells import box_of

        given = self.landscape
        low, high = (given.low, given.high) if isinstance(given, SpaceFormulaPlan) else (None, None)
        return box_of(
            self.build_landscape(), None if low is None else np.array(low), None if high is None else np.array(high)
        )

    @property
    def map_box(self) -> tuple[FloatArray, FloatArray]:
        """Corners of the map of basins: those of `box`, extended to hold the ball of radius L."""
        from hts.space.wells import box_of_map

        return box_of_map(self.build_landscape(), *self.box, self.spacing)

    @property
    def spacing(self) -> float:
        """Of the map of basins."""
        from hts.space.wells import default_spacing

        own = None if self.exit is None else self.exit.spacing
        return default_spacing(*self.box) if own is None else own

    @cached_property
    def basins(self) -> "BasinMap":
        """The basins of the plane, made once and kept in the user's cache."""
        from hts.plans.maps import kept_map

        side = float((self.box[1] - self.box[0]).max())
        return kept_map(
            self.build_landscape(), self._landscape_physics(), self.wells, *self.map_box, self.spacing, side
        )

    @property
    def has_map(self) -> bool:
        """Whether the domain is a basin of the plane."""
        return self.exit is not None and self.exit.well is not None and not self.build_landscape().is_linear

    @cached_property
    def region(self) -> "Region":
        """The domain that is left; the whole space of long runs."""
        from hts.space import regions
        from hts.space.domains import region_of

        if self.exit is None:
            return regions.everywhere(self.dimension)
        if self.exit.domain is not None:
            return region_of(self.dimension, **self.exit.domain.model_dump())
        landscape = self.build_landscape()
        if landscape.is_linear:
            return regions.ball(landscape.centre, landscape.radius)
        step = np.full(2, self.basins.spacing)
        return regions.basin(self.basins.labels, self.basins.origin, step, self.exit.well or 0)

    @cached_property
    def ways(self) -> "Mapping[float, SpaceWay]":
        """How the domain is left by as few jumps as possible, by b: what [rare] is built on."""
        from hts.plans.space_rare import find_way

        return {b: find_way(self, b) for b in dict.fromkeys(cell.b for cell in self.cells())}

    def radial_well(self, cell: Cell) -> "RadialWell | None":
        """Give the cell as the exact solver takes it: a ball about the minimum of a radial well, or None."""
        from hts.space.radii import RadialWell

        landscape, H = self.build_landscape(), self.build_landscape().matrix
        if self.exit is None or not (landscape.is_linear and self.is_isotropic):
            return None
        radius, centre = landscape.radius, landscape.centre
        if isinstance(self.exit.domain, BallPlan):
            radius = self.exit.domain.radius
            centre = np.array(self.exit.domain.centre or np.zeros(self.dimension))
        is_radial = np.array_equal(H, H[0, 0] * np.eye(self.dimension)) and np.array_equal(centre, landscape.centre)
        is_ball = self.exit.domain is None or isinstance(self.exit.domain, BallPlan)
        is_free = landscape.projection >= float(np.linalg.norm(centre)) + radius
        if not (is_radial and is_ball and is_free):
            return None
        away = float(np.linalg.norm(self.start - centre))
        return RadialWell(self.dimension, self.noise_of(cell), cell.eta, cell.b, radius, float(H[0, 0]), away)

    @property
    def sets(self) -> FloatArray:
        """Minima as segments, float64[well, 2, d]: long runs count steps near them."""
        known = self.build_landscape().minimisers
        if len(known):
            return known
        return np.array([[one.points[0], one.points[-1]] for one in self.wells.minima])

    def checkpoints(self, n_steps: int) -> tuple[int, ...]:
        """Give the numbers of steps after which a long run is written down."""
        return checkpoint_steps(self.visits.checkpoints_per_decade if self.visits else 1, n_steps)

    def _landscape_physics(self) -> dict[str, Any]:
        given = self.landscape.model_dump(exclude={"low", "high"}, exclude_none=True)
        return {key: "".join(value.split()) if key == "f" else _plain(value) for key, value in given.items()}

    def physics(self) -> dict[str, Any]:
        """Everything that decides a cell's numbers but the cell's own parameters, ready for JSON."""
        study: dict[str, Any] = {"start": self.start.tolist()}
        if self.visits is not None:
            per_decade = self.visits.checkpoints_per_decade
            study |= {"sets": self.sets.tolist(), "radius": self.visits.radius, "checkpoints_per_decade": per_decade}
        elif self.exit is not None and self.exit.domain is not None:
            study["domain"] = _plain(self.exit.domain.model_dump(exclude_none=True))
        elif self.has_map:
            digest = hashlib.sha256(self.basins.labels.tobytes()).hexdigest()[:16]
            study |= {"well": self.well, "spacing": self.spacing, "map": digest}
        else:
            study["well"] = self.well
        noise = noise_physics(self.noise) | {"spread": self.noise.spread}
        head = {"seed": self.seed, "dimension": self.dimension, "landscape": self._landscape_physics()}
        return {**head, "noise": noise, self.study.table: study}

    def identity(self) -> str:
        """Sum `physics` up in sixty-four hexadecimal digits."""
        return self._identity

    @cached_property
    def _identity(self) -> str:
        return identity_of(self.physics())

    def to_toml(self) -> str:
        """Write the plan in full: defaults filled in, axes spelled out; reading it gives an equal plan."""
        head = [f"title = {toml_value(self.title)}", f"seed = {self.seed}", f"dimension = {self.dimension}"]
        grids = [("[[grid]]", grid) for grid in self.grid]
        study = (f"[{self.study.table}]", self.study)
        rare = [] if self.rare is None else [("[rare]", self.rare)]
        tables = [("[landscape]", self.landscape), ("[noise]", self.noise), *grids, study, *rare]
        return text_of(head, [*tables, ("[figure]", self.figure)])


#: A plan of either kind, as sweeps take it.
AnyPlan: TypeAlias = Plan | SpacePlan


def _plain(value: Any) -> Any:
    """Turn tuples into lists and infinity into text, as JSON has them."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, float) and not np.isfinite(value) else value


@lru_cache(maxsize=32)
def built_in_space(plan: SpaceLandscapePlan, dimension: int) -> SpaceLandscape:
    """Build the landscape of a plan once."""
    return plan.build(dimension)


@lru_cache(maxsize=32)
def wells_of(plan: SpaceLandscapePlan, dimension: int, start: tuple[float, ...] | None) -> "CriticalPoints":
    """Find the wells of a landscape once; see `find_wells`."""
    from hts.space.wells import find_wells

    low, high = (plan.low, plan.high) if isinstance(plan, SpaceFormulaPlan) else (None, None)
    low_corner, high_corner, place = (None if one is None else np.array(one) for one in (low, high, start))
    return find_wells(built_in_space(plan, dimension), low_corner, high_corner, place)
