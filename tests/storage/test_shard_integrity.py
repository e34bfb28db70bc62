"""Tests of hts/storage/shards: what was not written is never believed."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from some_shards import CELL, PROVENANCE, sealed, some_columns, written

from hts.errors import IntegrityError
from hts.storage import inspect_shard, list_shards, read_shard
from hts.storage.tables import encode


def test_one_flipped_bit_anywhere_is_found(tmp_path):
    path = written(tmp_path)
    data = path.read_bytes()
    for i in range(0, len(data), 19):
        path.write_bytes(data[:i] + bytes([data[i] ^ 1 << i % 8]) + data[i + 1 :])
        with pytest.raises(IntegrityError, match=re.escape(path.name)):
            inspect_shard(path)
    path.write_bytes(data)
    inspect_shard(path)


@pytest.mark.parametrize("length", [0, 1, 4, 100, 1000, -8, -1])
def test_a_truncated_shard_is_found(tmp_path, length):
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(IntegrityError, match="checksum"):
        read_shard(path)


def test_a_lengthened_shard_is_found(tmp_path):
    path = written(tmp_path)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(IntegrityError, match="checksum"):
        read_shard(path)


def test_two_shards_that_changed_places_are_both_found(tmp_path):
    one, two = written(tmp_path), written(tmp_path, first=256)
    a, b = one.read_bytes(), two.read_bytes()
    one.write_bytes(b)
    two.write_bytes(a)
    for path in (one, two):
        with pytest.raises(IntegrityError, match="checksum"):
            inspect_shard(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("eta0.001", "eta0.002"),
        ("b0.7", "b0.4"),
        ("well0", "well1"),
        ("w0000000000-0000000255", "w0000000256-0000000511"),
    ],
)
def test_a_shard_renamed_or_duplicated_as_another_is_found(tmp_path, old, new):
    path = written(tmp_path)
    copy = path.with_name(path.name.replace(old, new))
    copy.write_bytes(path.read_bytes())
    with pytest.raises(IntegrityError, match="another cell or other walkers"):
        inspect_shard(copy)


def test_a_copy_under_a_name_of_its_own_is_found(tmp_path):
    path = written(tmp_path)
    copy = path.with_name("copy of " + path.name.removesuffix(".parquet") + " (1).parquet")
    copy.write_bytes(path.read_bytes())
    assert len(list_shards(tmp_path / "shards")) == 2
    with pytest.raises(IntegrityError, match="not the name"):
        inspect_shard(copy)


def test_page_checksums_are_written_and_compared(tmp_path):
    data = encode(CELL, some_columns(), PROVENANCE)
    column = pq.read_metadata(pa.BufferReader(data)).row_group(0).column(8)
    place = column.data_page_offset + column.total_compressed_size - 20  # inside the landings
    path = sealed(tmp_path, data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
    inspect_shard(path)
    with pytest.raises(IntegrityError, match="cannot be read"):
        read_shard(path)


def other_parquet():
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"x": [1.0]}), sink)
    return sink.getvalue().to_pybytes()


def stripped_of_metadata():
    sink = pa.BufferOutputStream()
    pq.write_table(pq.read_table(pa.BufferReader(encode(CELL, some_columns(), PROVENANCE))), sink, store_schema=False)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("data", [b"", b"PAR1 and no more", other_parquet(), stripped_of_metadata()])
def test_a_file_with_the_right_checksum_that_is_no_shard_is_found(tmp_path, data):
    with pytest.raises(IntegrityError):
        inspect_shard(sealed(tmp_path, data))


def test_a_shard_with_fewer_rows_than_it_says_is_found(tmp_path):
    data = encode(CELL, some_columns(n=255), PROVENANCE)
    with pytest.raises(IntegrityError, match="other walkers"):
        inspect_shard(sealed(tmp_path, data))


def test_a_shard_with_missing_values_is_found(tmp_path):
    table = pq.read_table(pa.BufferReader(encode(CELL, some_columns(), PROVENANCE)))
    metadata = pq.read_metadata(pa.BufferReader(encode(CELL, some_columns(), PROVENANCE))).metadata
    landing = table.column("landing").to_pylist()
    table = table.set_column(8, "landing", pa.array([None, *landing[1:]], pa.float64()))
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(metadata)
    with pytest.raises(IntegrityError, match="missing"):
        read_shard(sealed(tmp_path, sink.getvalue().to_pybytes()))


def test_a_shard_that_cannot_be_opened_is_told_by_name(tmp_path):
    path = tmp_path / "x.parquet"
    path.mkdir()
    with pytest.raises(IntegrityError, match=r"x\.parquet: cannot be read"):
        inspect_shard(path)
