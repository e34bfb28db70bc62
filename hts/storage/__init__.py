"""Public API of storage, which keeps results on disk: plain dicts and arrays, no plan."""

from hts.storage.allocator import choose_allocator
from hts.storage.atomic import move_into, remove, stopped_by, write_whole
from hts.storage.content import Columns, Provenance
from hts.storage.folders import ResultsFolder
from hts.storage.names import Parameters, ShardName, cell_slug
from hts.storage.shards import (
    Shard,
    inspect_and_read,
    inspect_shard,
    list_shards,
    read_columns,
    read_shard,
    write_shard,
)

choose_allocator()

__all__ = [
    "Columns",
    "Parameters",
    "Provenance",
    "ResultsFolder",
    "Shard",
    "ShardName",
    "cell_slug",
    "inspect_and_read",
    "inspect_shard",
    "list_shards",
    "move_into",
    "read_columns",
    "read_shard",
    "remove",
    "stopped_by",
    "write_shard",
    "write_whole",
]
