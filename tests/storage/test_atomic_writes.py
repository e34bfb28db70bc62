"""Tests of hts/storage/atomic: a file is there whole or not at all, and a refusal names its remedy."""

import errno
import os
import re
from pathlib import Path

import pytest

from hts.errors import StoppedError
from hts.storage import move_into, remove, write_whole


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
