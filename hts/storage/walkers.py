"""The number of walkers chosen for each cell of a folder: kept once, never lowered."""

from collections.abc import Mapping
from typing import TypeAlias

from hts.errors import IntegrityError
from hts.storage.folders import ResultsFolder

Counts: TypeAlias = Mapping[str, tuple[int, float]]  # by cell, as `cell_slug` writes it: walkers, and for which error


def read_walkers(folder: ResultsFolder) -> dict[str, tuple[int, float]]:
    """Read what was chosen; nothing where nothing was.

    Raises
    ------
    IntegrityError
        Where there is a file that is not what was written: its numbers decide what is done and what is missing.
    """
    if not folder.walkers.exists():
        return {}
    document = folder.read_json(folder.walkers) or {}
    try:
        return {slug: (int(row["walkers"]), float(row["relative_error"])) for slug, row in document["cells"].items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise IntegrityError(
            f"{folder.walkers}: {folder.harm_of(folder.walkers) or 'is not what was written'}. "
            f"Remedy: put it back from a copy; or hts verify {folder.path} --repair, which keeps it in "
            f"{folder.damaged}, and then hts run, which chooses the numbers anew and keeps every finished walker"
        ) from None


def write_walkers(folder: ResultsFolder, counts: Counts) -> None:
    """Add what was chosen to what is there; of a cell the larger number stays, and the smaller error.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    known = read_walkers(folder)
    for slug, (walkers, error) in counts.items():
        before, for_error = known.get(slug, (walkers, error))
        known[slug] = max(walkers, before), min(error, for_error)
    rows = {slug: {"walkers": walkers, "relative_error": error} for slug, (walkers, error) in known.items()}
    folder.write_json(folder.walkers, {"cells": rows})
