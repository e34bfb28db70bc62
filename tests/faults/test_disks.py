"""Faults: a disk that refuses the k-th call, a full one, a read-only one, a limit on file sizes."""

import errno
import os
import resource
from pathlib import Path

import pytest
from fake_exits import all_columns, half_written, plan, shard_names, sweep

from hts.errors import StoppedError
from hts.sweeps import sweep_status, verify_sweep


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    sweep(plan(), folder)
    return folder


class Refusing:
    """A call that fails from the k-th time on, as a full disk does."""

    def __init__(self, honest, k, number):
        self.honest, self.left, self.number = honest, k, number

    def __call__(self, *args, **kwargs):
        self.left -= 1
        if self.left < 0:
            raise OSError(self.number, os.strerror(self.number))
        return self.honest(*args, **kwargs)


EVERY_K = [pytest.param(k, marks=[] if k in (0, 1, 2, 5, 11, 20) else pytest.mark.long) for k in range(29)]


@pytest.mark.parametrize("k", EVERY_K)
@pytest.mark.parametrize(
    ("call", "number"),
    [("write", errno.ENOSPC), ("fsync", errno.EIO), ("replace", errno.EACCES), ("open", errno.EROFS)],
)
def test_a_disk_that_refuses_from_the_kth_call_on_stops_the_run_which_goes_on_later(
    undisturbed, tmp_path, monkeypatch, call, number, k
):
    monkeypatch.setattr(os, call, Refusing(getattr(os, call), k, number))
    calls = {"write": 14, "replace": 14, "fsync": 28, "open": 28}[call]  # two descriptions and twelve shards
    if k < calls:
        with pytest.raises(StoppedError, match=os.strerror(number)):
            sweep(plan(), tmp_path / "results")
    monkeypatch.undo()
    assert half_written(tmp_path / "results") == []
    names = shard_names(tmp_path / "results") if (tmp_path / "results" / "shards").exists() else []
    assert set(names) <= set(shard_names(undisturbed))  # all, where only the last sync of a folder was refused
    report = sweep(plan(), tmp_path / "results")
    assert report.n_skipped == len(names)
    assert shard_names(tmp_path / "results") == shard_names(undisturbed)
    assert all_columns(tmp_path / "results") == all_columns(undisturbed)


def test_a_finished_sweep_in_a_read_only_folder_can_be_asked_and_run_again(tmp_path, monkeypatch):
    sweep(plan(), tmp_path)
    for call in ("write", "replace", "mkdir", "unlink"):
        monkeypatch.setattr(os, call, Refusing(None, 0, errno.EROFS))
    assert sweep(plan(), tmp_path).n_skipped == 12
    assert {status.state for status in sweep_status(tmp_path)} == {"done"}
    assert verify_sweep(tmp_path).damaged == ()


def test_a_new_folder_where_none_can_be_made_stops_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", Refusing(None, 0, errno.EROFS))
    with pytest.raises(StoppedError, match="choose another one with -o"):
        sweep(plan(), tmp_path / "new")


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is read-only to root")
def test_a_folder_without_write_permission_stops_with_a_remedy(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoppedError, match="make the folder writable"):
        sweep(plan(), tmp_path / "new")


def test_a_failure_that_cannot_be_written_down_stops_the_run(tmp_path, monkeypatch):
    def fails(*args):
        monkeypatch.setattr(os, "write", Refusing(None, 0, errno.ENOSPC))
        raise ValueError("first this")

    with pytest.raises(StoppedError, match="No space left"):
        sweep(plan(), tmp_path, fails, threads=1)


@pytest.mark.parametrize("limit", [200, 2000, 4650])
def test_a_limit_on_file_sizes_stops_the_run_which_goes_on_without_it(undisturbed, tmp_path, limit):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(StoppedError, match=r"File too large.*ulimit -f"):
            sweep(plan(), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert half_written(tmp_path) == []
    sweep(plan(), tmp_path)
    assert all_columns(tmp_path) == all_columns(undisturbed)
