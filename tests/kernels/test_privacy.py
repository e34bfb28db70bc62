"""Tests that compiled kernels are loaded only where nobody but this user can have put them."""

import os
import subprocess
import sys
import time

import pytest

from hts.kernels import objects, privacy
from hts.kernels.environment import UNUSED_SECONDS, cache_folder, user_folder
from hts.kernels.objects import keep_code, read_code

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners and modes are those of POSIX")
STRANGER = 54321


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Let each test find the folder for itself, and be told of it."""
    monkeypatch.setattr(privacy, "_warned", set())
    cache_folder.cache_clear()
    yield
    cache_folder.cache_clear()


def found_in(monkeypatch, root):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(root))
    return cache_folder()


def test_a_new_cache_is_its_owners_alone_whatever_the_umask(monkeypatch, tmp_path):
    before = os.umask(0)
    try:
        folder = found_in(monkeypatch, tmp_path / "a" / "b")
        keep_code(folder / "k.o", "d", b"code")
    finally:
        os.umask(before)
    for level in (folder, folder.parent, folder.parent.parent):
        assert level.stat().st_mode & 0o777 == 0o700
    assert (folder / "k.o").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_may_write_is_not_used_at_any_level(monkeypatch, tmp_path, level, mode):
    folder = found_in(monkeypatch, tmp_path / "a" / "b")
    assert folder is not None
    [folder, *folder.parents][level].chmod(mode)
    cache_folder.cache_clear()
    with pytest.warns(UserWarning, match="can be written by others"):
        assert cache_folder() is None


def test_a_folder_in_a_shared_one_where_only_owners_remove_is_used(monkeypatch, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    assert found_in(monkeypatch, shared / "mine") is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("level", [0, 1])
def test_a_folder_of_another_user_is_not_used(monkeypatch, tmp_path, level):
    folder = found_in(monkeypatch, tmp_path / "a" / "b")
    os.chown([folder, *folder.parents][level], STRANGER, STRANGER)
    cache_folder.cache_clear()
    with pytest.warns(UserWarning, match="belongs to another user"):
        assert cache_folder() is None


def test_links_are_followed_before_owners_are_asked(monkeypatch, tmp_path):
    lax = tmp_path / "lax"
    lax.mkdir()
    lax.chmod(0o777)
    (tmp_path / "link").symlink_to(lax)
    with pytest.warns(UserWarning, match="lax can be written by others"):
        assert found_in(monkeypatch, tmp_path / "link") is None


def stored(folder):
    path = folder / "some.kernel-0123.o"
    keep_code(path, "d l", b"machine code")
    return path


def test_an_object_file_is_bound_to_what_it_was_made_from(tmp_path, monkeypatch):
    path = stored(tmp_path)
    assert read_code(path, "d l") == b"machine code"
    other = path.with_name("another.kernel-0123.o")
    other.write_bytes(path.read_bytes())
    with pytest.warns(UserWarning, match="damaged"):
        assert read_code(other, "d l") is None
    assert read_code(path, "d d") is None
    monkeypatch.setattr(objects, "source_fingerprint", lambda: "of other sources")
    assert read_code(path, "d l") is None


def test_an_object_file_of_another_cpu_is_not_loaded(tmp_path, monkeypatch):
    path, here = stored(tmp_path), objects.machine()
    monkeypatch.setattr(objects, "machine", lambda: here._replace(cpu="i386"))
    with pytest.warns(UserWarning, match="damaged"):
        assert read_code(path, "d l") is None


@pytest.mark.parametrize("how", ["others may write it", "a link", "a pipe", "of another user"])
def test_an_object_file_that_may_be_anothers_is_not_loaded(tmp_path, how):
    path = stored(tmp_path)
    if how == "others may write it":
        path.chmod(0o666)
    elif how == "of another user":
        if os.geteuid() != 0:
            pytest.skip("only root gives files away")
        os.chown(path, STRANGER, STRANGER)
    else:
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere") if how == "a link" else os.mkfifo(path, 0o600)
    with pytest.warns(UserWarning, match="compiled anew"):
        assert read_code(path, "d l") is None


def test_a_flaw_is_told_once(tmp_path, recwarn):
    for _ in range(3):
        privacy.distrust("it is bad")
        privacy.distrust("it is worse")
    assert len(recwarn) == 1


def test_kernels_of_other_states_are_removed_when_they_are_old_and_new_ones_begin(monkeypatch, tmp_path):
    old, young, alien = (tmp_path / f"kernels-{letter * 16}" for letter in "abc")
    for one in (old, young, alien):
        one.mkdir(mode=0o700)
        (one / "x.o").write_text("x")
    (tmp_path / "link").mkdir()
    (tmp_path / "kernels-link").symlink_to(tmp_path / "link")
    past = time.time() - UNUSED_SECONDS - 60.0
    for one in (old, alien):
        os.utime(one, (past, past))
    alien.chmod(0o777)  # not ours to judge
    assert found_in(monkeypatch, tmp_path) is not None
    assert not old.exists()
    assert young.exists()
    assert alien.exists()
    assert (tmp_path / "kernels-link").exists()


def test_kernels_in_use_stay_young(monkeypatch, tmp_path):
    folder = found_in(monkeypatch, tmp_path)
    os.utime(folder, (1.0, 1.0))
    cache_folder.cache_clear()
    assert cache_folder() == folder
    assert folder.stat().st_mtime > time.time() - UNUSED_SECONDS


def test_no_home_means_no_cache(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "")
    assert user_folder() is None


NAMELESS = """import os, pwd
def nobody(*_):
    raise KeyError("uid not found")
pwd.getpwuid = nobody
"""


@pytest.mark.parametrize("home", [None, pytest.param("", marks=pytest.mark.long)])
@pytest.mark.parametrize("words", ["--version", "new", "describe study.toml", "status x", "fit x", "plot study.toml"])
def test_a_user_without_name_and_home_works_without_a_cache(tmp_path, home, words):
    from hts.plans import starter

    (tmp_path / "usercustomize.py").write_text(NAMELESS)
    (tmp_path / "sitecustomize.py").write_text(NAMELESS)
    (tmp_path / "study.toml").write_text(starter())
    there = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "USER")}
    there |= {"PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}"} | ({} if home is None else {"HOME": home})
    figure = ["--figure", "landscape"] if words.startswith("plot") else []
    done = subprocess.run(
        [sys.executable, "-m", "hts", *words.split(), *figure], cwd=tmp_path, env=there, capture_output=True, text=True
    )
    assert done.returncode == (2 if words.endswith(" x") else 0), done.stderr
    assert "bug" not in done.stderr
