"""Recorded paths in several dimensions: what a report needs to show them again, and how it does."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hts.arrays import FloatArray
from hts.errors import PlanError
from hts.plans import SpacePlan, parse_study
from hts.plots.path_panels import PathPanel, path_rows
from hts.plots.paths import paths_figure
from hts.reports.document import Part
from hts.reports.figures import PageFigure, page_figure
from hts.reports.paths import path_lines, size_line, stored_document, stored_panels
from hts.reports.space import space_page_figures, space_path_table

if TYPE_CHECKING:
    from hts.plots.space import SpaceFigure


def stored_space_document(
    plan: SpacePlan, rows: Sequence[Mapping[str, Any]], panels: Sequence[PathPanel], title: str
) -> dict[str, Any]:
    """Give what is kept beside the paths.

    Parameters
    ----------
    plan : SpacePlan
    rows : sequence of mapping
        What was said of the cells.
    panels : sequence of PathPanel
        Of the figure of distances; none in the plane, whose figure is made of the plan and its CSV.
    title : str
        Of the figure.
    """
    return stored_document(rows, panels, (plan.title, title), [plan.to_toml()]) | {"dimension": plan.dimension}


def stored_space_part(document: Mapping[str, Any], folder: Path) -> tuple[Part, list[PageFigure]]:
    """Show again what `hts paths` has left in a folder of several dimensions.

    Parameters
    ----------
    document : mapping
        Of `stored_space_document`.
    folder : Path
        Where the CSV of the figure lies.
    """
    rows = document["cells"]
    part = Part([space_path_table(rows, document["title"])], path_lines(rows), [size_line(rows)])
    file, title = folder / "paths.csv", document["figure"]
    if document["dimension"] != 2:
        panels = stored_panels(document["panels"], file)
        return part, [page_figure("paths", title, lambda: (paths_figure(panels, title), path_rows(panels)))]
    try:
        plan = parse_study(document["plans"][0], folder / "plan.toml")
    except PlanError as problem:  # numbers that the plan names may have gone
        return part + Part((), warnings=[f"no figure of the paths: {problem}"]), []
    assert isinstance(plan, SpacePlan), "such a document is of several dimensions"
    return part, list(space_page_figures([plane_of(plan, rows, _drawn(file))]))


def plane_of(plan: SpacePlan, rows: Sequence[Mapping[str, Any]], drawn: Mapping[float, FloatArray]) -> SpaceFigure:
    """Make the figure of paths in the plane.

    Parameters
    ----------
    plan : SpacePlan
    rows : sequence of mapping
        What was said of the cells.
    drawn : mapping of float to float64[place, 2]
        Paths by b, a row of nan between two.
    """
    from hts.conditioning.space import picture_of_paths
    from hts.plots import space as plots

    jumps = {float(row["b"]): row["jump_number"] for row in rows}
    smallest = min(float(row["eta"]) for row in rows)
    return plots.paths_figure(picture_of_paths(plan, dict(drawn), jumps), jumps, smallest)


def _drawn(file: Path) -> dict[float, FloatArray]:
    """Read the paths that were drawn: by b, one after the other."""
    with file.open(newline="", encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    found = {}
    for b in dict.fromkeys(line["b"] for line in lines):
        mine = [line for line in lines if line["b"] == b]
        number = np.array([int(line["path"]) for line in mine])
        places = np.array([[float(line["x"]), float(line["y"])] for line in mine])
        starts = np.flatnonzero(np.diff(number)) + 1
        found[float(b)] = np.insert(places, starts, np.nan, axis=0)
    return found
