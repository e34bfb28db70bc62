"""Sphinx extension: parts of pages that are made when the site is built.

A line `<!-- generated: NAME -->` becomes that part of the reference; a page with `<!-- shown: FILE -->` that file.
"""

import re
from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from generate.commands import commands
from generate.files import file_of_the_project
from generate.notebook import notebook
from generate.plan_keys import plan_keys
from generate.plans import plans
from generate.python_names import one_name_each, plain_docstring, python_names

PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "notebook": notebook,
    "plan keys": plan_keys,
    "plans": plans,
    "python names": python_names,
}
MARK = re.compile(r"^<!-- generated: (.+) -->$", re.MULTILINE)

PROPERTIES: dict[str, list[str]] = {}
SHOWN = re.compile(r"^<!-- shown: (.+) -->$", re.MULTILINE)


def fill(app: Sphinx, page: str, source: list[str]) -> None:
    """Put what is generated in the place of its mark."""
    if (shown := SHOWN.search(source[0])) is not None:
        source[0] = file_of_the_project(shown[1])
    source[0] = MARK.sub(lambda mark: PARTS[mark[1]](), source[0])


def keep_property(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Keep the docstring of a property or field from napoleon, which takes what stands before a colon for a type."""
    if what in ("property", "attribute"):
        PROPERTIES[name] = list(lines)


def read_docstring(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Make a docstring ready for reStructuredText."""
    kept = PROPERTIES.get(name, [])
    if name in PROPERTIES and not any(set(line) == {"-"} for line in kept):  # sections are napoleon's
        lines[:] = kept
    one_name_each(lines)
    plain_docstring(lines)


def dash(app: Sphinx, page: nodes.document) -> None:
    """Set a dash between a parameter and its meaning, where Sphinx writes two hyphens."""
    for text in [one for one in page.findall(nodes.Text) if one == " -- "]:
        text.parent.replace(text, nodes.Text(" – "))


def setup(app: Sphinx) -> dict[str, bool]:
    """Hear of every page and docstring before it is read."""
    app.connect("source-read", fill)
    app.connect("autodoc-process-docstring", keep_property, priority=100)
    app.connect("autodoc-process-docstring", read_docstring, priority=900)  # after napoleon has taken it apart
    app.connect("doctree-read", dash)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
