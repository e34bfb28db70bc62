"""Landscapes of formulas: critical points against mpmath, tables against the formula."""

import pickle
import re
from dataclasses import replace
from math import inf

import mpmath
import numpy as np
import pytest

from hts.landscapes import FormulaError, Landscape, LandscapeError, formula, quartic, wang_oh_rhee
from hts.landscapes.formulas import parse_formula
from hts.landscapes.gradients import check_table, hinged_gradient, tabulated_gradient

mp = mpmath.mpf


def published(x: mpmath.mpf) -> mpmath.mpf:
    """Evaluate the four-well function of Wang, Oh, Rhee, written a second time."""
    sharp = (1 + 1 / (mp("0.01") + 4 * (x - mp("0.5")) ** 2)) * (1 + 1 / (mp("0.1") + 4 * (x + mp("1.5")) ** 2))
    wells = (x + mp("1.6")) * (x + mp("1.3")) ** 2 * (x - mp("0.2")) ** 2 * (x - mp("0.7")) ** 2 * (x - mp("1.6"))
    outer = (abs(mp("1.65") - x) / 20) ** mp("0.6") * (1 - mpmath.exp(-5 * (x + mp("0.8")) ** 2) / 4)
    return wells * sharp * outer


@pytest.fixture(scope="module")
def four_wells() -> Landscape:
    return wang_oh_rhee()


def test_the_published_function_has_the_critical_points_that_mpmath_finds(four_wells: Landscape) -> None:
    with mpmath.workdps(40):
        for found, printed, curvatures in (
            (four_wells.minima, (-1.51148, -0.69927, 0.49624, 1.32209), four_wells.curvatures),
            (four_wells.barriers, (-1.3, 0.2, 0.7), -four_wells.barrier_curvatures),
        ):
            assert found == pytest.approx(printed, abs=6e-6)
            for point, start, curvature in zip(found, printed, curvatures, strict=True):
                bracket = (mp(start) - mp("1e-4"), mp(start) + mp("1e-4"))
                root = mpmath.findroot(lambda t: mpmath.diff(published, t), bracket, solver="illinois")
                assert float(abs(root - mp(float(point)))) < 1e-9
                assert curvature == pytest.approx(float(mpmath.diff(published, root, 2)), rel=1e-9)
    assert four_wells.curvatures == pytest.approx([163.4, 2.178, 446.3, 7.733], rel=2e-4)
    assert (four_wells.kind, four_wells.projection, four_wells.domain) == ("wang-oh-rhee", 1.6, (-1.6, 1.6))
    assert four_wells.notes == ()


def test_the_published_function_and_its_derivatives_agree_with_mpmath(four_wells: Landscape) -> None:
    x = np.random.default_rng(11).uniform(-1.6, 1.6, 25)
    with mpmath.workdps(40):
        for order, got in enumerate((four_wells.potential, four_wells.derivative, four_wells.second_derivative)):
            wanted = np.array([float(mpmath.diff(published, mp(float(t)), order)) for t in x])
            assert got(x) == pytest.approx(wanted, rel=1e-11, abs=1e-12 * np.max(np.abs(wanted)))


@pytest.mark.parametrize(
    ("low", "high", "n_most"), [(-1.3, 0.2, 450), (0.2, 0.7, 900), (-1.6, 1.6, 5000), (-inf, inf, 5000)]
)
def test_the_table_of_a_part_errs_by_less_than_it_states(
    four_wells: Landscape, low: float, high: float, n_most: int
) -> None:
    gradient = four_wells.gradient(low, high)
    x = np.random.default_rng(12).uniform(max(low, -1.6), min(high, 1.6), 100_000)
    slope = four_wells.derivative(x)
    error = np.max(np.abs(gradient(x) - slope)) / np.max(np.abs(slope))
    assert gradient.error <= 1e-9
    assert error < 1.05 * gradient.error
    assert len(gradient.table) <= n_most
    assert not gradient.table.flags.writeable
    assert gradient.table.flags.c_contiguous
    assert gradient.table_low + gradient.table_spacing * (len(gradient.table) - 1) == pytest.approx(gradient.table_high)
    # the twin in a slightly wrong world: nodes off by a millionth of their spacing
    wrong = replace(gradient, table_low=gradient.table_low + 1e-6 * gradient.table_spacing)
    assert np.max(np.abs(wrong(x) - slope)) / np.max(np.abs(slope)) > 1e-9


def test_beyond_the_domain_the_slope_goes_on_linearly() -> None:
    landscape = formula("x**4/10 - x**2", (-3.0, 6.0))
    beyond_left, beyond_right = np.array([-3.5, -40.0]), np.array([6.5, 1e6])
    # f' = 0.4 x^3 - 2 x and f'' = 1.2 x^2 - 2 at the ends
    wanted = np.concatenate([-4.8 + 8.8 * (beyond_left + 3.0), 74.4 + 41.2 * (beyond_right - 6.0)])
    x = np.concatenate([beyond_left, beyond_right])
    assert landscape.derivative(x) == pytest.approx(wanted, rel=1e-13)
    assert landscape.gradient()(x) == pytest.approx(wanted, rel=1e-12)
    assert landscape.gradient(-50.0, 0.0)(beyond_left) == pytest.approx(wanted[:2], rel=1e-12)
    assert landscape.gradient(7.0, inf)(beyond_right[1:]) == pytest.approx(wanted[3:], rel=1e-12)
    assert len(landscape.gradient(7.0, inf).table) == 0
    assert len(landscape.gradient(-3.0, 6.0).knots) == 0
    assert landscape.gradient(-3.0, inf).knots.tolist() == [6.0]
    h = 1e-3
    rise = (landscape.potential(x[:3] + h) - landscape.potential(x[:3] - h)) / (2 * h)
    assert rise == pytest.approx(wanted[:3], rel=1e-8)
    assert landscape.second_derivative(x) == pytest.approx([8.8, 8.8, 41.2, 41.2])


def test_the_quartic_is_two_exact_cubics() -> None:
    landscape = quartic()
    assert landscape.minima == pytest.approx([-np.sqrt(5.0), np.sqrt(5.0)], abs=1e-14)
    assert landscape.barriers.tolist() == [0.0]
    assert landscape.curvatures == pytest.approx([4.0, 4.0], rel=1e-13)
    gradient = landscape.gradient(-6.0, 6.0)
    assert gradient.table.shape == (2, 4)
    assert gradient.error < 1e-14
    assert (landscape.kind, landscape.domain, landscape.notes) == ("quartic", (-6.0, 6.0), ())


def test_two_critical_points_between_neighbouring_samples_are_found() -> None:
    """The slope (x + 1/2)(x - 0.3)(x - 0.30001) dips below 0 between two of the first samples, 3e-5 apart."""
    roots = [-0.5, 0.3, 0.30001]
    text = " + ".join(f"({float(c)!r})*x**{4 - i}/{4 - i}" for i, c in enumerate(np.poly(roots)))
    landscape = formula(text, (-1.0, 1.0))
    assert np.array([landscape.minima[0], *landscape.barriers, landscape.minima[1]]) == pytest.approx(roots, abs=1e-9)
    assert landscape.curvatures == pytest.approx([0.8 * 0.80001, 0.80001 * 1e-5], rel=1e-6)


def test_a_jump_of_the_second_derivative_becomes_a_hinge() -> None:
    landscape = formula("2*x**2 + abs(x - 0.3)*(x - 0.3) + sin(x)", (-2.0, 2.0))
    assert landscape.kinks == pytest.approx([0.3], abs=1e-15)
    gradient = landscape.gradient(-2.0, 2.0)
    assert gradient.slopes == pytest.approx([4.0], rel=1e-6)
    x = np.random.default_rng(13).uniform(-2.0, 2.0, 20_000)
    assert np.max(np.abs(gradient(x) - (4 * x + 2 * np.abs(x - 0.3) + np.cos(x)))) < 1e-9 * 13
    assert len(landscape.gradient(0.4, 2.0).knots) == 0


@pytest.mark.parametrize(
    ("text", "domain", "words"),
    [
        ("x**3/3 - x", (-2, 2), ["the maximum -1 to the left end", "beyond the left end -2", "falls for ever"]),
        (
            "sin(x)",
            (-7, 1),
            ["the maximum -4.71239 to the left end -7", "end -7 of the domain f has a minimum at -8.14", "past 1.64"],
        ),
    ],
)
def test_a_landscape_that_does_not_rise_for_ever_says_so(
    text: str, domain: tuple[float, float], words: list[str]
) -> None:
    notes = formula(text, domain).notes
    for word in words:
        assert any(word in note for note in notes)


def test_no_note_is_made_of_what_the_projection_forbids() -> None:
    assert len(formula("x**3/3 - x", (-2, 2), L=2.0).notes) == 1


