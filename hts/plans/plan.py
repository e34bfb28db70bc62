"""The plan after reading, free of mistakes: its cells, landscape, noise and exit."""

import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from hts.errors import PlanError
from hts.exits import Exit
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.plans.counts import Count
from hts.plans.domains import ExitDomain, exit_domain
from hts.plans.fields import Table
from hts.plans.identity import identity_of, physics_of
from hts.plans.landscapes import LandscapePlan
from hts.plans.levy import LevyPlan
from hts.plans.models import ExitPlan, FigurePlan, GridPlan, NoisePlan, VisitsPlan
from hts.plans.rare import RarePlan
from hts.plans.sources import INPUTS, SourceFile
from hts.plans.values import toml_key, toml_value
from hts.plans.visits import VisitRecord, visit_record

AnyTable = TypeVar("AnyTable", bound=Table)


@dataclass(frozen=True, slots=True)
class Cell:
    """One point of the parameter grid.

    Attributes
    ----------
    eta : float
        Step size.
    b : float
        Clip; inf is none.
    alpha : float or None
        Tail index; None for normal noise.
    well : int
        The well in whose basin every walker starts.
    epsilon : float or None
        Strength of the noise, docs/levy.md (21), in a plan with [levy], where eta is the time step h; None elsewhere.
    """

    eta: float
    b: float
    alpha: float | None
    well: int
    epsilon: float | None = None


