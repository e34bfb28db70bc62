"""Samples of a function along a line, read from the columns x, f and f' of a file."""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from hts.arrays import FloatArray
from hts.errors import PlanError
from hts.storage.numbers import read_numbers

#: A slice has thousands of rows.
MOST_BYTES: Final = 64_000_000
SLOPES: Final = ("f'", "fprime", "df")


def read_slice(path: Path) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Read x, f and, where there is such a column, f' (also called fprime or df).

    Parameters
    ----------
    path : pathlib.Path
        .csv with a header, .parquet or .npz.

    Raises
    ------
    PlanError
        Where a column is missing, or holds something that is no number, with the row.
    """
    if path.suffix.lower() not in (".csv", ".parquet", ".npz"):
        raise PlanError(f"{path}: cannot be read; samples come from a .csv, .parquet or .npz file with columns x and f")
    if path.stat().st_size > MOST_BYTES:
        raise PlanError(f"{path}: has more than {MOST_BYTES // 1_000_000} MB; a slice of some thousand rows will do")
    try:
        names = _column_names(path)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise PlanError(f"{path}: cannot be read ({' '.join(str(error).split())})") from error
    for name in ("x", "f"):
        if name not in names:
            raise PlanError(f"{path}: has no column {name}; there are {', '.join(names[:12]) or 'none'}")
    slopes = next((name for name in SLOPES if name in names), None)
    return _column(path, "x"), _column(path, "f"), None if slopes is None else _column(path, slopes)


def _column_names(path: Path) -> list[str]:
    if path.suffix.lower() == ".csv":
        with pyarrow.csv.open_csv(path) as file:
            return list(file.schema.names)
    if path.suffix.lower() == ".parquet":
        return list(pq.ParquetFile(path).schema_arrow.names)
    with np.load(path, allow_pickle=False) as archive:
        return list(archive.files)


def _column(path: Path, name: str) -> FloatArray:
    found = read_numbers(path, name)
    if found.n_not_finite:
        rows = ", ".join(map(str, found.rows_not_finite))
        more = ", ..." if found.n_not_finite > len(found.rows_not_finite) else ""
        raise PlanError(f"{path}: column {name} is not finite in row {rows}{more}; mend these rows or leave them out")
    if found.values.ndim != 1:
        raise PlanError(f"{path}: {name} has {found.values.shape[1]} columns of its own; give one number in each row")
    return found.values
