"""Recorded paths: their table, what their jumps say, and what a report needs to show them again."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hts.errors import IntegrityError
from hts.plots.path_panels import DrawnPath, PathPanel, path_rows
from hts.plots.paths import paths_figure
from hts.reports.document import CITATIONS, Part, Report, report_with
from hts.reports.figures import PageFigure, page_figure
from hts.reports.tables import TextTable, text_table
from hts.words import number, plural

#: What `hts paths` says, beside its paths: a report shows it again.
DOCUMENT = "paths.json"
#: What the plans of such a folder are called in its report.
PLANS = ("plan.toml", "beside.toml")
#: A cell as the document of `hts paths` has it (docs/interface.md), and its noise.
Row = Mapping[str, Any]
#: What a narrow terminal does without, in that order.
DROPS = ("rel. error", "left", "right", "steps", "gamma", "l* + others")
SIZES = "A jump is big where eta |Z| > gamma; sizes are eta |Z|, before the clip."
SPACE_SIZES = "A jump is big where a step is longer than gamma; sizes are lengths of steps, after clip and projection."
LEVY_SIZES = "A jump is big where epsilon h^(1/alpha) |S| > gamma; sizes are epsilon h^(1/alpha) |S|. Time is t = k h."


def path_table(rows: Sequence[Row], title: str) -> TextTable:
    """Lay out how likely the event is, how the paths leave, and their big jumps."""
    is_levy = "step" in rows[0]
    headers = ["epsilon", "alpha", "h"] if is_levy else ["b", "alpha", "eta"]
    headers += ["steps", *(["time t"] if is_levy else []), "P(event)", "rel. error"]
    headers += ["paths", "left", "right", "l*", "gamma", "big jumps per path", "l* + others"]
    laid = []
    for row in rows:
        step, n_steps = row["step" if is_levy else "eta"], row["n_steps"]
        words = [number(float(row["epsilon" if is_levy else "b"])), number(row["alpha"]), number(step), number(n_steps)]
        words += [number(None if n_steps is None else n_steps * step)] if is_levy else []
        words += [number(row["probability"]), number(row["relative_error"], 1), str(row["n_paths"])]
        words += [str(row["exits"]["left"]), str(row["exits"]["right"]), number(row["jump_number"])]
        words += [number(row[name], 3) for name in ("threshold", "mean_big_jumps", "expected_big_jumps")]
        laid.append(words)
    return text_table(f"Paths given {rows[0]['given']}: {title}", headers, laid, drops=DROPS)


def path_lines(rows: Sequence[Row]) -> list[str]:
    """Say of each cell what its jumps show."""
    return [f"{_name(row)}: {row['verdict']}{_sizes(row)}" for row in rows]


def size_line(rows: Sequence[Row]) -> str:
    """Say which jumps are called big."""
    if "out" in rows[0]["exits"]:
        return SPACE_SIZES
    return LEVY_SIZES if "step" in rows[0] else SIZES


def _name(row: Row) -> str:
    if "step" in row:
        return f"epsilon = {row['epsilon']:g}, alpha = {row['alpha']:g}, h = {row['step']:g}"
    tails = row["noise"] + ("" if row["alpha"] is None else f", alpha = {number(row['alpha'])}")
    return f"{tails}, eta = {number(row['eta'])}, b = {number(float(row['b']))}"


def _sizes(row: Row) -> str:
    sizes, limit = (", ".join(number(size, 3) for size in row[name]) for name in ("median_sizes", "median_sizes_limit"))
    return f"; median sizes {sizes} (limit {limit})" if sizes else ""


def stored_document(
    rows: Sequence[Row], panels: Sequence[PathPanel], titles: tuple[str, str], plans: Sequence[str]
) -> dict[str, Any]:
    """Give what is kept beside the paths.

    Parameters
    ----------
    rows : sequence of mapping
        What was said of the cells.
    panels : sequence of PathPanel
        Of their figure: the frames are kept, the paths lie in its CSV.
    titles : tuple of str
        Of the study and of the figure.
    plans : sequence of str
        As TOML.
    """
    frames = [
        {"epsilon": p.epsilon, "eta": p.eta, "b": p.b, "alpha": p.alpha, "ends": [str(p.low), str(p.high)],
         "barriers": list(p.barriers), "start": p.start, "probability": p.probability, "threshold": p.threshold,
         "paths": len(p.paths), "is_distance": p.is_distance}
        for p in panels
    ]  # fmt: skip
    title, figure = titles
    return {"title": title, "figure": figure, "plans": list(plans), "cells": list(rows), "panels": frames}


def stored_part(folder: Path) -> tuple[Part, list[PageFigure]]:
    """Show again what `hts paths` has left in a folder; nothing where it has left nothing.

    Raises
    ------
    IntegrityError
        Where the files there are not what `hts paths` writes.
    """
    file = folder / DOCUMENT
    if not file.is_file():
        return Part(()), []
    try:
        document = json.loads(file.read_bytes())
        rows, title = document["cells"], document["figure"]
        if "dimension" in document:
            from hts.reports.space_paths import stored_space_part

            return stored_space_part(document, folder)
        panels = stored_panels(document["panels"], folder / "paths.csv")
        part = Part([path_table(rows, document["title"])], path_lines(rows), [size_line(rows)])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as problem:
        reason = f"is not what hts paths writes ({type(problem).__name__}: {problem})"
        raise IntegrityError(f"{file}: {reason}; record the paths again with hts paths") from problem

    return part, [page_figure("paths", title, lambda: (paths_figure(panels, title), path_rows(panels)))]


def paths_report(folder: Path) -> Report:
    """Put the report of a folder together that holds recorded paths and nothing else."""
    part, figures = stored_part(folder)
    document = json.loads((folder / DOCUMENT).read_bytes())
    first = document["cells"][0]
    options = f" --given {first['given']} --paths {first['n_paths']}"
    options += "" if first["within"] is None else f" --within {first['within']:g}"
    given = {"none": "as they come"}.get(first["given"], "given how they leave")
    return report_with(
        part,
        figures,
        title=document["title"],
        question=f"How does SGD move, {given}? Paths of {plural(len(document['cells']), 'cell')}.",
        plans=tuple(zip(PLANS, document["plans"], strict=False)),
        commands=(f"hts paths {' --beside '.join(PLANS[: len(document['plans'])])}{options}",),
        citations=CITATIONS,
    )


def stored_panels(frames: Sequence[Row], file: Path) -> list[PathPanel]:
    """Read the paths that were drawn: of each panel as many as its frame says, one below the other in the CSV."""
    with file.open(newline="", encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    starts = [0, *(i for i in range(1, len(lines)) if float(lines[i]["time"]) == 0.0), len(lines)]
    pieces = [lines[a:b] for a, b in pairwise(starts)]
    panels = []
    for frame in frames:
        is_distance = frame.get("is_distance", False)
        drawn = [
            DrawnPath(
                int(piece[0]["path"]),
                np.array([float(line["time"]) for line in piece]),
                np.array([float(line["distance" if is_distance else "x"]) for line in piece]),
                np.array([line["is_big"] == "true" for line in piece]),
            )
            for piece in pieces[: frame["paths"]]
        ]
        pieces = pieces[frame["paths"] :]
        low, high = frame["ends"]
        kept = {name: frame[name] for name in ("epsilon", "eta", "alpha", "start", "probability", "threshold")}
        panel = PathPanel(
            b=float(frame["b"]), low=float(low), high=float(high), barriers=tuple(frame["barriers"]),
            paths=tuple(drawn), is_distance=is_distance, **kept,
        )  # fmt: skip
        panels.append(panel)
    return panels
