"""Samples of rare events as Parquet files, named by their content: the positive ones, and how many in all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from hts.errors import IntegrityError
from hts.storage.content import Columns
from hts.storage.folders import ResultsFolder
from hts.storage.layouts import to_arrow, to_numpy
from hts.storage.named import read_named, write_named
from hts.storage.shards import list_shards
from hts.storage.tables import software_versions

SCHEMA = pa.schema(
    [
        pa.field("sample", pa.uint32()),
        pa.field("value", pa.float64()),
        pa.field("right", pa.float64()),
        pa.field("plain", pa.float64()),
        pa.field("steps", pa.int64()),
        pa.field("big", pa.int64()),
    ]
)


@dataclass(frozen=True, eq=False)
class StoredSamples:
    """Consecutive samples of one cell.

    Attributes
    ----------
    first, n : int
        Their numbers are first, ..., first + n - 1.
    n_steps : int
        Steps of all of them.
    columns : mapping
        Of the positive ones: sample uint32, value, right, plain float64, steps, big int64.
    """

    first: int
    n: int
    n_steps: int
    columns: Columns


def write_samples(folder: Path, scratch: Path, slug: str, samples: StoredSamples, stated: Mapping[str, str]) -> Path:
    """Write some consecutive samples of one cell; the same numbers give the same file.

    Parameters
    ----------
    folder, scratch : pathlib.Path
        Where it shall lie, and where it grows; one file system.
    slug : str
        The cell and what is sampled, as names write it.
    samples : StoredSamples
    stated : mapping
        What decides the numbers; kept in the file's metadata.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    arrays = [to_arrow(samples.columns[column.name], column.type) for column in SCHEMA]
    texts = {"steps": str(samples.n_steps), "software": json.dumps(software_versions(), sort_keys=True), **stated}
    table = pa.Table.from_arrays(arrays, schema=SCHEMA)
    return write_named(folder, scratch, slug, (samples.first, samples.n), table, texts)


def read_samples(path: Path, stated: Mapping[str, str]) -> StoredSamples:
    """Read a file of samples, and believe it only if bytes, name and metadata agree.

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
    found = read_named(path, "samples", stated)
    name, texts = found.name, found.texts
    try:
        columns = {field.name: to_numpy(found.table.column(field.name), field.type, None) for field in SCHEMA}
        n_steps = int(texts["steps"])
    except (pa.ArrowException, KeyError, ValueError, TypeError) as error:
        raise IntegrityError(f"{path.name}: holds no samples ({error})") from error
    end = name.first_walker + name.n_walkers
    sample = columns["sample"].astype(np.int64)
    is_ordered = np.all(np.diff(sample) > 0) and np.all((sample >= name.first_walker) & (sample < end))
    if not is_ordered:
        raise IntegrityError(f"{path.name}: its samples are not those of its name")
    return StoredSamples(name.first_walker, name.n_walkers, n_steps, columns)


def harmed_samples(folder: ResultsFolder) -> tuple[int, dict[str, str]]:
    """Count the files of samples in a folder, and name those that are not what was written, with what is wrong."""
    harms = {}
    paths = list_shards(folder.rare)
    for path in paths:
        try:
            read_samples(path, {})
        except IntegrityError as error:
            harms[f"{path.parent.name}/{path.name}"] = str(error)
    return len(paths), harms
