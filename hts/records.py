"""Records as tables: their fields as columns, and what a notebook shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any, TypeAlias, TypeVar

from hts.errors import HtsError

Columns: TypeAlias = Mapping[str, Sequence[Any]]
Row: TypeAlias = Mapping[str, Any]
Record = TypeVar("Record", covariant=True)


class Tabular:
    """A record that is laid out as a table: in `rows()`, or at once as columns in `table()`."""

    def rows(self) -> Sequence[Row]:
        """List the rows of this record; one with its fields by default."""
        return [fields_of(self)]

    def table(self) -> Columns:
        """Lay this record out as columns."""
        return columns_of_rows(self.rows())

    def _repr_html_(self) -> str:
        """Show this record as a table in a notebook."""
        return html_of(self.table())


class Records(tuple[Record, ...]):
    """A tuple of records that a notebook shows as a table."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return html_of(columns_of(self))


def columns_of(records: Tabular | Iterable[Any]) -> Columns:
    """Lay records out as columns.

    Parameters
    ----------
    records : Tabular, or iterable of dataclasses
        Functions and arrays among their fields stay out; the fields of a cell stand beside the others.

    Raises
    ------
    HtsError
        Where these are no records.
    """
    if isinstance(records, Tabular):
        return records.table()
    return columns_of_rows([row for record in records for row in _rows_of(record)])


def columns_of_rows(rows: Sequence[Row]) -> Columns:
    """Lay rows out as columns, in the order in which they first occur; None where a row lacks one."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return {name: values for name, values in columns.items() if all(map(_fits_a_cell, values))}


def fields_of(record: Any) -> dict[str, Any]:
    """Give the fields of a record by name, those of its cell among them."""
    row: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        row |= fields_of(value) if field.name == "cell" and is_dataclass(value) else {field.name: value}
    if "epsilon" in row and row["epsilon"] is None:  # of plans without [levy]
        del row["epsilon"]
    return row


def _rows_of(record: Any) -> Sequence[Row]:
    if isinstance(record, Tabular):
        return record.rows()
    if not is_dataclass(record):
        raise HtsError(f"a table is made of records such as those of hts.predict, not of {type(record).__name__}")
    return [fields_of(record)]


def _fits_a_cell(value: Any) -> bool:
    return value is None or isinstance(value, (bool, int, float, str, Mapping))


def html_of(columns: Columns) -> str:
    """Write the table that a notebook shows: columns that have values, numbers to four digits."""
    kept = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    head = "".join(f"<th>{escape(name)}</th>" for name in kept)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(_shown(value))}</td>' for value in row)}</tr>"
        for row in zip(*kept.values(), strict=True)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_shown(part)}" for name, part in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)
