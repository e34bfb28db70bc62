"""Tests that the figures of long runs draw what they claim: histograms, time outside wide wells."""

import dataclasses
import math

import numpy as np
import pytest
from figure_worlds import collisions

from hts.comparison import VisitComparison
from hts.comparison.horizons import eliminations
from hts.comparison.visit_records import OutsideShare
from hts.landscapes import wang_oh_rhee
from hts.plans import Cell, VisitRecord
from hts.plots import elimination, histograms
from hts.plots.histograms import Histograms, histogram_panels, horizon_words
from hts.plots.published import read_published_shares
from hts.plots.shares import told_cell
from hts.plots.smooth import POINTS
from hts.plots.style import house_style
from hts.sweeps import VisitCellSample

LANDSCAPE = wang_oh_rhee()
RECORD = VisitRecord(start=0.3, well=2, radius=0.02, low=-1.6, high=1.6, n_bins=16, checkpoints_per_decade=2)
STEPS = (10, 1000, 100_000)
JUMPS = {(0.5, 1.2): 2, (math.inf, 1.2): 1}


def made_visit(eta=1e-3, b=0.5, horizon=3.3, n_walkers=10):
    n = 4
    outside = tuple(OutsideShare(s, 1 / s**0.4, 0.5 / s**0.4, 1.5 / s**0.4, 1.1 / s**0.4) for s in STEPS)
    return VisitComparison(
        eta=eta, b=b, alpha=1.2, well=2, walkers_wanted=n_walkers, n_walkers=n_walkers, n_steps=STEPS[-1],
        steps_beyond_domain=0, shares=(0.01, 0.5, 0.02, 0.47), low=(0.0,) * n, high=(1.0,) * n, near=(0.1,) * n,
        expected=(0.01, 0.5, 0.02, 0.47), z_exact=(0.1,) * n, exact=(0.005, 0.45, 0.01, 0.535), relative_error=1e-6,
        limit=(0.0, 0.4, 0.0, 0.6), relaxation_steps=1e6, relaxation_steps_exact=1e6, horizon=horizon,
        is_stationary=None if horizon is None else horizon > 20, widest=(1, 3), outside_widest=outside,
        transitions=((0,) * n,) * n, transition_rates=((None,) * n,) * n, transition_low=((None,) * n,) * n,
        transition_high=((None,) * n,) * n, warnings=(), verdict="",
    )  # fmt: skip


def made_run(visit):
    rng = np.random.default_rng(5)
    cell = Cell(visit.eta, visit.b, visit.alpha, visit.well)
    walkers = np.arange(visit.n_walkers)
    return VisitCellSample(
        cell=cell, walkers_wanted=10, checkpoints=np.array(STEPS), walker=walkers.astype(np.uint32),
        steps_in_well=np.zeros((len(walkers), 3, 4), np.int64), steps_near=np.zeros((len(walkers), 4), np.int64),
        transitions=np.zeros((len(walkers), 4, 4), np.int64), histogram=rng.integers(0, 50, (len(walkers), 18)),
        position=np.zeros(len(walkers)), steps_beyond_domain=0,
    )  # fmt: skip


def histograms_of(visits):
    runs = [made_run(visit) for visit in visits]
    return runs, histogram_panels(runs, visits, RECORD, read_published_shares("WOR"))


def test_a_histogram_shows_the_share_of_time_in_each_bin_and_published_shares_of_the_same_cell():
    visits = [made_visit(b=math.inf), made_visit(b=0.5), made_visit(b=0.5, eta=3e-3)]
    runs, panels = histograms_of(visits)
    assert [(p.cell.b, p.cell.eta) for p in panels] == [(0.5, 3e-3), (0.5, 1e-3), (math.inf, 1e-3)]
    assert [p.published for p in panels] == [None, (0.008, 0.451, 0.010, 0.531), (0.156, 0.419, 0.061, 0.364)]
    counts = runs[0].histogram.sum(axis=0)
    rows = [row for row in histograms.rows(Histograms(panels, LANDSCAPE)) if row.get("b") == math.inf]
    shares = [row["share"] for row in rows if row["layer"] in ("below", "bin", "above")]
    assert sum(shares) == pytest.approx(1.0)
    assert shares[:16] == pytest.approx(counts[1:-1] / counts.sum())
    with house_style():
        figure = histograms.FIGURE.titled(Histograms(panels, LANDSCAPE))
        assert collisions(figure) == []
        bars = figure.axes[2].patches[0].get_data()
        certain = dataclasses.replace(panels[0], part=np.eye(16)[8])
        labelled = histograms.FIGURE.titled(Histograms((certain,), LANDSCAPE)).axes[0]
    # a walker that stays in one bin: above 1 stand words, and no number
    assert max(labelled.get_yticks()) == 1.0 < labelled.get_ylim()[1]
    assert bars.values == pytest.approx(shares[:16])
    assert bars.edges[[0, -1]].tolist() == [-1.6, 1.6]


@pytest.mark.parametrize(
    ("horizon", "words"),
    [(3.3, "3.3 relaxation times: not stationary"), (48.0, "48 relaxation times"), (None, "")],
)
def test_each_histogram_carries_its_horizon_and_says_when_it_is_not_stationary(horizon, words):
    visit = made_visit(horizon=horizon)
    assert horizon_words(visit) == words
    with house_style():
        figure = histograms.FIGURE.titled(Histograms(histograms_of([visit])[1], LANDSCAPE))
        assert collisions(figure) == []
    assert not words or words in [text.get_text() for text in figure.axes[0].texts]


