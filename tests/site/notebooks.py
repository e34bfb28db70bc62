"""The notebook of the docs: its cells run in order in one folder, with what they show.

`python tests/site/notebooks.py` runs it anew and writes the outputs into its file.
"""

import ast
import base64
import json
import os
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
#: What a cell's last line shows, and how each kind is had of a value, as Jupyter asks for it.
KINDS = {"text/html": "_repr_html_", "image/png": "_repr_png_"}


def read(path=NOTEBOOK):
    """Read a notebook."""
    return json.loads(path.read_text(encoding="utf-8"))


def source(cell):
    """Give the text of a cell."""
    return "".join(cell["source"])


def run(notebook, folder):
    """Run the code cells of a notebook in a folder, in place of their outputs."""
    world, before = {"__name__": "__main__"}, Path.cwd()
    os.chdir(folder)
    try:
        for number, cell in enumerate((one for one in notebook["cells"] if one["cell_type"] == "code"), 1):
            cell["execution_count"] = number
            cell["outputs"] = outputs(source(cell), world, number)
    finally:
        os.chdir(before)
    return notebook


def outputs(text, world, number):
    """Run one cell, and give what it prints and what its last line shows."""
    tree, printed, value = ast.parse(text), StringIO(), None
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with redirect_stdout(printed):
        exec(compile(tree, f"cell {number}", "exec"), world)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), world)
    said = printed.getvalue()
    found = [{"output_type": "stream", "name": "stdout", "text": said.splitlines(keepends=True)}] if said else []
    if value is not None:
        found.append(
            {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": bundle(value)}
        )
    return found


def bundle(value):
    """Give what a notebook keeps of a value, by media type."""
    data = {"text/plain": [repr(value)[:1000]]}
    for kind, name in KINDS.items():
        if (method := getattr(value, name, None)) is not None:
            shown = method()
            if shown is not None:
                data[kind] = base64.b64encode(shown).decode() if isinstance(shown, bytes) else [shown]
    return data


def lasting(notebook):
    """Give what two runs of a notebook have in common: all but pictures, whose bytes are matplotlib's."""
    return [
        (source(cell), [_texts(output) for output in cell["outputs"]])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


def _texts(output):
    if "text" in output:
        return output["text"]
    kinds = sorted(output["data"])
    return kinds, None if "image/png" in kinds else output["data"]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        text = json.dumps(run(read(), scratch), indent=1, ensure_ascii=False)
        NOTEBOOK.write_text(text + "\n", encoding="utf-8")
