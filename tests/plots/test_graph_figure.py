"""Tests that the figure of typical transitions draws what it claims."""

import math

import numpy as np
import pytest
from figure_worlds import collisions
from matplotlib.patches import FancyArrowPatch

from hts.answers.transitions import distinct_graphs
from hts.exits import Exit
from hts.landscapes import basin, multi_well, wang_oh_rhee
from hts.noise import Noise
from hts.plots import graph
from hts.plots.graph import MOST_ARROWS, MOST_COLUMNS, ShownGraphs, draw_graph, drawn_places, left_out_word
from hts.plots.save import csv_text
from hts.plots.style import house_style
from hts.theory.limit.limits import exit_limit

INF = math.inf
PUBLISHED = wang_oh_rhee()
PARETO, LIGHTER = Noise("pareto", 1.2), Noise("pareto", 1.5)


def many_wells(n):
    places = np.cumsum(0.5 + np.modf(np.sqrt(2.0) * np.arange(1, 2 * n))[0]).round(4)
    return multi_well(places[::2].tolist(), places[1::2].tolist(), 1.0)


def graph_panels(landscape, clips, noise):
    return distinct_graphs(landscape, clips, noise, MOST_COLUMNS)


def graph_finding(panels):
    return graph.finding(ShownGraphs(PUBLISHED, panels))


def drawn(panels, landscape):
    with house_style():
        return graph.FIGURE.titled(ShownGraphs(landscape, panels))


def arrows(axes):
    return [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]


def test_one_panel_for_each_graph_the_loosest_clip_first():
    panels = graph_panels(PUBLISHED, [0.28, 0.5, 0.51, 0.28, INF], PARETO)
    assert [panel.chain.b for panel in panels] == [INF, 0.51, 0.28]
    assert graph_panels(basin(0.0, 1.0), [0.5], PARETO) == ()


def test_every_arrow_goes_from_its_well_to_the_next_on_its_side():
    (panel,) = graph_panels(PUBLISHED, [0.5], PARETO)
    figure = drawn([panel], PUBLISHED)
    lower = figure.axes[1]
    assert len(arrows(lower)) == len(panel.transitions) == 6
    m = PUBLISHED.minima
    for patch, one in zip(arrows(lower), panel.transitions, strict=True):
        vertices = patch._path_original.vertices
        assert vertices[[0, -1], 0] == pytest.approx([m[one.start], m[one.end]], abs=0.06)
        assert np.all(vertices[:, 1] > 0) == (one.end > one.start)


def test_rates_are_those_of_the_limit_law_and_the_widest_arrow_takes_most_exits():
    (panel,) = graph_panels(PUBLISHED, [0.5], PARETO)
    limits = {}
    for i in range(4):
        ends = PUBLISHED.well_ends(i)
        limits[i] = exit_limit(Exit(PUBLISHED, Noise("pareto", 1.2), 1e-3, 0.5, *ends, float(PUBLISHED.minima[i])))
    for one in panel.transitions:
        assert one.share == pytest.approx(limits[one.start].destinations[str(one.end)], rel=1e-9)
        assert one.rate == pytest.approx(limits[one.start].rate_constant * one.share, rel=1e-9)
    lines = [patch.get_linewidth() for patch in arrows(drawn([panel], PUBLISHED).axes[1])]
    shares = [one.share for one in panel.transitions]
    assert np.argsort(lines, kind="stable").tolist() == np.argsort(np.round(shares, 12), kind="stable").tolist()


def test_widest_wells_are_filled_and_the_others_open():
    panels = graph_panels(PUBLISHED, [0.28, 0.5], PARETO)
    assert [panel.widest for panel in panels] == [[1, 3], [1, 3]]
    axes = drawn(panels, PUBLISHED).axes[2]
    places = {line.get_markerfacecolor(): line.get_xdata().tolist() for line in axes.lines}
    assert places["black"] == pytest.approx(PUBLISHED.minima[[1, 3]])
    assert places["white"] == pytest.approx(PUBLISHED.minima[[0, 2]])


