"""Cells computed side by side, with an ear for Ctrl-C."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

from hts.engines import ThreadEngine
from hts.errors import StoppedError

Record = TypeVar("Record")
Key = TypeVar("Key", bound=Hashable)

#: How long a wish to stop may go unheard: a cell computes for seconds, and the main thread alone hears signals.
LISTEN_SECONDS = 0.2


def complete(
    found: dict[Key, Record],
    cells: Sequence[Key],
    compute: Callable[[Key], Record],
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
    cells : sequence
        Of cells of any kind.
    compute : callable
        Makes the record of one cell.
    threads : int or None
        Cells at once; one per core by default.
    keep : callable or None
        Called at the end, or where the work is stopped, with the new records, if there are any.
    on_cell : callable or None
        Called with the cells done and all cells, from this thread.
    should_stop : callable or None
        Asked after each cell, and a few times a second meanwhile.

    Raises
    ------
    StoppedError
        Where `should_stop` said so.
    """
    if on_cell is not None:
        on_cell(len(found), len(cells))
    engine = ThreadEngine(threads)
    running = {engine.submit(compute, cell): cell for cell in cells if cell not in found}
    waiting: set[Future[Record]] = set(running)
    try:
        while waiting:
            finished, waiting = wait(waiting, timeout=LISTEN_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                found[running[future]] = future.result()
                if on_cell is not None:
                    on_cell(len(found), len(cells))
            if should_stop is not None and should_stop():
                raise StoppedError(f"stopped; {len(found)} of {len(cells)} cells were predicted")
    finally:
        # a stop does not wait for cells in the middle of their work
        engine.shutdown(wait=not waiting, cancel_futures=True)
        if keep is not None and running:
            keep([found[cell] for cell in running.values() if cell in found])
