"""Columns of a shard to Parquet and back; the only file that knows Parquet."""

import functools
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hts.storage.content import Columns, Provenance
from hts.storage.layouts import (
    Layout,
    Shapes,
    constant,
    layout_of,
    layouts_like,
    to_arrow,
    to_numpy,
)
from hts.storage.names import Parameters, cell_from_json, cell_slug, cell_to_json
from hts.version import __version__


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
    layout : Layout
        What columns there are.
    shapes : mapping
        Of one walker's part of each list.
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
    layout: Layout
    shapes: Shapes
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
        eta, b, alpha (None for normal noise), well; epsilon where the plan has [levy].
    columns : mapping of str to array[walker]
        Those of a layout: walker (consecutive), exit_steps, is_censored, side, landing for exits.
    provenance : Provenance
        Goes into the metadata.
    """
    walker = columns["walker"]
    n = len(walker)
    layout = layout_of(columns, "epsilon" in cell)
    if n == 0 or any(len(columns[name]) != n for name in layout.names):
        shapes = {name: columns[name].shape for name in layout.names}
        raise ValueError(f"a shard needs columns of one length, at least 1 ({shapes})")
    if not np.array_equal(walker, np.arange(int(walker[0]), int(walker[0]) + n)):
        raise ValueError("the walkers of a shard must be consecutive")
    same = [constant(cell[column.name], n, column.type) for column in layout.cell_fields]
    varying = [to_arrow(columns[column.name], column.type) for column in layout.fields]
    metadata = metadata_of(cell, int(walker[0]), n, provenance)
    if parts := {name: list(columns[name].shape[1:]) for name in layout.names if columns[name].ndim > 1}:
        metadata |= {"shapes": json.dumps(parts), "axes": json.dumps(provenance.axes, sort_keys=True, allow_nan=False)}
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink,
        layout.schema,
        compression="zstd",
        use_dictionary=[column.name for column in layout.cell_fields],
        column_encoding=dict.fromkeys(layout.packed, "DELTA_BINARY_PACKED"),
        write_page_checksum=True,
        store_schema=False,  # the Parquet types say all; Arrow's copy would double a small shard's footer
    ) as writer:
        writer.write_table(pa.Table.from_arrays(same + varying, schema=layout.schema), row_group_size=n)
        writer.add_key_value_metadata(metadata)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def metadata_of(cell: Parameters, first_walker: int, n_walkers: int, provenance: Provenance) -> dict[str, str]:
    """Say at the end of a file what it is about; `stated_in` reads it."""
    return {
        "cell": cell_to_json(cell),
        "first_walker": str(first_walker),
        "n_walkers": str(n_walkers),
        "seed": str(provenance.seed),
        "stream_version": provenance.stream_version,
        "identity": provenance.identity,
        "max_steps": str(provenance.max_steps),
        "steps_beyond_domain": str(provenance.steps_beyond_domain),
        "software": json.dumps(software_versions(), sort_keys=True),
    }


def stated_in(texts: Mapping[str, str]) -> tuple[Parameters, Provenance]:
    """Read the cell and the provenance from the metadata of a file.

    Raises
    ------
    KeyError, TypeError, ValueError
        Where they are not there, or make no sense.
    """
    max_steps = int(texts["max_steps"])
    if max_steps < 1:
        raise ValueError(f"its walkers may take {max_steps} steps")
    return cell_from_json(texts["cell"]), Provenance(
        seed=int(texts["seed"]),
        stream_version=texts["stream_version"],
        identity=texts["identity"],
        max_steps=max_steps,
        steps_beyond_domain=int(texts["steps_beyond_domain"]),
        axes=json.loads(texts.get("axes", "{}")),
    )


def open_table(data: bytes) -> pq.ParquetFile:
    """Open a shard for `read_footer` and `read_columns`, which may both be asked.

    Raises
    ------
    ValueError
        Where it is no Parquet file.
    """
    try:
        return pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"it is no readable Parquet file ({error})") from error


def decode_footer(data: bytes) -> Footer:
    """Read the end of a shard, as `read_footer` does."""
    return read_footer(open_table(data))


def decode_columns(data: bytes) -> dict[str, npt.NDArray[Any]]:
    """Read the columns of a shard, as `read_columns` does."""
    return read_columns(open_table(data))


def read_footer(opened: pq.ParquetFile) -> Footer:
    """Read the end of a shard.

    Raises
    ------
    ValueError
        Where it is no shard of ours; the message says why.
    """
    try:
        file = opened.metadata
        texts = {key.decode(): value.decode() for key, value in (file.metadata or {}).items()}
        layout = _layout(opened)
        cell, provenance = stated_in(texts)
        has_censored, longest = True, provenance.max_steps
        if not layout.is_cut_at_max_steps:
            has_censored, longest = _ends(file, layout)
        return Footer(
            cell=cell,
            slug=cell_slug(cell),
            first_walker=int(texts["first_walker"]),
            n_walkers=int(texts["n_walkers"]),
            n_rows=file.num_rows,
            provenance=provenance,
            software=json.loads(texts["software"]),
            layout=layout,
            shapes=_shapes(file),
            has_censored=has_censored,
            longest=longest,
        )
    except KeyError as missing:
        raise ValueError(f"its metadata lack {missing.args[0]}") from missing
    except (RecursionError, TypeError) as error:
        raise ValueError("its metadata make no sense") from error
    except (pa.ArrowException, OSError, AttributeError) as error:
        raise ValueError(f"it is no readable Parquet file ({error})") from error


def _layout(file: pq.ParquetFile) -> Layout:
    """Find out what columns there are.

    The reader is asked, for `file.metadata.schema` refers to the metadata and they to it: the memory of both would wait
    for the collector of cycles, 20 kB for each shard.

    Raises
    ------
    ValueError
        Where they are not those of a shard.
    """
    schema = file.schema_arrow.remove_metadata()
    layout = next((layout for layout in layouts_like(schema.names) if schema.equals(layout.schema)), None)
    if file.num_row_groups != 1 or layout is None:
        raise ValueError("its columns are not those of a shard")
    return layout


def _shapes(file: pq.FileMetaData) -> Shapes:
    """Read of what shape one walker's part of each list is."""
    shapes: Shapes = json.loads((file.metadata or {}).get(b"shapes", b"{}"))
    return shapes


def _ends(file: pq.FileMetaData, layout: Layout) -> tuple[bool, int]:
    """Read from the statistics of a shard of exits whether a walker was censored, and the longest way."""
    group, place = file.row_group(0), layout.schema.get_field_index
    censored, steps = (group.column(place(name)).statistics for name in ("is_censored", "exit_steps"))
    return bool(censored.max), int(steps.max)


def read_columns(file: pq.ParquetFile) -> dict[str, npt.NDArray[Any]]:
    """Read the columns of the walkers, page checksums compared; the metadata are left to `read_footer`.

    Raises
    ------
    ValueError
        Where they cannot be read, or where some are null.
    """
    try:
        layout, shapes = _layout(file), _shapes(file.metadata)
        # one thread: shards are small, and sweeps read many
        table = file.read(columns=layout.names, use_threads=False)
        if any(column.null_count for column in table.columns):
            raise ValueError("some of its values are missing")
        kinds = {column.name: column.type for column in layout.fields}
        return {name: to_numpy(table.column(name), kind, shapes.get(name)) for name, kind in kinds.items()}
    except (RecursionError, TypeError) as error:
        raise ValueError("its metadata make no sense") from error
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"its columns cannot be read ({error})") from error
