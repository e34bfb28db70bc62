"""Tests that the figure of probabilities within a time draws what it claims."""

import math
from dataclasses import dataclass, replace

import pytest
from exact_worlds import made_prediction
from figure_worlds import collisions

from hts.answers.laws import WithinLaw, within_laws
from hts.errors import PlanError
from hts.plans import read_plan
from hts.plots.published import read_published, read_published_probabilities
from hts.plots.style import house_style
from hts.plots.within import FIGURE, Within, draw_within, within_panels

INF = math.inf
ETAS = (0.001, 0.01, 0.1)


@dataclass(frozen=True)
class MadeShare:
    """A cell as a comparison would give it."""

    eta: float
    b: float
    alpha: float | None
    n_walkers: int
    probability_within: float | None
    probability_within_low: float | None
    probability_within_high: float | None


def share(eta, b, p):
    low, high = (None, None) if p is None else (0.5 * p, 2 * p + 1e-4)
    return MadeShare(eta, b, 1.5, 1000, p, low, high)


def exact(eta, b):
    """Make a prediction whose probability is 2 eta^(1/2) for one jump, (2 eta^(1/2))^2 for two."""
    p = (2 * eta**0.5) ** (1 if b == INF else 2) / 10
    return replace(made_prediction(eta, b, 1.5), probability_within_exact=p)


def laws():
    return (WithinLaw(0.7, 1.5, 2, None, lambda eta: eta), WithinLaw(INF, 1.5, 1, 0.25, lambda eta: eta**0.5))


def panels(cells=(), published=()):
    return within_panels(cells, [exact(eta, b) for b in (0.7, INF) for eta in ETAS], laws(), published)


def rows(made):
    return FIGURE.rows(Within(1.0, made))


def finding(made):
    return FIGURE.finding(Within(1.0, made))


def test_the_published_table_is_read_whole_and_unknown_sources_are_refused():
    points = read_published_probabilities("WR-rare")
    assert len(points) == 10
    assert (points[0].eta, points[0].b, points[0].alpha, points[0].value) == (0.005, INF, 1.5, 1.1e-3)
    assert read_published("WR-rare") == ()
    assert read_published_probabilities("WOR") == ()
    with pytest.raises(PlanError, match="there are WOR, WR, WR-rare"):
        read_published_probabilities("SSG")


def test_a_known_constant_gives_the_limit_line_and_an_unknown_one_a_guide_through_the_smallest_eta():
    (panel,) = panels()
    tight, free = panel.series
    assert list(tight.curves) == ["exact", "guide"]
    assert list(free.curves) == ["exact", "limit"]
    limit, guide = free.curves["limit"], tight.curves["guide"]
    assert limit.value == pytest.approx(0.25 * limit.eta**0.5)
    # the exact value at 1e-3 is 4e-4 there
    assert guide.value == pytest.approx(4e-4 / 1e-3 * guide.eta)


def test_the_quartics_laws_are_those_of_its_jump_numbers():
    plan = read_plan("configs/rare.toml")
    tight, free = sorted(within_laws(plan, plan.within), key=lambda law: law.b)
    assert (tight.jump_number, tight.constant, free.jump_number) == (2, None, 1)
    assert free.constant == pytest.approx(0.1439557, rel=1e-6)
    assert free.scale(1e-3) == pytest.approx(plan.noise.build(1.5).tail(1e3) * 1e3, rel=1e-12)


def test_a_share_of_0_is_a_bound_and_a_missing_one_is_left_out():
    cells = [share(0.1, INF, 0.05), share(0.01, INF, 0.0), share(0.001, INF, None)]
    made = panels(cells)
    with house_style():
        axes = FIGURE.draw(Within(1.0, made)).axes[0]
        assert draw_within(axes, made[0]) is axes
    places = {}
    for line in axes.lines:
        places.setdefault(line.get_label(), []).append(line.get_xydata().tolist())
    assert [[0.1, 0.05]] in places["measured"]
    assert [[0.01, 1e-4]] in places["bound"]
    assert len(rows(made)) - len(rows(panels())) == 2


def test_published_points_stand_beside_the_series_of_their_b_and_alpha():
    plan = read_plan("configs/rare.toml")
    made = within_panels(
        (), [replace(exact(0.005, b)) for b in (1.5, INF)], (), read_published_probabilities("WR-rare")
    )
    assert [len(series.published) for series in made[0].series] == [5, 5]
    assert plan.figure.published == "WR-rare"
    assert not any(series.published for series in panels((), read_published_probabilities("WR-rare"))[0].series[:1])


def test_the_finding_is_the_ratio_of_exact_values_at_the_smallest_common_eta():
    # 2 sqrt(1e-3)/10 over 4e-3/10: 15.8
    assert finding(panels()) == r"Leaving in time is 16 times rarer with $b$ = 0.7 ($\eta$ = 0.001)"
    assert "against learning rate" in finding(within_panels((), [exact(0.1, INF)]))


def test_no_text_collides_or_is_cut():
    cells = [share(eta, b, p) for b in (0.7, INF) for eta, p in zip(ETAS, (0.0, 1e-3, 0.05), strict=True)]
    with house_style():
        assert collisions(FIGURE.titled(Within(1.0, panels(cells)))) == []
