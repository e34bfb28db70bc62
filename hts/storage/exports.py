"""Export of a table as CSV or Parquet, for other programs."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hts.errors import PlanError
from hts.storage.atomic import write_whole
from hts.storage.folders import ResultsFolder

LARGEST = 2**63 - 1
Table = Mapping[str, Sequence[Any]]


def check_suffix(path: Path) -> None:
    """Turn away a file name that does not say how the table is to be written.

    Raises
    ------
    PlanError
        With the remedy.
    """
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise PlanError(f"{path}: tables are written as .csv or .parquet; name such a file")


def check_target(target: Path, force: bool) -> None:
    """Turn away a file among stored results, and one that is there already unless it may be replaced.

    Raises
    ------
    PlanError
        With the remedy.
    """
    place = target.resolve()
    for parent in place.parents:
        results = ResultsFolder(parent.parent)
        own = (
            results.shards,
            results.visits,
            results.summaries,
            results.regression,
            results.training,
            results.scratch,
            results.checkpoints,
        )
        is_own = parent in (*own, results.superseded, results.damaged, results.failures)
        if is_own and (results.plan.exists() or results.identity.exists() or parent == results.shards):
            raise PlanError(f"{target}: lies among the results of {results.path}; choose another place")
    if target.exists() and not force:
        raise PlanError(f"{target}: is there already; --force (force=True) replaces it")


def write_table(path: Path, table: Table) -> None:
    """Write a table whole; an older file of that name is replaced.

    Parameters
    ----------
    path : pathlib.Path
        Its suffix decides: `.csv` (numbers in full, nothing where there is no value, inf as inf) or `.parquet`.
    table : mapping of str to sequence
        Columns of one length; None where there is no value.

    Raises
    ------
    PlanError
        For another suffix.
    StoppedError
        Where the system refuses.
    """
    check_suffix(path)
    write_whole(path, _csv(table) if path.suffix.lower() == ".csv" else _parquet(table), path.parent)


def _csv(table: Table) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(table)
    rows.writerows(zip(*table.values(), strict=True))
    return text.getvalue().encode()


def _parquet(table: Table) -> bytes:
    columns = {name: _array(values) for name, values in table.items()}
    # a column without any value would have no type, and readers of several files could not join them
    columns = {name: c.cast(pa.float64()) if pa.types.is_null(c.type) else c for name, c in columns.items()}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd", store_schema=False)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _array(values: Sequence[Any]) -> pa.Array:
    """Lay out a column; whole numbers of which one is beyond int64 as float64, which Parquet has."""
    if any(isinstance(value, int) and value > LARGEST for value in values):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array(values, from_pandas=False)
