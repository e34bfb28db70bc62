"""This file is where cells are computed side by side, and where Ctrl-C is heard meanwhile."""

from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from typing import TypeVar

from hts.engines import ThreadEngine
from hts.errors import StoppedError
from hts.plans import Cell

Record = TypeVar("Record")


def complete(
    found: dict[Cell, Record],
    cells: Sequence[Cell],
    compute: Callable[[Cell], Record],
    *,
    threads: int | None,
    keep: Callable[[Sequence[Record]], None] | None,
    on_cell: Callable[[int, int], None] | None,
    should_stop: Callable[[], bool] | None,
) -> None:
    """Compute the cells that are not found yet.

    Parameters
    ----------
    found : dict
        What is known already; added to.
    cells : sequence of Cell
    compute : callable
        Makes the record of one cell.
    threads : int or None
        Cells at once; one per core by default.
    keep : callable or None
        Called at the end, or where the work is stopped, with the new records, if there are any.
    on_cell : callable or None
        Called with the cells done and all cells, from this thread.
    should_stop : callable or None
        Asked after each cell.

    Raises
    ------
    StoppedError
        Where `should_stop` said so.
    """
    if on_cell is not None:
        on_cell(len(found), len(cells))
    with ThreadEngine(threads) as engine:
        running = {engine.submit(compute, cell): cell for cell in cells if cell not in found}
        try:
            for future in as_completed(running):
                found[running[future]] = future.result()
                if on_cell is not None:
                    on_cell(len(found), len(cells))
                if should_stop is not None and should_stop():
                    raise StoppedError(f"stopped; {len(found)} of {len(cells)} cells were predicted")
        finally:
            engine.shutdown(cancel_futures=True)
            if keep is not None and running:
                keep([found[cell] for cell in running.values() if cell in found])
