"""This file is where predictions are kept beside the results they belong to, so that nobody waits for them twice."""

from collections.abc import Iterable
from dataclasses import asdict
from math import inf
from typing import Any, TypeAlias

from hts.errors import StoppedError
from hts.plans import Cell, Plan
from hts.predictions.records import ExitPrediction, SurvivalTable
from hts.storage import ResultsFolder
from hts.version import __version__

FILE = "predictions.json"

Place: TypeAlias = tuple[float, float, float | None, int]  # eta, b, alpha, well


class PredictionMemory:
    """Predictions in a results folder. What another plan, or another version of hts, wrote is forgotten.

    Parameters
    ----------
    plan : Plan
    folder : ResultsFolder
    """

    def __init__(self, plan: Plan, folder: ResultsFolder) -> None:
        self._folder = folder
        self._path = folder.path / FILE
        self._named = {"version": __version__, "identity": plan.identity(), "within": plan.within}

    def recall(self, cells: Iterable[Cell], with_survival: bool) -> dict[Cell, ExitPrediction]:
        """Look up what is there."""
        known = self._known()
        found = {cell: known[place] for cell in cells if (place := _place(cell)) in known}
        return {cell: p for cell, p in found.items() if not with_survival or _is_whole(p)}

    def keep(self, predictions: Iterable[ExitPrediction]) -> None:
        """Add predictions to the file; a folder that cannot be written costs time later, nothing else."""
        known = self._known() | {_place(prediction): prediction for prediction in predictions}
        try:
            rows = [_written(prediction) for prediction in known.values()]
            self._folder.write_json(self._path, {**self._named, "cells": rows})
        except StoppedError:
            return

    def _known(self) -> dict[Place, ExitPrediction]:
        document = self._folder.read_json(self._path) or {}
        if any(document.get(key) != value for key, value in self._named.items()):
            return {}
        return {_place(prediction): prediction for prediction in map(_read, document.get("cells", ()))}


def _is_whole(prediction: ExitPrediction) -> bool:
    """Say whether all that can be known is there, survival included."""
    return prediction.survival_exact is not None or prediction.mean_exit_steps_exact is None


def _place(of: Cell | ExitPrediction) -> Place:
    return of.eta, of.b, of.alpha, of.well


def _written(prediction: ExitPrediction) -> dict[str, Any]:
    row = asdict(prediction)
    return row | {"b": "inf" if prediction.b == inf else prediction.b}


def _read(row: dict[str, Any]) -> ExitPrediction:
    survival = row["survival_exact"]
    table = None
    if survival is not None:
        table = SurvivalTable(tuple(survival["n_steps"]), tuple(survival["log_survival"]), survival["log_stay"])
    b = inf if row["b"] == "inf" else row["b"]
    return ExitPrediction(**row | {"b": b, "survival_exact": table, "warnings": tuple(row["warnings"])})
