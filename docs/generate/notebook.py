"""The notebook as a page: its text, its code, and what its cells show."""

import json
from html import escape
from pathlib import Path
from typing import Any

from generate.words import fenced

NOTEBOOK = Path(__file__).parents[1] / "notebook.ipynb"


def notebook() -> str:
    """Write the cells of the notebook as Markdown; its title is that of the page."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in cell_parts(cell))


def cell_parts(cell: dict[str, Any]) -> list[str]:
    """Write one cell."""
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [text]
    alt = cell["metadata"].get("alt", "")
    return [fenced(text, "python"), *(output_part(output, alt) for output in cell["outputs"])]


def output_part(output: dict[str, Any], alt: str) -> str:
    """Write what a cell shows: text that it prints, a table, or a picture that lies within the page."""
    if output["output_type"] == "stream":
        text = escape("".join(output["text"]).rstrip("\n"))
        return fenced(f'<pre class="cell-output">{text}</pre>', "{raw} html")
    data = output["data"]
    if "image/png" in data:
        picture = f'<img alt="{escape(alt)}" src="data:image/png;base64,{data["image/png"]}">'
        return fenced(f'<div class="cell-output">{picture}</div>', "{raw} html")
    if "text/html" in data:
        return fenced(f'<div class="cell-output" tabindex="0">{"".join(data["text/html"])}</div>', "{raw} html")
    return fenced("".join(data["text/plain"]))
