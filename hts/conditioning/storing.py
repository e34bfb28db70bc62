"""The paths of a cell written to a file; storage itself knows neither plan nor event."""

from pathlib import Path

import numpy as np

from hts.conditioning.cells import CellPaths
from hts.conditioning.space import SpacePaths
from hts.ensembles.motions import STREAM_VERSION
from hts.ensembles.space import SPACE_VERSION
from hts.plans import Plan, SpacePlan
from hts.storage import Columns
from hts.storage.paths import write_paths
from hts.sweeps.cells import parameters_of, slug_of


def store_paths(folder: Path, plan: Plan, paths: CellPaths, *, as_csv: bool = False) -> Path:
    """Write the paths of one cell to a file named after the cell and the event.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    plan : Plan
    paths : CellPaths
    as_csv : bool
        Write CSV, which has no metadata, instead of Parquet.

    Returns
    -------
    Path
        The file; the same paths give the same bytes.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    sample, drawn, event, cell = paths.sample, paths.conditioned, paths.event, paths.cell
    n_records = np.diff(sample.first)
    threshold = np.inf if event is None else event.threshold
    columns: Columns = {
        "path": np.repeat(sample.number, n_records),
        "step": sample.step,
        "x": sample.x,
        "noise": sample.z,
        "is_big": cell.eta * np.abs(sample.z) > threshold,
        "weight": np.repeat(np.ones(len(sample.number)) if drawn is None else drawn.weight, n_records),
    }
    about = {
        "seed": plan.seed,
        "stream_version": STREAM_VERSION,
        "identity": plan.identity(),
        "given": paths.question.given,
        "n_steps": paths.n_steps,
        "stride": sample.stride,
        "threshold": None if event is None else event.threshold,
        "probability": None if drawn is None else drawn.probability,
    }
    within = "" if paths.n_steps is None else f"-n{paths.n_steps}"
    suffix = ".csv" if as_csv else ".parquet"
    path = folder / f"{slug_of(cell)}-{paths.question.given}{within}{suffix}"
    write_paths(path, parameters_of(cell), columns, about)
    return path


def store_space_paths(folder: Path, plan: SpacePlan, paths: SpacePaths, *, as_csv: bool = False) -> Path:
    """Write the paths of one cell in several dimensions; see `store_paths`."""
    columns: Columns = {
        "path": np.repeat(paths.number, np.diff(paths.first)),
        "step": paths.step,
        "move": paths.move,
        "is_big": paths.is_big,
        **{f"x_{k}": np.ascontiguousarray(x) for k, x in enumerate(paths.x.T, 1)},
    }
    about = {
        "seed": plan.seed,
        "stream_version": SPACE_VERSION,
        "identity": plan.identity(),
        "given": paths.question.given,
        "n_steps": paths.n_steps,
        "stride": paths.stride,
        "threshold": paths.threshold,
        "probability": paths.probability,
    }
    within = "" if paths.n_steps is None else f"-n{paths.n_steps}"
    path = folder / f"{slug_of(paths.cell)}-{paths.question.given}{within}{'.csv' if as_csv else '.parquet'}"
    write_paths(path, parameters_of(paths.cell), columns, about)
    return path
