"""Axes that can be read and titles whose lines end between words and equations."""

import math

import pytest
from matplotlib.figure import Figure

from hts.plots.looks import clip_looks
from hts.plots.style import COLUMN, log_axis, number, set_title


@pytest.mark.parametrize("which", ["x", "y"])
@pytest.mark.parametrize("span", [(0.001, 0.09), (0.0012, 0.09), (0.12, 9.0), (0.9, 1.1), (0.02, 0.9), (3e-4, 3e-2)])
def test_an_axis_of_about_two_decades_has_three_labels_or_more_and_no_crowd(which, span):
    axes = Figure(figsize=(2.3, 2.3)).subplots()
    log_axis(axes, which, span)
    axis, (low, high) = (axes.xaxis, axes.get_xlim()) if which == "x" else (axes.yaxis, axes.get_ylim())
    labelled = [tick for tick in axis.get_major_locator()() if low <= tick <= high]
    assert 3 <= len(labelled) <= 9


def test_numbers_of_labels_never_read_as_those_of_a_program():
    assert [number(value) for value in (0.001, 9999.0, 1e4, 5e4, 1e5, -2e-4)] == [
        "0.001", "9999", "$10^{4}$", r"$5\times10^{4}$", "$10^{5}$", r"$-2\times10^{-4}$"
    ]  # fmt: skip


def test_a_line_of_a_title_does_not_end_within_an_equation():
    figure = Figure(figsize=(COLUMN, 2.0))
    set_title(figure, r"Well 1 holds 48 % of the time at $\eta$ = 0.003, $b$ = 0.5: 0.18 relaxation times, not yet")
    lines = figure.get_suptitle().splitlines()
    assert len(lines) == 2
    assert not any(line.endswith("=") or line.startswith("=") for line in lines)
    assert lines[0].endswith("$b$ = 0.5:") or lines[0].endswith("0.003,")


def test_a_b_looks_the_same_in_figures_that_leave_others_out():
    clips = (0.28, 0.5, math.inf)
    of_all = clip_looks(clips, clips)
    assert clip_looks([math.inf, 0.5], clips) == {b: of_all[b] for b in (0.5, math.inf)}
    assert clip_looks([0.5]) == {0.5: of_all[0.28]}
