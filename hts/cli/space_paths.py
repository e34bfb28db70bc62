"""`hts paths` in several dimensions."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from hts.errors import IncompleteError, PlanError

if TYPE_CHECKING:
    from hts.comparison.paths import PathComparison
    from hts.conditioning.cells import Question
    from hts.conditioning.space import SpacePaths
    from hts.plans import Cell, SpacePlan
    from hts.plots.path_panels import PathPanel

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
    from hts.comparison.space_paths import compare_space_paths
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
    said = [compare_space_paths(plan, paths) for paths, _ in found]
    rows = [space_paths_document(paths, one, file) for (paths, file), one in zip(found, said, strict=True)]
    named = [row | {"noise": plan.noise.kind} for row in rows]
    figures = _draw(plan, [paths for paths, _ in found], said, named, target)
    if as_json:
        from hts.cli.documents import print_document

        print_document({"cells": rows, "warnings": refused})
    else:
        from hts.cli.tables import print_tables
        from hts.reports.paths import path_lines, size_line
        from hts.reports.space import space_path_table

        print_tables([space_path_table(rows, plan.title)])
        for line in (size_line(named), *path_lines(named)):
            click.echo(line)
        for path in (*(file for _, file in found), *figures):
            click.echo(path)
    if refused:
        raise IncompleteError("\n".join(refused))


def space_paths_document(paths: "SpacePaths", comparison: "PathComparison", file: Path) -> dict[str, Any]:
    """Give what is known of one cell: the keys of one dimension, and landing vectors."""
    n_out, n_paths = int(paths.is_out.sum()), len(paths.number)
    landing = paths.x[paths.first[1:] - 1][paths.is_out]
    share = comparison.share_exact
    if share is None and paths.threshold is not None:
        path = np.repeat(np.arange(n_paths), np.diff(paths.first))
        share = float((np.bincount(path[paths.is_big], minlength=n_paths) == paths.jump_number).mean())
    return {
        **asdict(paths.cell),
        "given": paths.question.given,
        "within": paths.question.within,
        "n_steps": paths.n_steps,
        "probability": paths.probability,
        "relative_error": paths.relative_error,
        "total_variation": None,
        "exits": {"out": n_out, "none": n_paths - n_out},
        **asdict(comparison),
        "jump_number": paths.jump_number,
        "share_exact": share,
        "landing": landing.mean(axis=0).tolist() if n_out else None,
        "landings": landing.tolist(),
        "file": str(file),
    }


def _draw(
    plan: "SpacePlan", found: "Sequence[SpacePaths]", said: "Sequence[PathComparison]", rows: Sequence[dict[str, Any]],
    target: Path,
) -> tuple[Path, ...]:  # fmt: skip
    """Draw paths: in the plane at the smallest eta for each b, else distances over time; keep what a report needs."""
    from hts.cli.documents import to_json
    from hts.conditioning.space import drawn_paths
    from hts.plots.path_panels import few_panels, path_rows, space_panel_of, title_of
    from hts.plots.paths import paths_figure
    from hts.plots.save import save_figure
    from hts.plots.style import house_style
    from hts.reports.paths import DOCUMENT
    from hts.reports.space_paths import plane_of, stored_space_document
    from hts.storage.atomic import write_whole

    panels: Sequence[PathPanel] = ()
    if plan.dimension == 2:
        by_clip = {one.cell.b: one for one in sorted(found, key=lambda one: (one.cell.b, -one.cell.eta))}
        figure = plane_of(plan, rows, drawn_paths(by_clip, PATHS_SHOWN))
        title, files = figure.finding, figure.save(target)
    else:
        panels, title = few_panels([space_panel_of(plan, one) for one in found]), title_of(found, said)
        with house_style():
            files = save_figure(paths_figure(panels, title), target, "paths", path_rows(panels))
    text = json.dumps(to_json(stored_space_document(plan, rows, panels, title)), indent=1, allow_nan=False)
    write_whole(target / DOCUMENT, text.encode(), target)
    return files
