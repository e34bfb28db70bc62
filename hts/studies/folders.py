"""What is done of a results folder, and whether its files are what was written, for every kind of study."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from hts import regression
from hts.errors import PlanError
from hts.networks.folders import repair_training, training_status, verify_training
from hts.rare import RareStatus, rare_status, replay_samples
from hts.records import Records
from hts.storage import ResultsFolder
from hts.sweeps import Replay, Verification, repair_sweep, replay_sweep, sweep_status, verify_sweep
from hts.sweeps.survey import open_study

if TYPE_CHECKING:
    from hts.networks.folders import MethodStatus
    from hts.regression.stored import RunsStatus
    from hts.sweeps import CellStatus

#: The command that made a folder.
Maker: TypeAlias = Literal["run", "regression", "train"]


def maker_of(folder: Path) -> Maker:
    """Name the command that made a folder: run (or rare), regression or train."""
    results = ResultsFolder(folder)
    if results.is_of_training:
        return "train"
    return "regression" if results.is_of_regression else "run"


def status(folder: str | PathLike[str]) -> Records[CellStatus] | Records[RunsStatus] | Records[MethodStatus]:
    """Say what of a results folder is done, cell by cell or method by method, as `hts status` does.

    Parameters
    ----------
    folder : path
        As `run_sweep`, `run_regression` or `train` leaves it.

    Returns
    -------
    Records
        With the state of each: done, partial, missing, damaged or failed. `rare_status` says the same of rare exits.

    Raises
    ------
    PlanError
        There is no plan in the folder.
    """
    place = Path(folder)
    maker = maker_of(place)
    if maker == "train":
        return Records(training_status(place)[0])
    if maker == "regression":
        return Records(regression.regression_status(place).cells)
    return sweep_status(place)


def sampled(folder: str | PathLike[str]) -> Records[RareStatus]:
    """Say how much of rare exits is sampled into a folder; nothing where its plan has no [rare]."""
    _, plan, _ = open_study(Path(folder))
    return Records(rare_status(plan, folder))


@dataclass(frozen=True)
class FolderCheck:
    """What a check of a results folder found.

    Attributes
    ----------
    verification : Verification
        Of every file that decides a number.
    replay : Replay or None
        Of what was computed again.
    repaired : tuple of str
        Files that were set aside.
    """

    verification: Verification
    replay: Replay | None
    repaired: tuple[str, ...] = ()

    @property
    def bad(self) -> tuple[str, ...]:
        """Files that are damaged, and those of which something came out otherwise."""
        return (*self.verification.damaged, *self.different)

    @property
    def different(self) -> tuple[str, ...]:
        """Files of which something came out otherwise when it was computed again."""
        return () if self.replay is None else tuple(sorted({one.shard for one in self.replay.differences}))


def verify(
    folder: str | PathLike[str],
    n_again: int = 0,
    *,
    seed: int = 0,
    repair: bool = False,
    threads: int | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> FolderCheck:
    """Compare every file of a folder with its checksum, and compute some of it again, as `hts verify` does.

    Parameters
    ----------
    folder : path
        As `run_sweep`, `run_rare`, `run_regression` or `train` leaves it.
    n_again : int
        Walkers, runs or samples to compute again and compare to the bit; networks are not.
    seed : int
        Which ones.
    repair : bool
        Set files that are not what was written aside; the next run computes them anew.
    threads : int, optional
        One per core by default.
    should_stop : callable, optional
        Asked all the time.

    Returns
    -------
    FolderCheck

    Raises
    ------
    PlanError
        Nothing was ever run there, or networks shall be computed again.
    StoppedError
        Where `should_stop` said so.
    """
    place = Path(folder)
    maker = maker_of(place)
    check = {"run": _check_walkers, "regression": _check_runs, "train": _check_networks}[maker]
    found = check(place, n_again, seed, threads, should_stop)
    if not repair or not found.bad:
        return found
    {"run": repair_sweep, "regression": regression.repair_regression, "train": repair_training}[maker](place, found.bad)
    return FolderCheck(found.verification, found.replay, found.bad)


def _check_walkers(
    folder: Path, n_again: int, seed: int, threads: int | None, should_stop: Callable[[], bool] | None
) -> FolderCheck:
    """Check walkers and samples, and compute some of each again."""
    found = verify_sweep(folder)
    if not n_again:
        return FolderCheck(found, None)
    replay = replay_sweep(folder, n_again, seed=seed, threads=threads, should_stop=should_stop)
    _, plan, _ = open_study(folder)
    if plan.rare is None or any(name.startswith("rare/") for name in found.damaged):
        return FolderCheck(found, replay)
    more = replay_samples(plan, folder, n_again, seed=seed, threads=threads, should_stop=should_stop)
    together = Replay(replay.n_walkers + more.n_walkers, (*replay.differences, *more.differences), replay.what)
    return FolderCheck(found, together)


def _check_runs(
    folder: Path, n_again: int, seed: int, threads: int | None, should_stop: Callable[[], bool] | None
) -> FolderCheck:
    """Check runs of SGD on least squares, and simulate some again."""
    found = regression.verify_regression(folder)
    if not n_again:
        return FolderCheck(found, None)
    again = regression.replay_regression(folder, n_again, seed=seed, threads=threads, should_stop=should_stop)
    return FolderCheck(found, again)


def _check_networks(
    folder: Path, n_again: int, seed: int, threads: int | None, should_stop: Callable[[], bool] | None
) -> FolderCheck:
    """Check files of networks.

    Raises
    ------
    PlanError
        Where networks shall be trained again.
    """
    if n_again:
        text = "networks are not trained again to the bit, which other processors would not do; leave it out"
        raise PlanError(f"--replay {n_again}: {text}, or compare with `hts train {folder / 'plan.toml'} -o DIR2`")
    return FolderCheck(verify_training(folder), None)
