"""Check that a plan warns once for each cause, with the values it concerns, and is silent where theory holds."""

from math import inf
from pathlib import Path
from typing import Any

import pytest

from hts.forecast.warnings import warnings_of
from hts.plans import parse_plan
from hts.plans.values import toml_value

BASIN = 'kind = "basin"\nminimum = 0.0\ncurvature = 1.0'
DOUBLE_WELL = 'kind = "double-well"\nminima = [-1.0, 1.0]\nbarriers = [0.0]\ncurvature = 1.0'
GRID = "eta = [0.1, 0.01]\nb = [0.7, inf]\nalpha = [1.5]"
DOMAIN = "domain = [-1.0, 1.5]\nstart = 0.0"


def said_of(
    landscape: str = BASIN, noise: str = 'kind = "pareto"', grid: str = GRID, exits: str = DOMAIN
) -> tuple[str, ...]:
    """Warnings of a basin on (-1, 1.5) under pareto noise, its tables changed."""
    tables = f"[landscape]\n{landscape}\n[noise]\n{noise}\n[grid]\n{grid}\n[exit]\n{exits}\n"
    return warnings_of(parse_plan(tables + "walkers = 10\nmax_steps = 1000\n", Path("plan.toml")))


def grid_of(eta: Any = (0.1,), b: Any = (0.7,), alpha: Any = (1.5,)) -> str:
    return f"eta = {toml_value(eta)}\nb = {toml_value(b)}\nalpha = {toml_value(alpha)}"


def only(warnings: tuple[str, ...]) -> str:
    """The one warning there is."""
    (warning,) = warnings
    return warning


def test_a_plan_theory_covers_has_no_warning():
    assert said_of() == ()


def test_a_clip_wider_than_the_exit_distance_is_named():
    warning = only(said_of(grid=grid_of(b=[0.4, 1.1, 1.2, 1.3, 1.4, 1.6])))
    assert warning.startswith(
        "b = 1.1, 1.2, 1.3, 1.4 and 1 more is wider than the exit distance r = 1: one jump suffices"
    )


def test_the_exit_distance_is_that_of_the_sides_noise_and_projection_leave_open():
    wide = grid_of(b=[1.2])
    assert said_of(grid=wide, noise='kind = "pareto"\np_plus = 1.0') == ()
    assert said_of(grid=wide, noise='kind = "pareto"\np_plus = 0.0') != ()
    shut = 'kind = "basin"\nminimum = 0.5\ncurvature = 1.0\nL = 1.2'
    warning = only(said_of(grid=grid_of(b=[1.2]), landscape=shut, exits="domain = [-0.8, 1.5]\nstart = 0.5"))
    assert warning == "L = 1.2 keeps every walker from the right end 1.5: all leave on the other side"


def test_a_ratio_close_to_an_integer_is_named_with_the_jump_numbers_on_both_sides():
    warning = only(said_of(grid=grid_of(b=[0.2, 0.7, 0.495, 0.505, 1.01])))
    assert warning.startswith(
        "b = 0.2 (r/b = 5, l* = 5 or 6; here 5); b = 0.495 (r/b = 2.0202, l* = 2 or 3; here 3); "
        "b = 0.505 (r/b = 1.9802, l* = 2 or 3; here 2); b = 1.01 (r/b = 0.9901, l* = 1 or 2; here 1): "
        "r/b is within 2 % of an integer"
    )
    assert said_of(grid=grid_of(b=[0.489, 0.511])) == ()


def test_step_sizes_at_which_descent_is_unstable_are_named():
    steep = BASIN.replace("curvature = 1.0", "curvature = 50.0")
    warning = only(said_of(landscape=steep, grid=grid_of(eta=[0.1, 0.05, 0.04, 0.01], b=[inf])))
    assert warning.startswith("eta = 0.1, 0.05: eta f'' > 2 at the minimum 0 (f'' = 50)")
    assert warning.endswith("take eta < 0.04")


