"""Tests that the tables of all commands fit a terminal of 80 columns: no line is longer, no number is broken."""

import io
import re
import sys

import click
import numpy as np
import pytest
from double_well import DOUBLE_WELL
from small_rare import TEXT as RARE
from small_space_plans import RADIAL
from small_space_plans import VISITS as SPACE_VISITS

from hts.cli import tables
from hts.cli.layout import fit, least_width, wrap
from hts.cli.main import cli, main
from hts.cli.options import WIDE, wide_option

EXITS = DOUBLE_WELL.replace("walkers = 300\n", "walkers = 60\nwithin = 20.0\n").replace(
    "eta = [0.1, 0.05]", "eta = [0.1]"
)
VISITS = EXITS[: EXITS.index("[exit]")] + "[visits]\nwell = 0\nwalkers = 4\nsteps = 2000\n"
LEVY = DOUBLE_WELL[: DOUBLE_WELL.index("[noise]")] + "[levy]\nepsilon = [0.5]\nstep = [0.1]\nalpha = [1.5]\n"
REGRESSION = """title = "small"
[regression]
dimension = 2
batch = 1
eta = [0.5]
runs = 200
steps = 50
"""
PLANS = {
    "exits": EXITS,
    "visits": VISITS,
    "levy": LEVY + EXITS[EXITS.index("[exit]") :],
    "levy-visits": LEVY + VISITS[VISITS.index("[visits]") :],
    "regression": REGRESSION,
    "rare": RARE.replace("samples = 20_000", "samples = 500"),
    "space": RADIAL.replace("walkers = 300", "walkers = 20"),
    "space-visits": SPACE_VISITS,
}
CALLS = {
    "exits": ("describe PLAN", "run PLAN -o DIR", "fit DIR --no-exact", "status DIR", "predict PLAN",
              "paths PLAN --paths 3 --within 1 -o DIR", "run PLAN --seed 9 -o DIR2", "compare DIR DIR2"),
    "visits": ("describe PLAN", "run PLAN -o DIR"),
    "levy": ("describe PLAN", "run PLAN -o DIR", "fit DIR --no-exact", "status DIR"),
    "levy-visits": ("run PLAN -o DIR",),
    "regression": ("regression PLAN -o DIR", "fit DIR", "status DIR"),
    "rare": ("rare PLAN -o DIR --no-exact", "status DIR"),
    "space": ("describe PLAN", "run PLAN -o DIR", "fit DIR --no-exact"),
    "space-visits": ("run PLAN -o DIR",),
}  # fmt: skip


def test_no_number_of_a_title_or_caption_is_broken_to_the_width_of_the_table(capsys):
    for length in range(12):
        title, caption = f"{'a' * length} and at most 1 000 000 samples", f"{'a' * length} and of 2 000 000"
        tables.print_table(title, ["eta", "method"], [["0.1", "splitting"]], caption)
        out = capsys.readouterr().out
        assert "1 000 000" in out
        assert "2 000 000" in out