def test_cells_without_walkers_have_no_histogram():
    assert histograms_of([made_visit(n_walkers=0)])[1] == ()


def test_elimination_lists_measured_exact_and_limit_shares_outside_the_widest_wells():
    etas = (1e-2, 1e-3, 1e-4)
    panels = eliminations([made_visit(eta=eta) for eta in reversed(etas)], JUMPS)
    rows = elimination.rows(panels)
    assert [row["eta"] for row in rows] == [eta for eta in etas for _ in STEPS]
    assert rows[1]["outside"] == pytest.approx(1000**-0.4)
    assert rows[1]["exact"] == pytest.approx(0.015)
    assert rows[1]["limit"] == 0.0
    assert rows[1]["horizon"] == pytest.approx(3.3 / 100)
    with house_style():
        figure = elimination.FIGURE.titled(panels)
        assert collisions(figure) == []
        left, middle, right = figure.axes
    exact = next(line for line in middle.lines if line.get_color() == "black")
    assert exact.get_xdata()[::POINTS] == pytest.approx(etas[::-1])
    assert exact.get_ydata() == pytest.approx(np.full(2 * POINTS + 1, 0.015))
    for axes, x, y in ((left, 1000.0, 1000**-0.4), (middle, 1e-3, 1e5**-0.4), (right, 1e-3, 1000**-0.4)):
        points = [line.get_xydata()[0].tolist() for line in axes.lines if line.get_marker() not in ("None", None)]
        assert any(point == pytest.approx([x, y]) for point in points)


def test_where_all_wells_are_equally_wide_nothing_is_eliminated():
    visit = dataclasses.replace(made_visit(b=math.inf), widest=(0, 1, 2, 3))
    assert eliminations([visit], JUMPS) == ()


def test_the_horizon_of_the_theorem_lies_above_its_bound_and_within_the_runs():
    (panel,) = eliminations([made_visit(eta=eta) for eta in (1e-2, 1e-3, 1e-4)], JUMPS)
    assert panel.horizon.beta == pytest.approx(1.0 + 0.2 * 2 + 0.1)
    # 1e5 steps at eta = 1e-4 are 0.1/eta^1.5; so are 3162 at 1e-3 and 100 at 1e-2, where checkpoints lie below
    assert panel.horizon.t == pytest.approx(0.1)
    assert [panel.horizon.checkpoint(cell).steps for cell in panel.cells] == [10, 1000, 100_000]
    rows = [row for row in elimination.rows([panel]) if row["is_at_horizon"]]
    assert [(row["eta"], row["steps"]) for row in rows] == [(1e-2, 10), (1e-3, 1000), (1e-4, 100_000)]
    # a larger l* makes the steps grow faster as eta falls: 79 fit at eta = 1e-3, not 3162
    (other,) = eliminations(panel.cells, {(0.5, 1.2): 10})
    assert [other.horizon.checkpoint(cell).steps for cell in panel.cells] == [10, 10, 100_000]


def test_the_title_of_elimination_owns_up_to_runs_that_are_too_short():
    flat = tuple(OutsideShare(s, 0.9, 0.8, 1.0, 0.9) for s in STEPS)

    def visit(eta, outside):
        """Make a visit that measures a share of 0.9 outside the widest wells at any eta, with a given exact one."""
        shares = tuple((1 - outside) / 2 if well in made_visit().widest else outside / 2 for well in range(4))
        return dataclasses.replace(made_visit(eta=eta), outside_widest=flat, exact=shares)

    titles = []
    for visits in (
        [made_visit(eta=1e-2), made_visit(eta=1e-4)],
        [visit(1e-2, 0.5), visit(1e-4, 0.1)],
        [visit(1e-2, 0.5), visit(1e-4, 0.6)],
    ):
        with house_style():
            titles.append(elimination.FIGURE.titled(eliminations(visits, JUMPS)).get_suptitle())
    assert ["too short" in title for title in titles] == [False, True, False]
    assert ["nor does the exact share fall" in title for title in titles] == [False, False, True]


def test_light_tails_have_no_horizon_in_the_theorem():
    visits = [dataclasses.replace(made_visit(eta=eta), alpha=None) for eta in (1e-2, 1e-3)]
    (panel,) = eliminations(visits, {(0.5, None): 2})
    assert panel.horizon is None
    with house_style():
        assert len(elimination.FIGURE.titled([panel]).axes) == 2


def test_a_share_of_nothing_is_left_out_of_the_logarithmic_axes():
    none = tuple(OutsideShare(s, 0.0, 0.0, 0.0, None) for s in STEPS)
    panels = eliminations([dataclasses.replace(made_visit(), outside_widest=none, exact=(None,) * 4)], JUMPS)
    with house_style():
        figure = elimination.FIGURE.titled(panels)
        assert collisions(figure) == []
    assert all(len(axes.lines) == 0 for axes in figure.axes)
    assert {row["outside"] for row in elimination.rows(panels)} == {0.0}


def test_the_title_is_about_the_smallest_stationary_eta_or_else_the_longest_run():
    @dataclasses.dataclass
    class Told:
        eta: float
        horizon: float
        is_stationary: bool

    short, long, small = Told(0.001, 0.4, False), Told(0.01, 90.0, True), Told(0.003, 70.0, True)
    assert told_cell([short, long, small]) is small
    assert told_cell([short, Told(0.01, 16.0, False)]).horizon == 16.0
