"""Tests of hts/storage/folders: whose a folder is, what is cleared, and what is read from its small files."""

import os
import time

import pytest

from hts.errors import PlanError
from hts.storage import ResultsFolder


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
    with pytest.raises(PlanError, match=r"is a file.* choose a folder with -o"):
        ResultsFolder(tmp_path / "thesis.tex").check_is_ours_or_new()
    (tmp_path / "identity.json").write_text("{}")
    ResultsFolder(tmp_path).check_is_ours_or_new()


def test_asking_a_folder_in_which_nothing_was_run_says_what_to_do(tmp_path):
    with pytest.raises(PlanError, match="hts run PLAN -o"):
        ResultsFolder(tmp_path / "nothing").check_exists()
    (tmp_path / "shards").mkdir()
    ResultsFolder(tmp_path).check_exists()
