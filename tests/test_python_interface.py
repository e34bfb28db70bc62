"""Tests of the names that `import hts` offers, and of the page of docs about them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hts
from hts.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]


def test_editors_see_the_names_that_there_are_where_they_are():
    tree = ast.parse(Path(hts.__file__).read_text())
    seen = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [(node.module, alias) for node in seen.body for alias in node.names]
    assert all(alias.name == alias.asname for _, alias in imports)  # only such imports are public to a type checker
    assert {alias.name: module for module, alias in imports} == hts._HOMES | {"landscapes": "hts"}
    assert len(imports) == len(hts.__all__) - 1
    assert (Path(hts.__file__).parent / "py.typed").exists()


@pytest.mark.parametrize("name", hts.__all__)
def test_each_name_can_be_had(name):
    assert getattr(hts, name) is not None
    assert name in dir(hts)


def test_an_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'exakt_exit'"):
        hts.exakt_exit  # noqa: B018


def test_the_import_alone_loads_no_library():
    code = "import sys; before = set(sys.modules); import hts; dir(hts); print(sorted(set(sys.modules) - before))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    others = {name.split(".")[0] for name in ast.literal_eval(said)} - set(sys.stdlib_module_names)
    assert others == {"hts"}


def blocks_of_the_page():
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)


def run_page(blocks):
    world = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), world)
    return world


def test_the_page_about_python_begins_with_an_exit_and_its_walkers():
    """The mean of 2000 walkers within five standard errors of the exact one: false alarm 6e-7."""
    world = run_page(blocks_of_the_page()[:2])
    assert abs(world["sample"].exit_steps.mean() / world["exact"].mean_exit_steps - 1) < 5 / 2000**0.5


@pytest.mark.long
def test_the_page_about_python_runs_to_its_end(tmp_path, monkeypatch, capsys):
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    monkeypatch.chdir(tmp_path)
    world = run_page(blocks_of_the_page())
    assert world["shares"].sum() == pytest.approx(1.0, abs=1e-12)
    assert len(list(Path("results/python/figures").iterdir())) == 3
    assert "</html>" in Path("results/python/report.html").read_text()
    assert "heavy" in capsys.readouterr().out.lower()


#: Commands that make no sense from Python; the page says so below its table.
WITHOUT = {"completion"}


def test_each_command_has_its_function_on_the_page_or_is_said_to_have_none():
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    table, below = page.split("## Which function does what a command does")[1].rsplit("|\n", 1)
    rows = [row.split("|")[1:3] for row in table.splitlines() if row.startswith("| `hts ")]
    named = {command for left, _ in rows for command in re.findall(r"`hts (\w+)`", left)}
    assert named == set(COMMANDS) - WITHOUT
    assert set(re.findall(r"`hts (\w+)`", below)) == WITHOUT
    for _, right in rows:
        for name in re.findall(r"`hts\.(\w+)", right):
            assert name in hts.__all__, name
