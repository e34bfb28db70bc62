"""Tests of plans with [visits]: mistakes at their place, what is settled by default, warnings, identity."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hts.errors import PlanError
from hts.forecast.warnings import warnings_of
from hts.plans import differences, parse_plan

PLAN = """title = "visits"
seed = 5
[landscape]
kind = "multi-well"
minima = [-2.0, 0.0, 3.0]
barriers = [-1.2, 1.0]
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.02]
b = [0.7]
alpha = [1.5]
[visits]
well = 1
walkers = 10
steps = 1_000_000
"""
ONE_WELL = 'kind = "basin"\nminimum = 0.0\n'
BASIN = PLAN.replace('kind = "multi-well"\nminima = [-2.0, 0.0, 3.0]\nbarriers = [-1.2, 1.0]\n', ONE_WELL)
BASIN = BASIN.replace("well = 1", "well = 0")


def plan(text=PLAN, *overrides):
    return parse_plan(text, Path("plan.toml"), overrides)


def warned(*overrides, text=PLAN):
    return "\n".join(warnings_of(plan(text, *overrides)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("well = 1", "well = 3", "15:8: visits.well: no such well (3); the landscape has 3 wells, 0 to 2"),
        ("well = 1\n", "", "14:1: visits.well: is missing; add well = 0 to start at its minimum, or start = x"),
        ("well = 1", "well = 1\nstart = 0.1", "16:1: visits.start: cannot stand beside well = 1; remove one"),
        ("walkers = 10\n", "", "14:1: visits.walkers: is missing; add for example walkers = 10"),
        ("walkers = 10", "walkers = { relative_error = 0.1 }", "16:11: visits.walkers: must be a whole number"),
        ("1_000_000", "1e6", "17:9: visits.steps: must be a whole number (1000000.0); write 1_000_000 without"),
        ("1_000_000", "0", "17:9: visits.steps: must be at least 1 (0); for example steps = 10_000_000"),
        ("well = 1", "well = 1\nradius = 0.8", "16:10: visits.radius: must be smaller than the smallest distance"),
        ("well = 1", "well = 1\nrange = [1.0, 1.0]", "16:9: visits.range: must be two numbers, the lower first"),
        ("well = 1", "well = 1\nbins = 0", "16:8: visits.bins: must be at least 1 (0); for example bins = 54"),
        ("well = 1", "well = 1\nmax_steps = 3", "16:1: visits.max_steps: unknown key"),
        ("curvature = 1.0", "curvature = 1.0\nL = 1.5", "16:8: visits.well: the start 3 lies beyond the projection"),
        ("[visits]", "[exit]\nwell = 0\n[visits]", "16:1: visits: cannot stand beside [exit]: a folder of results"),
        ("walkers = 10", "walkers = 10\nbin = 3", "17:1: visits.bin: unknown key (did you mean 'bins'?)"),
    ],
)
def test_a_mistake_is_told_at_its_place(old, new, message):
    text = PLAN.replace(old, new)
    if "L = 1.5" in new:
        text = text.replace("well = 1", "well = 2")
    with pytest.raises(PlanError) as told:
        plan(text)
    assert f"plan.toml:{message}" in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_one_well_without_ends_is_asked_for_its_range():
    with pytest.raises(PlanError, match=r"visits\.range: is missing; the landscape has one well and no L"):
        plan(BASIN)
    ranged = plan(BASIN + "range = [-2.0, 2.0]\n")
    assert (ranged.visit_record().low, ranged.visit_record().high, ranged.visit_record().radius) == (-2.0, 2.0, 0.2)
    assert "the landscape has one well" in warnings_of(ranged)[0]
    bounded = plan(BASIN.replace("curvature", "L = 3.0\ncurvature"))
    assert (bounded.visit_record().low, bounded.visit_record().high) == (-3.0, 3.0)


def test_a_plan_without_a_study_is_told_of_both():
    with pytest.raises(PlanError, match=r"exit: is missing; add a table \[exit\] .*or \[visits\] for long runs"):
        plan(PLAN[: PLAN.index("[visits]")])


def test_defaults_are_a_tenth_of_the_smallest_distance_and_a_window_around_the_minima():
    record = plan().visit_record()
    assert (record.start, record.well, record.n_bins, record.checkpoints_per_decade) == (0.0, 1, 54, 4)
    assert record.radius == pytest.approx(0.08)
    assert (record.low, record.high) == (-4.0, 5.0)
    projected = plan(PLAN.replace("curvature = 1.0", "curvature = 1.0\nL = 3.5")).visit_record()
    assert (projected.low, projected.high) == (-3.5, 3.5)


@pytest.mark.parametrize("n_steps", [1, 2, 9, 10, 100, 12_345, 10**7, 2**62])
@pytest.mark.parametrize("per_decade", [1, 4, 7, 100])
def test_checkpoints_are_even_in_their_logarithm_and_end_with_the_run(n_steps, per_decade):
    record = replace(plan().visit_record(), checkpoints_per_decade=per_decade)
    found = record.checkpoints(n_steps)
    assert found[-1] == n_steps
    assert list(found) == sorted(set(found))
    exact = np.unique(np.rint(10.0 ** (np.arange(per_decade * 15 + 1) / per_decade)).astype(np.int64))
    assert [n for n in found[:-1] if n < 10**12] == [n for n in exact.tolist() if n < min(n_steps, 10**12)]
    assert set(found[:-1]) <= set(record.checkpoints(2**62))  # longer runs keep those of shorter ones


def test_a_plan_written_in_full_reads_as_the_same_plan():
    for extra in ("", "radius = 0.05\nrange = [-3.0, 4.0]\nbins = 7\n"):
        study = plan(PLAN + extra)
        again = plan(study.to_toml())
        assert (again, again.identity()) == (study, study.identity())


def test_walkers_and_steps_are_no_physics_but_what_is_recorded_is():
    study = plan()
    for free in ("visits.walkers=11", "visits.steps=7", "grid.eta=[0.1]", 'title="another"'):
        assert plan(PLAN, free).identity() == study.identity()
    for fixed in ("visits.well=2", "visits.radius=0.1", "visits.bins=3", "visits.range=[-1.0, 1.0]"):
        assert plan(PLAN, fixed).identity() != study.identity()
    other = plan(PLAN, "visits.bins=3")
    assert differences(study.physics(), other.physics()) == ("visits.bins: 54 here, 3 there",)
    exits = plan(PLAN.replace("[visits]", "[exit]").replace("steps", "max_steps"))
    assert exits.identity() != study.identity()


def test_a_short_horizon_is_told_in_relaxation_times():
    assert "1000000 steps are less than one relaxation time" in warned("grid.eta=[1e-5]", "grid.b=[inf]")
    assert "eta = 1e-05 (relaxation time" in warned("grid.eta=[1e-5, 0.01]", "grid.b=[inf]")
    assert warned("grid.eta=[0.01]", "grid.b=[inf]") == ""


def test_a_start_on_a_barrier_is_told():
    assert "the start 1 stands on a barrier" in warned(text=PLAN.replace("well = 1", "start = 1.0"))
    assert "barrier" not in warned(text=PLAN.replace("well = 1", "start = 0.99"))


def test_what_is_skipped_with_very_many_jumps_is_told():
    told = warned("grid.b=[0.06]")
    assert "it takes more than 12 jumps to leave well 0 (l* = 14), well 1 (l* = 17), well 2 (l* = 34)" in told
    assert "no exact shares are computed" in told


def only(told):
    """The one warning there is."""
    (warning,) = told.splitlines()
    return warning


def test_with_very_many_jumps_one_warning_says_which_shares_remain():
    assert only(warned("grid.b=[0.06]")).endswith("measured and limit shares remain; take a larger b")
    for b, reason in (
        ("0.02", "well 2 begins a whole number of clips b = 0.02 from minimum 1"),
        ("0.0193", "104 jumps are needed to leave; constants are computed for 100 at most"),
    ):
        told = only(warned(f"grid.b=[{b}]"))
        assert "no exact shares are computed (it takes more than 12 jumps to leave well 0" in told
        assert f"there are no limit shares ({reason}" in told
        assert told.endswith("only measured shares remain; take a larger b")


def test_one_warning_gives_every_reason_why_there_are_no_limit_shares():
    light = PLAN.replace('"pareto"', '"normal"').replace("alpha = [1.5]\n", "")
    assert only(warned("grid.b=[0.06]", text=light)).endswith("only measured shares remain; take a larger b")
    assert only(warned(text=light)).endswith("exact and measured shares remain")
    published = '[landscape]\nkind = "wang-oh-rhee"\n' + PLAN[PLAN.index("[noise]") :]
    apart = only(warned("grid.b=[0.28]", "grid.eta=[0.001]", text=published))
    assert apart.startswith("b = 0.28, alpha = 1.5: no limit shares (typical transitions leave 2 classes")
    assert apart.endswith("exact and measured shares remain")


def test_with_very_many_jumps_and_no_mean_nothing_but_what_is_measured_is_promised():
    told = warned("grid.b=[0.06]", "grid.alpha=[0.9]")
    assert "exact and measured values remain" not in told
    assert told.splitlines()[-1].endswith("only measured shares remain; take a larger b")


def test_classes_that_are_kept_apart_are_told():
    published = PLAN[PLAN.index("[noise]") :]
    text = '[landscape]\nkind = "wang-oh-rhee"\n' + published
    assert "typical transitions leave 2 classes of wells apart" in warned("grid.b=[0.28]", text=text)
    assert "apart" not in warned("grid.b=[0.5]", text=text)


def test_an_unstable_well_is_told():
    assert "no metastable state" in warned("grid.eta=[2.5]")
    assert "metastable" not in warned("grid.eta=[0.02]")


def test_no_finite_mean_is_told_and_light_tails_have_no_limit():
    assert "needs alpha > 1" in warned("grid.alpha=[0.9]")
    light = PLAN.replace('"pareto"', '"normal"').replace("alpha = [1.5]\n", "")
    assert "no limit shares (light tails have no transition rates of this kind)" in warned(text=light)


def test_stable_noise_with_alpha_2_has_no_limit_shares_as_it_is_normal():
    stable = PLAN.replace('"pareto"', '"stable"')
    law, shares = warned("grid.alpha=[2.0]", text=stable).splitlines()
    assert "stable noise with alpha = 2 is normal noise N(0, 2)" in law
    reason = "no limit shares (light tails have no transition rates of this kind)"
    assert shares == f"b = 0.7, alpha = 2: {reason}: exact and measured shares remain"
    assert "relaxation time" not in warned("grid.alpha=[2.0]", "grid.eta=[1e-5]", "grid.b=[inf]", text=stable)
    assert "relaxation time" in warned("grid.alpha=[1.99]", "grid.eta=[1e-5]", "grid.b=[inf]", text=stable)
    assert warned("grid.alpha=[1.99]", text=stable) == ""


def test_forty_wells_are_a_plan_like_another():
    minima, barriers = [2.0 * i for i in range(40)], [2.0 * i + 1 for i in range(39)]
    text = PLAN.replace("[-2.0, 0.0, 3.0]", str(minima)).replace("[-1.2, 1.0]", str(barriers))
    study = plan(text)
    assert study.visit_record().radius == 0.1
    assert len(warnings_of(study)) <= 2
