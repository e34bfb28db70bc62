"""Tests of what the command line says of itself: help, versions, and how little it loads to say it."""

import subprocess
import sys

import pytest

from hts.cli.main import COMMANDS, SUMMARIES


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_each_example_on_a_line_of_its_own(command, hts):
    code, out, _ = hts(command, "--help")
    lines = [line.strip() for line in out.splitlines()]
    examples = [line for line in lines if line.startswith(f"hts {command} ")]
    assert code == 0
    assert examples
    assert "\\b" not in out
    assert all(line.count(f"hts {command} ") == 1 for line in examples)


def test_every_command_has_a_summary_and_an_example_in_its_help(hts):
    assert list(COMMANDS) == list(SUMMARIES)
    for name in COMMANDS:
        code, out, _ = hts(name, "--help")
        assert code == 0
        assert f"hts {name}" in out.split("Example", 1)[1]


def test_version_tells_what_decides_a_number(hts):
    code, out, _ = hts("--version")
    assert code == 0
    assert {"hts", "streams", "numba", "numpy"} <= {line.split()[0] for line in out.splitlines()}


def test_help_imports_nothing_heavy():
    """0.3 s is a matter of what is imported, which can be tested; clocks are for `make bench`."""
    script = "import sys\nfrom hts.cli.main import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
    script += "print([m for m in ('numpy', 'numba', 'scipy', 'pyarrow', 'matplotlib', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_misspelt_command_is_named(hts):
    code, _, err = hts("descibe", "plan.toml")
    assert (code, "did you mean 'describe'?" in err) == (2, True)
    code, _, err = hts("zzz")
    assert (code, "known are: new, describe" in err) == (2, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_is_printed_for_a_shell_completes_commands_and_options(hts, shell, monkeypatch):
    code, source, _ = hts("completion", shell)
    assert code == 0
    assert f"_HTS_COMPLETE={shell}_complete" in source
    monkeypatch.setenv("_HTS_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", "hts des")
    monkeypatch.setenv("COMP_CWORD", "des" if shell == "fish" else "1")
    assert "describe" in hts()[1]
    monkeypatch.setenv("COMP_WORDS", "hts run --thr")
    monkeypatch.setenv("COMP_CWORD", "--thr" if shell == "fish" else "2")
    assert "--threads" in hts()[1]


@pytest.mark.parametrize(
    ("words", "place", "found"),
    [
        ("hts new --kind re", 3, ["regression"]),
        ("hts new --kind = re", 4, ["regression"]),
        ("hts run study.toml --engine =", 4, ["threads", "dask"]),
    ],
)
def test_bash_completes_values_after_a_blank_and_after_an_equals_sign(hts, monkeypatch, words, place, found):
    monkeypatch.setenv("_HTS_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(place))
    assert hts()[1].splitlines() == [f"plain,{value}" for value in found]


def test_a_template_of_each_kind_is_written_and_another_is_refused(hts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hts("new", "--kind", "visits", "visits.toml")[0] == 0
    assert "[visits]" in (tmp_path / "visits.toml").read_text()
    code, _, err = hts("new", "--kind", "visit", "other.toml")
    assert (code, "did you mean 'visits'? known are: exits, visits" in err) == (2, True)
    assert not (tmp_path / "other.toml").exists()
