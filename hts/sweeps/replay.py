"""Stored walkers recomputed one by one and compared to the bit."""

from collections.abc import Callable
from concurrent.futures import as_completed
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np

from hts.engines import ThreadEngine
from hts.ensembles import STREAM_VERSION, Interrupted
from hts.errors import StoppedError
from hts.plans import Cell, Plan
from hts.storage import Shard, read_columns
from hts.sweeps.slugs import slug_of
from hts.sweeps.studies import study_of
from hts.sweeps.survey import open_results, survey


@dataclass(frozen=True)
class Difference:
    """A walker that came out otherwise than it is stored.

    Attributes
    ----------
    shard : str
        Where it is stored, as `shards/<name>`.
    cell : Cell
        Its cell.
    walker : int
        Its number.
    columns : tuple of str
        Where they differ.
    stored, computed : tuple
        exit_steps, side, landing; of visits the last position and the steps in each well.
    """

    shard: str
    cell: Cell
    walker: int
    columns: tuple[str, ...]
    stored: tuple[float, ...]
    computed: tuple[float, ...]


@dataclass(frozen=True)
class Replay:
    """What came of computing stored walkers again.

    Attributes
    ----------
    n_walkers : int
        How many were compared.
    differences : tuple of Difference
        Those that differ.
    """

    n_walkers: int
    differences: tuple[Difference, ...]


def replay_sweep(
    folder: str | PathLike[str],
    n_walkers: int,
    *,
    seed: int = 0,
    threads: int | None = None,
    on_walker: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replay:
    """Compute random walkers of a folder again and compare whatever is stored of them to the bit.

    A checksum tells that a shard is what was written; this tells that what was written is what the plan says, on this
    machine too. A walker alone takes as long as it takes: some ten million steps a second.

    Parameters
    ----------
    folder : path
        As `run_sweep` leaves it. Damaged shards are passed over.
    n_walkers : int
        How many, without repetition; all where there are fewer.
    seed : int
        Of the choice.
    threads : int, optional
        One per core by default.
    on_walker : callable, optional
        Called with the walkers compared and those to compare, from this thread.
    should_stop : callable, optional
        Asked all the time.

    Raises
    ------
    PlanError
        Where there is no plan.
    StoppedError
        Where `should_stop` said so.
    """
    results, plan, stream_version = open_results(Path(folder))
    found = survey(results, plan.identity(), stream_version or STREAM_VERSION, max_steps=None)
    cells = {slug_of(cell): cell for cell in plan.cells()}
    shards = [shard for slug, stored in sorted(found.usable.items()) if slug in cells for shard in stored]
    chosen = _choose(shards, n_walkers, seed)
    with ThreadEngine(threads) as engine:
        running = [
            engine.submit(_replay, plan, cells[shards[k].slug], shards[k], row, should_stop) for k, row in chosen
        ]
        try:
            for n, future in enumerate(as_completed(running), 1):
                future.result()  # raises what stopped it
                if on_walker is not None:
                    on_walker(n, len(running))
        finally:
            engine.shutdown(cancel_futures=True)
    differences = (future.result() for future in running)
    return Replay(len(chosen), tuple(difference for difference in differences if difference is not None))


def _choose(shards: list[Shard], n_walkers: int, seed: int) -> list[tuple[int, int]]:
    """Pick walkers as (shard, row), each stored walker as likely as any other."""
    ends = np.cumsum([shard.n_walkers for shard in shards], dtype=np.int64)
    total = int(ends[-1]) if shards else 0
    places = np.sort(np.random.default_rng(seed).choice(total, min(n_walkers, total), replace=False))
    which = np.searchsorted(ends, places, side="right")
    return [(int(k), int(place - ends[k] + shards[k].n_walkers)) for k, place in zip(which, places, strict=True)]


def _replay(
    plan: Plan, cell: Cell, shard: Shard, row: int, should_stop: Callable[[], bool] | None
) -> Difference | None:
    """Compute one walker again."""
    study = study_of(plan)
    stored = {name: column[[row]] for name, column in read_columns(shard).items()}
    walker = shard.first_walker + row
    simulate = study.simulator(plan, cell, shard.provenance.max_steps)
    try:
        sample = simulate(walker, 1, should_stop=should_stop)
    except Interrupted as stop:
        raise StoppedError("stopped while walkers were compared; nothing was changed") from stop
    computed = study.columns(sample)
    differ = tuple(name for name in study.compared if stored[name].tobytes() != computed[name].tobytes())
    if not differ:
        return None
    place = f"{shard.path.parent.name}/{shard.path.name}"
    return Difference(place, cell, walker, differ, study.told(stored), study.told(computed))
