"""`hts paths` in several dimensions."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from hts.errors import IncompleteError, PlanError

if TYPE_CHECKING:
    from hts.conditioning.cells import Question
    from hts.conditioning.space import SpacePaths
    from hts.plans import Cell, SpacePlan

#: Paths of a panel.
PATHS_SHOWN = 5


def answer_space_paths(
    plan: "SpacePlan", cells: "Sequence[Cell]", question: "Question", target: Path, as_csv: bool, as_json: bool
) -> None:
    """Record paths of the cells of a plan, draw them over the plane and print what they show.

    Raises
    ------
    PlanError
        No cell has such paths.
    IncompleteError
        Some cells have not.
    """
    from hts.cli.signals import stop_on_signal
    from hts.conditioning.space import sample_space_paths
    from hts.conditioning.storing import store_space_paths

    found: list[tuple[SpacePaths, Path]] = []
    refused = []
    with stop_on_signal() as stop:
        for cell in cells:
            try:
                paths = sample_space_paths(plan, cell, question, stop)
            except PlanError as problem:
                refused.append(f"eta = {cell.eta:g}, b = {cell.b:g}: {problem}")
                continue
            found.append((paths, store_space_paths(target, plan, paths, as_csv=as_csv)))
    if not found:
        raise PlanError("\n".join(refused))
    figures = _draw(plan, [paths for paths, _ in found], target)
    rows = [space_paths_document(paths, file) for paths, file in found]
    if as_json:
        from hts.cli.documents import print_document

        print_document({"cells": rows, "warnings": refused})
    else:
        from hts.cli.tables import print_tables
        from hts.reports.space import space_path_table

        print_tables([space_path_table(rows, plan.title)])
        for path in (*(file for _, file in found), *figures):
            click.echo(path)
    if refused:
        raise IncompleteError("\n".join(refused))


def space_paths_document(paths: "SpacePaths", file: Path) -> dict[str, Any]:
    """Give what is known of one cell: the keys of one dimension, null where (18) is needed, and landing vectors."""
    n_out, n_paths = int(paths.is_out.sum()), len(paths.number)
    landing = paths.x[paths.first[1:] - 1][paths.is_out]
    is_counted = paths.threshold is not None
    path = np.repeat(np.arange(n_paths), np.diff(paths.first))
    big = np.bincount(path[paths.is_big], minlength=n_paths)
    is_exact = is_counted and paths.jump_number is not None
    return {
        **asdict(paths.cell),
        "given": paths.question.given,
        "within": paths.question.within,
        "n_steps": paths.n_steps,
        "probability": paths.probability,
        "relative_error": paths.relative_error,
        "total_variation": None,
        "exits": {"out": n_out, "none": n_paths - n_out},
        "n_paths": n_paths,
        "threshold": paths.threshold,
        "jump_number": paths.jump_number,
        "mean_big_jumps": float(big.mean()) if is_counted else None,
        "expected_big_jumps": None,
        "share_exact": float((big == paths.jump_number).mean()) if is_exact else None,
        "median_sizes": [],
        "median_sizes_limit": [],
        "number_p": None,
        "tests": [],
        "p": None,
        "verdict": "no limit law of big jumps is compared in several dimensions",
        "landing": landing.mean(axis=0).tolist() if n_out else None,
        "landings": landing.tolist(),
        "file": str(file),
    }


def _draw(plan: "SpacePlan", found: "Sequence[SpacePaths]", target: Path) -> tuple[Path, ...]:
    """Draw paths at the smallest eta for each b; of the plane alone."""
    if plan.dimension != 2:
        return ()
    from hts.conditioning.space import paths_picture
    from hts.plots.space import paths_figure

    by_clip = {one.cell.b: one for one in sorted(found, key=lambda one: (one.cell.b, -one.cell.eta))}
    picture = paths_picture(plan, by_clip, PATHS_SHOWN)
    jumps = {b: one.jump_number for b, one in by_clip.items()}
    return paths_figure(picture, jumps, min(one.cell.eta for one in by_clip.values())).save(target)
