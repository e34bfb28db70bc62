"""The shards of a folder sorted into usable, outdated, foreign and damaged."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from hts.errors import IntegrityError, PlanError
from hts.plans import AnyPlan, Plan, SpacePlan, read_study
from hts.plans.folders import another_plan
from hts.plans.identity import identity_of
from hts.storage import (
    Columns,
    Provenance,
    ResultsFolder,
    Shard,
    ShardName,
    inspect_and_read,
    inspect_shard,
    list_shards,
    read_shard,
)
from hts.storage.inputs import harmed_copies
from hts.storage.reading import read_bytes
from hts.storage.summaries import read_summary
from hts.sweeps.cells import counted
from hts.sweeps.failures import failed_slugs
from hts.sweeps.tasks import Range, gaps

#: Walkers of a shard that takes longer to open than to read.
SMALL_SHARD = 1_000
#: Key of identity.json under which the digest of plan.toml stands.
PLAN_DIGEST = "plan_sha256"


@dataclass(frozen=True)
class Damage:
    """A shard that must not be used.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    message : str
        What is wrong with it.
    slug : str or None
        The cell its name stands for, if it stands for one.
    is_foreign : bool
        Whether it is whole, but of another plan or of other random streams.
    """

    path: Path
    message: str
    slug: str | None
    is_foreign: bool = False


@dataclass
class Survey:
    """What lies in `shards/`, `visits/` and `summaries/`, every file checked against its name.

    Attributes
    ----------
    usable : dict of str to list of Shard
        By cell: good for the plan as it stands.
    outdated : dict of str to list of Shard
        By cell: walkers were censored at a smaller max_steps than the plan's.
    beyond : dict of str to list of Shard
        By cell: some walker took more steps than the plan's max_steps.
    damages : list of Damage
        Not to be used.
    failed : set of str
        Cells of which a failure is kept.
    columns : dict of path to columns
        Of shards of exits that were read on the occasion, as far as was asked for.
    """

    usable: dict[str, list[Shard]] = field(default_factory=dict)
    outdated: dict[str, list[Shard]] = field(default_factory=dict)
    beyond: dict[str, list[Shard]] = field(default_factory=dict)
    damages: list[Damage] = field(default_factory=list)
    failed: frozenset[str] = frozenset()
    columns: dict[Path, Columns] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was found, so that no cell need be looked up."""
        return not (self.n_shards or self.failed)

    @property
    def n_shards(self) -> int:
        """Number of files, good or bad."""
        good = (self.usable, self.outdated, self.beyond)
        return len(self.damages) + sum(len(shards) for kind in good for shards in kind.values())

    def provenances(self) -> Iterator[Provenance]:
        """Give what each shard that is whole and of this plan says of itself."""
        for kind in (self.usable, self.outdated, self.beyond):
            for shards in kind.values():
                yield from (shard.provenance for shard in shards)

    @cached_property
    def damages_by_cell(self) -> dict[str | None, list[Damage]]:
        """The damages of each cell by its slug, sorted once, when the survey is complete."""
        by_cell: dict[str | None, list[Damage]] = {}
        for damage in self.damages:
            by_cell.setdefault(damage.slug, []).append(damage)
        return by_cell

    def missing(self, slug: str, walkers: int) -> list[Range]:
        """List the walkers of a cell that no usable shard holds."""
        return gaps(((shard.first_walker, shard.end) for shard in self.usable.get(slug, ())), walkers)


def survey(
    folder: ResultsFolder,
    identity: str | None,
    stream_version: str | None,
    max_steps: int | None,
    with_columns: bool = False,
    keep_walkers: int = 0,
) -> Survey:
    """Check every shard of a folder.

    Parameters
    ----------
    folder : ResultsFolder
        Where to look; it may hold nothing yet.
    identity, stream_version : str or None
        Values that every shard must state; None where they are unknown.
    max_steps : int or None
        Of the plan; None where any will do.
    with_columns : bool
        Unpack the columns too, and check that their values are possible.
    keep_walkers : int
        Read the columns of small shards of exits too, from the same bytes, until so many walkers are held: 22 bytes
        each, and a kB a shard.
    """
    found = Survey(failed=failed_slugs(folder))
    for path in (*list_shards(folder.shards), *list_shards(folder.visits), *list_shards(folder.summaries)):
        try:
            if path.parent == folder.summaries:
                shard, columns = read_summary(path)[0], None
            else:
                shard, columns = _inspected(path, with_columns, keep_walkers if path.parent == folder.shards else 0)
        except IntegrityError as error:
            if not path.exists():  # another process set it aside meanwhile
                continue
            name = ShardName.parse(path.name)
            found.damages.append(Damage(path, str(error), None if name is None else name.slug))
            continue
        said = shard.provenance
        if identity is not None and said.identity != identity:
            text = f"{path.name}: belongs to another plan (identity {said.identity[:16]})"
            found.damages.append(Damage(path, text, shard.slug, is_foreign=True))
        elif stream_version is not None and said.stream_version != stream_version:
            text = f"{path.name}: was made with random streams {said.stream_version}, not {stream_version}"
            found.damages.append(Damage(path, text, shard.slug, is_foreign=True))
        elif max_steps is None or _holds_at(shard, max_steps):
            found.usable.setdefault(shard.slug, []).append(shard)
            if columns is not None:
                found.columns[path] = columns
                keep_walkers -= shard.n_walkers
        elif said.max_steps < max_steps:
            found.outdated.setdefault(shard.slug, []).append(shard)
        else:
            found.beyond.setdefault(shard.slug, []).append(shard)
    return found


