"""Tests of hts/storage/names: a shard's name says whose it is, and a folder of many is listed by names."""

import math
import os
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from some_shards import CELL, PROVENANCE, sealed, some_columns

from hts.errors import IntegrityError
from hts.storage import ShardName, cell_slug, inspect_shard, list_shards
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
