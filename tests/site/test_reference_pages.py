"""The generated parts of the site: every plan key, command, option and Python name, each with what it means."""

import re
import subprocess
import sys

import click
import pytest
from pages import ROOT

sys.path.insert(0, str(ROOT / "docs"))

from generate.commands import commands
from generate.files import file_of_the_project
from generate.mathml import mathml
from generate.plan_keys import bound, plan_keys, type_in_words
from generate.plans import plans
from generate.python_names import one_name_each, plain_docstring, python_names
from generate.words import escaped

import hts
from hts.cli.main import COMMANDS, cli
from hts.plans.landscapes import LANDSCAPE_PLANS
from hts.plans.models import GridPlan, HeadPlan
from hts.plans.schema import SPACE_TABLES, TABLES
from hts.plans.space_landscapes import DOMAINS, SPACE_LANDSCAPES


@pytest.fixture(scope="module")
def key_entries() -> dict[str, str]:
    return dict(re.findall(r"^````\{confval\} (\S+)\n(.*?)^````$", plan_keys(), re.MULTILINE | re.DOTALL))


def test_every_plan_key_is_there_with_type_meaning_and_example(key_entries):
    wanted = set(HeadPlan.model_fields) | {f"grid.{key}" for key in GridPlan.model_fields}
    wanted |= {f"{name}.{key}" for name, model in TABLES.items() for key in model.model_fields}
    first = {model: kind for kind, model in reversed(LANDSCAPE_PLANS.items())}
    wanted |= {
        f"landscape.{kind}.{key}" for model, kind in first.items() for key in model.model_fields if key != "kind"
    }
    several = {f"landscape.{kind}": model for kind, model in SPACE_LANDSCAPES.items()} | SPACE_TABLES
    several |= {f"exit.domain.{kind}": model for kind, model in DOMAINS.items()}
    wanted |= {"dimension"} | {
        f"space.{table}.{key}"
        for table, model in several.items()
        for key in model.model_fields
        if key != "kind" or table == "noise"
    }
    assert set(key_entries) == wanted
    for name, entry in key_entries.items():
        described = entry.split("\n\n")[1]
        assert entry.startswith(":type: "), name
        assert len(described) > 5, name
        assert "Example: `" in entry, name


def test_a_key_says_its_range_and_default(key_entries):
    assert ":type: whole number ≥ 1 and ≤ 2^62; required" in key_entries["exit.max_steps"]
    assert ":default: `54`" in key_entries["visits.bins"]
    assert ":default: `inf`" in key_entries["landscape.basin.L"]
    assert "`{ geom = [first, last, how many] }`" in key_entries["grid.eta"]
    assert "`stretched-exponential`" in key_entries["noise.kind"]


def test_types_of_values_stand_in_words():
    assert (
        type_in_words({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "auto"}]})
        == 'whole number ≥ 1, or `"auto"`'
    )
    assert (bound(2**64 - 1), bound(10_000), bound(0.6)) == ("2^64 − 1", "10_000", "0.6")


def test_every_command_and_option_is_there_with_its_meaning():
    text = commands()
    parts = dict(re.findall(r"^## hts (\w+)$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    assert list(parts) == list(COMMANDS)
    for name, part in parts.items():
        command = cli.get_command(click.Context(cli), name)
        entries = re.findall(r"^````\{option\} (.+)\n(.+)\n````$", part, re.MULTILINE)
        shown = {spelling for names, _ in entries for spelling in re.findall(r"(?:^|(?<=, ))(-{1,2}[\w-]+)", names)}
        options = [one for one in command.params if isinstance(one, click.Option)]
        assert shown - {"-h", "--help"} == {
            spelling for one in options for spelling in (*one.opts, *one.secondary_opts)
        }
        assert all(meaning.strip() for _, meaning in entries), name


def test_every_python_name_is_there():
    text = python_names()
    assert set(re.findall(r":: hts\.(\w+)$", text, re.MULTILINE)) == set(hts.__all__) - {"__version__", "landscapes"}
    assert ".. autofunction:: hts.landscapes.multi_well" in text


def test_every_plan_of_configs_is_there():
    text = plans()
    for path in (ROOT / "configs").glob("*.toml"):
        assert path.read_text(encoding="utf-8").rstrip() in text


def test_text_is_not_taken_for_markup():
    assert escaped("l* of [a] and `x*y`") == r"l\* of \[a\] and `x*y`"
    lines = ["|x| and l* but ``a*b``"]
    plain_docstring(lines)
    assert lines == [r"\|x\| and l\* but ``a*b``"]


def test_attributes_that_share_a_description_get_a_field_each():
    lines = [
        "A record.",
        "",
        ":ivar low, high: The interval,",
        "    of 95 %.",
        ":vartype low, high: float",
        ":ivar n: Walkers.",
    ]
    one_name_each(lines)
    assert lines == [
        "A record.",
        "",
        ":ivar low: The interval,",
        "    of 95 %.",
        ":ivar high: The interval,",
        "    of 95 %.",
        ":vartype low: float",
        ":vartype high: float",
        ":ivar n: Walkers.",
    ]


def test_links_of_the_projects_files_lead_to_pages_of_the_site():
    text = file_of_the_project("CONTRIBUTING.md")
    assert "[docs/architecture.md](../architecture.md)" in text
    assert "(glossary.md)" in text


def test_formulas_become_mathml_with_operators_where_operators_stand():
    made = mathml(r"E\sigma \sim \eta^{-\beta}, l \le \infty, \lceil r \rceil", display="block")
    assert made.startswith("<math")
    assert "<mo>∼</mo>" in made
    assert made.count('<mo stretchy="false">') == 2
    assert "&#x0221E;" in made


@pytest.mark.long
def test_the_site_is_built_without_a_warning_and_asks_the_network_for_nothing(tmp_path):
    call = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going", ROOT / "docs", tmp_path / "site"]
    done = subprocess.run([*call, "-d", tmp_path / "doctrees"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"([^\"]+)\"", text)
        assert fetched
        assert not [address for address in fetched if re.match(r"(https?:)?//", address)], page
    for sheet in (tmp_path / "site").rglob("*.css"):
        assert not re.search(r"(url\(|@import)[\s\"']*(https?:)?//", sheet.read_text(encoding="utf-8")), sheet
