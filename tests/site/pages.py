"""What the pages of the docs hold: blocks of code, and commands within them and within their lines."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?<=\n\n)((?:    .*\n)+)")
#: What stands before a command: a prompt, the environment's folder, the launcher of a batch system.
BEFORE = re.compile(r"^(?:\$ |srun |\.venv/bin/)+")


class Block(NamedTuple):
    """A block of code: the page, its language (empty where none is named) and its text."""

    page: Path
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """List the fenced and indented blocks of a page."""
    text = page.read_text(encoding="utf-8")
    fenced = [Block(page, language, body) for language, body in FENCE.findall(text)]
    rest = FENCE.sub("", text)
    return fenced + [Block(page, "", re.sub(r"^    ", "", body, flags=re.MULTILINE)) for body in INDENTED.findall(rest)]


class Call(NamedTuple):
    """A call of hts: its words, and whether it stands in a block, to be typed as it is."""

    words: list[str]
    is_whole: bool


def hts_calls(page: Path) -> list[Call]:
    """List the calls of hts in the blocks of a page and, often without their arguments, within its lines."""
    lines = [line for block in blocks(page) if block.language != "python" for line in block.text.splitlines()]
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", FENCE.sub("", page.read_text(encoding="utf-8")))
    found = []
    for text, is_whole in [*((line, True) for line in lines), *((span, False) for span in spans)]:
        for part in text.strip().split(";"):
            call = BEFORE.sub("", part.strip())
            if re.match(r"hts [a-z-]+( |$)", call):
                found.append(Call(shlex.split(call, comments=True)[1:], is_whole))
    return found
