"""This file is where the columns of a shard become Parquet and come back; the only one that knows Parquet."""

import functools
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hts.storage.names import Parameters, cell_from_json, cell_slug, cell_to_json
from hts.version import __version__

Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]

# the same in every row; dictionary-encoded they cost nothing, and a glob over shards stays useful
CELL_FIELDS = [
    pa.field("eta", pa.float64()),
    pa.field("b", pa.float64()),
    pa.field("alpha", pa.float64()),  # null for normal noise
    pa.field("well", pa.int16()),
]
WALKER_FIELDS = [
    pa.field("walker", pa.uint32()),
    pa.field("exit_steps", pa.int64()),
    pa.field("is_censored", pa.bool_()),
    pa.field("side", pa.int8()),
    pa.field("landing", pa.float64()),
]
SCHEMA = pa.schema(CELL_FIELDS + WALKER_FIELDS)
WALKER_COLUMNS: dict[str, np.dtype[Any]] = {
    field.name: np.dtype(field.type.to_pandas_dtype()) for field in WALKER_FIELDS
}


@dataclass(frozen=True)
class Provenance:
    """Where the numbers of a shard come from: its key-value metadata. Nothing here changes from run to run.

    Attributes
    ----------
    seed : int
        Of the plan.
    stream_version : str
        Of the random streams.
    identity : str
        Of the plan: everything that decides a cell's numbers but the cell's own parameters.
    max_steps : int
        At which walkers were censored.
    steps_beyond_domain : int
        Steps spent where a formula was continued linearly, all walkers of the shard together.
    """

    seed: int
    stream_version: str
    identity: str
    max_steps: int
    steps_beyond_domain: int


@dataclass(frozen=True)
class Footer:
    """What the end of a shard's file says about the whole.

    Attributes
    ----------
    cell : mapping
        eta, b, alpha, well.
    slug : str
        The same, as names write it.
    first_walker, n_walkers, n_rows : int
        The walkers as stated, and the rows that are there.
    provenance : Provenance
        As written.
    software : mapping
        Name to version.
    has_censored : bool
        Whether some walker ran out of steps.
    longest : int
        Largest exit_steps.
    """

    cell: Parameters
    slug: str
    first_walker: int
    n_walkers: int
    n_rows: int
    provenance: Provenance
    software: Mapping[str, str]
    has_censored: bool
    longest: int


@functools.cache
def software_versions() -> dict[str, str]:
    """Versions of whatever could change a number or its bytes."""
    others = {name: importlib.metadata.version(name) for name in ("numba", "numpy", "pyarrow")}
    return {"hts": __version__, **others}


