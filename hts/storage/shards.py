"""Shards: written once, and believed only if bytes, name and metadata agree."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hts.errors import IntegrityError
from hts.storage.atomic import write_whole
from hts.storage.content import Columns, Provenance
from hts.storage.names import SUFFIX, Parameters, ShardName, cell_slug, digest_of
from hts.storage.reading import read_bytes

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile


@dataclass(frozen=True)
class Shard:
    """A shard whose bytes, name and metadata agree.

    Attributes
    ----------
    path : pathlib.Path
        Where it lies.
    slug : str
        Its cell, as names write it.
    cell : mapping
        eta, b, alpha, well.
    first_walker, n_walkers : int
        Its walkers are first_walker, ..., first_walker + n_walkers - 1.
    provenance : Provenance
        Where its numbers come from.
    has_censored : bool
        Whether some walker ran out of steps.
    longest : int
        Largest exit_steps.
    """

    path: Path
    slug: str
    cell: Parameters
    first_walker: int
    n_walkers: int
    provenance: Provenance
    has_censored: bool
    longest: int

    @property
    def end(self) -> int:
        """One past the last walker."""
        return self.first_walker + self.n_walkers


def write_shard(shards: Path, scratch: Path, cell: Parameters, columns: Columns, provenance: Provenance) -> Path:
    """Write one shard under a name made of its cell, its walkers and its checksum.

    Two processes that write the same walkers write the same file: waste, and never damage; so there is no lock.

    Parameters
    ----------
    shards, scratch : pathlib.Path
        Where it shall lie, and where it grows; one file system.
    cell, columns, provenance
        See `hts.storage.tables.encode`.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    from hts.storage.tables import encode  # Parquet takes a while to import, here and below; a run starts without it

    walker = columns["walker"]
    return write_named(shards, scratch, cell, (int(walker[0]), len(walker)), encode(cell, columns, provenance))


def write_named(place: Path, scratch: Path, cell: Parameters, walkers: tuple[int, int], data: bytes) -> Path:
    """Write what is kept of some walkers, the first and how many, under a name of cell, walkers and checksum."""
    path = place / str(ShardName(cell_slug(cell), *walkers, digest_of(data)))
    write_whole(path, data, scratch)
    return path


def list_shards(shards: Path) -> tuple[Path, ...]:
    """List the Parquet files of a folder by name, whether or not they are good; none where there is no folder.

    Raises
    ------
    IntegrityError
        Where there is a folder that cannot be listed.
    """
    try:
        with os.scandir(shards) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(SUFFIX))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise IntegrityError(f"{shards}: cannot be listed ({error.strerror})") from error
    return tuple(shards / name for name in names)


def inspect_shard(path: Path) -> Shard:
    """Check a shard's bytes and metadata against its name, without unpacking its columns.

    Raises
    ------
    IntegrityError
        Where they do not agree; the message starts with the file's name.
    """
    file, name = open_shard(path, read_file(path))
    return _described(path, name, file)


def read_shard(path: Path) -> tuple[Shard, dict[str, npt.NDArray[Any]]]:
    """Read a shard after the checks of `inspect_shard`.

    Returns
    -------
    Shard
        What it is about.
    dict of str to array[walker]
        Those of its layout; of exits walker uint32, exit_steps int64, is_censored bool, side int8, landing float64.

    Raises
    ------
    IntegrityError
        Where anything is not as it was written.
    """
    file, name = open_shard(path, read_file(path))
    shard = _described(path, name, file)
    return shard, _columns(shard, file)


def inspect_and_read(path: Path) -> tuple[Shard, dict[str, npt.NDArray[Any]] | None]:
    """Check a shard as `inspect_shard` does, and read its columns from the same bytes.

    Returns
    -------
    Shard
        What it is about.
    dict of str to array[walker], or None
        None where the columns are not as they should be; `read_columns` says what is wrong.

    Raises
    ------
    IntegrityError
        As `inspect_shard`.
    """
    file, name = open_shard(path, read_file(path))
    shard = _described(path, name, file)
    try:
        return shard, _columns(shard, file)
    except IntegrityError:
        return shard, None


def read_columns(shard: Shard) -> dict[str, npt.NDArray[Any]]:
    """Read the columns of a shard that was inspected before; only its bytes are checked again.

    Raises
    ------
    IntegrityError
        Where anything is not as it was written.
    """
    file, _ = open_shard(shard.path, read_file(shard.path))
    return _columns(shard, file)


def _columns(shard: Shard, file: "ParquetFile") -> dict[str, npt.NDArray[Any]]:
    from hts.storage import tables
    from hts.storage.columns import check_columns

    name = shard.path.name
    try:
        columns = tables.read_columns(file)
        check_columns(columns, shard.provenance.max_steps)
    except ValueError as error:
        raise IntegrityError(f"{name}: {error}") from error
    if not np.array_equal(columns["walker"], np.arange(shard.first_walker, shard.end)):
        raise IntegrityError(f"{name}: its walkers are not those of its name")
    return columns


def read_file(path: Path) -> bytes:
    """Read the bytes of a shard.

    Raises
    ------
    IntegrityError
        Where they cannot be read.
    """
    try:
        return read_bytes(path)
    except OSError as error:
        raise IntegrityError(f"{path.name}: cannot be read ({error.strerror})") from error


def open_shard(path: Path, data: bytes) -> "tuple[ParquetFile, ShardName]":
    """Open a shard whose bytes match its name.

    Raises
    ------
    IntegrityError
        Where they do not.
    """
    from hts.storage.tables import open_table

    name = ShardName.parse(path.name)
    if name is None:
        raise IntegrityError(f"{path.name}: is not the name of a shard")
    if digest_of(data) != name.digest:
        raise IntegrityError(f"{path.name}: its bytes do not match the checksum in its name")
    try:
        return open_table(data), name
    except ValueError as error:
        raise IntegrityError(f"{path.name}: {error}") from error


def _described(path: Path, name: ShardName, file: "ParquetFile") -> Shard:
    """Read what a shard says of itself, and compare it with its name."""
    from hts.storage.tables import read_footer

    try:
        footer = read_footer(file)
    except ValueError as error:
        raise IntegrityError(f"{path.name}: {error}") from error
    said = (footer.slug, footer.first_walker, footer.n_walkers)
    if said != (name.slug, name.first_walker, name.n_walkers) or footer.n_rows != name.n_walkers:
        raise IntegrityError(f"{path.name}: its metadata name another cell or other walkers")
    return Shard(
        path=path,
        slug=footer.slug,
        cell=footer.cell,
        first_walker=footer.first_walker,
        n_walkers=footer.n_walkers,
        provenance=footer.provenance,
        has_censored=footer.has_censored,
        longest=footer.longest,
    )
