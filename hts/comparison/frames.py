"""Records as tables: a pandas DataFrame, and what a notebook shows of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from hts.comparison.records import ExitComparison
from hts.comparison.tables import cell_table, share_table
from hts.comparison.visit_records import ShareComparison
from hts.errors import HtsError

if TYPE_CHECKING:
    import pandas

Columns = Mapping[str, Sequence[Any]]


def frame(records: ExitComparison | ShareComparison | Sequence[Any]) -> pandas.DataFrame:
    """Make a DataFrame of records, a row for each cell.

    Parameters
    ----------
    records : ExitComparison, ShareComparison, or sequence of records
        What `fit` gives, a row for each cell (for each cell and well of long runs); or what `predict`,
        `predict_shares` or `sweep_status` list, with a column for each field.

    Returns
    -------
    pandas.DataFrame
        Columns as in docs/interface.md, "fit" and "predict"; None where there is no value.

    Raises
    ------
    HtsError
        pandas is not installed, or these are no records.
    """
    try:
        import pandas
    except ImportError:
        raise HtsError("frames need pandas, which is not installed; pip install 'hts[pandas]'") from None
    return pandas.DataFrame(columns_of(records))


def columns_of(records: ExitComparison | ShareComparison | Sequence[Any]) -> Columns:
    """Lay records out as columns; functions and arrays of them stay out."""
    if isinstance(records, ExitComparison):
        return cell_table(records)
    if isinstance(records, ShareComparison):
        return share_table(records)
    if not all(is_dataclass(record) for record in records):
        raise HtsError(f"a table is made of records such as those of hts.predict, not of {type(records).__name__}")
    names = [field.name for record in records[:1] for field in fields(record)]
    columns = {name: [getattr(record, name) for record in records] for name in names}
    return {name: values for name, values in columns.items() if any(_fits_a_cell(value) for value in values)}


def _fits_a_cell(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str, Mapping))


def html_of(records: ExitComparison | ShareComparison) -> str:
    """Write the table that a notebook shows: columns that have values, numbers to four digits."""
    columns = {name: values for name, values in columns_of(records).items() if any(v is not None for v in values)}
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(_shown(value))}</td>' for value in row)}</tr>"
        for row in zip(*columns.values(), strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
