"""What panels of paths show: the paths drawn, in which order, under which title, and as rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.comparison.paths import PathComparison
from hts.conditioning import CellPaths
from hts.conditioning.space import SpacePaths
from hts.plans import Plan, SpacePlan
from hts.plots.save import Row
from hts.plots.style import clip_label, listing, number, tail_label

PATHS_SHOWN = 10
"""Paths of a panel, as published; more hide each other."""
COLUMNS = 4
"""Panels in a row."""
MOST_JUMPS = 20
"""Big jumps of a path that are marked; where a path makes more of them they hide it."""
MOST_COUNTED = 4
"""Panels whose wells a title can count."""


@dataclass(frozen=True, eq=False)
class DrawnPath:
    """One path as it is drawn."""

    path: int  # its number
    time: FloatArray  # float64[record], eta n
    x: FloatArray  # float64[record]
    is_big: npt.NDArray[np.bool_]  # bool[record], whether a big jump led there


@dataclass(frozen=True, eq=False)
class PathPanel:
    """What a panel shows: some paths of one cell."""

    eta: float
    b: float
    alpha: float | None
    low: float  # ends of the domain; infinite for walkers that are never stopped
    high: float
    barriers: tuple[float, ...]  # that such walkers cross
    start: float
    probability: float | None  # of the event that the paths are conditioned on
    threshold: float | None  # gamma
    paths: tuple[DrawnPath, ...]
    epsilon: float | None = None  # of [levy]
    is_distance: bool = False  # x is a distance from the minimum, of paths in several dimensions


def space_panel_of(plan: SpacePlan, paths: SpacePaths) -> PathPanel:
    """Take what a panel shows from the paths of a cell in several dimensions: distances from the minimum over time."""
    cell, minimum, well = paths.cell, plan.wells.minima[plan.well].points, plan.radial_well(paths.cell)
    middle = minimum[len(minimum) // 2]
    time: FloatArray = cell.eta * paths.step.astype(np.float64)
    distance = np.linalg.norm(paths.x - middle, axis=1)
    shown = [slice(*paths.first[i : i + 2].tolist()) for i in range(min(len(paths.number), PATHS_SHOWN))]
    return PathPanel(
        eta=cell.eta,
        b=cell.b,
        alpha=cell.alpha,
        low=-math.inf,
        high=math.inf if well is None else well.radius,
        barriers=(),
        start=float(np.linalg.norm(plan.start - middle)),
        probability=paths.probability,
        threshold=paths.threshold,
        paths=tuple(
            DrawnPath(int(number), time[rows], distance[rows], paths.is_big[rows])
            for number, rows in zip(paths.number, shown, strict=False)
        ),
        is_distance=True,
    )


def panel_of(plan: Plan, paths: CellPaths) -> PathPanel:
    """Take what a panel shows from the paths of a cell: the first ten, or the first of walkers across all wells."""
    sample, cell, domain = paths.sample, paths.cell, plan.exit_domain()
    is_free = plan.visits is not None and paths.question.given == "none"
    low, high = (-math.inf, math.inf) if is_free else (domain.low, domain.high)
    threshold = None if paths.event is None else paths.event.threshold
    is_big = cell.eta * np.abs(sample.z) > (math.inf if threshold is None else threshold)
    time: FloatArray = cell.eta * sample.step.astype(np.float64)
    shown = [
        slice(*sample.first[i : i + 2].tolist()) for i in range(min(len(sample.number), 1 if is_free else PATHS_SHOWN))
    ]
    return PathPanel(
        eta=cell.eta,
        b=cell.b,
        alpha=cell.alpha,
        low=low,
        high=high,
        barriers=tuple(plan.build_landscape().barriers.tolist()) if is_free else (),
        start=domain.start,
        probability=None if paths.conditioned is None else paths.conditioned.probability,
        threshold=threshold,
        paths=tuple(
            DrawnPath(int(number), time[rows], sample.x[rows], is_big[rows])
            for number, rows in zip(sample.number, shown, strict=False)
        ),
        epsilon=cell.epsilon,
    )


def title_of(
    found: Sequence[CellPaths | SpacePaths], comparisons: Sequence[PathComparison], panels: Sequence[PathPanel] = ()
) -> str:
    """Say what the paths have in common: how they leave, and by how many big jumps at the smallest eta.

    Of walkers that are never stopped it says how many wells each of the panels shows.
    """
    question = found[0].question
    if question.given == "none":
        return _wells_seen(panels)
    where = {"exit": "leave", "left": "leave on the left", "right": "leave on the right"}[question.given]
    limit = "" if question.within is None else rf" within $t$ = {number(question.within)}"
    smallest = min(one.cell.eta for one in found)
    last = [
        (one.cell, comparison) for one, comparison in zip(found, comparisons, strict=True) if one.cell.eta == smallest
    ]
    last = sorted(last, key=lambda pair: (-pair[0].b, pair[0].alpha or 0.0))
    said = [_finding(comparison) for _, comparison in last]
    if len({cell.alpha for cell, _ in last}) > 1 and all(said):
        said = [f"{words} ({tail_label(cell.alpha)})" for (cell, _), words in zip(last, said, strict=True)]
    text = f"Paths given that they {where}{limit}"
    step = "$h$" if found[0].cell.epsilon is not None else "$\\eta$"
    return f"{text}: at {step} = {fraction(smallest)}, {listing(said)}" if all(said) else text


def _wells_seen(panels: Sequence[PathPanel]) -> str:
    """Count the wells that the one walker of each panel is seen in."""
    if not 0 < len(panels) <= MOST_COUNTED or not all(panel.barriers for panel in panels):
        return "Walkers as they come"
    seen = []
    for panel in panels:
        wells = {int(well) for path in panel.paths for well in np.searchsorted(panel.barriers, path.x)}
        clip = "" if math.isinf(panel.b) else f", {clip_label(panel.b)}"
        seen.append(f"{len(wells)} ({tail_label(panel.alpha)}{clip})")
    return f"Of {len(panels[0].barriers) + 1} wells the walker sees {listing(seen)}"


def _finding(comparison: PathComparison) -> str:
    expected = comparison.expected_big_jumps
    if comparison.share_exact is not None and (expected is None or expected <= MOST_JUMPS):
        n = comparison.jump_number
        return f"{100 * comparison.share_exact:.0f} % by {'one big jump' if n == 1 else f'{n} big jumps'}"
    mean = comparison.mean_big_jumps
    if mean is None:
        return ""
    if mean > MOST_JUMPS:
        return "no jump stands out: the threshold lies inside the noise"
    return f"{number(mean)} big jumps each" if mean > 0.0 else "without a big jump"


def few_panels(panels: Sequence[PathPanel]) -> tuple[PathPanel, ...]:
    """Order panels by decreasing b, alpha and decreasing eta; of several (b, alpha), each a row of at most four panels.

    Where a row has more of them it keeps some, as even as can be, the smallest eta among them.
    """
    rows: dict[tuple[float, float, float], list[PathPanel]] = {}
    for panel in sorted(panels, key=lambda p: (-p.b, p.alpha or 0.0, -(p.epsilon or 0.0), -p.eta)):
        rows.setdefault(row_of(panel), []).append(panel)
    if len(rows) == 1:
        return tuple(next(iter(rows.values())))
    chosen = []
    for row in rows.values():
        places = np.unique(np.linspace(0, len(row) - 1, min(len(row), COLUMNS)).round().astype(int))
        chosen += [row[place] for place in places]
    return tuple(chosen)


def marked_paths(panel: PathPanel) -> tuple[DrawnPath, ...]:
    """List the paths whose big jumps are marked: all, or none where they are too many to tell apart."""
    return panel.paths if all(path.is_big.sum() <= MOST_JUMPS for path in panel.paths) else ()


def path_rows(panels: Sequence[PathPanel]) -> list[Row]:
    """List all that the figure shows, a row for each record of each path drawn."""
    return [
        {
            **_cell_of(panel),
            "probability": panel.probability,
            "threshold": panel.threshold,
            "path": path.path,
            "time": float(time),
            "distance" if panel.is_distance else "x": float(x),
            "is_big": bool(is_big),
        }
        for panel in panels
        for path in panel.paths
        for time, x, is_big in zip(path.time, path.x, path.is_big, strict=True)
    ]


def row_of(panel: PathPanel) -> tuple[float, float, float]:
    """Give what the panels of a row have in common."""
    return panel.b, panel.alpha or 0.0, panel.epsilon or 0.0


def _cell_of(panel: PathPanel) -> Row:
    """Name the cell of a panel, as tables do."""
    if panel.epsilon is None:
        return {"b": panel.b, "alpha": panel.alpha, "eta": panel.eta}
    return {"epsilon": panel.epsilon, "alpha": panel.alpha, "step": panel.eta}


def fraction(eta: float) -> str:
    """Write 1/n where eta is that."""
    n = round(1.0 / eta)
    return f"1/{n}" if n > 1 and abs(n * eta - 1.0) < 1e-9 else number(eta)
