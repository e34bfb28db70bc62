"""Tests of hts/storage: what is written comes back, and what was not written is never believed."""

import errno
import json
import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hts.errors import IntegrityError, PlanError, StoppedError
from hts.storage import (
    Provenance,
    ResultsFolder,
    ShardName,
    cell_slug,
    inspect_shard,
    list_shards,
    move_into,
    read_shard,
    remove,
    write_shard,
    write_whole,
)
from hts.storage.names import cell_from_json, cell_to_json, digest_of
from hts.storage.tables import encode

CELL = {"eta": 0.001, "b": 0.7, "alpha": 1.5, "well": 0}
PROVENANCE = Provenance(seed=7, stream_version="s/1", identity="f" * 64, max_steps=900, steps_beyond_domain=3)


def some_columns(n=256, first=0, seed=1):
    rng = np.random.default_rng(seed)
    steps = np.minimum(rng.geometric(0.005, n), 900)
    is_censored = steps == 900
    return {
        "walker": np.arange(first, first + n, dtype=np.uint32),
        "exit_steps": steps.astype(np.int64),
        "is_censored": is_censored,
        "side": np.where(is_censored, 0, rng.choice([-1, 1], n)).astype(np.int8),
        "landing": rng.normal(size=n),
    }


def written(folder, cell=CELL, **kwargs):
    return write_shard(folder / "shards", folder / "tmp", cell, some_columns(**kwargs), PROVENANCE)


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
assert "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


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


positive = st.floats(min_value=0, exclude_min=True, allow_nan=False)


@given(positive, positive, st.none() | positive, st.integers(0, 99), st.integers(0, 2**31), st.integers(1, 2**31))
def test_names_and_cells_survive_being_written_and_read(eta, b, alpha, well, first, n):
    cell = {"eta": eta, "b": b, "alpha": alpha, "well": well}
    name = ShardName(cell_slug(cell), first, n, "0123456789abcdef")
    assert ShardName.parse(str(name)) == name
    assert cell_from_json(cell_to_json(cell)) == cell
    assert re.fullmatch(r"[a-z0-9_.+-]+", str(name))  # good on any file system, even one blind to case


def test_neighbouring_floats_have_different_names():
    assert cell_slug(CELL) != cell_slug({**CELL, "eta": math.nextafter(0.001, 1)})


@pytest.mark.parametrize("name", ["x.parquet", "eta1-w0000000005-0000000004-0123456789abcdef.parquet", "shards"])
def test_what_is_no_name_of_a_shard_is_not_taken_for_one(name):
    assert ShardName.parse(name) is None


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