def encode(cell: Parameters, columns: Columns, provenance: Provenance) -> bytes:
    """Write one shard; the same input gives the same bytes.

    Parameters
    ----------
    cell : mapping
        eta, b, alpha (None for normal noise), well.
    columns : mapping of str to array[walker]
        walker (consecutive), exit_steps, is_censored, side, landing.
    provenance : Provenance
        Goes into the metadata.
    """
    walker = columns["walker"]
    n = len(walker)
    if n == 0 or any(columns[name].shape != (n,) for name in WALKER_COLUMNS):
        shapes = {name: columns[name].shape for name in WALKER_COLUMNS}
        raise ValueError(f"a shard needs columns of one length, at least 1 ({shapes})")
    if not np.array_equal(walker, np.arange(int(walker[0]), int(walker[0]) + n)):
        raise ValueError("the walkers of a shard must be consecutive")
    constant = [_constant(cell[field.name], n, field.type) for field in CELL_FIELDS]
    varying = [_to_arrow(columns[field.name], field.type) for field in WALKER_FIELDS]
    metadata = {
        "cell": cell_to_json(cell),
        "first_walker": str(int(walker[0])),
        "n_walkers": str(n),
        "seed": str(provenance.seed),
        "stream_version": provenance.stream_version,
        "identity": provenance.identity,
        "max_steps": str(provenance.max_steps),
        "steps_beyond_domain": str(provenance.steps_beyond_domain),
        "software": json.dumps(software_versions(), sort_keys=True),
    }
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        SCHEMA,
        compression="zstd",
        use_dictionary=[field.name for field in CELL_FIELDS],
        column_encoding={"walker": "DELTA_BINARY_PACKED", "exit_steps": "DELTA_BINARY_PACKED"},
        write_page_checksum=True,
        store_schema=False,  # the Parquet types say all; Arrow's copy would double a small shard's footer
    ) as writer:
        writer.write_table(pa.Table.from_arrays(constant + varying, schema=SCHEMA), row_group_size=n)
        writer.add_key_value_metadata(metadata)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def decode_footer(data: bytes) -> Footer:
    """Read the end of a shard.

    Raises
    ------
    ValueError
        Where it is no shard of ours; the message says why.
    """
    try:
        file = pq.read_metadata(pa.BufferReader(data))
        texts = {key.decode(): value.decode() for key, value in (file.metadata or {}).items()}
        if file.num_row_groups != 1 or not file.schema.to_arrow_schema().remove_metadata().equals(SCHEMA):
            raise ValueError("its columns are not those of a shard")
        group = file.row_group(0)
        names = SCHEMA.names
        cell = cell_from_json(texts["cell"])
        return Footer(
            cell=cell,
            slug=cell_slug(cell),
            first_walker=int(texts["first_walker"]),
            n_walkers=int(texts["n_walkers"]),
            n_rows=file.num_rows,
            provenance=Provenance(
                seed=int(texts["seed"]),
                stream_version=texts["stream_version"],
                identity=texts["identity"],
                max_steps=int(texts["max_steps"]),
                steps_beyond_domain=int(texts["steps_beyond_domain"]),
            ),
            software=json.loads(texts["software"]),
            has_censored=bool(group.column(names.index("is_censored")).statistics.max),
            longest=int(group.column(names.index("exit_steps")).statistics.max),
        )
    except KeyError as missing:
        raise ValueError(f"its metadata lack {missing.args[0]}") from missing
    except (pa.ArrowException, OSError, AttributeError) as error:
        raise ValueError(f"it is no readable Parquet file ({error})") from error


def decode_columns(data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Read the columns of the walkers, page checksums compared.

    Raises
    ------
    ValueError
        Where they cannot be read, or where some are null.
    """
    try:
        # one thread: shards are small, and sweeps read many
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        table = file.read(columns=list(WALKER_COLUMNS), use_threads=False)
        if any(column.null_count for column in table.columns):
            raise ValueError("some of its values are missing")
        return {name: _to_numpy(table.column(name), dtype) for name, dtype in WALKER_COLUMNS.items()}
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"its columns cannot be read ({error})") from error


# Arrow's own conversions import pandas where it is installed, which takes a second; its memory is NumPy's all the same
def _to_arrow(column: npt.NDArray[Any], kind: pa.DataType) -> pa.Array:
    values = np.ascontiguousarray(column, dtype=kind.to_pandas_dtype())
    bits = np.packbits(values, bitorder="little") if pa.types.is_boolean(kind) else values
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(bits)])


def _constant(value: float | int | None, n: int, kind: pa.DataType) -> pa.Array:
    return pa.nulls(n, kind) if value is None else _to_arrow(np.full(n, value), kind)


def _to_numpy(column: pa.ChunkedArray, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    parts = []
    for chunk in column.chunks:
        values = chunk.buffers()[1]
        end = chunk.offset + len(chunk)
        if dtype == np.bool_:
            part = np.unpackbits(np.frombuffer(values, np.uint8), count=end, bitorder="little").astype(np.bool_)
        else:
            part = np.frombuffer(values, dtype, count=end)
        parts.append(part[chunk.offset :])
    return np.concatenate(parts)