def test_tail_indices_without_a_mean_are_named():
    assert only(said_of(grid=grid_of(alpha=[0.7, 1.0, 1.2]))).startswith("alpha = 0.7, 1: the noise has no finite mean")
    assert "light-tailed" in only(said_of(noise='kind = "stable"', grid=grid_of(alpha=[2.0, 1.5])))


def test_step_sizes_at_which_the_gradient_is_clipped_are_named():
    warning = only(said_of(grid=grid_of(eta=[0.5, 0.1, 0.01], b=[0.07, 0.7])))
    assert warning.startswith("eta = 0.5, 0.1 with b = 0.07; eta = 0.5 with b = 0.7: eta |f'| exceeds b")


def test_a_domain_without_a_limit_law_is_named():
    both = only(said_of(landscape=DOUBLE_WELL, exits="domain = [-3.0, 3.0]\nstart = 0.5"))
    assert both.startswith("the domain holds 2 minima (-1, 1): there is no limit law")
    away = only(said_of(landscape=DOUBLE_WELL, exits="domain = [-3.0, 0.5]\nstart = 0.2"))
    assert away.startswith("the start 0.2 lies outside the basin of the domain's only minimum -1")


def test_an_end_beyond_the_formulas_domain_is_named():
    formula = 'kind = "formula"\nf = "x**2/2"\ndomain = [-2, 1.2]'
    warning = only(said_of(landscape=formula))
    assert warning.startswith("the formula holds on [-2, 1.2] only, and the end 1.5 lies beyond")


def test_what_a_landscape_says_of_itself_is_passed_on():
    wells = DOUBLE_WELL.replace("[-1.0, 1.0]", "[-1.0, 2.0]") + "\nL = 1.5"
    assert "the minimum 2 lies outside" in only(said_of(landscape=wells, exits="well = 0"))


@pytest.mark.parametrize("law", [("normal", ""), ("stable", "alpha = [2.0]")])
@pytest.mark.parametrize("b", ["0.7", "1.2", "0.5", "1e-90"])
def test_normal_noise_is_told_nothing_about_jumps_by_either_name(b: str, law: tuple[str, str]):
    kind, alpha = law

    def about_jumps(kind: str, alpha: str) -> list[str]:
        warnings = said_of(noise=f'kind = "{kind}"', grid=f"eta = [0.01]\nb = [{b}]\n{alpha}")
        return [warning for warning in warnings if "jump" in warning]

    assert about_jumps(kind, alpha) == []
    assert about_jumps("stable", "alpha = [2.0, 1.5]") == about_jumps("stable", "alpha = [1.5]")
    if b in ("1.2", "0.5"):
        assert about_jumps("stable", "alpha = [1.5]")


def test_sharp_wells_beside_the_one_that_is_left_are_named_with_their_limits():
    sharp = DOUBLE_WELL.replace("curvature = 1.0", "curvatures = [1.0, 50.0]")
    grid = grid_of(eta=[0.1, 0.05, 0.01], b=[inf])
    warning = only(said_of(landscape=sharp, grid=grid, exits="well = 0"))
    assert warning.startswith("eta = 0.1, 0.05: above 2/f'' in well 1 (f'' = 50; eta < 0.04)")
    assert "the process has no metastable state there" in warning
    both = said_of(landscape=sharp, grid=grid, exits="well = 1")
    assert [warning for warning in both if "metastable" in warning] == [both[0]]
    assert said_of(landscape=sharp, grid=grid_of(eta=[0.04], b=[inf]), exits="well = 0") == ()


def test_a_start_on_a_barrier_is_named():
    warnings = said_of(landscape=DOUBLE_WELL, exits="domain = [-2.0, 2.0]\nstart = 0.0")
    assert any("the start 0 stands on a barrier" in warning for warning in warnings)
    beside = said_of(landscape=DOUBLE_WELL, exits="domain = [-2.0, 2.0]\nstart = 0.01")
    assert not any("stands on a barrier" in warning for warning in beside)
