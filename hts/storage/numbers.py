"""Files of numbers from elsewhere: .csv, .parquet, .npy, .npz and plain text, read as they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from hts.arrays import FloatArray
from hts.errors import PlanError

#: Most numbers that are kept; of a longer file every second, third, ... row is taken, so that memory stays bounded.
MAX_NUMBERS = 100_000_000
#: Rows named where numbers are not finite.
ROWS_NAMED = 5
ALL = "*"
TEXT_BYTES = 1 << 24
SUFFIXES = (".csv", ".parquet", ".npy", ".npz", ".txt", ".dat")


@dataclass(frozen=True)
class NumberFile:
    """The numbers of one file.

    Attributes
    ----------
    path : Path
        Where they were read.
    column : str or None
        Column of a table or array of an archive; None where there was but one thing to read.
    values : float64[number] or float64[row, coordinate]
        The finite ones, in the order of the file; rows with something that is not finite are left out whole.
    n_rows : int
        Rows of the file.
    n_not_finite : int
        Rows left out because of NaN, infinities or missing entries.
    rows_not_finite : tuple of int
        The first few of those, counted from 1.
    stride : int
        1 where all rows were taken, 2 for every second, and so on.
    """

    path: Path
    column: str | None
    values: FloatArray
    n_rows: int
    n_not_finite: int
    rows_not_finite: tuple[int, ...]
    stride: int


def read_numbers(path: str | Path, column: str | None = None, max_numbers: int = MAX_NUMBERS) -> NumberFile:
    """Read the numbers of one file, a part at a time.

    Parameters
    ----------
    path : path
        By its suffix: .csv (with a header), .parquet, .npy, .npz, or text of numbers between blanks. Pickled objects
        are refused.
    column : str, optional
        Name or place (from 0) of a column, name of an array of an .npz file; "*" takes all columns, as the
        coordinates of one vector in each row. It may be left out where there is but one.
    max_numbers : int
        Longer files are thinned to at most this number.

    Raises
    ------
    PlanError
        Where the file, the column or its contents are no numbers; the message says what there is.
    """
    path = Path(path)
    if not path.exists():
        raise PlanError(f"{path}: there is no such file")
    if not path.is_file():
        raise PlanError(f"{path}: is no regular file")
    if path.stat().st_size == 0:
        raise PlanError(f"{path}: is empty")
    readers = {".csv": _csv, ".parquet": _parquet, ".npy": _npy, ".npz": _npz, ".txt": _text, ".dat": _text}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise PlanError(f"{path}: cannot be read; numbers come from {', '.join(SUFFIXES)} files")
    try:
        name, n_rows, parts = reader(path, column)
        return _collect(path, name, n_rows, parts, max_numbers)
    except (pa.ArrowException, ValueError, OSError, EOFError) as error:
        reason = " ".join(str(error).split())
        raise PlanError(f"{path}: cannot be read as numbers ({reason})") from error


Parts = Iterator[npt.NDArray[Any]]
Opened = tuple[str | None, int | None, Parts]


def _collect(path: Path, column: str | None, n_rows: int | None, parts: Parts, max_numbers: int) -> NumberFile:
    """Put parts together, without what is not finite, thinned where there are too many."""
    kept: list[FloatArray] = []
    stride, n_seen, n_bad, bad, n_kept = 1, 0, 0, list[int](), 0
    for part in parts:
        if part.dtype.kind not in "fiub":
            raise ValueError(f"{_kind(part.dtype)} are no real numbers")
        width = part.shape[1] if part.ndim == 2 else 1
        if not kept and n_rows is not None:
            stride = max(1, -(-n_rows * width // max_numbers))
        rows = part[-n_seen % stride :: stride].astype(np.float64)
        finite = np.isfinite(rows) if rows.ndim == 1 else np.isfinite(rows).all(axis=1)
        if not finite.all():
            n_bad += int((~finite).sum())
            if len(bad) < ROWS_NAMED:
                first = np.flatnonzero(~finite)[: ROWS_NAMED - len(bad)]
                bad += [n_seen + int(-n_seen % stride + stride * row) + 1 for row in first]
            rows = rows[finite]
        kept.append(rows)
        n_seen += len(part)
        n_kept += rows.size
        while n_kept > max_numbers:  # a text whose length was not known beforehand
            stride *= 2
            together = np.concatenate(kept)[::2]
            kept, n_kept = [together], together.size
    if not kept:
        raise ValueError("no numbers in it")
    values = kept[0] if len(kept) == 1 else np.concatenate(kept)
    return NumberFile(path, column, values, n_seen, n_bad, tuple(bad), stride)


def _kind(dtype: np.dtype[Any]) -> str:
    return {"c": "complex numbers", "O": "Python objects", "U": "strings", "S": "strings", "M": "dates"}.get(
        dtype.kind, f"values of type {dtype}"
    )


def _chosen(names: list[str], kinds: list[bool], column: str | None) -> list[str]:
    """Choose columns by name, by place, all, or the only numeric one.

    Raises
    ------
    ValueError
        Where there is no such column, or several; the message lists them.
    """
    numeric = [name for name, is_number in zip(names, kinds, strict=True) if is_number]
    if column is None:
        if len(numeric) == 1:
            return numeric
        if not numeric:
            raise ValueError(f"no column of numbers; there are {_list(names)}")
        raise ValueError(f"several columns of numbers: give --column and one of {_list(numeric)}, or '*' for all")
    if column == ALL:
        return numeric
    if column in names:
        chosen = column
    elif column.isdecimal() and int(column) < len(names):
        chosen = names[int(column)]
    else:
        raise ValueError(f"no column {column!r}; there are {_list(names)}")
    if chosen not in numeric:
        raise ValueError(f"column {chosen!r} holds no real numbers")
    return [chosen]


def _list(names: list[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind))


def _label(chosen: list[str], column: str | None) -> str | None:
    return ALL if column == ALL else chosen[0]


def _of_batches(batches: Any, chosen: list[str]) -> Parts:
    for batch in batches:
        columns = [np.asarray(batch.column(name).cast(pa.float64()), dtype=np.float64) for name in chosen]
        yield columns[0] if len(columns) == 1 else np.column_stack(columns)


def _csv(path: Path, column: str | None) -> Opened:
    with pyarrow.csv.open_csv(path) as file:
        schema = file.schema
    chosen = _chosen(schema.names, [_is_number(kind) for kind in schema.types], column)
    if len(set(schema.names)) < len(schema.names):
        raise ValueError("two columns have the same name")
    # whole numbers at the top of a column may be followed by others
    kinds = dict.fromkeys(chosen, pa.float64())
    convert = pyarrow.csv.ConvertOptions(include_columns=chosen, column_types=kinds)
    read = pyarrow.csv.ReadOptions(block_size=TEXT_BYTES)
    batches = pyarrow.csv.open_csv(path, read_options=read, convert_options=convert)
    return _label(chosen, column), None, _of_batches(batches, chosen)


def _parquet(path: Path, column: str | None) -> Opened:
    file = pq.ParquetFile(path)
    schema = file.schema_arrow
    chosen = _chosen(schema.names, [_is_number(kind) for kind in schema.types], column)
    parts = _of_batches(file.iter_batches(1 << 20, columns=chosen), chosen)
    return _label(chosen, column), file.metadata.num_rows, parts


def _sliced(array: npt.NDArray[Any], column: str | None) -> Parts:
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{_kind(array.dtype)} are no real numbers")
    if array.ndim not in (1, 2):
        raise ValueError(f"an array of {array.ndim} dimensions; give one with one or two")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and column != ALL:
        if column is None:
            raise ValueError(f"{array.shape[1]} columns: give --column and a number from 0, or '*' for all")
        if not column.isdecimal() or int(column) >= array.shape[1]:
            raise ValueError(f"no column {column!r}; there are 0 to {array.shape[1] - 1}")
        array = array[:, int(column)]
    if not len(array):
        raise ValueError("no numbers in it")
    rows = max(1, (1 << 22) // (array.shape[1] if array.ndim == 2 else 1))
    return (array[first : first + rows] for first in range(0, len(array), rows))


def _npy(path: Path, column: str | None) -> Opened:
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        _, _, dtype = read(file)
    if dtype.hasobject:
        raise ValueError("pickled Python objects are not opened, for they can run code; store plain numbers")
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    return column, len(array) if array.ndim else None, _sliced(array, column)


def _npz(path: Path, column: str | None) -> Opened:
    with np.load(path, allow_pickle=False) as archive:
        names = list(archive.files)
        if column is None and len(names) != 1:
            raise ValueError(f"several arrays: give --column and one of {_list(names)}")
        name = names[0] if column is None else column
        if name not in names:
            raise ValueError(f"no array {name!r}; there are {_list(names)}")
        array = archive[name]
    return name, len(array) if array.ndim else None, _sliced(array, ALL)


def _text(path: Path, column: str | None) -> Opened:
    if column is not None:
        raise ValueError("a text of numbers has no columns; call it .csv where it has")
    return None, None, _words(path)


def _words(path: Path) -> Parts:
    """Read numbers between blanks, line by line; what follows a # is a remark."""
    line_number = 0
    with path.open(encoding="utf-8") as file:
        while lines := file.readlines(TEXT_BYTES):
            words = [line.partition("#")[0].split() for line in lines]
            try:
                yield np.array([float(word) for line in words for word in line])
            except ValueError:
                for number, line in enumerate(words, line_number + 1):
                    for word in line:
                        _check_word(word, number)
            line_number += len(lines)


def _check_word(word: str, line: int) -> None:
    try:
        float(word)
    except ValueError:
        raise ValueError(f"line {line}: {word[:40]!r} is no number") from None
