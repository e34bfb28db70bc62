"""Long runs of the same cells in several results folders: shares of time side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hts.arrays import FloatArray
from hts.comparison.folder_records import VisitCells
from hts.errors import PlanError
from hts.estimation.spread import spread_of_shares
from hts.estimation.two_samples import z_of_shares
from hts.plans import Cell
from hts.sweeps import VisitCellSample, load_visits


def compare_visit_cells(
    paths: Sequence[Path], cells: Sequence[Cell], is_same: Sequence[bool]
) -> tuple[VisitCells, ...]:
    """Compare the shares of time of cells, up to the last checkpoint that all folders have.

    Parameters
    ----------
    paths : sequence of Path
        Folders of long runs.
    cells : sequence of Cell
        That all of them have.
    is_same : sequence of bool
        Of each folder, whether its walkers should be those of the first.

    Raises
    ------
    PlanError
        The folders have no checkpoint in common, or landscapes with different numbers of wells.
    """
    wanted = set(cells)
    samples = [{sample.cell: sample for sample in load_visits(path) if sample.cell in wanted} for path in paths]
    return tuple(_compare(cell, [found[cell] for found in samples], is_same) for cell in cells)


def _compare(cell: Cell, samples: Sequence[VisitCellSample], is_same: Sequence[bool]) -> VisitCells:
    n_steps, counts = _at_common_checkpoint(samples)
    parts: list[FloatArray] = [steps / n_steps for steps in counts]
    spreads = [spread_of_shares(part) for part in parts]
    no_scores = (None,) * parts[0].shape[1]
    different = [_n_different(samples, counts, k) if same else None for k, same in enumerate(is_same)]
    scores = [no_scores if same else z_of_shares(parts[0], part) for part, same in zip(parts, is_same, strict=True)]
    return VisitCells(
        eta=cell.eta,
        b=cell.b,
        alpha=cell.alpha,
        well=cell.well,
        n_steps=n_steps,
        n_walkers=tuple(len(sample.walker) for sample in samples),
        shares=tuple(_listed(spread.mean) for spread in spreads),
        low=tuple(_listed(spread.low) for spread in spreads),
        high=tuple(_listed(spread.high) for spread in spreads),
        z=(no_scores, *scores[1:]),
        n_different=tuple(different),
        epsilon=cell.epsilon,
    )


def _at_common_checkpoint(samples: Sequence[VisitCellSample]) -> tuple[int, list[FloatArray]]:
    """Give the last number of steps that all samples have written down, and their counts there, [walker, well]."""
    common = set(samples[0].checkpoints.tolist()).intersection(*(one.checkpoints.tolist() for one in samples[1:]))
    if not common:
        raise PlanError("the folders write shares of time down after different steps; give their plans the same steps")
    n_steps = max(common)
    counts = [
        one.steps_in_well[:, int(np.searchsorted(one.checkpoints, n_steps))].astype(np.float64) for one in samples
    ]
    wells = {count.shape[1] for count in counts}
    if len(wells) > 1:
        told = " and ".join(map(str, sorted(wells)))
        raise PlanError(f"the landscapes have {told} wells; shares of time compare where the wells are the same")
    return n_steps, counts


def _n_different(samples: Sequence[VisitCellSample], counts: Sequence[FloatArray], k: int) -> int:
    """Count walkers of the same number that spent other numbers of steps in the wells."""
    _, mine, theirs = np.intersect1d(samples[0].walker, samples[k].walker, assume_unique=True, return_indices=True)
    return int(np.count_nonzero((counts[0][mine] != counts[k][theirs]).any(axis=1)))


def _listed(values: FloatArray) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values)
