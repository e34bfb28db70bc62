"""Folders of trained networks side by side: what another initialisation, clip or width makes of each method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from hts.arrays import FloatArray
from hts.errors import IncompleteError, PlanError
from hts.networks.folders import load, open_training
from hts.networks.results import columns_of, compare_columns, to_document
from hts.plans.training import TrainingPlan
from hts.storage import ResultsFolder

#: What must be equal for the networks of two folders to be pairs: the same images, labels, batches and weights' signs.
SHARED = ("data", "images", "corrupted", "enlarge", "network", "widths", "small_batch", "large_batch")


def compare_trainings(folders: Sequence[Path]) -> dict[str, Any]:
    """Compare each method that all folders have, replication by replication.

    Parameters
    ----------
    folders : sequence of pathlib.Path
        Two or more folders of `hts train`.

    Returns
    -------
    dict
        The JSON document of `hts compare` for such folders (docs/interface.md).

    Raises
    ------
    PlanError
        Where a folder is of another kind, or folders do not share what makes networks of the same number pairs.
    IncompleteError
        Where they have no method in common.
    """
    for k, folder in enumerate(folders):
        if folder.resolve() in [other.resolve() for other in folders[:k]]:
            raise PlanError(f"{folder}: is given twice; name different results folders")
        if not ResultsFolder(folder).is_of_training:
            raise PlanError(f"{folder}: holds no trained networks, as others here do; name folders of one kind")
    opened = [(folder, open_training(folder)[1]) for folder in folders]
    check_pairs(opened)
    found = [load(plan, folder) for folder, plan in opened]
    names = [str(folder) for folder in folders]
    methods = [method for method in found[0] if all(method in one for one in found)]
    if not methods:
        raise IncompleteError("no method is trained in all of these folders; hts train goes on with each plan")
    compared = []
    for method in methods:
        columns: Mapping[str, dict[str, FloatArray]] = {
            name: columns_of(plan, one[method]) for name, (_, plan), one in zip(names, opened, found, strict=True)
        }
        document = to_document(compare_columns(columns))
        for key in ("measures", "differences"):
            document[key] = [{"method": method, **_renamed(row)} for row in document[key]]
        compared.append(document)
    return {
        "folders": [{"folder": name, "title": plan.title} for name, (_, plan) in zip(names, opened, strict=True)],
        "differences": differing([plan for _, plan in opened]),
        "measures": [row for document in compared for row in document["measures"]],
        "pairs": [row for document in compared for row in document["differences"]],
    }


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    """Name the folder where a comparison of methods names the method."""
    return {"folder": row.pop("method"), **row} if "method" in row else row


def check_pairs(opened: Sequence[tuple[Path, TrainingPlan]]) -> None:
    """Raise PlanError where networks of the same number are no pairs."""
    for (path, plan), (other, another) in combinations(opened, 2):
        texts = [
            f"{name} is {getattr(plan.table, name)!r} in {path} and {getattr(another.table, name)!r} in {other}"
            for name in SHARED
            if getattr(plan.table, name) != getattr(another.table, name)
        ]
        if plan.seed != another.seed:
            texts.insert(0, f"seed is {plan.seed} in {path} and {another.seed} in {other}")
        if texts:
            reason = "only networks that share data, batches and seeds are pairs; train them with the same"
            raise PlanError("\n".join([f"folders cannot be compared: {reason}", *(f"  {text}" for text in texts)]))


def differing(plans: Sequence[TrainingPlan]) -> list[dict[str, Any]]:
    """List the keys of [training] in which plans differ, with the value in each; methods and replications left out."""
    tables = [plan.table.model_dump(mode="json", exclude={"methods", "replications", "folder"}) for plan in plans]
    return [
        {"key": f"training.{name}", "values": [table[name] for table in tables]}
        for name in tables[0]
        if any(table[name] != tables[0][name] for table in tables)
    ]
