"""Predictions kept beside the results they belong to, so that they are computed once."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from hts.answers.records import ExitPrediction, SharePrediction, SurvivalTable
from hts.errors import StoppedError
from hts.plans import AnyPlan, Cell, Plan
from hts.storage import ResultsFolder, move_into
from hts.version import __version__

FILE = "predictions.json"
SHARES_FILE = "shares.json"

FORMAT = 3  # of both files; 1 had survival tables of 16 entries a decade, 2 no moves between minima

#: Rooms whose sources decide a predicted number.
SOLVERS = ("answers", "kernels", "landscapes", "noise", "plans", "space", "theory")

Place: TypeAlias = tuple[float, float, float | None, float | None]  # eta, b, alpha, epsilon: one well to a plan
Record = TypeVar("Record", ExitPrediction, SharePrediction)


class _Memory(Generic[Record]):
    """Records in a file of a results folder. What another plan, or an hts of other sources, wrote is forgotten.

    Parameters
    ----------
    folder : ResultsFolder
    file : str
    read : callable
        Makes a record of a row of the file.
    depends_on : dict
        What the records depend on beside their place.
    """

    def __init__(
        self, folder: ResultsFolder, file: str, read: Callable[[dict[str, Any]], Record], depends_on: dict[str, Any]
    ) -> None:
        self._folder: ResultsFolder = folder
        self._path: Path = folder.path / file
        self._read: Callable[[dict[str, Any]], Record] = read
        self._depends_on = {"version": __version__, "solver": solver_digest(), "format": FORMAT} | depends_on

    def keep(self, predictions: Iterable[Record]) -> None:
        """Add predictions to the file; a folder that cannot be written costs time later, nothing else."""
        known = self._known() | {_place(prediction): prediction for prediction in predictions}
        try:
            if self._folder.harm_of(self._path) is not None:
                move_into(self._folder.damaged, self._path)
            rows = [_written(prediction) for prediction in known.values()]
            self._folder.write_json(self._path, {**self._depends_on, "cells": rows})
        except StoppedError:
            return

    def _found(self, cells: Iterable[Cell]) -> dict[Cell, Record]:
        """Look up what is there."""
        known = self._known()
        return {cell: known[place] for cell in cells if (place := _place(cell)) in known}

    def _known(self) -> dict[Place, Record]:
        document = self._folder.read_json(self._path) or {}
        if any(document.get(key) != value for key, value in self._depends_on.items()):
            return {}
        try:
            return {_place(prediction): prediction for prediction in map(self._read, document.get("cells", ()))}
        except (AttributeError, KeyError, TypeError, ValueError):  # sealed by something else than this hts
            return {}


class PredictionMemory(_Memory[ExitPrediction]):
    """Predicted exits in a results folder.

    Parameters
    ----------
    plan : Plan
    folder : ResultsFolder
    """

    def __init__(self, plan: AnyPlan, folder: ResultsFolder) -> None:
        super().__init__(folder, FILE, _read_exit, {"identity": plan.identity(), "within": plan.within})
        self._plan = plan

    def recall(self, cells: Iterable[Cell], with_survival: bool) -> dict[Cell, ExitPrediction]:
        """Look up what is there; survival that is asked for reaches as far as the walkers of the plan's cells."""
        own, most = set(self._plan.cells()) if with_survival else set(), self._plan.most_steps
        found = {cell: p for cell, p in self._found(cells).items() if not p.is_outlook}
        return {cell: p for cell, p in found.items() if cell not in own or _is_whole(p, most)}

    def recall_outlook(self, cells: Iterable[Cell]) -> dict[Cell, ExitPrediction]:
        """Look up what is there, be it the mean alone (`ExitPrediction.is_outlook`)."""
        return self._found(cells)


class ShareMemory(_Memory[SharePrediction]):
    """Predicted shares of time in a results folder.

    Parameters
    ----------
    plan : Plan
    folder : ResultsFolder
    """

    def __init__(self, plan: Plan, folder: ResultsFolder) -> None:
        super().__init__(folder, SHARES_FILE, _read_shares, {"identity": plan.identity()})

    def recall(self, cells: Iterable[Cell]) -> dict[Cell, SharePrediction]:
        """Look up what is there."""
        return self._found(cells)


@lru_cache(maxsize=1)
def solver_digest() -> str:
    """Return a digest of the sources of `SOLVERS`: a better solver must not be hidden by what an earlier one has kept.

    It reads some 160 files in about 20 ms, once, where predictions are first looked up or kept.
    """
    root, digest = Path(__file__).parents[1], hashlib.sha256()
    for source in sorted(path for room in SOLVERS for path in (root / room).rglob("*.py")):
        digest.update(source.relative_to(root).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


def _is_whole(prediction: ExitPrediction, max_steps: int) -> bool:
    """Say whether all that can be known is there, survival included, an entry at the censoring step among it."""
    table = prediction.survival_exact
    return prediction.mean_exit_steps_exact is None or (table is not None and table.max_steps == max_steps)


def _place(of: Cell | ExitPrediction | SharePrediction) -> Place:
    return of.eta, of.b, of.alpha, of.epsilon


def _written(prediction: ExitPrediction | SharePrediction) -> dict[str, Any]:
    return asdict(prediction) | {"b": "inf" if prediction.b == inf else prediction.b}


def _read_exit(row: dict[str, Any]) -> ExitPrediction:
    survival = row["survival_exact"]
    table = None
    if survival is not None:
        entries = {key: tuple(survival[key]) for key in ("n_steps", "log_survival")}
        table = SurvivalTable(**survival | entries)
    return ExitPrediction(**row | {"b": _read_b(row), "survival_exact": table, "warnings": tuple(row["warnings"])})


def _read_shares(row: dict[str, Any]) -> SharePrediction:
    return SharePrediction(
        **row
        | {
            "b": _read_b(row),
            "exact": None if row["exact"] is None else tuple(row["exact"]),
            "limit": None if row["limit"] is None else tuple(row["limit"]),
            "rates_exact": _matrix(row["rates_exact"]),
            "whereabouts_exact": _matrix(row["whereabouts_exact"]),
            "warnings": tuple(row["warnings"]),
            "first_wells": None if row["first_wells"] is None else tuple(row["first_wells"]),
            "moves_exact": _matrix(row["moves_exact"]),
        }
    )


def _read_b(row: dict[str, Any]) -> float:
    return inf if row["b"] == "inf" else row["b"]


def _matrix(rows: list[list[float]] | None) -> tuple[tuple[float, ...], ...] | None:
    return None if rows is None else tuple(tuple(row) for row in rows)
