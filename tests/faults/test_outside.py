"""Faults: streams that are closed or full, signals before anything runs, and machines without memory or threads."""

import errno
import os
import subprocess
import sys
from functools import partial

import pytest

from hts.cli.main import main, what_ran_out

PLAN = """title = "from outside"
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1, 0.05]
b = [0.7, inf]
alpha = [1.5]
[exit]
well = 0
walkers = 50
max_steps = 100000
"""
HTS = f"{sys.executable} -m hts"
#: Each case is a process or two: of the long tier are those whose parts other cases have.
LONG = partial(pytest.param, marks=pytest.mark.long)


@pytest.fixture
def hts(capsys):
    """Call the command line in this process; gives exit code, standard output and standard error."""

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


@pytest.fixture
def study(tmp_path):
    (tmp_path / "study.toml").write_text(PLAN)
    return tmp_path


def shell(folder, line, **environment):
    """Run a line of the shell, where `hts` is ours; gives exit code, standard output and standard error."""
    script = f'hts() {{ {HTS} "$@"; }}; {line}'
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", LONG(">&- 2>&-"), "<&- >&- 2>&-"])
def test_a_run_needs_no_standard_error(study, redirection):
    assert shell(study, f"hts run study.toml {redirection}")[0] == 0
    assert len(list((study / "results/study/shards").iterdir())) == 4


@pytest.mark.parametrize(
    ("words", "redirection"),
    [
        ("simulate", "2>&-"),
        LONG("simulate", "2>/dev/full"),
        LONG("fit nowhere", "2>&-"),
        ("fit nowhere", "2>/dev/full"),
        LONG("describe no.toml", "2>&-"),
        LONG("describe no.toml", "2>/dev/full"),
    ],
)
def test_exit_codes_need_no_standard_error(study, words, redirection):
    assert shell(study, f"hts {words} {redirection}")[0] == 2


def test_a_full_standard_output_is_no_bug(study):
    code, _, err = shell(study, "hts describe study.toml >/dev/full")
    assert code == 3
    assert "No space left" in err


@pytest.mark.parametrize("words", ["describe study.toml", LONG("new"), "--help"])
def test_a_reader_that_has_gone_is_no_failure(study, words):
    code, _, err = shell(study, f"set -o pipefail; hts {words} | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}")
    assert code == 0
    assert err == ""


def test_a_reader_that_closes_at_once_ends_the_command_with_141(study):
    code, _, err = shell(study, "set -o pipefail; (sleep 1; hts describe study.toml) | true")
    assert (code, err) == (141, "")


KILLED_BY = """import os, signal, sys
os.kill(os.getpid(), signal.{name})
sys.path = [path for path in sys.path if path != {folder!r}]
del sys.modules[__name__]
import {module}
"""


@pytest.mark.parametrize(
    ("module", "name", "code"),
    [
        ("click", "SIGTERM", 3),
        LONG("click", "SIGINT", 130),
        LONG("pydantic", "SIGTERM", 3),
        ("pydantic", "SIGINT", 130),
        ("pyarrow", "SIGTERM", 3),
        LONG("pyarrow", "SIGINT", 130),
    ],
)
def test_a_signal_while_libraries_are_imported_stops_as_later_ones_do(study, tmp_path, module, name, code):
    """A module of that name comes first on the path, and sends the signal as it is imported."""
    folder = tmp_path / "first"
    folder.mkdir()
    (folder / f"{module}.py").write_text(KILLED_BY.format(name=name, module=module, folder=str(folder)))
    ended, _, err = shell(study, "hts run study.toml", PYTHONPATH=f"{folder}{os.pathsep}{os.getcwd()}")
    assert (ended, err.split(";")[0].strip()) == (code, "stopped")


def test_sigterm_that_is_ignored_stays_ignored(study):
    ended, _, err = shell(study, "trap '' TERM; hts new >/dev/null & wait $!")
    assert (ended, err) == (0, "")


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (MemoryError(), "memory"),
        (RuntimeError("can't start new thread"), "threads"),
        (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), "memory"),
        (OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)), "threads"),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "open files"),
        (ImportError("x.so: failed to map segment from shared object"), "memory"),
    ],
)
def test_what_ran_out_is_said_and_is_no_bug(hts, monkeypatch, study, error, word):
    def raise_it(*_):
        raise RuntimeError("wrapped") from error

    monkeypatch.setattr("hts.plans.read_study", raise_it)
    code, _, err = hts("describe", study / "study.toml")
    assert code == 3
    assert word in err
    assert "bug" not in err


def test_other_failures_lack_nothing():
    assert what_ran_out(RuntimeError("no thread")) is None
    assert what_ran_out(OSError(errno.ENOENT, "no file")) is None


def test_a_limit_on_memory_stops_and_is_named(study):
    code, _, err = shell(study, "ulimit -v 300000; hts predict study.toml")
    assert (code, "memory" in err, "bug" in err) == (3, True, False), err


BROKEN = """import sys
from hts.cli.main import main
import hts.plans
hts.plans.read_study = lambda *_: 1 / 0
main(["describe", "study.toml"])
"""


def test_a_bug_whose_traceback_cannot_be_kept_is_one_line_and_70(study):
    (study / "broken.py").write_text(BROKEN)
    line = f"ulimit -f 0; {sys.executable} -B broken.py 2>&1 | cat; exit ${{PIPESTATUS[0]}}"
    code, out, _ = shell(study, line, TMPDIR=str(study), PYTHONPATH=os.getcwd())
    assert code == 70
    assert len(out.splitlines()) == 1
    assert "cannot be kept" in out
    assert not list(study.glob("hts-bug-*"))


def test_a_full_disk_leaves_no_half_of_a_new_plan(study):
    code, _, err = shell(study, "ulimit -f 0; hts new a.toml 2>&1 | cat >/dev/null; exit ${PIPESTATUS[0]}")
    assert code == 3, err
    assert not (study / "a.toml").exists()
    assert shell(study, "hts new a.toml")[0] == 0


def test_a_full_disk_leaves_no_half_of_a_figure(tmp_path):
    script = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    script += f"from pathlib import Path; from hts.plots.save import _replace; _replace(Path('{tmp_path}/a.pdf'), b'x')"
    done = subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True, check=False)
    assert "File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []
