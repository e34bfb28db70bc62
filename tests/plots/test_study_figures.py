"""Tests of whole studies plotted: names, files, the same bytes twice, no setting changed."""

import csv
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from figure_worlds import made_cell
from matplotlib.figure import Figure

from hts.answers.laws import limit_laws
from hts.errors import IncompleteError, PlanError, StoppedError
from hts.figures import FIGURES, draw_figures, plot
from hts.plans import Cell, parse_plan
from hts.plots.save import csv_text, save_figure
from hts.plots.study import Study, drawn_cells
from hts.plots.style import COLUMN, house_style, number

PLAN = """
title = "figures"
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
scale = 0.5
[grid]
eta = [0.1, 0.01]
b = [0.7, inf]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 50
max_steps = 1000000
"""


@dataclass(frozen=True, eq=False)
class MadeSample:
    cell: Cell
    exit_steps: np.ndarray
    is_censored: np.ndarray


@pytest.fixture(scope="module")
def plan():
    return parse_plan(PLAN, Path("figures.toml"))


@pytest.fixture(scope="module")
def results(plan):
    steps = np.arange(1, 51, dtype=np.int64) * 20
    samples = [MadeSample(cell, steps, np.zeros(50, dtype=np.bool_)) for cell in plan.cells()]
    cells = [made_cell(cell.eta, cell.b, cell.alpha, 510.0, n_walkers=50) for cell in plan.cells()]
    return Study(plan, cells, samples)


@pytest.fixture(scope="module")
def written(results, tmp_path_factory):
    return draw_figures(results, tmp_path_factory.mktemp("figures"))


def test_each_figure_is_a_pdf_a_png_and_a_csv(written):
    """Without exact values the figures that need nothing else; tests/plots/test_exact_figures.py draws the others."""
    names = ["exits", "survival", "landscape"]
    assert list(FIGURES)[:3] == names
    assert [path.name for path in written] == [f"{name}.{kind}" for name in names for kind in ("pdf", "png", "csv")]
    assert all(path.stat().st_size > 300 for path in written)
    assert not [path for path in written[0].parent.iterdir() if path not in written]


