"""This file is where the cells of a comparison become the columns of one flat table."""

from dataclasses import asdict, fields
from typing import Any

from hts.comparison.records import CellComparison, ExitComparison

#: Fields that hold counts by name, and how their columns begin.
COUNTS = {"exits": "exits_", "destinations": "destination_"}


def cell_table(comparison: ExitComparison) -> dict[str, list[Any]]:
    """Lay out the cells of a comparison as columns, named as in docs/interface.md, "fit".

    `exits` becomes `exits_left` and `exits_right`, `destinations` one column `destination_<name>` for each place where
    some walker of some cell has landed.

    Returns
    -------
    dict of str to list
        One entry per cell; None where there is no value.
    """
    rows = [asdict(cell) for cell in comparison.cells]
    table: dict[str, list[Any]] = {}
    for field in fields(CellComparison):
        if field.name not in COUNTS:
            table[field.name] = [row[field.name] for row in rows]
            continue
        names = sorted({name for row in rows for name in row[field.name]})
        for name in names:
            table[COUNTS[field.name] + name] = [row[field.name].get(name, 0) for row in rows]
    return table