def _inspected(path: Path, with_columns: bool, most_walkers: int) -> tuple[Shard, Columns | None]:
    """Check one shard; give its columns too where it is small and they may be kept."""
    if with_columns:
        return read_shard(path)[0], None
    name = ShardName.parse(path.name)
    if name is not None and name.n_walkers <= min(most_walkers, SMALL_SHARD):
        return inspect_and_read(path)
    return inspect_shard(path), None


def _holds_at(shard: Shard, max_steps: int) -> bool:
    """Tell whether a shard would come out the same with this limit: walkers that all left in time do."""
    return shard.provenance.max_steps == max_steps or not (shard.has_censored or shard.longest > max_steps)


def stated_identity(folder: ResultsFolder) -> Mapping[str, Any] | None:
    """Read identity.json, which states what decides the numbers; None where it is missing or contradicts itself."""
    document = folder.read_json(folder.identity)
    if document is None or not isinstance(document.get("physics"), dict):
        return None
    return document if document.get("identity") == identity_of(document["physics"]) else None


def identity_warning(folder: ResultsFolder) -> str | None:
    """Say that identity.json is lost or harmed, and what is not known without it; None where it is as written."""
    if stated_identity(folder) is not None:
        return None
    harm = folder.harm_of(folder.identity) or "is missing"
    return (
        f"{folder.identity}: {harm}; shards are compared with plan.toml alone, and their random streams with nothing. "
        f"Remedy: hts verify {folder.path} --repair"
    )


def identity_document(plan: AnyPlan, stream_version: str) -> dict[str, Any]:
    """Say what decides the numbers of a folder, as its identity.json does."""
    return {
        "identity": plan.identity(),
        "physics": plan.physics(),
        "stream_version": stream_version,
        PLAN_DIGEST: digest_of_plan(plan),
    }


def digest_of_plan(plan: AnyPlan) -> str:
    """Hash the plan as `hts run` writes it."""
    return hashlib.sha256(plan.to_toml().encode()).hexdigest()


def check_same_plan(folder: ResultsFolder, plan: AnyPlan) -> Mapping[str, Any] | None:
    """Compare a plan with the identity of a folder; return what identity.json states.

    Raises
    ------
    PlanError
        Where they differ, naming each key with both values.
    """
    stated = stated_identity(folder)
    if stated is not None and stated["identity"] != plan.identity():
        said, hint = another_plan(folder, plan, stated), ""
        has_copy = any(stated["physics"].get(name, {}).get("sha256") for name in ("landscape", "noise"))
        if has_copy and "sha256" in str(said):
            hint = f"\n  its own copy of the file goes on with: hts run {folder.plan} -o {folder.path}"
        raise PlanError(f"{said}{hint}")
    return stated


def check_one_kind(folder: ResultsFolder, plan: AnyPlan) -> None:
    """Refuse walkers beside summaries: which of them a cell's estimate should be made from is not known.

    Raises
    ------
    PlanError
        With the remedy.
    """
    other, what, keep = folder.summaries, "summaries", "walkers"
    if plan.keeps_summaries:
        other, what, keep = folder.shards, "single walkers", "summary"
    if list_shards(other):
        raise PlanError(
            f'{folder.path}: holds {what} ({other.name}/), and exit.keep = "{keep}" cannot be mixed with them; choose '
            "another folder with -o, or go on with the keep of its plan.toml"
        )


def stored_plan(folder: ResultsFolder) -> AnyPlan:
    """Read the plan of a folder; a pipe or a device in its place is refused, and not waited for.

    Raises
    ------
    PlanError
        Where there is none, or none that can be read, with the remedy.
    IntegrityError
        Where a copy of a file that the plan names is not what was written.
    """
    if harms := harmed_copies(folder):
        told = "\n".join(f"  {name}: {harm}" for name, harm in harms.items())
        raise IntegrityError(f"{folder.path}: damaged copies; hts run PLAN -o {folder.path} copies them anew\n{told}")
    remedy = f"write it anew with: hts run PLAN -o {folder.path}"
    try:
        read_bytes(folder.plan)
    except FileNotFoundError:
        raise PlanError(f"{folder.plan}: is missing; {remedy}") from None
    except OSError as error:
        raise PlanError(f"{folder.plan}: cannot be read ({error.strerror}); {remedy}") from error
    return read_study(folder.plan)


def open_results(path: Path) -> tuple[ResultsFolder, Plan, str | None]:
    """Find the plan of a results folder in one dimension, as `open_study` does.

    Raises
    ------
    PlanError
        As `open_study`; also where the plan is in several dimensions.
    """
    folder, plan, stream_version = open_study(path)
    if isinstance(plan, SpacePlan):
        raise PlanError(f"{path}: is a study in several dimensions, which this does not take; hts fit {path} shows it")
    return folder, plan, stream_version


def open_study(path: Path) -> tuple[ResultsFolder, AnyPlan, str | None]:
    """Find the plan of a results folder, walkers counted, and the version of its random streams.

    Raises
    ------
    PlanError
        Where there is no plan, or not the one the shards were made with.
    """
    folder = ResultsFolder(path)
    folder.check_exists()
    plan = stored_plan(folder)
    stated = check_same_plan(folder, plan)
    check_one_kind(folder, plan)
    return folder, counted(plan, folder), None if stated is None else stated.get("stream_version")
