"""Tests that a forecast takes exact means where they matter, and says of each cell where its mean comes from."""

import math
from pathlib import Path

import pytest
from fake_exits import PLAN as TEXT
from fake_exits import plan

from hts.answers import predict, predict_roughly
from hts.comparison import limit_predictions
from hts.ensembles import simulate_exits
from hts.forecast import costs, describe, expected_steps, means
from hts.noise import Noise
from hts.plans import Cell, parse_plan
from hts.plans.limits import exit_limit_of
from hts.sweeps import EXIT_STUDY
from hts.theory.exact.exits import exact_exit
from hts.theory.limit.rates import exit_rates

PLAN = plan()
CELLS = PLAN.cells()
MANY = plan("exit.walkers=10_000_000", "exit.max_steps=10_000_000")


def sources(description):
    return {(f.cell.b, f.cell.eta): f.source for f in description.cells}


def test_a_mean_is_the_computed_one_or_the_limit_scaled_or_the_limit():
    limit = expected_steps(MANY)
    clipped, other, *free = CELLS
    assert (clipped.b, other.b) == (0.7, 0.7)
    assert clipped.eta > other.eta
    uncensored = {cell: limit(cell)[0] for cell in CELLS}
    expected = expected_steps(MANY, {other: 3.0 * uncensored[other]})
    assert expected(other) == (pytest.approx(3.0 * uncensored[other], rel=1e-3), "exact")
    assert expected(clipped) == (pytest.approx(3.0 * uncensored[clipped], rel=1e-3), "scaled")
    assert [expected(cell) for cell in free] == [limit(cell) for cell in free]
    assert {source for _, source in map(limit, CELLS)} == {"limit"}


def test_what_cells_share_is_computed_once(monkeypatch):
    made, scaled = [], []
    build, scale = Noise.__post_init__, costs.rate_scale
    monkeypatch.setattr(Noise, "__post_init__", lambda noise: made.append(noise.alpha) or build(noise))
    monkeypatch.setattr(
        costs, "rate_scale", lambda noise, eta, n: scaled.append((noise.alpha, eta, n)) or scale(noise, eta, n)
    )
    wide = plan("exit.walkers=10", "grid.eta={ geom = [1e-3, 1e-1, 40] }")
    cells, _ = costs.forecast_cells(wide, None)
    assert len(cells) > 40
    assert len(made) < 10  # there is one alpha
    assert len(scaled) == len(set(scaled)) <= len(cells)


def test_the_scale_is_that_of_the_smallest_eta():
    limit = expected_steps(MANY)
    third = Cell(0.01, 0.7, 1.5, 0)
    known = {cell: factor * limit(cell)[0] for cell, factor in zip(CELLS[:2], (5.0, 2.0), strict=True)}
    expected = expected_steps(MANY, known)
    assert [expected(cell)[1] for cell in (*CELLS[:2], third)] == ["exact", "exact", "scaled"]
    assert expected(third)[0] == pytest.approx(2.0 * limit(third)[0], rel=1e-3)


def test_censored_walkers_take_fewer_steps():
    censored = plan("exit.max_steps=100")
    for cell in CELLS:
        mean = 50.0
        assert expected_steps(censored, {cell: mean})(cell)[0] == pytest.approx(mean * (1.0 - math.exp(-2.0)))


def test_nothing_is_computed_where_it_does_not_matter(monkeypatch):
    asked = []
    monkeypatch.setattr("hts.answers.predict_roughly", lambda p, cells: asked.append(list(cells)) or {})
    assert set(sources(describe(PLAN)).values()) == {"limit"}
    assert asked == []  # 600 walkers of at most 1000 steps
    describe(MANY)
    assert asked == [[cell for cell in CELLS if cell.eta == 0.02]]
    describe(plan("exit.walkers=10_000_000", "grid.b={ lin = [0.3, 0.9, 13] }"))
    assert len(asked) == 1  # too many to wait for
    steps = dict.fromkeys(CELLS[:2], means.FEW_STEPS / 2)
    assert means.rough_means(MANY, steps) == {}
    assert means.rough_means(MANY, dict.fromkeys(CELLS[:2], means.FEW_STEPS / 1.99)) == {}
    assert len(asked) == 2  # both cells of a line count together


def test_a_description_takes_rough_means_and_says_so():
    said = describe(MANY)
    assert sources(said) == {
        (b, eta): "exact" if eta == 0.02 else "scaled" for b in (0.7, math.inf) for eta in (0.05, 0.02)
    }
    for forecast in said.cells:
        exact = exact_of(forecast.cell)
        assert abs(forecast.mean_steps / exact - 1.0) < (0.01 if forecast.source == "exact" else 0.5)


