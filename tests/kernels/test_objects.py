"""Tests that kernels run from object files as Numba runs them, without Numba, and that a bad file costs time only."""

import errno
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hts.kernels import environment, objects, privacy
from hts.kernels.objects import StoredKernel, keep_code, read_code

SCRIPT = """
import json, runpy, sys
samples = runpy.run_path({small_exits!r})["samples"]
print(json.dumps([list(samples(8, 20)), "numba" in sys.modules]))
"""


def small_exits(folder, first="", **environment):
    """Simulate in a process of its own, and say whether it imported Numba."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    script = SCRIPT.format(small_exits=str(Path(__file__).with_name("small_exits.py")))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "default:compiled kernels", "-c", first + script],
        env=clean | {"NUMBA_CACHE_DIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Make a cache that a process has filled, and what that process simulated."""
    folder = tmp_path_factory.mktemp("cache")
    return folder, small_exits(folder)


def objects_in(folder):
    return sorted(folder.glob("kernels-*/*.o"))


def test_a_second_process_gives_the_same_bits_without_importing_numba(cache):
    folder, (samples, imported) = cache
    assert imported
    assert len(objects_in(folder)) == 1
    assert small_exits(folder) == [samples, False]


def test_a_process_started_by_another_finds_the_same_folder(cache):
    folder, (samples, _) = cache
    assert small_exits(*folder.glob("kernels-*")) == [samples, False]


