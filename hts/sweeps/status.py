"""State of a results folder: what of its plan is done, missing or damaged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Literal, TypeAlias

from hts.ensembles import STREAM_VERSION
from hts.errors import PlanError
from hts.plans import Cell, Plan
from hts.storage import ResultsFolder, move_into
from hts.sweeps.checkpoints import Checkpoints
from hts.sweeps.failures import kept_message
from hts.sweeps.slugs import slug_of
from hts.sweeps.studies import study_of
from hts.sweeps.survey import Survey, open_results, stated_identity, stored_plan, survey
from hts.sweeps.verification import harms_of, restore_identity
from hts.words import plural

State: TypeAlias = Literal["done", "partial", "missing", "damaged", "failed"]


@dataclass(frozen=True)
class CellStatus:
    """What is done of one cell.

    Attributes
    ----------
    cell : Cell
        Which.
    state : str
        done; partial: some walkers; missing: none; damaged: a shard is not as it was written; failed: the last run
        could not compute all of it.
    walkers_done, walkers_wanted : int
        Walkers with a usable result, and those of the plan.
    message : str
        What to know or to do; empty where there is nothing to say.
    """

    cell: Cell
    state: State
    walkers_done: int
    walkers_wanted: int
    message: str


@dataclass(frozen=True)
class Verification:
    """What a check of all files that decide a number found.

    Attributes
    ----------
    n_shards : int
        Shards checked.
    damaged : tuple of str
        Files that are not what was written, as `shards/<name>`, `visits/<name>`, `checkpoints/<name>` or a bare name.
    reasons : tuple of str
        What is wrong with each.
    """

    n_shards: int
    damaged: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class FolderStatus:
    """What is done of a folder's plan.

    Attributes
    ----------
    cells : tuple of CellStatus
        All cells of the plan.
    strays : tuple of str
        Damaged shards that belong to no cell of the plan: what is wrong with each, its name first.
    """

    cells: tuple[CellStatus, ...]
    strays: tuple[str, ...]


def sweep_status(folder: str | PathLike[str]) -> tuple[CellStatus, ...]:
    """Say what of a folder's plan is done, cell by cell, every shard checked against its checksum.

    Raises
    ------
    PlanError
        Where there is no plan to compare with.
    """
    return folder_status(folder).cells


def folder_status(folder: str | PathLike[str]) -> FolderStatus:
    """Say what of a folder's plan is done, as `sweep_status`, and which damaged shards belong to none of its cells."""
    results, plan, stream_version = open_results(Path(folder))
    found = survey(results, plan.identity(), stream_version, plan.most_steps)
    waiting = Checkpoints.of(plan, results, stream_version or STREAM_VERSION).walkers_by_slug()
    statuses = [status_of(results, found, plan, cell) for cell in plan.cells()]
    cells = tuple(_with_checkpoint(status, waiting.get(slug_of(status.cell), 0)) for status in statuses)
    own = {slug_of(cell) for cell in plan.cells()} if found.damages else set()
    return FolderStatus(cells, tuple(damage.message for damage in found.damages if damage.slug not in own))


def _with_checkpoint(status: CellStatus, n_walkers: int) -> CellStatus:
    """Tell of the walkers of an unfinished cell that wait in checkpoints."""
    if n_walkers == 0 or status.state == "done":
        return status
    waiting = f"{plural(n_walkers, 'walker')} {'waits' if n_walkers == 1 else 'wait'} in checkpoints"
    note = f"{waiting}; running it again goes on with them"
    return replace(status, message="; ".join(filter(None, (status.message, note))))


def status_of(folder: ResultsFolder, found: Survey, plan: Plan, cell: Cell) -> CellStatus:
    """Say what is done of one cell."""
    walkers, limit = plan.walkers_of(cell), study_of(plan).limit
    slug = slug_of(cell)
    done = walkers - sum(end - first for first, end in found.missing(slug, walkers))
    damages = found.damages_by_cell.get(slug)
    if damages:
        more = f", and {len(damages) - 1} more" if len(damages) > 1 else ""
        text = f"{damages[0].message}{more}; running it again sets it aside and computes it anew"
        return CellStatus(cell, "damaged", done, walkers, text)
    if done == walkers:
        return CellStatus(cell, "done", done, walkers, "")
    failed = kept_message(folder, cell) if slug in found.failed else None
    if failed is not None:
        return CellStatus(cell, "failed", done, walkers, failed)
    notes = []
    if slug in found.outdated:
        notes.append(f"some walkers stopped at a smaller {limit}; running it again computes them anew")
    if slug in found.beyond:
        notes.append(f"some walkers took more steps than {limit} now allows; give {limit} its old value")
    return CellStatus(cell, "partial" if done else "missing", done, walkers, "; ".join(notes))


def verify_sweep(folder: str | PathLike[str]) -> Verification:
    """Check every file of a folder that decides a number: shards, their plan, predictions, counts and checkpoints.

    Raises
    ------
    PlanError
        Where nothing was ever run.
    """
    results = ResultsFolder(Path(folder))
    results.check_exists()
    identity, stream_version = _expected(results)
    found = survey(results, identity, stream_version, max_steps=None, with_columns=True)
    shards = {f"{damage.path.parent.name}/{damage.path.name}": damage.message for damage in found.damages}
    harms = shards | harms_of(results, found)
    return Verification(found.n_shards, tuple(harms), tuple(harms.values()))


def repair_sweep(folder: str | PathLike[str], shards: Sequence[str]) -> None:
    """Set shards aside in `damaged/`, so that the next run computes them anew; nothing is lost.

    A lost or changed identity.json is written anew where plan.toml and all shards agree.

    Parameters
    ----------
    folder : path
        Of results.
    shards : sequence of str
        As `Verification.damaged` names them.

    Raises
    ------
    StoppedError
        Where the folder cannot be written.
    """
    results = ResultsFolder(Path(folder))
    for name in shards:
        move_into(results.damaged, results.path / name)
    if results.identity.name in shards:
        restore_identity(results)


def _expected(folder: ResultsFolder) -> tuple[str | None, str | None]:
    """Find out what every shard must say of itself, from what is left of a folder."""
    stated = stated_identity(folder)
    if stated is not None:
        return stated["identity"], stated.get("stream_version")
    try:
        return stored_plan(folder).identity(), None
    except PlanError:
        return None, None
