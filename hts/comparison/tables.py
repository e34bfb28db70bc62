"""A comparison as the columns of one flat table."""

from typing import Any

from hts.comparison.records import ExitComparison, row_of
from hts.comparison.visit_records import ShareComparison

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
    rows = [row_of(cell) for cell in comparison.cells]
    table: dict[str, list[Any]] = {}
    for field in rows[0]:
        if field not in COUNTS:
            table[field] = [row[field] for row in rows]
            continue
        names = sorted({name for row in rows for name in row[field]})
        for name in names:
            table[COUNTS[field] + name] = [row[field].get(name, 0) for row in rows]
    return table


#: Fields of a study of visits that hold a value for each well, and how their columns are called.
BY_WELL = {
    "shares": "share",
    "low": "low",
    "high": "high",
    "near": "near",
    "expected": "expected",
    "z_exact": "z_exact",
    "exact": "exact",
    "limit": "limit",
}
#: Those that hold one for the cell.
BY_CELL = (
    "eta", "b", "alpha", "walkers_wanted", "n_walkers", "n_steps", "steps_beyond_domain", "relative_error",
    "relaxation_steps", "relaxation_steps_exact", "horizon", "is_stationary",
)  # fmt: skip


def share_table(comparison: ShareComparison) -> dict[str, list[Any]]:
    """Lay out shares of time as columns, named as in docs/interface.md, "fit".

    Returns
    -------
    dict of str to list
        One entry per cell and well: `well` is that of the share, `start_well` where the walkers started, `is_widest`
        whether it keeps the time as eta -> 0. None where there is no value.
    """
    names = [*BY_CELL, "start_well", "well", "is_widest", *BY_WELL.values()]
    table: dict[str, list[Any]] = {name: [] for name in names}
    for cell in comparison.visits:
        for well in range(len(cell.shares)):
            row = [getattr(cell, name) for name in BY_CELL]
            row += [cell.well, well, well in cell.widest, *(getattr(cell, name)[well] for name in BY_WELL)]
            for name, value in zip(names, row, strict=True):
                table[name].append(value)
    return table
