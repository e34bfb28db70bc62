"""Summaries of walkers as shards: Parquet files of one row, named and checked like those of single walkers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hts.errors import IntegrityError
from hts.storage.content import Provenance
from hts.storage.names import Parameters, ShardName, cell_slug
from hts.storage.shards import Shard, open_shard, read_file, write_named
from hts.summaries import ExitSummary, Histogram

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

COUNTS: Final = (
    "n_walkers",
    "n_censored",
    "n_left",
    "n_right",
    "longest",
    "steps_beyond_domain",
)
SUMS: Final = ("exposure_steps", "sum_of_squares")
HISTOGRAMS: Final = ("steps", "landings")


def write_summary(
    place: Path, scratch: Path, cell: Parameters, first_walker: int, summary: ExitSummary, provenance: Provenance
) -> Path:
    """Write the summary of walkers first_walker, ... under a name made of its cell, its walkers and its checksum.

    Parameters
    ----------
    place, scratch : pathlib.Path
        Where it shall lie, and where it grows; one file system.
    cell : mapping
        eta, b, alpha, well.
    first_walker : int
        The others follow it.
    summary : ExitSummary
        Of at least one walker.
    provenance : Provenance

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    from hts.storage.summary_tables import encode_row

    data = encode_row(cell, first_walker, _row(summary), provenance)
    return write_named(place, scratch, cell, (first_walker, summary.n_walkers), data)


def read_summary(path: Path) -> tuple[Shard, ExitSummary]:
    """Read a summary, its bytes, name, metadata and totals compared.

    Raises
    ------
    IntegrityError
        Where they do not agree; the message starts with the file's name.
    """
    file, name = open_shard(path, read_file(path))
    try:
        return _read(path, name, file)
    except ValueError as error:
        raise IntegrityError(f"{path.name}: {error}") from error


def _read(path: Path, name: ShardName, file: ParquetFile) -> tuple[Shard, ExitSummary]:
    from hts.storage.summary_tables import decode_row

    cell, first_walker, provenance, row = decode_row(file)
    summary = _summary(row)
    _check(summary, provenance)
    said = (cell_slug(cell), first_walker, summary.n_walkers)
    if said != (name.slug, name.first_walker, name.n_walkers):
        raise ValueError("its metadata name another cell or other walkers")
    shard = Shard(
        path, name.slug, cell, first_walker, summary.n_walkers, provenance, summary.n_censored > 0, summary.longest
    )
    return shard, summary


def _row(summary: ExitSummary) -> dict[str, Any]:
    """Lay a summary out as a row: sums beyond int64 as decimal text, histograms as two lists."""
    row: dict[str, Any] = {name: getattr(summary, name) for name in COUNTS}
    row |= {name: str(getattr(summary, name)) for name in SUMS}
    row["destinations"] = list(summary.destinations)
    for name in HISTOGRAMS:
        histogram: Histogram = getattr(summary, name)
        row |= {f"{name}_bins": list(histogram.bins), f"{name}_counts": list(histogram.counts)}
    return row


def _summary(row: dict[str, Any]) -> ExitSummary:
    histograms: dict[str, Any] = {}
    for name in HISTOGRAMS:
        histograms[name] = Histogram(tuple(row[f"{name}_bins"]), tuple(row[f"{name}_counts"]))
    numbers: dict[str, Any] = {name: int(row[name]) for name in (*COUNTS, *SUMS)}
    return ExitSummary(**numbers, **histograms, destinations=tuple(row["destinations"]))


def _check(summary: ExitSummary, provenance: Provenance) -> None:
    """Turn away counts that cannot be, whatever checksum they carry.

    Raises
    ------
    ValueError
    """
    n, exits, exposure = summary.n_walkers, summary.n_exits, summary.exposure_steps
    numbers = (summary.n_censored, summary.n_left, summary.n_right, summary.steps_beyond_domain, *summary.destinations)
    wrong = {
        "counts no walker, or less than none": n < 1 or min(numbers) < 0,
        "counts other exits than walkers less those censored": exits != n - summary.n_censored,
        "holds steps below one a walker, or beyond max_steps": not n <= exposure <= n * provenance.max_steps
        or not 1 <= summary.longest <= provenance.max_steps,
        "holds squares of steps that its steps cannot have": not exposure**2 <= n * summary.sum_of_squares
        or summary.sum_of_squares > exposure * summary.longest,
        "counts other steps beyond the domain than its metadata": (
            summary.steps_beyond_domain != provenance.steps_beyond_domain
        ),
        "has censored walkers before max_steps": summary.n_censored > 0 and summary.longest != provenance.max_steps,
        "counts its exits otherwise by destination": sum(summary.destinations) != exits,
    }
    for name in HISTOGRAMS:
        histogram: Histogram = getattr(summary, name)
        is_sound = len(histogram.bins) == len(histogram.counts) and min(histogram.counts, default=1) > 0
        is_sound = is_sound and list(histogram.bins) == sorted(set(histogram.bins))
        wrong[f"counts its exits otherwise by {name}"] = not is_sound or histogram.total != exits
    for what, is_wrong in wrong.items():
        if is_wrong:
            raise ValueError(f"its summary {what}")
