"""Tests of hts/storage/shards and tables: what is written comes back, and what other programs find in it."""

import gc
import json
import math
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from some_shards import CELL, PROVENANCE, some_columns, written

from hts.storage import cell_slug, inspect_shard, list_shards, read_columns, read_shard, write_shard
from hts.storage.tables import encode


@pytest.mark.parametrize(
    "cell",
    [
        CELL,
        {"eta": 1e-05, "b": math.inf, "alpha": None, "well": 3},
        {"eta": np.float64(0.1) * 3, "b": 0.28, "alpha": 100.0, "well": 0},
    ],
)
def test_a_shard_comes_back_as_it_was_written(tmp_path, cell):
    columns = some_columns(first=512)
    path = write_shard(tmp_path / "shards", tmp_path / "tmp", cell, columns, PROVENANCE)
    shard, back = read_shard(path)
    assert shard == inspect_shard(path)
    assert shard.cell == cell
    assert (shard.slug, shard.first_walker, shard.end) == (cell_slug(cell), 512, 768)
    assert shard.provenance == PROVENANCE
    assert shard.longest == columns["exit_steps"].max()
    assert shard.has_censored == columns["is_censored"].any()
    assert list(back) == list(columns)
    for name, column in columns.items():
        assert back[name].dtype == column.dtype
        assert back[name].tobytes() == column.tobytes()


def test_other_programs_find_the_documented_columns_types_and_metadata(tmp_path):
    path = written(tmp_path, cell={**CELL, "b": math.inf, "alpha": None})
    table = pq.read_table(path)
    types = {"eta": "double", "b": "double", "alpha": "double", "well": "int16", "walker": "uint32"}
    types |= {"exit_steps": "int64", "is_censored": "bool", "side": "int8", "landing": "double"}
    assert {field.name: str(field.type) for field in table.schema} == types
    assert set(table.column("b").to_pylist()) == {math.inf}
    assert table.column("alpha").null_count == len(table)
    metadata = {key.decode(): value.decode() for key, value in pq.read_metadata(path).metadata.items()}
    software = json.loads(metadata.pop("software"))
    assert sorted(software) == ["hts", "numba", "numpy", "pyarrow"]
    assert software["numpy"] == np.__version__
    assert software["pyarrow"] == pa.__version__
    assert metadata == {
        "cell": '{"alpha": null, "b": "inf", "eta": 0.001, "well": 0}',
        "first_walker": "0",
        "n_walkers": "256",
        "seed": "7",
        "stream_version": "s/1",
        "identity": "f" * 64,
        "max_steps": "900",
        "steps_beyond_domain": "3",
    }


def test_neither_writing_nor_reading_waits_for_pandas():
    code = """
import sys; import numpy as np; from pathlib import Path
from hts.storage.tables import Provenance, decode_columns, encode
columns = {"walker": np.arange(9), "exit_steps": np.arange(9), "is_censored": np.zeros(9, bool), "side": np.ones(9),
           "landing": np.ones(9)}
decode_columns(encode({"eta": 0.1, "b": 1.0, "alpha": None, "well": 0}, columns, Provenance(1, "s", "f", 9, 0)))
print([name for name in ("hts.storage.tables", "pandas") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['hts.storage.tables']\n"


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1001, 2**18])
def test_shards_of_any_length_come_back(tmp_path, n):
    """The largest one goes through many pages; seven flags and nine end inside a byte."""
    columns = some_columns(n=n, seed=n)
    _, back = read_shard(written(tmp_path, n=n, seed=n))
    for name, column in columns.items():
        assert back[name].tobytes() == column.tobytes()
    table = pq.read_table(list_shards(tmp_path / "shards")[0])
    for name, column in columns.items():  # Arrow's own conversion is the referee
        np.testing.assert_array_equal(table.column(name).to_numpy(), column)


def test_a_shard_that_was_inspected_is_read_without_a_second_look_at_its_metadata(tmp_path, monkeypatch):
    """Its checksum says that they are the same; each file is opened once, for its columns."""
    shard = inspect_shard(written(tmp_path))
    _, columns = read_shard(shard.path)
    opened = []
    reader = pq.ParquetFile

    def counted(*args, **kwargs):
        opened.append(args)
        return reader(*args, **kwargs)

    for name in ("read_footer", "pq.read_metadata"):
        monkeypatch.delattr(f"hts.storage.tables.{name}")
    monkeypatch.setattr("hts.storage.tables.pq.ParquetFile", counted)
    again = read_columns(shard)
    assert len(opened) == 1
    assert {name: column.tobytes() for name, column in again.items()} == {
        name: column.tobytes() for name, column in columns.items()
    }


def test_a_shard_is_encoded_small(tmp_path):
    group = pq.read_metadata(written(tmp_path, n=10_000)).row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    for name in ("eta", "b", "alpha", "well"):
        assert "RLE_DICTIONARY" in columns[name].encodings
        assert columns[name].total_compressed_size < 200
    for name in ("walker", "exit_steps"):
        assert "DELTA_BINARY_PACKED" in columns[name].encodings
    assert columns["walker"].total_compressed_size < 1000


def test_the_same_walkers_give_the_same_file_twice_so_that_two_processes_only_waste(tmp_path):
    assert written(tmp_path / "a").read_bytes() == written(tmp_path / "b").read_bytes()
    assert written(tmp_path / "a").name == written(tmp_path / "b").name
    assert len(list_shards(tmp_path / "a" / "shards")) == 1


def test_walkers_with_a_gap_or_columns_of_two_lengths_are_no_shard():
    columns = some_columns()
    with pytest.raises(ValueError, match="consecutive"):
        encode(CELL, {**columns, "walker": columns["walker"] * 2}, PROVENANCE)
    with pytest.raises(ValueError, match="one length"):
        encode(CELL, {**columns, "side": columns["side"][:-1]}, PROVENANCE)
    with pytest.raises(ValueError, match="one length"):
        encode(CELL, some_columns(n=0), PROVENANCE)


def test_shards_that_were_read_leave_no_cycles_behind(tmp_path):
    """A cycle would hold the memory of metadata until the collector comes, 20 kB a shard; commands let it come late."""
    path = written(tmp_path)
    read_shard(path)
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(20):
            read_columns(read_shard(path)[0])
        assert len(gc.get_objects()) - before < 20
    finally:
        gc.enable()
