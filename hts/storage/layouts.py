"""Column names and types of each kind of shard, and their way between NumPy and Arrow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hts.storage.content import Columns

Shapes: TypeAlias = Mapping[str, list[int]]  # of one walker's part of each column that holds more than a number

# the same in every row; dictionary-encoded they cost nothing, and a glob over shards stays useful
CELL_FIELDS = [
    pa.field("eta", pa.float64()),
    pa.field("b", pa.float64()),
    pa.field("alpha", pa.float64()),  # null for normal noise
    pa.field("well", pa.int16()),
]
LEVY_FIELDS = [*CELL_FIELDS, pa.field("epsilon", pa.float64())]  # of a plan with [levy]
COUNTS = pa.list_(pa.field("element", pa.int64()))  # as Parquet calls what is in a list


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of shard.

    Attributes
    ----------
    kind : str
        Its name.
    fields : tuple of pyarrow.Field
        Of a walker, its number first.
    packed : tuple of str
        Whole numbers, as Parquet calls their columns: stored as differences.
    is_cut_at_max_steps : bool
        Whether every walker runs to max_steps; otherwise the column `is_censored` says which.
    has_epsilon : bool
        Whether its cells have an epsilon beside eta, b, alpha and well.
    """

    kind: str
    fields: tuple[pa.Field, ...]
    packed: tuple[str, ...]
    is_cut_at_max_steps: bool = False
    has_epsilon: bool = False

    @property
    def cell_fields(self) -> list[pa.Field]:
        """Columns of the cell."""
        return LEVY_FIELDS if self.has_epsilon else CELL_FIELDS

    @cached_property
    def schema(self) -> pa.Schema:
        """All columns of a file."""
        return pa.schema([*self.cell_fields, *self.fields])

    @property
    def names(self) -> list[str]:
        """Columns of a walker."""
        return [field.name for field in self.fields]


EXITS = Layout(
    "exits",
    (
        pa.field("walker", pa.uint32()),
        pa.field("exit_steps", pa.int64()),
        pa.field("is_censored", pa.bool_()),
        pa.field("side", pa.int8()),
        pa.field("landing", pa.float64()),
    ),
    ("walker", "exit_steps"),
)


def space_exits(dimension: int) -> Layout:
    """Return the layout of exits in several dimensions: the landing point coordinate by coordinate."""
    landing = tuple(pa.field(f"landing_{k}", pa.float64()) for k in range(1, dimension + 1))
    return Layout("exits", (*EXITS.fields[:-1], *landing), EXITS.packed)


LISTS = ("steps_in_well", "steps_near", "transitions", "histogram")
VISITS = Layout(
    "visits",
    (
        pa.field("walker", pa.uint32()),
        *(pa.field(name, COUNTS) for name in LISTS),
        pa.field("position", pa.float64()),
    ),
    ("walker", *(f"{name}.list.element" for name in LISTS)),
    is_cut_at_max_steps=True,
)
SETS = ("steps_in_set", "transitions")


def space_visits(dimension: int) -> Layout:
    """Return the layout of long runs in several dimensions: steps outside all sets, then in each."""
    fields = (
        pa.field("walker", pa.uint32()),
        *(pa.field(name, COUNTS) for name in SETS),
        *(pa.field(f"position_{k}", pa.float64()) for k in range(1, dimension + 1)),
    )
    return Layout("visits", fields, ("walker", *(f"{name}.list.element" for name in SETS)), is_cut_at_max_steps=True)


LAYOUTS = (EXITS, VISITS, replace(EXITS, has_epsilon=True), replace(VISITS, has_epsilon=True))


def layouts_like(names: Collection[str]) -> tuple[Layout, ...]:
    """Return the layouts that columns of these names may have."""
    for prefix, make in (("landing_", space_exits), ("position_", space_visits)):
        if n := sum(name.startswith(prefix) for name in names):
            return (make(n),)
    return LAYOUTS


def layout_of(columns: Columns, has_epsilon: bool = False) -> Layout:
    """Find the layout that has these columns of a walker, and of the cell an epsilon or none.

    Raises
    ------
    ValueError
        Where there is none.
    """
    for layout in layouts_like(columns):
        if set(layout.names) == set(columns) and layout.has_epsilon == has_epsilon:
            return layout
    raise ValueError(f"no shard has just the columns {', '.join(columns)}")


# Arrow's own conversions import pandas where it is installed, which takes a second; its memory is NumPy's all the same
def to_arrow(column: npt.NDArray[Any], kind: pa.DataType) -> pa.Array:
    """Give an array to Arrow; what a walker has more of than one becomes a list."""
    if pa.types.is_list(kind):
        n, size = len(column), int(np.prod(column.shape[1:]))
        ends = np.arange(n + 1, dtype=np.int32) * np.int32(size)
        parts = to_arrow(column.reshape(-1), kind.value_type)
        return pa.Array.from_buffers(kind, n, [None, pa.py_buffer(ends)], children=[parts])
    values = np.ascontiguousarray(column, dtype=kind.to_pandas_dtype())
    bits = np.packbits(values, bitorder="little") if pa.types.is_boolean(kind) else values
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(bits)])


def constant(value: float | int | None, n: int, kind: pa.DataType) -> pa.Array:
    """Repeat a value."""
    return pa.nulls(n, kind) if value is None else to_arrow(np.full(n, value), kind)


def to_numpy(column: pa.ChunkedArray, kind: pa.DataType, shape: list[int] | None) -> npt.NDArray[Any]:
    """Take an array from Arrow.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
    kind : pyarrow.DataType
        Of its entries.
    shape : list of int or None
        Of one walker's part, where it is a list.

    Raises
    ------
    ValueError
        Where lists are not of that shape.
    """
    if pa.types.is_list(kind):
        parts = [chunk.flatten() for chunk in column.chunks]
        if shape is None or any(len(p) != len(c) * np.prod(shape) for p, c in zip(parts, column.chunks, strict=True)):
            raise ValueError("its lists are not of the shape it states")
        flat = to_numpy(pa.chunked_array(parts, kind.value_type), kind.value_type, None)
        return flat.reshape(len(column), *shape)
    arrays = []
    dtype = np.dtype(kind.to_pandas_dtype())
    for chunk in column.chunks:
        values = chunk.buffers()[1]
        end = chunk.offset + len(chunk)
        if dtype == np.bool_:
            part = np.unpackbits(np.frombuffer(values, np.uint8), count=end, bitorder="little").astype(np.bool_)
        else:
            part = np.frombuffer(values, dtype, count=end)
        arrays.append(part[chunk.offset :])
    return np.concatenate(arrays)
