"""Runs of SGD on least squares as Parquet files, named by their content like shards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hts.errors import IntegrityError
from hts.storage.atomic import write_whole
from hts.storage.content import Columns
from hts.storage.layouts import to_arrow, to_numpy
from hts.storage.names import ShardName, digest_of
from hts.storage.reading import read_bytes
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
    dimension = columns["iterate"].shape[1]
    arrays = [to_arrow(columns[column.name], column.type) for column in SCHEMA]
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink, SCHEMA, compression="zstd", use_dictionary=False, write_page_checksum=True, store_schema=False
    ) as writer:
        writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA), row_group_size=len(run))
        own = {"cell": slug, "dimension": str(dimension), "software": json.dumps(software_versions(), sort_keys=True)}
        writer.add_key_value_metadata({**own, **stated})
    data: bytes = sink.getvalue().to_pybytes()
    path = folder / str(ShardName(slug, int(run[0]), len(run), digest_of(data)))
    write_whole(path, data, scratch)
    return path


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
    name = ShardName.parse(path.name)
    try:
        data = read_bytes(path)
    except OSError as error:
        raise IntegrityError(f"{path.name}: cannot be read ({error.strerror})") from error
    if name is None or digest_of(data) != name.digest:
        raise IntegrityError(f"{path.name}: its bytes do not match the checksum in its name")
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        table = file.read(use_threads=False)
        texts = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
        shape = [int(texts["dimension"])]
        columns = {
            field.name: to_numpy(table.column(field.name), field.type, shape if field.type == VECTORS else None)
            for field in SCHEMA
        }
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise IntegrityError(f"{path.name}: holds no runs ({error})") from error
    numbers = np.arange(name.first_walker, name.first_walker + name.n_walkers)
    if {**stated, "cell": name.slug}.items() - texts.items() or not np.array_equal(columns["run"], numbers):
        raise IntegrityError(f"{path.name}: its metadata name another cell, other runs or another plan")
    return columns
