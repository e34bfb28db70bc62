"""Tests of hts/storage/summaries: a summary comes back as it was written, or is refused."""

from dataclasses import replace

import numpy as np
import pytest

from hts.errors import IntegrityError
from hts.storage import Provenance
from hts.storage.summaries import read_summary, write_summary
from hts.summaries import Histogram, summarise

CELL = {"eta": 0.05, "b": float("inf"), "alpha": None, "well": 0}
SAID = Provenance(seed=1, stream_version="fake/1", identity="ab", max_steps=2**62, steps_beyond_domain=3)
STEPS = np.array([2**62, 2**62, 700, 3], np.int64)
SIDE = np.array([0, 1, -1, 1], np.int8)
SUMMARY = summarise(STEPS, SIDE, np.array([0.0, 1.5, -3.0, 1.0]), (-1.0, 1.0), [1, 2], 3)


def write(folder, summary=SUMMARY):
    return write_summary(folder / "summaries", folder / "tmp", CELL, 512, summary, SAID)


def test_a_summary_comes_back_with_sums_beyond_64_bits(tmp_path):
    shard, summary = read_summary(write(tmp_path))
    assert summary == SUMMARY
    assert summary.sum_of_squares > 2**63
    assert (shard.cell, shard.first_walker, shard.end, shard.provenance) == (CELL, 512, 516, SAID)
    assert (shard.has_censored, shard.longest) == (True, 2**62)
    assert write(tmp_path) == shard.path  # the same bytes


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"n_left": 2}, "other exits than walkers"),
        ({"n_censored": 0, "n_left": 2}, "by destination"),
        ({"exposure_steps": 3}, "steps below one a walker"),
        ({"sum_of_squares": 10}, "squares of steps"),
        ({"longest": 2**61}, "squares of steps"),
        ({"steps_beyond_domain": 0}, "beyond the domain"),
        ({"destinations": (3, 1)}, "by destination"),
        ({"steps": Histogram((3, 200), (1, 1))}, "by steps"),
        ({"landings": Histogram((4, 4), (1, 2))}, "by landings"),
    ],
)
def test_totals_that_cannot_be_are_refused_whatever_their_checksum(tmp_path, change, told):
    path = write(tmp_path, replace(SUMMARY, **change))
    with pytest.raises(IntegrityError, match=f"{path.name}: its summary.*{told}"):
        read_summary(path)


def test_other_bytes_names_and_files_are_refused(tmp_path):
    path = write(tmp_path)
    moved = path.with_name(path.name.replace("w0000000512-0000000515", "w0000000000-0000000003"))
    moved.write_bytes(path.read_bytes())
    with pytest.raises(IntegrityError, match="name another cell or other walkers"):
        read_summary(moved)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(IntegrityError, match="do not match the checksum"):
        read_summary(path)
    with pytest.raises(IntegrityError, match="cannot be read"):
        read_summary(path.with_name("lost.parquet"))
