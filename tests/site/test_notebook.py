"""The notebook of the docs: Jupyter opens it, its cells show what it says, and the site has it as a page."""

import ast
import re
import sys

import pytest
from notebooks import ROOT, bundle, lasting, outputs, read, run, source

import hts

sys.path.insert(0, str(ROOT / "docs"))

from generate.notebook import notebook as page

CELLS = read()["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]


def test_the_file_is_what_version_4_5_of_the_format_asks_for():
    document = read()
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert document["metadata"]["kernelspec"].keys() == {"display_name", "language", "name"}
    ids = [cell["id"] for cell in CELLS]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one) for one in ids)
    for cell in CELLS:
        own = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert cell.keys() == {"cell_type", "id", "metadata", "source"} | own
    for output in (one for cell in CODE for one in cell["outputs"]):
        kind = output["output_type"]
        keys = {"name", "text"} if kind == "stream" else {"execution_count", "metadata", "data"}
        assert output.keys() == {"output_type"} | keys


def test_every_cell_was_run_in_order_and_shows_no_path_of_a_machine():
    assert [cell["execution_count"] for cell in CODE] == list(range(1, len(CODE) + 1))
    assert not re.search(r"/(home|tmp|root|usr)/", str(CELLS))


def test_cells_compile_and_ask_for_names_that_hts_has():
    for cell in CODE:
        ast.parse(source(cell))
        for name in re.findall(r"\bhts\.(\w+)", source(cell)):
            assert hasattr(hts, name), name


def test_a_cell_gives_what_it_prints_and_what_its_last_line_shows():
    said, shown = outputs("print(1)\n2 + 1", {}, 1)
    assert (said["text"], shown["data"]) == (["1\n"], {"text/plain": ["3"]})
    assert outputs("x = 1", {}, 1) == []


def test_figures_and_records_show_themselves(tmp_path):
    plan = hts.make_plan(
        {
            "landscape": {"kind": "basin", "minimum": 0.0, "curvature": 1.0},
            "noise": {"kind": "pareto"},
            "grid": {"eta": [0.1], "b": [0.7], "alpha": [1.5]},
            "exit": {"domain": [-1.0, 1.0], "start": 0.0, "walkers": 5, "max_steps": 1000},
        }
    )
    figure = hts.draw(plan, ["landscape"], with_exact=False)["landscape"]
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert bundle(figure).keys() == {"text/plain", "image/png"}


def test_the_page_has_every_cell_with_its_outputs():
    text = page()
    for cell in CELLS:
        assert source(cell) in text
    assert text.count('<div class="cell-output"') == sum(
        output["output_type"] != "stream" for cell in CODE for output in cell["outputs"]
    )
    assert re.findall(r'<img alt="[^"]{10,}" src="data:image/png;base64,', text)


@pytest.mark.long
def test_run_again_it_shows_the_same(tmp_path):
    assert lasting(run(read(), tmp_path)) == lasting(read())
