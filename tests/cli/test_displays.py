"""Tests that long work says how far it is: a bar on a terminal, a plain line every half minute elsewhere."""

import io
from contextlib import contextmanager, redirect_stderr
from dataclasses import replace

import pytest
from fake_exits import plan, sweep

from hts.cli import progress
from hts.cli.exits import show
from hts.cli.progress import CellDisplay, PathsDisplay, SweepDisplay
from hts.cli.tables import say_more
from hts.comparison import fit_results
from hts.sweeps import Progress


class Terminal(io.StringIO):
    """Standard error that claims to be a terminal."""

    def isatty(self):
        return True


class Clock:
    """Stands for the `time` module: seconds pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now


@contextmanager
def shown(display):
    """Enter a display on a terminal; gives it, and its screen."""
    with redirect_stderr(Terminal()) as screen, display() as entered:
        yield entered, screen


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(progress, "time", Clock())
    return progress.time


@pytest.mark.parametrize(
    ("display", "words"),
    [
        (SweepDisplay, "looking for what is done already"),
        (CellDisplay, "getting ready"),
        (PathsDisplay, "getting ready"),
    ],
)
def test_before_anything_is_counted_the_bar_says_so_and_no_number(display, words):
    with shown(display) as (_, screen):
        pass
    said = screen.getvalue()
    assert words in said
    assert "/?" not in said


def test_a_sweep_shows_shards_speed_and_time_left():
    with shown(SweepDisplay) as (display, screen):
        display.show(Progress(3, 12, 0, 0, 100, 2e6, 190.0, ()))
    assert " 3/12 shards  2 Msteps/s  3m10s left" in screen.getvalue()


def test_a_sweep_that_waits_for_the_compiler_says_so_until_the_first_steps():
    def waiting():
        return SweepDisplay(must_compile=True)

    for steps, words in ((0, "0/12 shards  compiling the kernel, once"), (10, "0/12 shards  2 Msteps/s  3m10s left")):
        with shown(waiting) as (display, screen):
            display.show(Progress(0, 12, 0, 0, steps, 2e6, 190.0, ()))
        assert words in screen.getvalue()


def test_without_a_terminal_a_sweep_says_every_half_minute_which_part_of_the_steps_is_taken(clock, capsys):
    with SweepDisplay() as display:
        for now in (10.0, 31.0, 40.0):
            clock.now = now
            display.show(Progress(0, 12, 0, 0, 3000, 100.0, 10.0, ()))
    assert capsys.readouterr().err == "75% of the steps, 0/12 shards, 3e+03 steps at 0 Msteps/s, 10s left\n"


def test_cells_show_the_time_left_at_the_pace_so_far(clock):
    with shown(CellDisplay) as (display, screen):
        display.show(2, 6)  # these were remembered
        clock.now = 10.0
        display.show(3, 6)
    assert "3/6 cells predicted  30s left" in screen.getvalue()


def test_paths_show_the_part_of_the_work_its_cell_and_the_time_it_still_takes(clock):
    with shown(PathsDisplay) as (display, screen):
        display.show(1, 4, "tabulating h", 0.5)
        clock.now = 100.0
        display.show(2, 4, "drawing paths", 0.0)
        clock.now = 110.0
        display.show(2, 4, "drawing paths", 0.25)
        clock.now = 110.01  # nobody reads so fast
        display.show(2, 4, "drawing paths", 0.5)
    assert "25% of drawing paths, cell 2 of 4  30s left" in screen.getvalue()
    assert "50% of drawing paths" not in screen.getvalue()


def test_paths_are_told_in_a_log_too(capsys, clock):
    with PathsDisplay() as display:
        display.show(1, 1, "drawing paths", 0.0)
        clock.now = 40.0
        display.show(1, 1, "drawing paths", 0.5)
    assert capsys.readouterr().err == "50% of drawing paths, cell 1 of 1, 40s left\n"


def test_a_log_gets_a_line_every_half_minute(capsys, clock):
    with CellDisplay() as display:
        for second in (0.0, 29.0, 31.0, 59.0, 61.0):
            clock.now = second
            display.show(1, 6)
    assert capsys.readouterr().err.splitlines() == ["1 of 6 cells predicted, ? left"] * 2


def test_a_plans_own_cells_are_counted_and_those_at_smaller_eta_by_another_name(plan):
    from hts.plans import read_plan
    from hts.studies.theory import own_cells_first

    parsed = read_plan(plan)
    cells = [replace(parsed.cells()[0], eta=0.001), *parsed.cells()]
    asked, counted = [], []

    def predict(plan, cells):
        asked.append(len(cells))
        return [cell.eta for cell in cells]

    assert own_cells_first(predict, counted.append)(parsed, cells) == [cell.eta for cell in cells]
    assert asked == [2, 1]
    assert counted == ["smaller etas", "cells"]


@pytest.mark.parametrize(("n", "said"), [(100, ""), (101, "... and 1 more; --json lists all\n")])
def test_what_is_left_out_of_a_table_is_counted(capsys, n, said):
    say_more(n)
    assert capsys.readouterr().out == said


def test_a_fit_of_many_cells_shows_the_first(tmp_path, capsys):
    sweep(plan("exit.walkers=6", "grid.eta={ lin = [0.02, 0.05, 60] }"), tmp_path)
    show(fit_results(tmp_path), tmp_path)
    out = capsys.readouterr().out
    assert "... and 20 more; --json lists all" in out
    assert out.count(" 6 ") < 220  # 100 of 120 rows, twice six walkers or exits in each
