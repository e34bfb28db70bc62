"""Formulas against Python's own grammar, mpmath's derivatives and hostile text."""

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hts.landscapes import FormulaError, jets
from hts.landscapes.formulas import parse_formula
from hts.landscapes.reading import MAX_CHARACTERS

MPMATH = {"abs": abs} | {name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")}
# no argument of an abs in the formulas below is 0 at these
POINTS = (-1.3711, -0.6133, 0.2371, 0.8917, 1.4127)

leaves = st.sampled_from(["x", "0.7", "2", "1.5e0", ".3"])
smooth = st.recursive(
    leaves,
    lambda u: st.one_of(
        st.tuples(u, st.sampled_from("+-*"), u).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(u, u).map(lambda t: f"({t[0]})/(1.1 + cos({t[1]}))"),
        st.tuples(u, u).map(lambda t: f"(1.2 + sin({t[0]}))**({t[1]})"),
        u.map(lambda t: f"-({t})**3"),
        u.map(lambda t: f"abs({t})"),
        u.map(lambda t: f"(0.1 + abs({t}))**0.6"),
        u.map(lambda t: f"sqrt(0.2 + ({t})**2)"),
        u.map(lambda t: f"log(1.3 + ({t})**2)"),
        u.map(lambda t: f"exp(-tanh({t}))"),
        u.map(lambda t: f"(2 + cos({t}))**-1"),
    ),
    max_leaves=6,
)


@given(smooth, st.sampled_from(POINTS))
@settings(max_examples=120, deadline=None)
def test_value_and_both_derivatives_agree_with_mpmath_at_forty_digits(text: str, x: float) -> None:
    with mpmath.workdps(40):

        def f(t: mpmath.mpf) -> mpmath.mpf:
            return eval(text, {"x": t, **MPMATH})

        wanted = [float(mpmath.diff(f, mpmath.mpf(x), n)) if n else float(f(mpmath.mpf(x))) for n in range(3)]
    assume(max(map(abs, wanted)) < 1e5)
    got = [float(part) for part in parse_formula(text).jet(x)]
    assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9 * max(map(abs, wanted)) + 1e-10)


@given(
    st.recursive(
        st.sampled_from(["x", "2", "3", "0.5", "1e-1"]),
        lambda u: st.one_of(
            st.tuples(u, st.sampled_from(["+", "-", "*", "/", "**"]), u).map("".join),
            u.map(lambda t: f"-{t}"),
            u.map(lambda t: f"+{t}"),
            u.map(lambda t: f"( {t})"),
        ),
        max_leaves=8,
    )
)
@settings(max_examples=300, deadline=None)
def test_precedence_is_pythons(text: str) -> None:
    try:
        wanted = eval(text, {"x": 1.3})
    except (OverflowError, ZeroDivisionError):
        assume(False)
    assume(isinstance(wanted, (int, float)) and abs(wanted) < 1e200)
    try:
        got = float(parse_formula(text).jet(1.3)[0])
    except FormulaError:  # Python's integers go on where floats overflow
        assume(False)
    assert got == pytest.approx(wanted, rel=1e-12)


