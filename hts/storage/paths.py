"""Recorded paths as one Parquet or CSV file that any other program can read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hts.storage.atomic import write_whole
from hts.storage.content import Columns
from hts.storage.exports import write_table
from hts.storage.layouts import LEVY_FIELDS, constant, to_arrow
from hts.storage.names import Parameters, cell_to_json
from hts.storage.tables import software_versions

PATH_FIELDS = [
    pa.field("path", pa.uint32()),
    pa.field("step", pa.int64()),
    pa.field("x", pa.float64()),
    pa.field("noise", pa.float64()),  # nan at step 0, which no noise leads to
    pa.field("is_big", pa.bool_()),
    pa.field("weight", pa.float64()),
]
#: In place of x and noise, in several dimensions x_1, ..., x_d come before these.
SPACE_FIELDS = [
    pa.field("path", pa.uint32()),
    pa.field("step", pa.int64()),
    pa.field("move", pa.float64()),  # length of the step that led there; nan where it is not known
    pa.field("is_big", pa.bool_()),
]
#: Rows of a group: readers take one path's without the others'.
ROWS = 2**18


def write_paths(path: Path, cell: Parameters, columns: Columns, about: Mapping[str, Any]) -> None:
    """Write the paths of one cell, a row for each record; an older file of that name is replaced.

    Parameters
    ----------
    path : pathlib.Path
        Its suffix decides: `.parquet`, with page checksums and `about` in the metadata, or `.csv`.
    cell : mapping
        eta, b, alpha (None for normal noise), well; the same in every row.
    columns : mapping of str to array[record]
        path, step, x, noise, is_big, weight; in several dimensions path, step, move, is_big and x_1, ..., x_d.
    about : mapping
        What else decides the numbers, ready for JSON: seed, stream version, event.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    n = len(columns["path"])
    fields = PATH_FIELDS
    if "x" not in columns:
        vectors = [pa.field(name, pa.float64()) for name in columns if name.startswith("x_")]
        fields = [*SPACE_FIELDS[:2], *vectors, *SPACE_FIELDS[2:]]
    cell_fields = [field for field in LEVY_FIELDS if field.name in cell]
    if path.suffix == ".csv":
        same = {field.name: [cell[field.name]] * n for field in cell_fields}
        write_table(path, same | {field.name: _listed(columns[field.name]) for field in fields})
        return
    schema = pa.schema([*cell_fields, *fields])
    same_arrays = [constant(cell[field.name], n, field.type) for field in cell_fields]
    varying = [to_arrow(columns[field.name], field.type) for field in fields]
    metadata = {"cell": cell_to_json(cell), "software": json.dumps(software_versions(), sort_keys=True)}
    metadata |= {name: json.dumps(value, sort_keys=True, allow_nan=False) for name, value in about.items()}
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        schema,
        compression="zstd",
        use_dictionary=[
            *(field.name for field in cell_fields),
            *(field.name for field in fields if field.name in ("path", "is_big", "weight")),
        ],
        column_encoding={"step": "DELTA_BINARY_PACKED"},
        write_page_checksum=True,
        store_schema=False,
    ) as writer:
        writer.write_table(pa.Table.from_arrays(same_arrays + varying, schema=schema), row_group_size=ROWS)
        writer.add_key_value_metadata(metadata)
    write_whole(path, sink.getvalue().to_pybytes(), path.parent)


def _listed(column: npt.NDArray[Any]) -> list[Any]:
    """Return plain values, None for nan."""
    if column.dtype.kind != "f":
        return list(column.tolist())
    return [None if np.isnan(value) else value for value in column.tolist()]
