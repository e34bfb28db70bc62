"""A results folder of SGD on least squares: what of it is done, whether it is as written, and runs computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hts.arrays import FloatArray
from hts.engines import ThreadEngine
from hts.ensembles import Interrupted
from hts.ensembles.regression import RUN_VERSION, simulate_regression
from hts.errors import IntegrityError, PlanError, StoppedError
from hts.plans.folders import check_same_study
from hts.plans.regression import RegressionCell, RegressionPlan, read_regression_plan
from hts.regression.running import PLAN_DIGEST, slug_of, stated_of
from hts.storage import ResultsFolder, move_into
from hts.storage.names import ShardName
from hts.storage.reading import read_bytes
from hts.storage.runs import read_runs
from hts.storage.shards import list_shards
from hts.sweeps.records import Difference, Replay, Verification

if TYPE_CHECKING:
    from hts.sweeps.status import State


@dataclass(frozen=True)
class RunsStatus:
    """What is done of one cell.

    Attributes
    ----------
    cell : RegressionCell
    state : str
        done; partial: some runs; missing: none; damaged: a file is not as it was written.
    runs_done, runs_wanted : int
        Runs that are stored, and those of the plan.
    message : str
        What to do; empty where there is nothing to say.
    """

    cell: RegressionCell
    state: State
    runs_done: int
    runs_wanted: int
    message: str


@dataclass(frozen=True)
class StudyStatus:
    """What is done of a folder's plan.

    Attributes
    ----------
    cells : tuple of RunsStatus
    strays : tuple of str
        Damaged files of no cell of the plan: what is wrong with each, its name first.
    """

    cells: tuple[RunsStatus, ...]
    strays: tuple[str, ...]


def open_regression(folder: str | PathLike[str]) -> tuple[ResultsFolder, RegressionPlan]:
    """Find the plan of a results folder of SGD on least squares.

    Raises
    ------
    PlanError
        Where there is no plan, or not the one of the runs, with the remedy.
    """
    results = ResultsFolder(Path(folder))
    remedy = f"write it anew with: hts regression PLAN -o {results.path}"
    try:
        read_bytes(results.plan)
    except FileNotFoundError:
        raise PlanError(f"{results.plan}: is missing; {remedy}") from None
    except OSError as error:
        raise PlanError(f"{results.plan}: cannot be read ({error.strerror}); {remedy}") from error
    plan = read_regression_plan(results.plan)
    check_same_study(results, plan, RUN_VERSION, "hts regression")
    return results, plan


def regression_status(folder: str | PathLike[str]) -> StudyStatus:
    """Say what of a folder's plan is done, cell by cell, every file checked against its checksum.

    Raises
    ------
    PlanError
        Where there is no plan to compare with.
    """
    results, plan = open_regression(folder)
    damages: dict[str | None, list[str]] = {}
    is_done = {slug_of(cell): np.zeros(plan.table.runs, dtype=bool) for cell in plan.cells}
    for path, harm in _looked_at(results, stated_of(plan)):
        name = ShardName.parse(path.name)
        slug = None if name is None else name.slug
        if harm is not None:
            damages.setdefault(slug if slug in is_done else None, []).append(harm)
        elif name is not None and slug in is_done:
            is_done[slug][name.first_walker : name.first_walker + name.n_walkers] = True
    cells = (_status(cell, is_done[slug_of(cell)], damages.get(slug_of(cell), [])) for cell in plan.cells)
    return StudyStatus(tuple(cells), tuple(damages.get(None, ())))


def _status(cell: RegressionCell, is_done: np.ndarray[tuple[int], np.dtype[np.bool_]], harms: list[str]) -> RunsStatus:
    done, wanted = int(is_done.sum()), len(is_done)
    if harms:
        more = f", and {len(harms) - 1} more" if len(harms) > 1 else ""
        text = f"{harms[0]}{more}; hts regression PLAN sets it aside and simulates it anew"
        return RunsStatus(cell, "damaged", done, wanted, text)
    return RunsStatus(cell, "done" if done == wanted else "partial" if done else "missing", done, wanted, "")


def _looked_at(results: ResultsFolder, stated: dict[str, str]) -> Iterator[tuple[Path, str | None]]:
    """Yield each file of runs, with what is wrong with it; None where nothing is."""
    for path in list_shards(results.regression):
        try:
            read_runs(path, stated)
        except IntegrityError as error:
            yield path, str(error)
        else:
            yield path, None


def verify_regression(folder: str | PathLike[str]) -> Verification:
    """Check every file of a folder that decides a number: runs, identity and plan."""
    results = ResultsFolder(Path(folder))
    harms = _harms_of_documents(results)
    document = None if results.identity.name in harms else results.read_json(results.identity)
    stated = {} if document is None else {name: document[name] for name in ("identity", "stream_version")}
    files = list(_looked_at(results, stated))
    harms = {f"{path.parent.name}/{path.name}": harm for path, harm in files if harm is not None} | harms
    return Verification(len(files), tuple(harms), tuple(harms.values()))


def repair_regression(folder: str | PathLike[str], names: Sequence[str]) -> None:
    """Set files aside in `damaged/`, as `Verification.damaged` names them; `hts regression` makes them anew.

    Raises
    ------
    StoppedError
        Where the folder cannot be written.
    """
    results = ResultsFolder(Path(folder))
    for name in names:
        move_into(results.damaged, results.path / name)


def _harms_of_documents(results: ResultsFolder) -> dict[str, str]:
    """Name identity.json and plan.toml where they are not what was written, with what is wrong."""
    remedy = f"hts regression PLAN -o {results.path} writes it anew"
    identity, plan = results.identity.name, results.plan.name
    harm = results.harm_of(results.identity) if results.identity.exists() else "is missing"
    if harm is not None:
        return {identity: f"{harm}; {remedy}"}
    try:
        data = read_bytes(results.plan)
    except FileNotFoundError:
        return {plan: f"is missing; {remedy}"}
    except OSError as error:
        return {plan: f"cannot be read ({error.strerror}); {remedy}"}
    document = results.read_json(results.identity) or {}
    digest = document.get(PLAN_DIGEST)
    if digest is not None:
        is_whole = hashlib.sha256(data).hexdigest() == digest
        return {} if is_whole else {plan: f"is not what hts regression wrote; {remedy}"}
    try:
        open_regression(results.path)
    except PlanError:
        return {plan: f"is not the plan of these runs; {remedy}"}
    return {}


def replay_regression(
    folder: str | PathLike[str],
    n_runs: int,
    *,
    seed: int = 0,
    threads: int | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replay:
    """Simulate random runs of a folder again, and compare iterates and averages to the bit.

    Parameters
    ----------
    folder : path
        Damaged files are passed over.
    n_runs : int
        How many, without repetition; all where there are fewer.
    seed : int
        Of the choice.
    threads : int, optional
        One per core by default.
    should_stop : callable, optional
        Asked all the time.

    Raises
    ------
    PlanError
        Where there is no plan.
    StoppedError
        Where `should_stop` said so.
    """
    results, plan = open_regression(folder)
    cells = {slug_of(cell): cell for cell in plan.cells}
    stored: list[tuple[Path, RegressionCell, int]] = []
    for path, harm in _looked_at(results, stated_of(plan)):
        name = ShardName.parse(path.name)
        if harm is None and name is not None and name.slug in cells:
            stored += [(path, cells[name.slug], name.first_walker + row) for row in range(name.n_walkers)]
    chosen = np.sort(np.random.default_rng(seed).choice(len(stored), min(n_runs, len(stored)), replace=False))
    tasks = (stored[place] for place in chosen.tolist())
    with ThreadEngine(threads) as engine:
        running = [engine.submit(_replay, plan, path, cell, run, should_stop) for path, cell, run in tasks]
        try:
            found = [future.result() for future in running]
        finally:
            engine.shutdown(cancel_futures=True)
    return Replay(len(found), tuple(difference for difference in found if difference is not None))


def _replay(
    plan: RegressionPlan, path: Path, cell: RegressionCell, run: int, should_stop: Callable[[], bool] | None
) -> Difference | None:
    """Simulate one run again; of what differs, give the first coordinate."""
    columns = read_runs(path, stated_of(plan))
    row = int(run - columns["run"][0])
    try:
        sample = simulate_regression(plan.problem(cell), run, 1, should_stop=should_stop)
    except Interrupted as stop:
        raise StoppedError("stopped while runs were compared; nothing was changed") from stop
    computed: dict[str, FloatArray] = {"iterate": sample.iterate[0], "average": sample.average[0]}
    for name, values in computed.items():
        kept = columns[name][row]
        places = np.flatnonzero(kept.view(np.int64) != values.view(np.int64))
        if len(places):
            i = int(places[0])
            where = f"{path.parent.name}/{path.name}"
            return Difference(where, cell, run, (f"{name}[{i}]",), (float(kept[i]),), (float(values[i]),), "run")
    return None