def sealed(folder, data, n=256):
    """Lay bytes under the name that would be theirs, as a malicious or a buggy writer might."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(ShardName(cell_slug(CELL), 0, n, digest_of(data)))
    path.write_bytes(data)
    return path


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


def test_a_shard_that_cannot_be_opened_is_told_by_name(tmp_path):
    path = tmp_path / "x.parquet"
    path.mkdir()
    with pytest.raises(IntegrityError, match=r"x\.parquet: cannot be read"):
        inspect_shard(path)


def test_walkers_with_a_gap_or_columns_of_two_lengths_are_no_shard():
    columns = some_columns()
    with pytest.raises(ValueError, match="consecutive"):
        encode(CELL, {**columns, "walker": columns["walker"] * 2}, PROVENANCE)
    with pytest.raises(ValueError, match="one length"):
        encode(CELL, {**columns, "side": columns["side"][:-1]}, PROVENANCE)
    with pytest.raises(ValueError, match="one length"):
        encode(CELL, some_columns(n=0), PROVENANCE)


def test_a_folder_without_shards_lists_none(tmp_path):
    assert list_shards(tmp_path / "none") == ()
    (tmp_path / "README.txt").write_text("not a shard")
    assert list_shards(tmp_path) == ()


def test_ten_thousand_shards_are_listed_and_checked_in_three_seconds(tmp_path):
    data = encode(CELL, some_columns(), PROVENANCE)
    first = sealed(tmp_path, data)
    for i in range(1, 10_000):
        os.link(first, tmp_path / str(ShardName("x", 256 * i, 256, digest_of(data))))
    begin = time.process_time()
    paths = list_shards(tmp_path)
    listed = time.process_time() - begin
    n_damaged = 0
    for path in paths:
        try:
            inspect_shard(path)
        except IntegrityError:
            n_damaged += 1
    assert (len(paths), n_damaged) == (10_000, 9_999)
    assert listed < 0.5
    assert time.process_time() - begin < 3


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EROFS, "make the folder writable"),
        (errno.EACCES, "make the folder writable"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EIO, "put that right"),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open"])
def test_a_refused_write_leaves_nothing_and_names_its_remedy(tmp_path, monkeypatch, call, number, remedy):
    def refuse(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(StoppedError, match=f"{re.escape(os.strerror(number))}.*{remedy}"):
        write_whole(tmp_path / "a" / "file", b"data", tmp_path / "tmp")
    monkeypatch.undo()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_disk_that_takes_a_byte_at_a_time_gets_the_whole_file(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data[:1])))
    write_whole(tmp_path / "file", b"all of it", tmp_path / "tmp")
    assert (tmp_path / "file").read_bytes() == b"all of it"


def test_a_file_is_on_the_disk_before_its_name_is_and_the_folder_after(tmp_path, monkeypatch):
    calls = []
    for name in ("write", "fsync", "replace"):
        honest = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *args, n=name, f=honest: (calls.append(n), f(*args))[1])
    write_whole(tmp_path / "file", b"data", tmp_path / "tmp")
    assert calls == ["write", "fsync", "replace", "fsync"]


def test_moving_and_removing_what_is_gone_already_is_no_failure(tmp_path):
    move_into(tmp_path / "elsewhere", tmp_path / "gone")
    remove(tmp_path / "gone")
    (tmp_path / "here").write_text("x")
    move_into(tmp_path / "elsewhere", tmp_path / "here")
    assert (tmp_path / "elsewhere" / "here").read_text() == "x"


@pytest.mark.parametrize("act", [lambda p: move_into(p.parent / "new", p), remove], ids=["move", "remove"])
def test_moving_and_removing_that_is_refused_stops_with_a_remedy(tmp_path, monkeypatch, act):
    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    (tmp_path / "file").write_text("x")
    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoppedError, match="writable"):
        act(tmp_path / "file")


def test_what_killed_processes_left_is_cleared_and_what_running_ones_write_is_not(tmp_path):
    folder = ResultsFolder(tmp_path)
    folder.clear_abandoned()  # there is no scratch folder yet
    folder.scratch.mkdir()
    old, young = folder.scratch / "1-a.part", folder.scratch / "2-b.part"
    for path in (old, young):
        path.write_text("x")
    os.utime(old, (time.time() - 7200,) * 2)
    folder.clear_abandoned()
    assert list(folder.scratch.iterdir()) == [young]


def test_a_text_that_says_the_same_is_not_written_again(tmp_path, monkeypatch):
    folder = ResultsFolder(tmp_path)
    folder.write_text(folder.plan, "seed = 1\n")
    monkeypatch.setattr(os, "write", None)  # nothing may be written: the folder may be read-only
    folder.write_text(folder.plan, "seed = 1\n")
    assert folder.plan.read_text() == "seed = 1\n"


def test_json_that_makes_no_sense_counts_as_none(tmp_path):
    folder = ResultsFolder(tmp_path)
    folder.write_json(folder.identity, {"a": 1})
    assert folder.read_json(folder.identity) == {"schema": 1, "a": 1}
    for text in ('{"a": ', "[1]", "\udcff"):
        folder.identity.write_bytes(text.encode(errors="surrogateescape"))
        assert folder.read_json(folder.identity) is None
    assert folder.read_json(tmp_path / "none.json") is None


def test_a_folder_of_somebody_else_is_left_alone_and_a_half_made_one_of_ours_is_not(tmp_path):
    ResultsFolder(tmp_path / "new").check_is_ours_or_new()
    for name in ("shards", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "plan.toml").write_text("")
    (tmp_path / ".gitignore").write_text("*")
    ResultsFolder(tmp_path).check_is_ours_or_new()
    (tmp_path / "thesis.tex").write_text("dear")
    with pytest.raises(PlanError, match=r"it holds thesis\.tex.*-o"):
        ResultsFolder(tmp_path).check_is_ours_or_new()
    with pytest.raises(PlanError, match="is a file"):
        ResultsFolder(tmp_path / "thesis.tex").check_is_ours_or_new()
    (tmp_path / "identity.json").write_text("{}")
    ResultsFolder(tmp_path).check_is_ours_or_new()


def test_asking_a_folder_in_which_nothing_was_run_says_what_to_do(tmp_path):
    with pytest.raises(PlanError, match="hts run PLAN -o"):
        ResultsFolder(tmp_path / "nothing").check_exists()
    (tmp_path / "shards").mkdir()
    ResultsFolder(tmp_path).check_exists()
