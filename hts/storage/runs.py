"""Runs of SGD on least squares as Parquet files, named by their content like shards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hts.errors import IntegrityError
from hts.storage.content import Columns
from hts.storage.layouts import to_arrow, to_numpy
from hts.storage.named import read_named, write_named
from hts.storage.tables import software_versions

VECTORS = pa.list_(pa.field("element", pa.float64()))
SCHEMA = pa.schema([pa.field("run", pa.uint32()), pa.field("iterate", VECTORS), pa.field("average", VECTORS)])


def write_runs(folder: Path, scratch: Path, slug: str, columns: Columns, stated: Mapping[str, str]) -> Path:
    """Write some consecutive runs of one cell; the same numbers give the same file.

    Parameters
    ----------
    folder, scratch : pathlib.Path
        Where it shall lie, and where it grows; one file system.
    slug : str
        The cell, as names write it.
    columns : mapping
        run uint32[run], iterate and average float64[run, coordinate].
    stated : mapping
        What decides the numbers; kept in the file's metadata.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    run = columns["run"]
    arrays = [to_arrow(columns[column.name], column.type) for column in SCHEMA]
    own = {
        "dimension": str(columns["iterate"].shape[1]),
        "software": json.dumps(software_versions(), sort_keys=True),
    }
    table = pa.Table.from_arrays(arrays, schema=SCHEMA)
    return write_named(folder, scratch, slug, (int(run[0]), len(run)), table, {**own, **stated})


def read_runs(path: Path, stated: Mapping[str, str]) -> dict[str, npt.NDArray[Any]]:
    """Read a file of runs, and believe it only if bytes, name and metadata agree.

    Parameters
    ----------
    path : pathlib.Path
    stated : mapping
        What its metadata have to say.

    Raises
    ------
    IntegrityError
        Where anything is not as it was written; the message starts with the file's name.
    """
    found = read_named(path, "runs", stated)
    name, texts = found.name, found.texts
    try:
        shape = [int(texts["dimension"])]
        columns = {
            field.name: to_numpy(found.table.column(field.name), field.type, shape if field.type == VECTORS else None)
            for field in SCHEMA
        }
    except (pa.ArrowException, KeyError, ValueError, TypeError) as error:
        raise IntegrityError(f"{path.name}: holds no runs ({error})") from error
    numbers = np.arange(name.first_walker, name.first_walker + name.n_walkers)
    if not np.array_equal(columns["run"], numbers):
        raise IntegrityError(f"{path.name}: its runs are not those of its name")
    return columns
