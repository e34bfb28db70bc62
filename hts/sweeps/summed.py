"""Exits of many walkers stored as summaries: made from a sample, read back by cell, computed again."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from os import PathLike
from pathlib import Path

import numpy as np

from hts.ensembles import Interrupted
from hts.errors import PlanError, StoppedError
from hts.estimation.exits import count_landings
from hts.plans import AnyPlan, Cell, Plan, SpacePlan
from hts.storage import Columns, Provenance, ResultsFolder, Shard, write_shard
from hts.storage.summaries import read_summary, write_summary
from hts.summaries import ExitSummary, merged, summarise
from hts.sweeps.cells import parameters_of, slug_of
from hts.sweeps.records import Difference
from hts.sweeps.samples import sound_survey
from hts.sweeps.studies import study_of
from hts.sweeps.survey import Survey, open_results
from hts.sweeps.tasks import Range, joined_ranges


@dataclass(frozen=True)
class SummedCell:
    """All that is kept of the walkers of one cell that are done.

    Attributes
    ----------
    cell : Cell
        Which.
    walkers_wanted : int
        Of the plan; fewer may be there, even none.
    max_steps : int
        At which walkers were censored.
    summary : ExitSummary
        Of those that are there.
    ranges : tuple of (int, int)
        Their numbers, from the first to one past the last; increasing, no two touch.
    """

    cell: Cell
    walkers_wanted: int
    max_steps: int
    summary: ExitSummary
    ranges: tuple[Range, ...] = ()


def write_finished(plan: AnyPlan, folder: ResultsFolder, cell: Cell, columns: Columns, provenance: Provenance) -> Path:
    """Write the walkers of one shard, or their summary where the plan keeps no more.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    place, named = study_of(plan).place(folder), parameters_of(cell)
    if isinstance(plan, SpacePlan) or not plan.keeps_summaries:
        return write_shard(place, folder.scratch, named, columns, provenance)
    summary = summary_of(plan, columns, provenance.steps_beyond_domain)
    return write_summary(place, folder.scratch, named, int(columns["walker"][0]), summary, provenance)


def summary_of(plan: Plan, columns: Columns, steps_beyond_domain: int) -> ExitSummary:
    """Count the walkers of one cell, landings by the plan's wells."""
    domain, barriers = plan.exit_domain(), plan.build_landscape().barriers
    steps, side, landing = (columns[name] for name in ("exit_steps", "side", "landing"))
    destinations = count_landings(landing, side, barriers)
    return summarise(steps, side, landing, (domain.low, domain.high), destinations, steps_beyond_domain)


def check_whole(plan: AnyPlan, folder: ResultsFolder, found: Survey) -> None:
    """Refuse summaries that hold walkers beyond those of the plan, or one walker twice: a summary cannot be cut.

    Raises
    ------
    PlanError
        With the remedy.
    """
    if isinstance(plan, SpacePlan) or not plan.keeps_summaries:
        return
    for cell in plan.cells():
        shards = _shards(plan, found, cell)
        for one, other in pairwise(shards):
            if one.end > other.first_walker:
                raise PlanError(
                    f"{folder.path}: two summaries hold the same walkers, and a summary cannot be cut; move one of "
                    f"them elsewhere\n  {one.path.name}\n  {other.path.name}"
                )
        if shards and shards[-1].end > plan.walkers_of(cell):
            raise PlanError(
                f"{folder.path}: exit.walkers = {plan.walkers_of(cell)} would cut a stored summary of walkers "
                f"{shards[-1].first_walker} to {shards[-1].end - 1}, and a summary cannot be cut; give walkers = "
                f"{shards[-1].end} or more, or choose another folder with -o"
            )


def load_summaries(folder: str | PathLike[str]) -> Iterator[SummedCell]:
    """Read what is kept of each cell of a folder whose plan keeps summaries, in the order of the plan.

    Every shard is checked when this is called, before the first cell is given out.

    Raises
    ------
    IntegrityError
        Where a shard is not as it was written; names each.
    PlanError
        Where there is no plan, where it keeps walkers, or where summaries hold other walkers than it asks for.
    """
    checked = check_summaries(folder)
    return (checked.read(cell) for cell in checked.plan.cells())


@dataclass(frozen=True, eq=False)
class CheckedSummaries:
    """The cells of a folder of summaries, every shard checked; they may be read in any order.

    Attributes
    ----------
    plan : Plan
        Of the folder.
    found : Survey
        Its shards.
    """

    plan: Plan
    found: Survey

    def read(self, cell: Cell) -> SummedCell:
        """Read what is kept of one cell of the plan."""
        plan, shards = self.plan, _shards(self.plan, self.found, cell)
        summary = merged(read_summary(shard.path)[1] for shard in shards)
        ranges = joined_ranges((shard.first_walker, shard.end) for shard in shards)
        return SummedCell(cell, plan.walkers_of(cell), plan.most_steps, summary, ranges)


def check_summaries(folder: str | PathLike[str]) -> CheckedSummaries:
    """Check every shard of a folder of summaries.

    Raises
    ------
    IntegrityError, PlanError
        As `load_summaries`.
    """
    results, plan, stream_version = open_results(Path(folder))
    if not plan.keeps_summaries:
        raise PlanError(f'{folder}: holds no summaries, which a plan with exit.keep = "summary" stores')
    found = sound_survey(results, plan, stream_version)
    check_whole(plan, results, found)
    return CheckedSummaries(plan, found)


def _shards(plan: AnyPlan, found: Survey, cell: Cell) -> list[Shard]:
    """List the usable summaries of a cell that hold walkers of the plan, by walkers."""
    mine = [shard for shard in found.usable.get(slug_of(cell), ()) if shard.first_walker < plan.walkers_of(cell)]
    return sorted(mine, key=lambda shard: shard.first_walker)


def choose_summaries(shards: list[Shard], n: int, seed: int) -> list[Shard]:
    """Pick n summaries, each as likely as any other, or all where there are fewer."""
    places = np.random.default_rng(seed).choice(len(shards), min(n, len(shards)), replace=False)
    return [shards[k] for k in np.sort(places)]


def replay_summary(plan: Plan, cell: Cell, shard: Shard, should_stop: Callable[[], bool] | None) -> Difference | None:
    """Compute all walkers of a summary again, and compare what is kept of them."""
    _, stored = read_summary(shard.path)
    study = study_of(plan)
    simulate = study.simulator(plan, cell, shard.provenance.max_steps)
    try:
        sample = simulate(shard.first_walker, shard.n_walkers, should_stop=should_stop)
    except Interrupted as stop:
        raise StoppedError("stopped while walkers were compared; nothing was changed") from stop
    computed = summary_of(plan, study.columns(sample), int(sample.steps_beyond_domain))
    differ = tuple(name for name, value in asdict(stored).items() if value != asdict(computed)[name])
    if not differ:
        return None
    place = f"{shard.path.parent.name}/{shard.path.name}"
    shown = [(one.n_left, one.n_right, one.exposure_steps) for one in (stored, computed)]
    return Difference(place, cell, shard.first_walker, differ, shown[0], shown[1], "summary from walker")
