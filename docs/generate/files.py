"""Pages that are a file of the project's own folder, such as the glossary."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Files of the project's folder that are pages of the site, by the page they are.
PAGES = {"GLOSSARY.md": "glossary.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
LINK = re.compile(r"\[([^\]]+)\]\(([^):#]+)\)")


def file_of_the_project(name: str) -> str:
    """Return the text of a file, its links led to pages of the site as seen from reference/."""
    return LINK.sub(_led, (ROOT / name).read_text(encoding="utf-8"))


def _led(link: re.Match[str]) -> str:
    text, target = link.groups()
    if target in PAGES:
        return f"[{text}]({PAGES[target]})"
    if target.startswith("docs/"):
        return f"[{text}](../{target.removeprefix('docs/')})"
    return f"{text} (`{target}`)" if text != target else f"`{target}`"