@dataclass(frozen=True)
class Plan:
    """A study as its TOML file states it, checked; two plans that state the same are equal wherever their files lie.

    Attributes
    ----------
    title : str
        For people; the name of the file where the plan gives none.
    seed : int
        Enters the random streams once, here.
    landscape, noise, grid, exit, visits, figure : tables
        The tables, with defaults filled in and axes spelled out; `grid` holds one entry for each product, and one of
        `exit` and `visits` is None.
    path : pathlib.Path
        The file, as it was given.
    counts : mapping of Cell to Count
        Walkers of the cells for which they were chosen, where `walkers` is a relative error; no part of the text.
    levy : LevyPlan or None
        The table [levy], where the plan has one; `noise` and `grid` are then what it stands for, but for the strength
        of the noise, which is each cell's own.
    rare : RarePlan or None
        The table [rare] beside [exit], where the plan has one; no walker's numbers depend on it.
    """

    title: str
    seed: int
    landscape: LandscapePlan
    noise: NoisePlan
    grid: tuple[GridPlan, ...]
    exit: ExitPlan | None
    visits: VisitsPlan | None
    figure: FigurePlan
    path: Path = field(compare=False)
    counts: Mapping[Cell, Count] = field(default_factory=dict, compare=False, repr=False)
    levy: LevyPlan | None = None
    rare: RarePlan | None = None

    def cells(self) -> tuple[Cell, ...]:
        """List the union of the products, each point once: by b, then alpha, then eta from large to small.

        Those of a plan with [levy] come by epsilon from large to small, then alpha, then h from large to small.
        """
        return self._cells

    @cached_property
    def _cells(self) -> tuple[Cell, ...]:
        well = self.exit_domain().well
        if self.levy is not None:
            return tuple(Cell(h, inf, alpha, well, epsilon) for epsilon, alpha, h in self.levy.points())
        return cells_of(self.grid, well)

    @property
    def study(self) -> ExitPlan | VisitsPlan:
        """The table that says what is simulated."""
        study = self.exit or self.visits
        assert study is not None, "a plan has [exit] or [visits]"
        return study

    @property
    def most_steps(self) -> int:
        """Steps that a walker takes at most: `max_steps` of [exit], `steps` of [visits]."""
        return self.study.most_steps

    @property
    def keeps_summaries(self) -> bool:
        """Whether summaries of walkers are stored and not each walker; no number depends on it."""
        return self.exit is not None and self.exit.keep == "summary"

    @property
    def visit_plan(self) -> VisitsPlan:
        """The table [visits].

        Raises
        ------
        PlanError
            Where there is none.
        """
        if self.visits is None:
            raise PlanError(f"{self.path}: is a plan of exits; visits need a table [visits] instead of [exit]")
        return self.visits

    @property
    def within(self) -> float | None:
        """Gradient-flow time by which exits are asked for, if they are."""
        return self.study.within

    def walkers_of(self, cell: Cell) -> int:
        """Give the number of walkers of one cell.

        Raises
        ------
        PlanError
            Where it is to be chosen, and was not yet.
        """
        walkers = self.study.walkers
        if isinstance(walkers, int):
            return walkers
        if cell not in self.counts:
            raise PlanError(
                f"{self.path}: exit.walkers: no numbers are chosen yet for relative_error = "
                f"{walkers.relative_error:g}; hts run, or hts.choose_walkers(plan, folder), chooses them"
            )
        return self.counts[cell].walkers

    def with_counts(self, counts: Mapping[Cell, Count]) -> "Plan":
        """Give the plan with the walkers that were chosen for its cells."""
        return replace(self, counts=counts)

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        """The files of numbers that the plan names."""
        return tuple(source for table in (self.landscape, self.noise) if (source := table.source) is not None)

    def with_copies(self) -> "Plan":
        """Give the plan as a results folder keeps it: the files that it names are the folder's copies."""
        if not self.sources:
            return self
        return replace(self, landscape=with_copy(self.landscape), noise=with_copy(self.noise))

    def build_landscape(self) -> Landscape:
        """Build the landscape; the second call gives the first one's."""
        return built(self.landscape)

    def noise_of(self, cell: Cell) -> Noise:
        """Build the law of one cell; with [levy] that of a step of size h, docs/levy.md (21)."""
        if self.levy is not None and cell.epsilon is not None and cell.alpha is not None:
            return self.levy.law(cell.epsilon, cell.alpha, cell.eta)
        if cell.alpha not in self._laws:
            self._laws[cell.alpha] = self.noise.build(cell.alpha)
        return self._laws[cell.alpha]

    @cached_property
    def _laws(self) -> dict[float | None, Noise]:
        """The laws that `noise_of` has built, by tail index: many cells share one."""
        return {}

    def seed_of(self, cell: Cell) -> int:
        """Give the seed of a cell's random streams: that of the plan, or with [levy] one for each epsilon.

        Streams are named by seed, eta, b and alpha, so cells that differ in epsilon alone would share theirs.
        """
        if cell.epsilon is None:
            return self.seed
        named = struct.pack("<Qd", self.seed, cell.epsilon)
        return int.from_bytes(hashlib.blake2b(named, digest_size=8, person=b"hts epsilon").digest(), "little")

    def is_heavy(self, cell: Cell) -> bool:
        """Tell whether one cell's noise has a heavy tail, so that jumps are counted and clips matter to the limit."""
        return self.noise_of(cell).tail_index is not None

    def exit_domain(self) -> ExitDomain:
        """Resolve `well`, or `domain` and `start`, to numbers; with [visits] the basin in which every walker starts."""
        return self.setting.domain(self.build_landscape())

    def exit_of(self, cell: Cell) -> Exit:
        """Give the exit of one cell from the domain of `exit_domain`, as theory takes it."""
        domain = self.exit_domain()
        noise = self.noise_of(cell)
        return Exit(self.build_landscape(), noise, cell.eta, cell.b, domain.low, domain.high, domain.start)

    @property
    def setting(self) -> ExitDomain | VisitRecord:
        """The table [exit] or [visits], completed from the landscape."""
        if self.exit is not None:
            return exit_domain(self.build_landscape(), self.exit)
        return self.visit_record()

    def visit_record(self) -> VisitRecord:
        """Resolve what [visits] writes down.

        Raises
        ------
        PlanError
            Where there is no such table.
        """
        return visit_record(self.build_landscape(), self.visit_plan)

    def physics(self) -> dict[str, Any]:
        """Everything that decides a cell's numbers but the cell's own parameters, ready for JSON (inf is "inf")."""
        study = self.setting.physics()
        physics = physics_of(self.seed, self.landscape, self.build_landscape(), self.noise, self.study.table, study)
        return physics if self.levy is None else physics | {"noise": self.levy.physics()}

    def identity(self) -> str:
        """Sum `physics` up in sixty-four hexadecimal digits."""
        return identity_of(self.physics())

    def to_toml(self) -> str:
        """Write the plan in full: defaults filled in, axes spelled out; reading it gives an equal plan."""
        lines = [f"title = {toml_value(self.title)}", f"seed = {self.seed}"]
        grids = [("[noise]", self.noise), *(("[[grid]]", grid) for grid in self.grid)]
        tables = [
            ("[landscape]", self.landscape),
            *(grids if self.levy is None else [("[levy]", self.levy)]),
            (f"[{self.study.table}]", self.study),
            *([] if self.rare is None else [("[rare]", self.rare)]),
        ]
        return text_of(lines, [*tables, ("[figure]", self.figure)])


def cells_of(grids: Iterable[GridPlan], well: int) -> tuple[Cell, ...]:
    """List the union of products, each point once: by b, then alpha, then eta from large to small."""
    points = {
        (b, alpha, -eta) for grid in grids for b in grid.b for alpha in (grid.alpha or (None,)) for eta in grid.eta
    }
    in_order = sorted(points, key=lambda point: (point[0], point[1] or 0.0, point[2]))
    return tuple(Cell(-minus_eta, b, alpha, well) for b, alpha, minus_eta in in_order)


def text_of(head: Sequence[str], tables: Iterable[tuple[str, Table]]) -> str:
    """Write tables in TOML, each below its header."""
    lines = list(head)
    for header, table in tables:
        if given := table.model_dump(exclude_none=True):
            lines += ["", header]
        lines += [f"{toml_key(key)} = {toml_value(value)}" for key, value in given.items()]
    return "\n".join(lines) + "\n"


def with_copy(table: AnyTable) -> AnyTable:
    """Name the copy of a table's file instead of the file."""
    source = table.source
    return table if source is None else table.model_copy(update={"file": f"{INPUTS}/{source.copy_name}"})


@lru_cache(maxsize=32)
def built(plan: LandscapePlan) -> Landscape:
    """Build the landscape of a plan once."""
    return plan.build()
