"""A typed formula in several variables as a SymPy expression, which SymPy differentiates.

The text is read by the project's own parser; SymPy is given the parsed steps, never text. Numbers go in as
floating-point ones, so that no formula can make SymPy compute huge integers.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

from hts.landscapes.reading import FormulaError, Step, parse_steps

LETTERS = ("x", "y", "z")
MAX_DEPTH = 100  # of operations inside each other; SymPy recurses
LARGEST_EXPONENT = 64  # whole exponents up to it become products


class Size(sp.Function):  # type: ignore[misc]
    """|u|, with the derivative from the right at 0."""

    nargs = 1

    def _eval_derivative(self, symbol: Any) -> Any:
        return Side(self.args[0]) * self.args[0].diff(symbol)


class Side(sp.Function):  # type: ignore[misc]
    """-1 where u < 0, otherwise 1; its derivative is 0."""

    nargs = 1

    def _eval_derivative(self, symbol: Any) -> Any:
        return sp.S.Zero


class Choice(sp.Function):  # type: ignore[misc]
    """The second argument where the first is at least 0, otherwise the third; derivatives are taken on each side."""

    nargs = 3

    def _eval_derivative(self, symbol: Any) -> Any:
        decider, yes, no = self.args
        return Choice(decider, yes.diff(symbol), no.diff(symbol))


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "abs": Size, "exp": sp.exp, "log": sp.log, "sqrt": sp.sqrt, "sin": sp.sin, "cos": sp.cos, "tanh": sp.tanh,
}  # fmt: skip


def variables_of(text: str, dimension: int) -> tuple[str, ...]:
    """Name the variables of a formula: x, y, z up to three dimensions unless x1, x2, ... stand in it."""
    if dimension > len(LETTERS) or re.search(r"\bx\d", text):
        return tuple(f"x{i}" for i in range(1, dimension + 1))
    return LETTERS[:dimension]


def read_expression(text: str, dimension: int) -> tuple[Any, tuple[Any, ...]]:
    """Read a formula as a SymPy expression.

    Parameters
    ----------
    text : str
        Numbers, x, y, z or x1, ..., xd, + - * / ** ( ) and the functions of `hts.landscapes.formulas`.
    dimension : int

    Returns
    -------
    expression : sympy.Expr
    symbols : tuple of sympy.Symbol
        One for each coordinate.

    Raises
    ------
    FormulaError
        With the column of what is wrong.
    """
    names = variables_of(text, dimension)
    symbols = tuple(sp.Symbol(name) for name in names)
    return _combined(parse_steps(text, names), dict(zip(names, symbols, strict=True))), symbols


def _combined(steps: Sequence[Step], known: dict[str, Any]) -> Any:
    stack: list[tuple[Any, int]] = []
    for step in steps:
        if step.name in known or step.name == "number":
            stack.append((known.get(step.name, sp.Float(step.value)), 0))
            continue
        n = 2 if step.name in ("+", "-", "*", "/", "**") else 1
        operands = stack[len(stack) - n :]
        del stack[len(stack) - n :]
        depth = 1 + max(depth for _, depth in operands)
        if depth > MAX_DEPTH and step.name not in ("+", "-"):
            raise FormulaError(step.column, f"{MAX_DEPTH} operations inside each other are allowed, this is one more")
        result = _result(step, [u for u, _ in operands])
        if result.has(sp.zoo, sp.nan, sp.oo, sp.I):
            raise FormulaError(step.column, f"'{step.name}' has no value here: change the formula")
        stack.append((result, depth))
    return stack[0][0]


def _result(step: Step, operands: list[Any]) -> Any:
    u = operands[0]
    if step.name == "negative":
        return -u
    if step.name == "constant power":
        is_whole = step.value.is_integer() and abs(step.value) <= LARGEST_EXPONENT
        return u ** (sp.Integer(int(step.value)) if is_whole else sp.Float(step.value))
    if step.name in FUNCTIONS:
        return FUNCTIONS[step.name](u)
    w = operands[1]
    return {"+": lambda: u + w, "-": lambda: u - w, "*": lambda: u * w, "/": lambda: u / w, "**": lambda: u**w}[
        step.name
    ]()


def derivatives(expression: Any, symbols: Sequence[Any]) -> list[Any]:
    """Differentiate an expression with respect to each symbol."""
    return [expression.diff(symbol) for symbol in symbols]