@pytest.mark.parametrize(
    ("text", "domain", "words"),
    [
        ("x", (-2, 2), "no minimum"),
        ("-x**2", (-2, 2), "no minimum"),
        ("3", (-2, 2), "0 all along"),
        ("1 - exp(-50*x**2)", (-6, 6), "0 all along"),
        ("x**4", (-1, 1), "located"),
        ("x**2*(x - 1)**3", (-2, 2), "touches 0 at x = 1"),
        ("x**4 - 2*x**2", (-1, 2), "at the end -1"),
        ("1/(x - 0.1234567) + x**2", (-2, 2), "located"),
        ("sin(40000*x)", (-10, 10), "narrow the domain"),
    ],
)
def test_formulas_without_proper_wells_are_refused_with_the_place(
    text: str, domain: tuple[float, float], words: str
) -> None:
    with pytest.raises(LandscapeError, match=words):
        formula(text, domain)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("abs(x)", 1, "f' jumps at x = 0"),
        ("x**2 + abs(x - 0.3)", 8, "f' jumps at x = 0.3"),
        ("1/x", 2, "at x = 0"),
        ("x**2 + log(x)", 8, "'log' of -1"),
        ("x +", 4, "too early"),
        ("x**2*1e60*1e60", 10, r"leaves f = 1e\+120 at x = -1"),
        ("1e101 + x**2", 1, r"'1e\+101' leaves f = 1e\+101"),
    ],
)
def test_formulas_without_a_smooth_value_are_refused_with_the_column(text: str, column: int, words: str) -> None:
    with pytest.raises(FormulaError, match=words) as refusal:
        formula(text, (-1.0, 1.0))
    assert refusal.value.column == column
    assert refusal.value.key == "f"


def test_a_feature_too_narrow_for_a_table_is_refused_and_not_overlooked() -> None:
    landscape = formula("x**2 + 1e-3*tanh(1e5*(x - 0.12345))", (-1.0, 1.0))
    with pytest.raises(LandscapeError, match=r"too rough near x = 0\.1234"):
        landscape.gradient()
    assert landscape.gradient(-1.0, 0.1).error <= 1e-9


@pytest.mark.parametrize("domain", [(1.0, -1.0), (0.0, 0.0), (0.0, inf), (0.0, np.nan), (0.0, 1.0, 2.0), "ab", 3.0])
def test_domains_that_cannot_be_are_refused(domain: tuple[float, float]) -> None:
    with pytest.raises(LandscapeError) as refusal:
        formula("x**2", domain)
    assert refusal.value.key == "domain"


def test_landscapes_of_formulas_travel_between_processes(four_wells: Landscape) -> None:
    twin = pickle.loads(pickle.dumps(four_wells))
    assert np.array_equal(twin.gradient(0.2, 0.7).table, four_wells.gradient(0.2, 0.7).table)


@pytest.mark.parametrize(
    ("text", "is_told"),
    [("sin(150*x)", True), ("x**2 + abs(x - 0.12)**3", True), ("x**2 + 1e-4*abs(x - 0.1)**2.51", True)],
)
def test_a_check_of_the_gradient_accepts_what_a_table_holds(text: str, is_told: bool) -> None:
    landscape = formula(text, (-1.0, 1.0))
    shape = landscape.check.__self__
    assert check_table(lambda x: shape.formula.jet(x)[1:], -1.0, 1.0, shape.kinks) is is_told
    landscape.check_gradient(-1.0, 1.0)
    assert landscape.gradient(-1.0, 1.0).error <= 1e-9


def test_a_check_of_the_gradient_refuses_what_no_table_holds() -> None:
    landscape = formula("x**2 + 1e-4*((x - 0.1)**2 + 1e-13)**0.55", (-1.0, 1.0))
    for encode in (landscape.check_gradient, landscape.gradient):
        with pytest.raises(LandscapeError, match="too rough near x = 0"):
            encode(-1.0, 1.0)


def test_a_long_formula_whose_table_would_be_large_is_refused_at_once():
    """700 operations for each of 37,000 nodes took minutes, and the numbers of nodes are told to a hundredth."""

    def slopes(x):
        return np.sin(100 * x), 100 * np.cos(100 * x)

    assert check_table(slopes, -1.0, 1.0, np.zeros(0), n_operations=2_000)
    with pytest.raises(LandscapeError) as refusal:
        check_table(slopes, -1.0, 1.0, np.zeros(0), n_operations=4_000)
    told = re.search(r"about ([0-9,]+) cubics, at most 2,500 for the 4,000 operations of f: take", str(refusal.value))
    built = tabulated_gradient(lambda x: slopes(x)[0], -1.0, 1.0, hinged_gradient([0, 0], [], []))
    assert int(told[1].replace(",", "")) == pytest.approx(len(built.table), rel=0.01)


def test_operations_of_a_formula_count_equal_parts_once():
    assert parse_formula("sin(2*x) + cos(2*x)").n_operations == 6
