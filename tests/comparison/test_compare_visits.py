"""Tests that measured shares of time meet exact and limit ones: intervals, z-scores, horizons, words."""

import json
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fake_visits import SHARES, plan, sweep, visits_of
from scipy import stats

from hts.cli.documents import to_json
from hts.comparison import compare_visits, exact_references, fit_visits, limit_references
from hts.comparison.tables import share_table
from hts.comparison.visit_records import ShareReference
from hts.comparison.visit_verdicts import start_weight, visit_verdict
from hts.estimation.spread import spread_between_walkers
from hts.sweeps import VisitCellSample

STUDY = plan()
CELL = STUDY.cells()[0]


def forgotten(shares=SHARES):
    """Expected shares of a chain that has forgotten its start."""
    return lambda start, n_steps: np.tile(shares, (len(n_steps), 1))


def sample(first=0, n=40, study=STUDY, shares=SHARES):
    made = visits_of(study, shares)(CELL, first, n, study.most_steps, lambda steps: None, None)
    columns = {name: getattr(made, name) for name in vars(made)}
    return VisitCellSample(CELL, n, np.array(study.visit_record().checkpoints(study.most_steps)), **columns)


def compared(reference=None, **kwargs):
    references = {} if reference is None else {CELL: reference}
    return compare_visits([sample(**kwargs)], references).visits[0]


def test_walkers_that_ran_off_to_infinity_are_counted_and_no_horizon_is_told():
    lost = sample()
    lost.position[:3] = [np.nan, np.inf, -np.inf]
    [cell] = compare_visits([lost], {CELL: ShareReference(relaxation_steps=10.0)}).visits
    assert (cell.n_diverged, cell.horizon, cell.is_stationary) == (3, None, None)
    assert cell.verdict.startswith("3 of 40 walkers ran off to infinity")
    assert compared(ShareReference(relaxation_steps=10.0)).n_diverged == 0


def test_shares_have_student_s_interval_over_walkers():
    one = compared()
    part = sample().steps_in_well[:, -1] / 100_000
    for well in range(3):
        low, high = stats.t.interval(0.95, 39, part[:, well].mean(), stats.sem(part[:, well]))
        assert (one.shares[well], one.low[well], one.high[well]) == pytest.approx((part[:, well].mean(), low, high))
    assert one.near == pytest.approx([share / 2 for share in one.shares], abs=1e-5)
    assert one.transitions == tuple(map(tuple, sample().transitions.sum(axis=0).tolist()))


def test_intervals_cover_as_often_as_they_say():
    few = [compared(first=5 * k, n=5) for k in range(400)]
    covered = [cell.low[0] <= SHARES[0] <= cell.high[0] for cell in few]
    # binomial(400, 0.95): outside four standard deviations once in 2e4 times; the seed is fixed
    assert abs(np.mean(covered) - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 400)
    normal = [abs(c.shares[0] - SHARES[0]) < 1.96 * (c.high[0] - c.shares[0]) / stats.t.ppf(0.975, 4) for c in few]
    assert abs(np.mean(normal) - 0.95) > 4 * math.sqrt(0.95 * 0.05 / 400)  # five walkers are too few for 1.96


def test_z_scores_are_standard_normal_and_a_wrong_world_is_told():
    right = ShareReference(exact=np.array(SHARES), relative_error=0.0, occupation=forgotten())
    z = [compared(right, first=8 * k, n=8).z_exact[1] for k in range(200)]
    assert abs(np.mean(z)) < 4 / math.sqrt(200)
    assert abs(np.std(z) - 1) < 4 / math.sqrt(400)
    assert "simulation and exact agree" in compared(right).verdict
    wrong = replace(right, occupation=forgotten((0.503, 0.1985, 0.2985)))
    assert "simulation and exact disagree" in compared(wrong).verdict
    # unless the exact values are known no better than that: stationary ones, or what is still missing to them
    assert "simulation and exact agree" in compared(replace(wrong, relative_error=0.01)).verdict
    wrong = replace(wrong, occupation_error=1.0)
    assert "simulation and exact agree" in compared(wrong).verdict
    settled = replace(wrong, exact=np.array((0.503, 0.1985, 0.2985)))
    assert "simulation and exact disagree" in compared(settled).verdict