def exact_of(cell):
    return exact_exit(MANY.exit_of(cell)).mean_exit_steps


def test_means_computed_to_choose_walkers_are_used_for_every_cell():
    chosen = plan("exit.walkers={ relative_error = 0.1 }")
    said = describe(chosen, predict=predict)
    assert set(sources(said).values()) == {"exact"}
    for forecast in said.cells:
        mean = exact_of(forecast.cell)
        assert forecast.mean_steps == pytest.approx(-mean * math.expm1(-1000 / mean), rel=1e-5)


def test_where_there_is_no_exact_mean_the_limit_stands():
    text = TEXT.replace("alpha = [1.5]", "").replace('"pareto"', '"normal"\nscale = 1e-3')
    beyond = parse_plan(text, Path("plan.toml"), ["exit.walkers=1_000_000_000"])
    cell = beyond.cells()[0]
    assert predict_roughly(beyond, [cell]) == {cell: None}
    assert {(f.mean_steps, f.source) for f in describe(beyond).cells} == {(1000.0, "max_steps")}


INTEGER = """[landscape]
kind = "multi-well"
minima = [-1.2, 0.0, 1.2]
barriers = [-0.6, 0.6]
curvature = 1.0
[noise]
kind = "student"
[grid]
eta = { geom = [0.05, 0.5, 5] }
b = [0.3]
alpha = [2.5]
[exit]
well = 1
walkers = 400
max_steps = 5_000_000
"""


def test_where_r_is_a_whole_number_of_clips_exact_means_stand_at_every_eta():
    """A limit theory without an answer once gave max_steps at all etas but the smallest, a thousand times too many."""
    clipped = parse_plan(INTEGER, Path("plan.toml"))
    said = describe(clipped)
    assert {f.source for f in said.cells} == {"exact"}
    for forecast in said.cells:
        # the mean of 400 exponential times errs by 5 %: five cells stray by four of these once in 3000 seeds
        steps = simulate_exits(EXIT_STUDY.problem(clipped, forecast.cell), 0, 400, 10_000_000).exit_steps
        assert abs(steps.mean() / forecast.mean_steps - 1.0) < 0.2


def test_more_etas_than_can_be_computed_lie_between_exact_means():
    many = parse_plan(INTEGER, Path("plan.toml"), ["grid.eta={ geom = [0.05, 0.5, 41] }"])
    said = {f.cell.eta: f for f in describe(many).cells}
    assert [said[eta].source for eta in (0.5, 0.05)] == ["exact", "exact"]
    assert {f.source for f in said.values()} == {"exact", "scaled"}
    means = [f.mean_steps for f in said.values()]
    assert means == sorted(means)
    assert means[-1] < 150.0


def test_no_limit_below_one_step_is_a_forecast():
    large = parse_plan(INTEGER, Path("plan.toml"), ["grid.eta=[5.0, 0.5]", "grid.b=[0.35]", "exit.max_steps=100"])
    assert min(f.mean_steps for f in describe(large).cells) >= 1.0
    longer = parse_plan(INTEGER, Path("plan.toml"), ["grid.eta=[5.0, 0.5]", "grid.b=[0.35]"])
    assert {f.source for f in describe(longer).cells} == {"exact"}


def test_costs_add_up():
    said = describe(PLAN, threads=3)
    steps = sum(600 * f.mean_steps for f in said.cells)
    assert said.cost.expected_steps == pytest.approx(steps)
    assert said.cost.upper_bound_steps == 4 * 600 * 1000
    assert said.cost.core_seconds == pytest.approx(steps / said.cost.steps_per_second)
    assert said.cost.bytes == 4 * 600 * costs.BYTES_PER_WALKER + 12 * costs.BYTES_PER_SHARD


def test_summaries_take_room_by_shard_alone():
    assert costs.bytes_per_walker(plan('exit.keep="summary"')) == 0


def test_each_line_without_a_limit_is_asked_for_its_limit_once(monkeypatch):
    """At b = 1 the exit is a whole number of clips away: there is no limit whatever eta, and many etas ask for it."""
    asked = []
    monkeypatch.setattr(costs, "exit_limit_of", lambda *args: asked.append(args) or exit_limit_of(*args))
    describe(plan("grid.eta={ geom = [1e-3, 1e-1, 20] }", "grid.b=[0.7, 1.0]"))
    assert len(asked) == 2  # both lines, for what matters and for the forecast together


def test_rates_are_computed_once_for_all_etas_of_a_line():
    exit_rates.cache_clear()
    limit_predictions(plan("grid.eta={ geom = [1e-3, 1e-1, 20] }"))
    assert exit_rates.cache_info().misses == 2  # b = 0.7 and inf
