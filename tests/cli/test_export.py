"""Tests of what other programs read: the table of cells, and the shards as they lie, in the two lines of the docs."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from answers import document

from hts import load_cells
from hts.storage.exports import write_table

PLAN = """title = "to be read elsewhere"
seed = 4
[landscape]
kind = "double-well"
minima = [-1.0, 1.0]
barriers = [0.0]
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.1, 0.05]
b = [0.7, inf]
alpha = [1.5]
[exit]
well = 0
walkers = 300
max_steps = 200
"""
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("study")
    (home / "quick.toml").write_text(PLAN)
    subprocess.run([sys.executable, "-m", "hts", "run", "quick.toml"], cwd=home, check=True, capture_output=True)
    return home


@pytest.fixture
def fitted(folder, hts, monkeypatch):
    monkeypatch.chdir(folder)
    return document(hts("fit", "results/quick", "--no-exact", "--json"))["cells"]


def test_the_csv_holds_what_fit_says_of_each_cell(folder, fitted, hts):
    assert hts("export", "results/quick", "--to", "cells.csv", "--no-exact", "--force")[0] == 0
    with (folder / "cells.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(fitted) == 4
    for row, cell in zip(rows, fitted, strict=True):
        for name in ("eta", "b", "alpha", "n_exits", "n_censored", "exposure_steps", "mean_exit_steps", "mean_low"):
            assert float(row[name]) == float(cell[name])
        assert row["mean_exit_steps_exact"] == ""
        assert [int(row["exits_left"]), int(row["exits_right"])] == [cell["exits"]["left"], cell["exits"]["right"]]
        assert int(row["destination_1"]) == cell["destinations"]["1"]


@pytest.mark.parametrize("name", ["cells.csv", "cells.parquet"])
@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_the_table_of_cells_reads_alike_everywhere(folder, fitted, hts, name, library):
    module = pytest.importorskip(library, reason=f"{library} is not installed")
    assert hts("export", "results/quick", "--to", name, "--no-exact", "--force")[0] == 0
    read = "csv" if name.endswith("csv") else "parquet"
    if library == "duckdb":
        means = [row[0] for row in module.sql(f"select mean_exit_steps from '{name}'").fetchall()]
        clips = [float(row[0]) for row in module.sql(f"select b from '{name}'").fetchall()]
    else:
        table = getattr(module, f"read_{read}")(name)
        means, clips = table["mean_exit_steps"].to_list(), table["b"].to_list()
    assert means == [cell["mean_exit_steps"] for cell in fitted]
    assert clips == [float(cell["b"]) for cell in fitted]


def documented(library):
    """Pick the two lines that docs/data.md shows for a library."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "data.md").read_text(encoding="utf-8"), flags=re.S)
    (block,) = [block for block in blocks if block.startswith(f"import {library}")]
    assert len([line for line in block.splitlines() if line]) == 2
    return block


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_the_two_documented_lines_read_every_walker(folder, monkeypatch, library):
    pytest.importorskip(library, reason=f"{library} is not installed")
    monkeypatch.chdir(folder)
    found = {}
    exec(documented(library), found)
    walkers = found["walkers"].df() if library == "duckdb" else found["walkers"]
    assert len(walkers) == 4 * 300
    for sample in load_cells("results/quick"):
        where = (walkers["eta"] == sample.cell.eta) & (walkers["b"] == sample.cell.b)
        chosen = walkers.filter(where) if library == "polars" else walkers[where]
        chosen = chosen.sort("walker") if library == "polars" else chosen.sort_values("walker")
        assert np.array_equal(chosen["exit_steps"].to_numpy(), sample.exit_steps)
        assert np.array_equal(chosen["landing"].to_numpy(), sample.landing)


def test_other_formats_are_refused_before_anything_is_computed(folder, hts):
    code, _, err = hts("export", "nowhere", "--to", "cells.xlsx")
    assert code == 2
    assert ".csv or .parquet" in err


def test_stored_shards_and_files_that_exist_are_not_overwritten(folder, monkeypatch, hts):
    monkeypatch.chdir(folder)
    shard = next(Path("results/quick/shards").iterdir())
    data = shard.read_bytes()
    assert hts("export", "results/quick", "--to", str(shard), "--no-exact", "--force")[0] == 2
    assert shard.read_bytes() == data
    Path("mine.csv").write_text("mine")
    code, _, err = hts("export", "results/quick", "--to", "mine.csv", "--no-exact")
    assert (code, "--force" in err, Path("mine.csv").read_text()) == (2, True, "mine")


def test_a_parquet_table_holds_whole_numbers_beyond_sixty_four_bits(tmp_path):
    write_table(tmp_path / "t.parquet", {"few": [1, None], "many": [2**64, None]})
    found = pq.read_table(tmp_path / "t.parquet").to_pydict()
    assert found == {"few": [1, None], "many": [2.0**64, None]}
    assert isinstance(found["few"][0], int)