def test_a_disagreement_is_told_only_where_a_second_look_confirms_it(tmp_path):
    cells, asked = STUDY.cells(), []
    sweep(STUDY, tmp_path)

    def referred(plan, shares, cells=cells):
        known = ShareReference(exact=np.array(shares), relative_error=0.0, occupation=forgotten(shares))
        return dict.fromkeys(cells, known)

    def again(shares):
        def found(plan, cells):
            asked.extend(cells)
            return referred(plan, shares, cells)

        return found

    wrong = (0.503, 0.1985, 0.2985)
    mended = fit_visits(tmp_path, lambda plan: referred(plan, wrong), again(SHARES))
    assert asked == list(cells)
    assert all("simulation and exact agree" in visit.verdict for visit in mended.visits)
    confirmed = fit_visits(tmp_path, lambda plan: referred(plan, wrong), again(wrong)).visits[0]
    assert "(a bug, or a wrong model)" in confirmed.verdict
    assert f"in well 0: share {confirmed.shares[0]:.6g}, exact 0.503" in confirmed.verdict
    assert "next: hts verify DIR --replay" in confirmed.verdict
    asked.clear()
    fit_visits(tmp_path, lambda plan: referred(plan, SHARES), again(wrong))
    assert asked == []


def test_wells_that_hardly_a_walker_has_met_are_judged_only_where_more_were_expected():
    met = replace(sample(shares=(0.6, 0.4, 0.0)), walkers_wanted=40)
    rare = ShareReference(exact=np.array(SHARES), relative_error=0.0, occupation=forgotten((0.6, 0.4, 1e-9)))
    assert compare_visits([met], {CELL: rare}).visits[0].z_exact[2] is None
    often = replace(rare, occupation=forgotten((0.3, 0.2, 0.5)))
    # 40 walkers that should spend half of the time there: at least 20 of them should have come
    assert compare_visits([met], {CELL: often}).visits[0].z_exact[2] < -4


def test_the_interval_of_a_share_that_nobody_has_is_that_of_the_chance_to_come():
    met = replace(sample(n=10, shares=(1.0, 0.0, 0.0)), walkers_wanted=10)
    one = compare_visits([met]).visits[0]
    bound = stats.binomtest(0, 10).proportion_ci(0.95).high  # 1 - 0.025^(1/10)
    assert (one.shares[1], one.low[1], one.high[1]) == pytest.approx((0.0, 0.0, bound))
    assert (one.shares[0], one.low[0], one.high[0]) == pytest.approx((1.0, 1.0 - bound, 1.0))


def test_the_weight_of_the_start_is_that_of_a_chain_with_two_states():
    rate = 1e-4  # of either move: relaxation time 1/(2 rate)
    for steps in (100, 5_000, 50_000):
        excess = np.mean((1 - 2 * rate) ** np.arange(1, steps + 1))  # P(left) - P(right) after n steps from the left
        assert start_weight(steps * 2 * rate) == pytest.approx(excess, rel=1e-3)


@pytest.mark.parametrize(
    ("relaxation", "said", "is_stationary"),
    [
        (30_000.0, "100 000 steps are 3.3 relaxation times: not stationary yet, the start still weighs 29 %", False),
        (1_000.0, "100 000 steps are 100 relaxation times: stationary, but for 1 % that the start", True),
        (400_000.0, "100 000 steps are 0.25 relaxation times: not stationary yet, the start still weighs 88 %", False),
    ],
)
def test_the_horizon_is_told_in_relaxation_times(relaxation, said, is_stationary):
    one = compared(ShareReference(relaxation_steps_exact=relaxation))
    assert one.verdict.startswith(said)
    assert one.is_stationary is is_stationary
    limit = compared(ShareReference(relaxation_steps=relaxation))
    assert limit.verdict.startswith(said.split(" relaxation times")[0] + " relaxation times of the limit chain")


def test_time_outside_the_widest_wells_is_told_at_each_checkpoint():
    reference = ShareReference(widest=(0,), occupation=forgotten(), relaxation_steps_exact=100.0)
    one = compared(reference)
    whole = sample()
    assert [row.steps for row in one.outside_widest] == whole.checkpoints.tolist()
    spread = spread_between_walkers(whole.steps_in_well[:, 7, 1:].sum(axis=1) / whole.checkpoints[7])
    seventh = one.outside_widest[7]
    assert (seventh.share, seventh.high) == pytest.approx((float(spread.mean), min(float(spread.high), 1.0)))
    assert [row.expected for row in one.outside_widest] == pytest.approx([0.5] * len(whole.checkpoints))
    assert "of the time outside the widest well 0 (exact for that many steps: 0.5), 0 in the limit" in one.verdict
    assert compared(replace(reference, widest=())).outside_widest == ()


def test_one_walker_has_no_interval_and_none_has_nothing():
    one = compared(ShareReference(exact=np.array(SHARES), occupation=forgotten()), n=1)
    assert one.low == one.z_exact == (None,) * 3
    assert None not in one.shares
    nothing = {name: column[:0] for name, column in vars(sample(n=1)).items() if getattr(column, "ndim", 0)}
    empty = VisitCellSample(CELL, 40, **nothing | {"checkpoints": sample(n=1).checkpoints}, steps_beyond_domain=0)
    nobody = compare_visits([empty], {CELL: ShareReference(occupation=forgotten())}).visits[0]
    assert nobody.shares == (None,) * 3
    assert nobody.verdict == "nothing measured yet"
    assert visit_verdict(replace(one, walkers_wanted=40)).endswith("incomplete: 1 of 40 walkers")


