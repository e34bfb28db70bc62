"""Plain text as Markdown: what Markdown would take for markup is escaped, but names in backticks stay."""

import re

MARKUP = re.compile(r"([\\*_<>\[\]|$#~])")


def escaped(text: str) -> str:
    """Escape all markup outside backticks."""
    parts = text.split("`")
    return "`".join(part if i % 2 else MARKUP.sub(r"\\\1", part) for i, part in enumerate(parts))


def fenced(text: str, language: str = "", options: str = "") -> str:
    """Make a block of text that is shown as it is."""
    return f"````{language}{options}\n{text}\n````"