class Terminal(io.TextIOWrapper):
    """Standard output that claims to be a terminal."""

    def __init__(self, encoding="utf-8"):
        super().__init__(io.BytesIO(), encoding=encoding)

    def isatty(self):
        return True

    def said(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


def call(*words):
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert (ended.value.code or 0) == 0


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Every table that the commands print, as `print_table` gets it; values left out are there, and long."""
    found = []

    def keep(title, headers, rows, *more, **named):
        full = [["1.234e+05" if cell == "-" else cell for cell in row] for row in rows]
        found.append(((title, headers, full, *more), named))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "print_table", keep)
        for name, text in PLANS.items():
            place = tmp_path_factory.mktemp(name)
            (place / "study.toml").write_text(text)
            for line in CALLS[name]:
                n = len(found)
                call(*line.replace("PLAN", str(place / "study.toml")).replace("DIR", str(place / "out")).split())
                assert len(found) > n or line.startswith("run"), line
        for seed in range(6):
            np.save(place / f"gradients{seed}.npy", np.random.default_rng(seed).standard_t(3, 2000))
        call("tails", *sorted(place.glob("*.npy")))
        call(*["initialisation", "--width", "4", "--moment", "1", "--depth", "2", "--networks", "10", "-o"], place)
    return found


def shown(printed, monkeypatch, width, encoding="utf-8"):
    """Print tables on a terminal and give what it shows of each."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    for table, more in printed:
        terminal = Terminal(encoding)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", terminal)
            tables.print_table(*table, **more)
        yield (table, re.sub("\x1b\\[[0-9;]*m", "", terminal.said()))


def numbers(text):
    """List numbers with their intervals, as a reader takes them."""
    return re.findall(r"(?<![\w.])-?\d[\d.e+-]*(?: \d{3})*(?: \[[^\]]*\])?(?![\w.])", text)


@pytest.mark.parametrize(("width", "encoding"), [(80, "utf-8"), (80, "ascii"), (120, "utf-8"), (60, "latin-1")])
def test_every_table_of_every_command_fits(printed, monkeypatch, width, encoding):
    assert len(printed) > 35
    for table, said in shown(printed, monkeypatch, width, encoding):
        assert max(map(len, said.splitlines())) <= width, said
        assert said.isascii() or encoding != "ascii", said
        assert "\\" not in said, said  # an escape of a letter that the encoding lacks
        headers, rows = table[1], [list(row) for row in table[2]]
        known = {found for row in rows for cell in row for found in numbers(cell)}
        body = said[re.search("^[-+━╇ ]+$", said, re.M).end() :]
        for line in re.split(r"\n(?:left out to fit|\* widest|limit: |\+-: half)", body)[0].splitlines():
            for cell in re.split(r"[│|]", line)[: len(headers)]:
                assert cell.count("[") == cell.count("]"), said
                assert set(numbers(cell)) <= known, said


def test_columns_that_are_left_out_are_named_and_the_first_one_stays(printed, monkeypatch):
    left_out = [said for _, said in shown(printed, monkeypatch, 80) if "left out" in said]
    assert any(" walkers;" in said.replace("\n", " ") for said in left_out)
    assert all("--wide shows them" in said.replace("\n", " ") for said in left_out)
    assert not any(re.search(r"left out.* eta[;.]", said) for said in left_out)


def test_wide_and_a_file_have_all_columns(printed, monkeypatch, capsys):
    context = click.Context(cli, info_name="hts")
    context.meta[WIDE] = True
    with context:
        wide = [said for _, said in shown(printed, monkeypatch, 80)]
    for (table, more), said in zip(printed, wide, strict=True):
        tables.print_table(*table, **more)
        file = capsys.readouterr().out
        assert "\x1b" not in file
        assert "left out" not in file + said
        cells = [cell for row in table[2] for cell in map(str, row) if numbers(cell) and len(cell) < 20]
        for text in (file, said):
            assert [cell for cell in cells if cell not in text] == [], text


def test_every_command_with_a_table_has_wide():
    context = click.Context(cli)
    option = wide_option(lambda: None).__click_params__[0]
    with_table = {"describe", "run", "predict", "fit", "paths", "status", "tails", "regression"}
    has = {name for name in cli.list_commands(context)
           if any(one.opts == option.opts for one in cli.get_command(context, name).params)}  # fmt: skip
    assert with_table <= has


def test_columns_go_in_the_order_that_is_stated_then_from_the_right():
    headers, rows = ["a", "b", "c", "d"], [["1" * 10] * 4]
    assert fit(headers, rows, ["c"], 51).left_out == ()
    assert fit(headers, rows, ["c"], 50).left_out == ("c",)
    assert fit(headers, rows, ["c"], 37).left_out == ("c", "d")
    assert fit(headers, [["1" * 10, "-", "1" * 10, "1" * 10]], ["c"], 38).left_out == ("b",)
    assert fit(headers, rows, ["c", "no such"], 5).columns == (0,)
    assert fit(headers, rows, ["c"], 5, may_drop=False).columns == (0, 1, 2, 3)


def test_numbers_stay_whole_and_words_break():
    text = "12 345 [11 000, 13 000], 0: 0.25, 1: 0.75 results/a-very-long-name-of-a-folder"
    assert wrap(text, 24).split("\n") == [
        "12 345 [11 000, 13 000],", "0: 0.25, 1: 0.75", "results/a-very-long-name", "-of-a-folder"
    ]  # fmt: skip
    assert least_width(text) == 24
    assert least_width("l* (b = 0.5)") == len("(b = 0.5)")
