"""Parquet files named by their content: written whole, and believed only if bytes, name and metadata agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hts.errors import IntegrityError
from hts.storage.atomic import write_whole
from hts.storage.names import ShardName, digest_of
from hts.storage.reading import read_bytes


@dataclass(frozen=True)
class FilesReport:
    """What a call has added to a folder of such files.

    Attributes
    ----------
    n_written, n_stored, n_damaged : int
        Runs or samples computed; those that were there; files set aside.
    steps : int
        Steps of all runs or walkers of this call.
    seconds : float
    """

    n_written: int
    n_stored: int
    n_damaged: int
    steps: int
    seconds: float


@dataclass(frozen=True, eq=False)
class NamedTable:
    """What a file holds, and what its name and metadata say.

    Attributes
    ----------
    name : ShardName
    table : pyarrow.Table
    texts : mapping
        Its metadata.
    """

    name: ShardName
    table: pa.Table
    texts: Mapping[str, str]


def write_named(
    folder: Path, scratch: Path, slug: str, numbers: tuple[int, int], table: pa.Table, texts: Mapping[str, str]
) -> Path:
    """Write a table; the same numbers give the same file.

    Parameters
    ----------
    folder, scratch : pathlib.Path
        Where it shall lie, and where it grows; one file system.
    slug : str
        The cell, as names write it.
    numbers : (int, int)
        The first of its walkers, runs or samples, and how many.
    table : pyarrow.Table
    texts : mapping
        Kept in the file's metadata.

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(
        sink, table.schema, compression="zstd", use_dictionary=False, write_page_checksum=True, store_schema=False
    ) as writer:
        writer.write_table(table, row_group_size=max(len(table), 1))
        writer.add_key_value_metadata({"cell": slug, **texts})
    data: bytes = sink.getvalue().to_pybytes()
    path = folder / str(ShardName(slug, *numbers, digest_of(data)))
    write_whole(path, data, scratch)
    return path


def read_named(path: Path, what: str, stated: Mapping[str, str]) -> NamedTable:
    """Read a file, and believe it only if bytes, name and metadata agree.

    Parameters
    ----------
    path : pathlib.Path
    what : str
        What it should hold, for messages.
    stated : mapping
        What its metadata have to say.

    Raises
    ------
    IntegrityError
        Where they do not; the message starts with the file's name.
    """
    name = ShardName.parse(path.name)
    try:
        data = read_bytes(path)
    except OSError as error:
        raise IntegrityError(f"{path.name}: cannot be read ({error.strerror})") from error
    if name is None or digest_of(data) != name.digest:
        raise IntegrityError(f"{path.name}: its bytes do not match the checksum in its name")
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        table = file.read(use_threads=False)
        texts = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise IntegrityError(f"{path.name}: holds no {what} ({error})") from error
    if {**stated, "cell": name.slug}.items() - texts.items():
        raise IntegrityError(f"{path.name}: its metadata name another cell or another plan")
    return NamedTable(name, table, texts)