def test_transition_rates_are_per_step_in_the_well_that_is_left():
    one = compared()
    whole = sample()
    for i, j in ((0, 1), (2, 0)):
        moves, steps = whole.transitions[:, i, j], whole.steps_in_well[:, -1, i]
        assert one.transition_rates[i][j] == pytest.approx(moves.sum() / steps.sum())
        # a ratio's interval is about that of its numerator where all walkers spend about the same time there
        half = stats.t.ppf(0.975, 39) * stats.sem(moves - one.transition_rates[i][j] * steps) / steps.mean()
        assert one.transition_high[i][j] - one.transition_rates[i][j] == pytest.approx(half, rel=1e-6)
        assert one.transition_rates[i][j] - one.transition_low[i][j] == pytest.approx(half, rel=1e-6)
    assert one.transition_rates[1][1] == 0.0
    assert compared(n=1).transition_low[0][1] is None
    assert compared(shares=(1.0, 0.0, 0.0)).transition_rates[1][0] is None  # nobody was there


def test_a_folder_is_compared_with_the_limit(tmp_path):
    sweep(STUDY, tmp_path)
    comparison = fit_visits(tmp_path)
    references = limit_references(STUDY)
    for cell, known in zip(comparison.visits, references.values(), strict=True):
        assert cell.exact == cell.z_exact == (None,) * 3
        assert cell.limit == pytest.approx(tuple(known.limit))
        assert sum(cell.limit) == pytest.approx(1.0)
        horizon = known.relaxation_steps and 100_000 / known.relaxation_steps
        assert cell.horizon == pytest.approx(horizon)
        assert (horizon is None) == (cell.b == 0.7)  # one widest well: the limit has nothing to relax
    assert {cell.b: cell.widest for cell in comparison.visits} == {0.7: (2,), math.inf: (0, 1, 2)}


def test_stable_noise_with_alpha_2_has_no_limit_shares_beside_its_own():
    found = limit_references(plan('noise.kind="stable"', "grid.alpha=[1.99, 2.0]"))
    for cell, reference in found.items():
        assert (reference.limit is None) == (cell.alpha == 2.0)
        assert reference.relaxation_steps is None if cell.alpha == 2.0 or cell.b == 0.7 else reference.relaxation_steps
        # light tails have the same graph, but which wells keep the time is then a question of depth
        assert reference.widest == (() if cell.alpha == 2.0 else (2,) if cell.b == 0.7 else (0, 1, 2))


def fake_predict(plan, cells):
    return [
        SimpleNamespace(
            exact=(0.3, 0.4, 0.3),
            relative_error=1e-6,
            relaxation_steps_exact=1000.0,
            occupation=forgotten() if cell.b == 0.7 else lambda start, n_steps: None,
            rates_relative_error=0.01,
            warnings=("told",),
        )
        for cell in cells
    ]


def test_exact_shares_come_with_those_of_any_horizon():
    references = exact_references(fake_predict)(STUDY)
    for cell, reference in references.items():
        assert reference.warnings == ("told",)
        assert reference.exact.tolist() == [0.3, 0.4, 0.3]
        assert reference.relaxation_steps_exact == 1000.0
        if cell.b == 0.7:
            assert reference.occupation(1, [10, 20]).tolist() == [list(SHARES)] * 2
        else:
            assert reference.occupation(1, [10, 20]) is None
    assert exact_references(lambda plan, cells: ())(STUDY).keys() == references.keys()


def test_the_document_is_json_and_the_table_has_a_row_for_each_well(tmp_path):
    sweep(plan("visits.walkers=1"), tmp_path)
    comparison = fit_visits(tmp_path, exact_references(fake_predict))
    document = json.loads(json.dumps(to_json(comparison.document()), allow_nan=False))
    assert list(document) == ["schema", "cells", "fits", "visits"]
    assert document["cells"] == document["fits"] == []
    assert {row["b"] for row in document["visits"]} == {0.7, "inf"}
    assert document["visits"][0]["transition_rates"][2][2] == 0.0
    assert document["visits"][0]["transition_low"][2][1] is None  # of one walker
    assert document["visits"][0]["outside_widest"][0].keys() == {"steps", "share", "low", "high", "expected"}
    table = share_table(comparison)
    assert {len(column) for column in table.values()} == {12}
    assert table["well"] == [0, 1, 2] * 4
    assert table["share"][:3] == list(comparison.visits[0].shares)
    assert table["is_widest"][:3] == [False, False, True]
