"""Tests of hts/storage/names: a shard's name says whose it is, and a folder of many is listed by names."""

import builtins
import io
import math
import os
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from some_shards import CELL, PROVENANCE, sealed, some_columns

from hts.errors import IntegrityError
from hts.storage import ShardName, cell_slug, inspect_shard, list_shards, tables
from hts.storage.names import cell_from_json, cell_to_json, digest_of
from hts.storage.tables import encode

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


def test_a_folder_without_shards_lists_none(tmp_path):
    assert list_shards(tmp_path / "none") == ()
    (tmp_path / "README.txt").write_text("not a shard")
    assert list_shards(tmp_path) == ()


@pytest.fixture
def looks(monkeypatch):
    """Count how often files are opened or asked about, and folders listed, by the name of the call."""
    counts = Counter()
    for module, name in (*((m, "open") for m in (builtins, io, os)), *((os, n) for n in ("stat", "lstat"))):
        watch(monkeypatch, module, name, counts)
    for name in ("scandir", "listdir"):
        watch(monkeypatch, os, name, counts)
    return counts


def watch(monkeypatch, module, name, counts):
    honest = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *args, **kwargs: (counts.update([name]), honest(*args, **kwargs))[1])


def test_many_shards_are_listed_in_one_look_and_checked_in_one_each_without_unpacking(tmp_path, monkeypatch, looks):
    data = encode(CELL, some_columns(), PROVENANCE)
    first = sealed(tmp_path, data)
    for i in range(1, 100):
        os.link(first, tmp_path / str(ShardName("x", 256 * i, 256, digest_of(data))))
    monkeypatch.setattr(tables, "decode_columns", None)
    looks.clear()
    paths = list_shards(tmp_path)
    assert (len(paths), looks) == (100, {"scandir": 1})
    looks.clear()
    for path in paths[1:]:
        with pytest.raises(IntegrityError, match="another cell"):
            inspect_shard(path)
    assert inspect_shard(first).n_walkers == 256
    assert looks == {"open": 100}
