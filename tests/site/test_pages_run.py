"""Every block of bash and Python on the pages runs, in order, in a folder with the project's plans."""

import os
import re
import sys
from pathlib import Path

import pytest
from pages import PAGES, ROOT, blocks
from running import RUN, overrides, run_page, steps, write_small_plans

from hts.plans import read_plan

RUNNING = [page for page in PAGES if any(not step.reason for step in steps(page))]
#: Pages that take a second or two; the others belong to the long tier.
QUICK = ("own_landscape",)
TIERS = [pytest.param(page, id=page.stem, marks=[] if page.stem in QUICK else pytest.mark.long) for page in RUNNING]


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """A folder of a reader's, with the project's plans, and hts on the path."""
    write_small_plans(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return tmp_path


@pytest.mark.parametrize("page", TIERS)
def test_all_blocks_of_a_page_run(page, reader):
    assert run_page(page) == [step for step in steps(page) if not step.reason]


def test_a_block_that_fails_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```bash\nhts describe nowhere.toml\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"nowhere\.toml"):
        run_page(page)


def test_a_block_that_is_not_run_says_why(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reasons = {step.reason for page in PAGES for step in steps(page) if step.reason}
    assert all(reason.startswith("needs ") for reason in reasons)
    page = tmp_path / "page.md"
    left_out = "<!-- not run: needs a cluster -->\n```python\nraise SystemExit\n```\n"
    page.write_text(f"{left_out}\n```python\nopen('ran', 'w').close()\n```\n\n{left_out}", encoding="utf-8")
    assert [step.text for step in run_page(page)] == ["open('ran', 'w').close()\n"]
    assert (tmp_path / "ran").exists()


def test_no_command_hides_in_a_block_without_a_language():
    hidden = [
        (block.page.name, line)
        for page in PAGES
        if page.parent.name == "docs"
        for block in blocks(page)
        if block.language not in (*RUN, "console")
        for line in block.text.splitlines()
        if re.match(r"(\$ |\.venv/bin/)?hts [a-z]+ ", line)
    ]
    assert hidden == []


def test_small_plans_are_smaller(tmp_path):
    write_small_plans(tmp_path)
    assert read_plan(tmp_path / "configs" / "quick.toml").exit.walkers == 50
    assert {path.name for path in (tmp_path / "configs").iterdir()} == {
        path.name for path in (ROOT / "configs").iterdir()
    }
    assert len(overrides()) > 10