def test_the_same_study_gives_the_same_bytes_in_another_process(written, tmp_path):
    """Another hash seed, another working folder and a user's own settings change nothing; pyplot is not imported."""
    (tmp_path / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: red\npdf.fonttype: 3\n")
    (tmp_path / "plan.toml").write_text(PLAN)
    code = (
        "import sys; from pathlib import Path; from hts.figures import plot;"
        "print(*plot(Path('plan.toml'), Path('out'), ['landscape']), sep='\\n');"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "MATPLOTLIBRC": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    names = done.stdout.split()
    assert len(names) == 3
    for name in names:
        (ours,) = [path for path in written if path.name == name.split("/")[-1]]
        assert ours.read_bytes() == (tmp_path / name).read_bytes(), name


def test_every_figure_has_the_same_bytes_twice(results, written, tmp_path):
    again = draw_figures(results, tmp_path, ["exits", "survival"])
    for first, second in zip(written, again, strict=False):
        assert first.read_bytes() == second.read_bytes(), second.name


def test_files_name_no_date_no_software_version_and_hold_their_fonts(written):
    for path in written:
        data = path.read_bytes()
        if path.suffix == ".pdf":
            assert b"CreationDate" not in data
            assert b"/FontFile2" in data  # TrueType outlines; Type 3 fonts have no font file
            assert b"/Type3" not in data
        if path.suffix == ".png":
            assert b"Software" not in data
            assert b"tIME" not in data


def test_the_csv_of_the_exits_holds_the_cells_and_the_limit_law(written, results):
    with next(path for path in written if path.name == "exits.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    measured = {(float(row["eta"]), float(row["b"])) for row in rows if row["layer"] == "measured"}
    assert measured == {(cell.eta, cell.b) for cell in results.cells}
    limit = [row for row in rows if row["layer"] == "limit" and row["b"] == "inf"]
    # one jump over a distance of 1 on either side: q = 1, H(1/eta) = (scale eta)^alpha
    for row in limit:
        assert float(row["mean_exit_steps_limit"]) == pytest.approx((0.5 * float(row["eta"])) ** -1.5, rel=1e-12)


def test_limit_laws_have_jump_numbers_and_exponents_of_the_model(plan):
    laws = {law.b: (law.jump_number, law.exit_exponent) for law in limit_laws(plan)}
    assert laws == {0.7: (2, pytest.approx(2.0)), math.inf: (1, pytest.approx(1.5))}


def test_the_limit_law_of_a_clipped_basin_has_the_constant_of_the_quadrature(plan):
    """Q = 3.713167910 for the basin on (-1, 1), alpha 1.5, b 0.7, by an independent computation; H^2/eta for l* = 2."""
    (law,) = [law for law in limit_laws(plan) if law.b == 0.7]
    eta = 1e-3
    tail = (0.5 * eta) ** 1.5
    assert law.mean_exit_steps(eta) == pytest.approx(1 / (3.713167910 * tail * tail / eta), rel=1e-8)


def test_a_plan_alone_draws_its_landscape_and_the_limit_law(plan, tmp_path):
    paths = draw_figures(Study(plan), tmp_path)
    assert [path.name for path in paths if path.suffix == ".csv"] == ["exits.csv", "landscape.csv"]
    with (tmp_path / "exits.csv").open(newline="") as file:
        assert {row["layer"] for row in csv.DictReader(file)} == {"limit"}


def test_an_unknown_name_is_told_with_those_there_are(plan, tmp_path):
    with pytest.raises(PlanError, match=r"no figure called 'exit'; there are exits, survival, landscape"):
        draw_figures(Study(plan), tmp_path, ["exit"])


def test_a_figure_asked_for_by_name_without_data_is_an_error(plan, tmp_path):
    with pytest.raises(IncompleteError, match="survival"):
        draw_figures(Study(plan), tmp_path, ["survival"])


def test_a_figure_of_the_other_kind_of_study_says_which_it_needs(plan, tmp_path):
    with pytest.raises(IncompleteError, match=r"'histograms': it needs a study of visits"):
        draw_figures(Study(plan), tmp_path, ["histograms"])


def test_only_what_the_figures_read_is_computed(plan, tmp_path):
    """Exact values take about a second a cell: the landscape needs none."""
    (tmp_path / "plan.toml").write_text(PLAN)

    def predict(plan, cells):
        raise AssertionError("no exact value is wanted")

    assert len(plot(tmp_path / "plan.toml", tmp_path / "out", ["landscape"], predict=predict)) == 3


def test_a_folder_that_cannot_be_made_is_a_stop_with_its_remedy(tmp_path):
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(StoppedError, match="choose another folder"):
        save_figure(Figure(), tmp_path / "taken", "empty", [])


def test_a_users_settings_are_left_alone(plan, tmp_path):
    matplotlib.rcParams["font.size"] = 13.0
    before = dict(matplotlib.rcParams)
    draw_figures(Study(plan), tmp_path, ["landscape"])
    assert dict(matplotlib.rcParams) == before
    matplotlib.rcdefaults()


def test_figures_keep_a_journals_column_width(written):
    (png,) = [path for path in written if path.name == "exits.png"]
    width = int.from_bytes(png.read_bytes()[16:20], "big")
    assert width == round(300 * COLUMN)


def test_csv_writes_full_precision_inf_and_nothing_for_what_does_not_exist():
    rows = [{"b": math.inf, "x": np.float64(0.1), "flag": True}, {"b": 1 / 3, "y": None, "x": math.nan}]
    assert csv_text(rows) == "b,x,flag,y\ninf,0.1,true,\n0.3333333333333333,,,\n"


def test_numbers_are_written_as_a_reader_expects():
    words = {
        0.001: "0.001",
        1e-4: "$10^{-4}$",
        3e-4: r"$3\times10^{-4}$",
        math.inf: "∞",
        -0.7: "−0.7",
        5e7: r"$5\times10^{7}$",
    }
    assert {value: number(value) for value in words} == words


def test_the_house_style_ends_when_its_context_ends():
    before = matplotlib.rcParams["font.family"]
    with house_style():
        assert matplotlib.rcParams["pdf.fonttype"] == 42
    assert matplotlib.rcParams["font.family"] == before


def test_of_many_cells_a_few_are_drawn_walker_by_walker_and_of_few_cells_all(plan):
    """A hundred panels of a hundred curves can neither be read nor drawn in minutes."""
    grid = "grid={ eta = { geom = [1e-3, 1e-1, 101] }, b = { lin = [0.2, 2.0, 10] }, alpha = { lin = [1.1, 1.9, 9] } }"
    many = parse_plan(PLAN, Path("figures.toml"), [grid])
    drawn = drawn_cells(many)
    assert set(drawn) < set(many.cells())
    etas, clips, alphas = ({getattr(cell, key) for cell in drawn} for key in ("eta", "b", "alpha"))
    assert (len(drawn), len(etas), len(clips), len(alphas)) == (96, 8, 4, 3)
    assert (min(etas), max(etas), min(clips), max(clips), min(alphas), max(alphas)) == (1e-3, 1e-1, 0.2, 2.0, 1.1, 1.9)
    assert drawn_cells(plan) == tuple(plan.cells())
