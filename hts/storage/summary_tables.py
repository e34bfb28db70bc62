"""The one row of a summary to Parquet and back."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hts.storage.content import Provenance
from hts.storage.layouts import CELL_FIELDS, COUNTS
from hts.storage.names import Parameters
from hts.storage.tables import metadata_of, stated_in

FIELDS = [
    *(
        pa.field(name, pa.int64())
        for name in ("n_walkers", "n_censored", "n_left", "n_right", "longest", "steps_beyond_domain")
    ),
    pa.field("exposure_steps", pa.string()),  # decimal: the sums of 1e9 walkers need not fit in 64 bits
    pa.field("sum_of_squares", pa.string()),
    *(
        pa.field(name, COUNTS)
        for name in ("destinations", "steps_bins", "steps_counts", "landings_bins", "landings_counts")
    ),
]
SCHEMA = pa.schema([*CELL_FIELDS, *FIELDS])


def encode_row(cell: Parameters, first_walker: int, row: Mapping[str, Any], provenance: Provenance) -> bytes:
    """Write one summary; the same input gives the same bytes.

    Parameters
    ----------
    cell : mapping
        eta, b, alpha (None for normal noise), well.
    first_walker : int
    row : mapping
        Values of FIELDS.
    provenance : Provenance
    """
    values = {**cell, **row}
    arrays = [pa.array([values[field.name]], field.type) for field in SCHEMA]
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink, SCHEMA, compression="zstd", use_dictionary=False, write_page_checksum=True, store_schema=False
    ) as writer:
        writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
        writer.add_key_value_metadata(metadata_of(cell, first_walker, row["n_walkers"], provenance))
    data: bytes = sink.getvalue().to_pybytes()
    return data


def decode_row(file: pq.ParquetFile) -> tuple[Parameters, int, Provenance, dict[str, Any]]:
    """Read what `encode_row` wrote: cell, first walker, provenance and row.

    Raises
    ------
    ValueError
        Where it is no summary of ours; the message says why.
    """
    try:
        if not file.schema_arrow.remove_metadata().equals(SCHEMA) or file.metadata.num_rows != 1:
            raise ValueError("its columns are not those of a summary")
        texts = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
        cell, provenance = stated_in(texts)
        (row,) = file.read(columns=[field.name for field in FIELDS], use_threads=False).to_pylist()
        if any(value is None for value in row.values()) or int(texts["n_walkers"]) != row["n_walkers"]:
            raise ValueError("its row is not what its metadata say")
        return cell, int(texts["first_walker"]), provenance, row
    except KeyError as missing:
        raise ValueError(f"its metadata lack {missing.args[0]}") from missing
    except (RecursionError, TypeError) as error:
        raise ValueError("its metadata make no sense") from error
    except (pa.ArrowException, OSError, AttributeError) as error:
        raise ValueError(f"it cannot be read ({error})") from error
