"""Commands, plans, code and links of the docs: all of them are ones that hts and the project have."""

import re
import tomllib
from pathlib import Path

import click
import pytest
from pages import PAGES, ROOT, Call, blocks, hts_calls
from pydantic import BaseModel, ValidationError

import hts
from hts.cli.main import COMMANDS, cli
from hts.plans import parse_study
from hts.plans.landscapes import LANDSCAPE_PLANS
from hts.plans.models import GridPlan, HeadPlan
from hts.plans.schema import TABLES

#: What stands for something of the reader's own.
PLACEHOLDER = re.compile(r"^(\[.*|.*\]|\.\.\.|<.*>|[A-Z]+([|/][A-Z]+)*)$")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def page_id(page: Path) -> str:
    return page.stem


def read_as_click_does(call: Call) -> None:
    """Read a call without running it; of one that leaves something to the reader, its command and options."""
    parent = click.Context(cli, info_name="hts")
    name, *words = call.words
    command = cli.get_command(parent, name)
    assert command is not None, f"no command {name}"
    if call.is_whole and not any(PLACEHOLDER.match(word) for word in words):
        command.make_context(name, [re.sub(r"\$\w+", "1", word) for word in words], parent=parent)
        return
    known = {spelling for one in command.params for spelling in (*one.opts, *one.secondary_opts)}
    given = {word.strip("[],").split("=")[0] for word in words if word.strip("[").startswith("-")}
    assert given <= known, given - known


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_each_call_of_hts_is_one_that_click_takes(page):
    for call in hts_calls(page):
        try:
            read_as_click_does(call)
        except click.UsageError as refused:
            pytest.fail(f"hts {' '.join(call.words)}: {refused.format_message()}")
        for word in call.words:
            assert not word.startswith("configs/") or word == "configs/NAME.toml" or (ROOT / word).exists(), word


def test_the_pages_show_calls_of_every_command():
    calls = [call for page in PAGES for call in hts_calls(page)]
    assert {call.words[0] for call in calls} == set(COMMANDS)
    assert sum(call.is_whole for call in calls) > 50


def test_no_two_pages_write_unlike_plans_under_one_name():
    """A reader who types all pages into one folder is refused nowhere, and never runs another page's plan."""
    kinds: dict[str, set[str]] = {}
    for page in PAGES:
        for call in hts_calls(page):
            if call.is_whole and call.words[0] == "new":
                kind = call.words[call.words.index("--kind") + 1] if "--kind" in call.words else "exits"
                kinds.setdefault(call.words[-1], set()).add(kind)
    assert {file: found for file, found in kinds.items() if len(found) > 1} == {}


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "docs"], ids=page_id)
def test_a_page_that_runs_a_plan_of_the_project_says_where(page):
    typed = "".join(block.text for block in blocks(page) if block.language in ("bash", "python"))
    assert "configs/" not in typed or "project's folder" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["run plan.toml --thread-count 8", "fit", "run PLAN --no-such", "run plan.toml more"])
def test_a_call_with_a_mistake_is_noticed(text):
    with pytest.raises((click.UsageError, AssertionError)):
        read_as_click_does(Call(text.split(), is_whole=True))


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_each_target_of_make_is_one(page):
    text = "\n".join(block.text for block in blocks(page)) + "\n" + page.read_text(encoding="utf-8")
    asked = re.findall(r"(?:`|^    )make ([a-z][\w-]*)", text, re.MULTILINE)
    listed = {name for line in re.findall(r"^\w+ := (.*)$", MAKEFILE, re.MULTILINE) for name in line.split()}
    targets = set(re.findall(r"^([a-z][\w-]*):", MAKEFILE, re.MULTILINE)) | {f"figure-{name}" for name in listed}
    assert set(asked) - {"figure-NAME", "figure-PLAN", "figure-"} <= targets


def mistakes_of(model: type[BaseModel], table: dict) -> list[dict]:
    try:
        model.model_validate(table)
    except ValidationError as error:
        return error.errors()
    return []


def check_table(name: str, table: object) -> None:
    """Refuse a key or value that a table of a plan does not take; a fragment may lack keys."""
    model = GridPlan if name == "grid" else TABLES.get(name)
    if name == "landscape":
        model = LANDSCAPE_PLANS[table["kind"]]
    for one in table if isinstance(table, list) else [table]:
        assert [mistake for mistake in mistakes_of(model, one) if mistake["type"] != "missing"] == []


def is_whole(tables: dict) -> bool:
    """Tell whether tables are a plan of their own, without a file that an earlier command of the page writes."""
    files = [tables[name].get("file", "") for name in ("landscape", "noise") if name in tables]
    return (
        "landscape" in tables
        and bool({"exit", "visits"} & set(tables))
        and not any(file.startswith("results/") for file in files)
    )


PLANS = [(page, block) for page in PAGES for block in blocks(page) if block.language == "toml"]


@pytest.mark.parametrize(("page", "block"), PLANS, ids=[f"{page.stem}-{i}" for i, (page, _) in enumerate(PLANS)])
def test_each_plan_and_part_of_a_plan_is_one(page, block):
    tables = tomllib.loads(block.text)
    if is_whole(tables):
        assert parse_study(block.text, page.with_suffix(".toml")).cells()
    if "dimension" in tables:
        return  # whole plans of several dimensions, whose tables are others
    for name, value in tables.items():
        if name not in HeadPlan.model_fields:
            check_table(name, value)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_python_compiles_and_asks_for_names_that_hts_has(page):
    for block in blocks(page):
        if block.language == "python":
            compile(block.text, page.name, "exec")
            for name in re.findall(r"\bhts\.(\w+)", re.sub(r"from hts\.\w+|configs/\S+", "", block.text)):
                assert hasattr(hts, name), name


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_each_link_and_picture_leads_to_a_file(page):
    for target in re.findall(r"\]\(([^):#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_gallery_has_every_figure_of_the_docs():
    gallery = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\]\(figures/(\w+\.png)\)", gallery))
    assert shown == {path.name for path in (ROOT / "docs" / "figures").glob("*.png")}
    for part in gallery.split("\n## ")[1:]:
        assert "**Plan" in part
        assert "**See**" in part


def test_the_site_lists_every_page():
    listed = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").split("\n## ")[0].splitlines()
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages <= set(listed)