@given(
    st.one_of(
        st.text(max_size=40),
        st.text(alphabet="x0123456789.e+-*/()^ \n\0_", max_size=40),
        st.lists(
            st.sampled_from(
                ["x", "2", "1e308", "(", ")", "**", "*", "/", "-", "sin(", "abs(", "log(", "x(", " ", "pi", "ſ"]
            )
        ).map("".join),
    )
)
@settings(max_examples=400, deadline=None)
def test_no_text_raises_anything_but_a_formula_error_that_points_into_it(text: str) -> None:
    columns = []
    try:
        shapes = {part.shape for part in parse_formula(text).jet(np.array([0.3, -1.0]))}
    except FormulaError as refusal:
        columns.append(refusal.column)
        shapes = {(2,)}
    assert all(1 <= column <= len(text) + 1 for column in columns)
    assert shapes == {(2,)}


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("x^2", 2, "**"),
        ("3*x + 2x", 8, "write * for a product"),
        ("2 (x)", 3, "write * for a product"),
        ("x(1 + x)", 1, "x*("),
        ("1 + sine(x)", 5, "did you mean sin?"),
        ("cos x", 1, "cos(...)"),
        ("|x|", 1, "abs(...)"),
        ("0,5*x", 2, "0.5"),
        ("x + pi", 5, "3.14159"),
        ("X**2", 1, "write x"),
        ("ln(x)", 1, "log"),
        ("(x + 1", 1, "never closed"),
        ("x + sin(2*(x)", 5, "never closed"),
        ("x + 1)", 6, "closes no"),
        ("x + ", 5, "ends too early"),
        ("", 1, "ends too early"),
        ("()", 2, "nothing on its left"),
        ("* x", 1, "nothing on its left"),
        ("x*9**9**9", 4, "finite"),
        ("x + 1e999", 5, "finite"),
        ("x/(1 - 1)", 2, None),
        ("2/(1 - 1)*x", 2, "finite"),
        ("__import__('os')", 1, "allowed are"),
        ("x.real", 2, "allowed are"),
        ("lambda x: x", 1, "allowed are"),
        ("[x for x in x]", 1, "write ("),
        ("x\0", 2, "allowed are"),
        ("x if x else 2", 3, "follows without a sign"),
    ],
)
def test_a_mistake_is_told_with_its_column_and_a_remedy(text: str, column: int, words: str | None) -> None:
    if words is None:  # readable, but without a value: blamed when evaluated
        formula = parse_formula(text)
        assert not np.isfinite(formula.jet(0.5)[0])
        assert formula.blame(0.5).column == column
        return
    with pytest.raises(FormulaError) as refusal:
        parse_formula(text)
    assert refusal.value.column == column
    assert words in str(refusal.value)


def test_size_and_nesting_are_bounded_by_the_text_alone_and_never_by_the_stack() -> None:
    half = MAX_CHARACTERS // 2 - 1
    assert float(parse_formula("(" * half + "x" + ")" * half).jet(0.3)[0]) == 0.3
    assert float(parse_formula("-" * (MAX_CHARACTERS - 1) + "x").jet(0.3)[0]) == -0.3
    assert float(parse_formula("x" + "+x" * half).jet(1.0)[0]) == half + 1
    with pytest.raises(FormulaError, match="characters"):
        parse_formula("x" + "+x" * MAX_CHARACTERS)


@pytest.mark.parametrize(
    ("text", "x", "column", "symbol"),
    [
        ("1 + log(x)", 0.0, 5, "f "),
        ("sqrt(x)", 0.0, 1, "f' "),
        ("abs(x)**1.5", 0.0, 7, "f'' "),
        ("x + 1/(x - 2)", 2.0, 6, "f "),
    ],
)
def test_where_a_derivative_ends_the_step_that_ended_it_is_blamed(
    text: str, x: float, column: int, symbol: str
) -> None:
    blame = parse_formula(text).blame(x)
    assert blame.column == column
    assert f"leaves {symbol}= " in str(blame)
    assert f"at x = {x:g}" in str(blame)


def test_at_its_corner_abs_has_the_derivatives_from_the_right() -> None:
    x = np.array([0.0])
    assert [float(part[0]) for part in parse_formula("abs(-3*x)").jet(x)] == [0.0, 3.0, 0.0]
    assert [float(part[0]) for part in parse_formula("abs(x)**2").jet(x)] == [0.0, 0.0, 2.0]


def test_equal_subexpressions_are_evaluated_once_to_the_same_bits(monkeypatch):
    """A formula of a hundred equal terms took as long as one of a hundred different ones."""
    calls, sine = [], jets.FUNCTIONS["sin"]
    monkeypatch.setitem(jets.FUNCTIONS, "sin", lambda u: calls.append(1) or sine(u))
    x = np.array(POINTS)
    repeated = parse_formula("x" + "+sin(40*x)*abs(x - 0.5)" * 50).jet_and_arguments(x)
    assert len(calls) == 1
    one, total = parse_formula("sin(40*x)*abs(x - 0.5)").jet(x), parse_formula("x").jet(x)
    for _ in range(50):
        total = jets.add(total, one)
    assert [np.broadcast_to(part, x.shape).tolist() for part in total] == [part.tolist() for part in repeated[0]]
    assert len(repeated[1]) == 50  # the argument of each abs, as before
    with np.errstate(divide="ignore"):
        assert parse_formula("exp(1/(x*-0.0)) + 1/(x*0.0)").jet(1.0)[0] == np.inf  # 0 and -0 are two numbers