def test_transient_wells_are_never_filled():
    landscape = multi_well([-3.0, 0.0, 1.5, 3.0], [-1.5, 0.5, 2.25], 1.0)
    (panel,) = graph_panels(landscape, [0.8], LIGHTER)
    assert panel.widest == [2, 3]
    hatches = [patch.get_hatch() for patch in drawn([panel], landscape).axes[1].patches]
    assert [hatch for hatch in hatches if hatch] == ["////"] * 2


def test_the_finding_says_which_clips_join_all_wells():
    both = graph_panels(PUBLISHED, [0.28, 0.5], PARETO)
    assert "join all wells with $b$ = 0.5, and fall apart with $b$ = 0.28" in graph_finding(both)
    assert "do not lead" in graph_finding(both[1:])
    assert "lead from every well to every other" in graph_finding(both[:1])


def test_of_very_many_arrows_those_few_exits_take_are_left_out_and_counted():
    landscape = many_wells(20)
    (panel,) = graph_panels(landscape, [INF], LIGHTER)
    shown = drawn_places(panel)
    assert len(shown) == MOST_ARROWS
    shares = [one.share for one in panel.transitions]
    assert max(share for k, share in enumerate(shares) if k not in shown) <= min(shares[k] for k in shown)
    figure = drawn([panel], landscape)
    assert len(arrows(figure.axes[1])) == MOST_ARROWS
    assert left_out_word(panel).startswith(f"{20 * 19 - MOST_ARROWS} of {20 * 19} transitions left out")
    assert left_out_word(panel) in figure.axes[1].get_xlabel()


def test_light_tails_have_arrows_without_rates():
    (panel,) = graph_panels(PUBLISHED, [0.5], Noise("normal", None))
    axes = drawn([panel], PUBLISHED).axes[1]
    assert len(arrows(axes)) == 6
    assert not axes.texts
    assert "nan" not in csv_text(graph.rows(ShownGraphs(PUBLISHED, (panel,))))


def test_stable_noise_with_alpha_2_has_no_rates_and_keeps_its_name():
    (panel,) = graph_panels(PUBLISHED, [0.5], Noise("stable", 2.0))
    assert len(panel.transitions) == 6
    assert all(math.isnan(one.rate) for one in panel.transitions)
    rows = graph.rows(ShownGraphs(PUBLISHED, (panel,)))
    assert {row["alpha"] for row in rows} == {2.0}
    assert {row.get("stationary") for row in rows} == {None}
    assert graph_finding([panel]).endswith(r"($\alpha$ = 2)")
    (almost,) = graph_panels(PUBLISHED, [0.5], Noise("stable", 1.99))
    assert all(one.rate > 0 for one in almost.transitions)


def test_the_rows_hold_every_well_and_every_transition():
    panels = graph_panels(PUBLISHED, [0.28, 0.5, INF], PARETO)
    rows = graph.rows(ShownGraphs(PUBLISHED, panels))
    assert len([row for row in rows if row["layer"] == "minimum"]) == 12
    assert len([row for row in rows if row["layer"] == "transition"]) == 12 + 6 + 4
    free = [row["stationary"] for row in rows if row["layer"] == "minimum" and row["b"] == INF]
    assert free == pytest.approx([0.1431, 0.4215, 0.0508, 0.3846], abs=6e-5)


def test_a_graph_is_drawn_on_the_axes_it_is_given():
    (panel,) = graph_panels(PUBLISHED, [0.5], PARETO)
    axes = drawn([panel], PUBLISHED).axes[1]
    assert draw_graph(axes, panel, PUBLISHED) is axes


@pytest.mark.parametrize(
    ("landscape", "clips"),
    [
        pytest.param(multi_well([-1.0, 1.2], [0.0], 1.0), [0.7], id="two"),
        pytest.param(PUBLISHED, [0.28, 0.5], id="published"),
        pytest.param(PUBLISHED, [0.28, 0.5, INF], id="published, three"),
        pytest.param(many_wells(8), [0.7, 0.3, INF], id="eight"),
        pytest.param(many_wells(40), [0.7, INF], id="forty"),
    ],
)
def test_no_text_collides_or_is_cut(landscape, clips):
    with house_style():
        assert collisions(drawn(graph_panels(landscape, clips, LIGHTER), landscape)) == []
