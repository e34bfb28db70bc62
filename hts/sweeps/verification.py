"""Files that decide a number checked against their checksums, and stored walkers recomputed to the bit."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from hts.engines import ThreadEngine
from hts.ensembles import Interrupted
from hts.errors import IntegrityError, PlanError, StoppedError
from hts.plans import AnyPlan, Cell, SpacePlan
from hts.storage import ResultsFolder, Shard, move_into, read_columns
from hts.storage.checkpoints import is_harmed
from hts.storage.inputs import harmed_copies
from hts.storage.reading import read_bytes
from hts.storage.samples import harmed_samples
from hts.sweeps.cells import slug_of
from hts.sweeps.records import Difference, Replay, Verification
from hts.sweeps.studies import study_of
from hts.sweeps.summed import choose_summaries, replay_summary
from hts.sweeps.survey import PLAN_DIGEST, Survey, identity_document, open_study, stated_identity, stored_plan, survey

REMEDY = "hts run PLAN writes it anew"


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
    n_samples, harmed = harmed_samples(results)
    harms = shards | harmed | harms_of(results, found)
    return Verification(found.n_shards + n_samples, tuple(harms), tuple(harms.values()))


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
    except (PlanError, IntegrityError):
        return None, None


def harms_of(folder: ResultsFolder, found: Survey) -> dict[str, str]:
    """Name the files that are not what was written, with what is wrong; shards were looked at in the survey."""
    harms = harmed_copies(folder)
    harms |= {path.name: harm for path in folder.documents if (harm := folder.harm_of(path)) is not None}
    name = folder.identity.name
    if not folder.identity.exists():
        harms[name] = "is missing"
    elif name not in harms and stated_identity(folder) is None:
        harms[name] = "its identity is not that of its physics"
    if name in harms:
        harms[name] += f"; {_way_back(folder, found)}"
    if not harmed_copies(folder) and (harm := _harm_of_plan(folder)) is not None:
        harms[folder.plan.name] = harm
    if folder.checkpoints.is_dir():
        for path in sorted(folder.checkpoints.iterdir()):
            if is_harmed(path):
                harms[f"{path.parent.name}/{path.name}"] = (
                    "its bytes do not match its checksum; its walkers start again"
                )
    return harms


def restore_identity(folder: ResultsFolder) -> None:
    """Write identity.json anew where plan.toml and the shards hold all of it; otherwise do nothing.

    Raises
    ------
    StoppedError
        Where the folder cannot be written.
    """
    document = _restored(folder, survey(folder, None, None, None))
    if document is not None:
        folder.write_json(folder.identity, document)


def _restored(folder: ResultsFolder, found: Survey) -> dict[str, Any] | None:
    """Put the identity together from plan.toml and the shards; None unless all shards are of that plan and one stream.

    What was written is restored to the byte, unless plan.toml was edited since.
    """
    try:
        plan = stored_plan(folder)
    except (PlanError, IntegrityError):
        return None
    said = {(p.identity, p.stream_version) for p in found.provenances()}
    streams = {stream_version for _, stream_version in said}
    if len(said) != 1 or {identity for identity, _ in said} != {plan.identity()}:
        return None
    return identity_document(plan, streams.pop())


def _way_back(folder: ResultsFolder, found: Survey) -> str:
    """Say how identity.json comes back, and what the shards say of the plan that is needed for it."""
    if _restored(folder, found) is not None:
        return f"hts verify {folder.path} --repair writes it anew from plan.toml and the shards, which agree"
    said = sorted({(p.seed, p.identity[:16], p.stream_version) for p in found.provenances()})
    told = " or ".join(
        f"seed {seed}, identity {identity}, random streams {streams}" for seed, identity, streams in said
    )
    return f"hts run PLAN -o {folder.path} writes it anew" + (f"; the shards are of a plan with {told}" if told else "")


def _harm_of_plan(folder: ResultsFolder) -> str | None:
    """Compare plan.toml with the identity of the folder, and with what was written."""
    if not folder.plan.exists():
        return f"is missing; {REMEDY}"
    try:
        data = read_bytes(folder.plan)
        plan = stored_plan(folder)
    except (OSError, PlanError):
        return f"cannot be read as a plan; {REMEDY}"
    stated = stated_identity(folder)
    if stated is None:
        return None
    if stated["identity"] != plan.identity():
        return f"is another plan than the one of these results; {REMEDY}"
    digest = stated.get(PLAN_DIGEST)
    if digest is not None and hashlib.sha256(data).hexdigest() != digest:
        return f"was edited since hts run wrote it; finished walkers do not depend on the edit and stay good; {REMEDY}"
    return None


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
        How many, without repetition; all where there are fewer. Of a plan that keeps summaries it is the number of
        summary shards, of which all walkers are computed.
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
    results, plan, stream_version = open_study(Path(folder))
    found = survey(results, plan.identity(), stream_version or study_of(plan).stream_version, max_steps=None)
    cells = {slug_of(cell): cell for cell in plan.cells()}
    shards = [shard for slug, stored in sorted(found.usable.items()) if slug in cells for shard in stored]
    if isinstance(plan, SpacePlan) or not plan.keeps_summaries:
        chosen = _choose(shards, n_walkers, seed)
        works = [partial(_replay, plan, cells[shards[k].slug], shards[k], row, should_stop) for k, row in chosen]
    else:
        picked = choose_summaries(shards, n_walkers, seed)
        works = [partial(replay_summary, plan, cells[shard.slug], shard, should_stop) for shard in picked]
    with ThreadEngine(threads) as engine:
        running = [engine.submit(work) for work in works]
        try:
            for n, future in enumerate(as_completed(running), 1):
                future.result()  # raises what stopped it
                if on_walker is not None:
                    on_walker(n, len(running))
        finally:
            engine.shutdown(cancel_futures=True)
    differences = (future.result() for future in running)
    what = "summary shard" if plan.keeps_summaries else "walker"
    return Replay(len(works), tuple(difference for difference in differences if difference is not None), what)


def _choose(shards: list[Shard], n_walkers: int, seed: int) -> list[tuple[int, int]]:
    """Pick walkers as (shard, row), each stored walker as likely as any other."""
    ends = np.cumsum([shard.n_walkers for shard in shards], dtype=np.int64)
    total = int(ends[-1]) if shards else 0
    places = np.sort(np.random.default_rng(seed).choice(total, min(n_walkers, total), replace=False))
    which = np.searchsorted(ends, places, side="right")
    return [(int(k), int(place - ends[k] + shards[k].n_walkers)) for k, place in zip(which, places, strict=True)]


def _replay(
    plan: AnyPlan, cell: Cell, shard: Shard, row: int, should_stop: Callable[[], bool] | None
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
    differ = tuple(name for name in study.compared or computed if stored[name].tobytes() != computed[name].tobytes())
    if not differ:
        return None
    place = f"{shard.path.parent.name}/{shard.path.name}"
    return Difference(place, cell, walker, differ, study.shown(stored), study.shown(computed))