def test_a_spoilt_object_file_is_made_anew(cache):
    folder, (samples, _) = cache
    (path,) = objects_in(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    assert small_exits(folder) == [samples, True]
    assert path.read_bytes() == whole


@pytest.mark.parametrize("spoil", [lambda kept: kept[:1000], lambda kept: b"", lambda kept: kept[:-1] + b"?"])
def test_no_code_is_read_from_a_spoilt_object_file(tmp_path, monkeypatch, spoil):
    monkeypatch.setattr(privacy, "_warned", set())
    path, code = tmp_path / "some.kernel-0123.o", bytes(range(256)) * 8
    keep_code(path, "d", code)
    assert read_code(path, "d") == code
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.warns(UserWarning, match="damaged"):
        assert read_code(path, "d") is None


@pytest.mark.long
def test_another_cpu_has_object_files_of_its_own(cache):
    folder, (samples, _) = cache
    ours = set(objects_in(folder))
    generic = {"NUMBA_CPU_NAME": "generic"}
    assert small_exits(folder, **generic) == [samples, True]
    (theirs,) = set(objects_in(folder)) - ours
    assert small_exits(folder, **generic) == [samples, False]
    theirs.unlink()


@pytest.mark.long
@pytest.mark.parametrize(
    ("settings", "n_folders", "n_kept"), [({"NUMBA_LOOP_VECTORIZE": "0"}, 2, 1), ({"NUMBA_BOUNDSCHECK": "1"}, 2, 0)]
)
def test_settings_of_the_compiler_leave_the_kernels_of_others_alone(tmp_path, settings, n_folders, n_kept):
    """Slow code is not taken for good, and where errors are looked for Numba raises them."""
    plain = small_exits(tmp_path)
    (kept,) = objects_in(tmp_path)
    assert small_exits(tmp_path, **settings) == plain
    assert len(list(tmp_path.glob("kernels-*"))) == n_folders
    assert len(objects_in(tmp_path)) == 1 + n_kept
    assert small_exits(tmp_path) == [plain[0], False]
    assert kept in objects_in(tmp_path)


@pytest.mark.long
def test_code_for_another_machine_is_not_kept(tmp_path):
    """Numba, used before it could be told of the machine, goes on compiling for the one it has found."""
    first = "import numba\nnumba.njit(lambda x: x)(1)\n"
    samples, _ = small_exits(tmp_path, first=first)
    assert objects_in(tmp_path) == []
    assert small_exits(tmp_path) == [samples, True]
    assert len(objects_in(tmp_path)) == 1


def test_interpreted_kernels_leave_object_files_aside(cache):
    folder, (samples, _) = cache
    assert small_exits(folder, NUMBA_DISABLE_JIT="1") == [samples, True]


MODULE = """
from hts.kernels import settings  # before Numba, as every kernel does
import numpy as np
from numba import njit

@njit
def add(pair, factor):
    a, b = pair
    for i in range(a.shape[0]):
        a[i] += factor * b[i, 0]
    return a.shape[0] + b.shape[1]

@njit
def double(a) -> None:
    for i in range(a.shape[0]):
        a[i] *= 2

@njit
def allocate(n):
    return int(np.ones(n).sum())
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Give the name of a module with kernels: two that can be kept, and one that makes an array."""
    (tmp_path / "small_kernels.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(objects, "cache_folder", lambda: tmp_path)
    yield "small_kernels"
    sys.modules.pop("small_kernels", None)


def arrays():
    return np.zeros(3), np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize("where", ["just compiled", "from its file", "by Numba"])
def test_a_kernel_takes_nested_tuples_arrays_and_numbers(module, tmp_path, monkeypatch, where):
    if where == "by Numba":
        monkeypatch.setattr(objects, "cache_folder", lambda: None)
    if where == "from its file":
        assert StoredKernel(module, "add")(arrays(), 1.0) == 5
    a, b = arrays()
    assert StoredKernel(module, "add")((a, b), 0.5) == 5
    np.testing.assert_array_equal(a, [0.0, 1.0, 2.0])
    assert len(list(tmp_path.glob("*.o"))) == (where != "by Numba")


def test_each_combination_of_types_is_compiled_for_itself(module, tmp_path):
    add = StoredKernel(module, "add")
    a, b = arrays()
    assert add((a, b), 2) == 5
    np.testing.assert_array_equal(a, [0.0, 4.0, 8.0])
    counts = np.zeros(3, np.int64), np.arange(6).reshape(3, 2)
    assert add(counts, 2) == 5
    np.testing.assert_array_equal(counts[0], [0, 4, 8])
    assert len(list(tmp_path.glob("*.o"))) == 2


def test_a_kernel_knows_whether_its_first_call_will_take_seconds(module):
    add = StoredKernel(module, "add")
    assert add.must_compile
    add(arrays(), 2)
    assert not add.must_compile
    assert not StoredKernel(module, "add").must_compile
    assert StoredKernel(module, "allocate").must_compile


def test_a_kernel_that_makes_arrays_is_left_to_numba(module, tmp_path):
    assert StoredKernel(module, "allocate")(7) == 7
    assert not list(tmp_path.glob("*.o"))


def test_an_array_with_gaps_is_left_to_numba(module, tmp_path):
    a, b = arrays()
    assert StoredKernel(module, "add")((a, b[:, ::-1]), 1.0) == 5
    np.testing.assert_array_equal(a, [1.0, 3.0, 5.0])
    assert not list(tmp_path.glob("*.o"))


@pytest.mark.parametrize("folder", ["a folder", None])
def test_a_kernel_that_gives_nothing_gives_0(module, tmp_path, monkeypatch, folder):
    monkeypatch.setattr(objects, "cache_folder", lambda: folder and tmp_path)
    a = np.arange(3.0)
    assert StoredKernel(module, "double")(a) == 0
    np.testing.assert_array_equal(a, [0.0, 2.0, 4.0])


def test_a_folder_that_takes_no_file_costs_the_next_start_only(module, tmp_path, monkeypatch):
    def refuse(self, target):
        raise OSError

    monkeypatch.setattr(Path, "replace", refuse)
    a, b = arrays()
    assert StoredKernel(module, "add")((a, b), 0.5) == 5
    np.testing.assert_array_equal(a, [0.0, 1.0, 2.0])
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["small_kernels.py"]


@pytest.mark.parametrize(
    ("triple", "is_tried"),
    [
        ("x86_64-unknown-linux-gnu", True),
        ("aarch64-unknown-linux-gnu", False),
        ("x86_64-apple-darwin22", False),
        ("x86_64-pc-windows-msvc", False),
    ],
)
def test_machines_on_which_object_files_have_not_been_tried_are_left_to_numba(
    module, tmp_path, monkeypatch, triple, is_tried
):
    here = objects.machine()
    monkeypatch.setattr(objects, "machine", lambda: here._replace(triple=triple))
    assert StoredKernel(module, "add")(arrays(), 1.0) == 5
    assert len(list(tmp_path.glob("*.o"))) == is_tried
    assert not StoredKernel(module, "add").must_compile


def test_integers_that_c_would_cut_are_refused(module):
    add = StoredKernel(module, "add")
    for number in (2**63, 2**64 + 3, -(2**63) - 1):
        with pytest.raises(OverflowError, match="no 64-bit integer"):
            add(arrays(), number)
    a, b = arrays()
    assert add((a, b), np.int32(2)) == 5
    np.testing.assert_array_equal(a, [0.0, 4.0, 8.0])


def test_arrays_that_c_would_misread_are_another_kind():
    plain, words = np.zeros(3), np.zeros(25, np.uint8)
    kinds = [objects.kind_of(a) for a in (plain, plain.astype(">f8"), words[1:].view(float), plain[::2])]
    assert kinds == ["d1", "d1~", "d1~", "d1~"]


def test_a_folder_that_has_become_a_file_costs_the_next_start_only(module, tmp_path, monkeypatch):
    lost = tmp_path / "lost"
    lost.write_text("")
    monkeypatch.setattr(objects, "cache_folder", lambda: lost)
    assert StoredKernel(module, "add")(arrays(), 0.5) == 5
    assert lost.read_text() == ""


def test_a_full_disk_takes_no_kernels(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert environment.has_room(tmp_path)
    monkeypatch.setattr(environment.os, "posix_fallocate", full, raising=False)
    assert not environment.has_room(tmp_path)


def test_threads_that_call_at_once_compile_once(module, monkeypatch):
    compiled, honest = [], objects.compile_entry
    monkeypatch.setattr(objects, "compile_entry", lambda *a: compiled.append(1) or honest(*a))
    add, pairs = StoredKernel(module, "add"), [arrays() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda pair: add(pair, 0.5), pairs)) == [5] * 4
    assert all(pair[0][2] == 2.0 for pair in pairs)
    assert len(compiled) == 1
