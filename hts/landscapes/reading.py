"""A typed formula as steps in postfix order.

The text is cut into tokens and put into order by the shunting-yard method; nothing is ever evaluated as Python, and
reading does not recurse, so no text can exhaust the stack.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from hts.landscapes import jets
from hts.landscapes.checks import LandscapeError
from hts.landscapes.jets import Jet

MAX_CHARACTERS = 3_000  # ten times the published four-well formula; beyond it evaluation would be slow, not wrong
MAX_NAMED = 6  # variables that a message names one by one
MAX_ABS = 50  # their arguments are kept wherever a formula is looked at

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<call>[^\W\d]\w*\s*\()|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|[-+*/()])|(?P<space>\s+)"
)
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "negative": 3, "**": 4}  # as in Python: -x**2 is -(x**2)
_REMEDIES = {
    "^": "write ** for powers",
    "|": "write abs(...)",
    ",": "write decimals with a point, as 0.5",
    "[": "write (",
    "]": "write )",
    "{": "write (",
    "}": "write )",
    "−": "write -",
    "–": "write -",
    "·": "write *",
    "×": "write *",
    "²": "write **2",
    "³": "write **3",
    "ln": "write log for the natural logarithm",
    "log10": "write log(...)/2.302585092994046",
    "pi": "write 3.141592653589793",
    "π": "write 3.141592653589793",
    "e": "write exp(1)",
    "X": "write x",
}


class FormulaError(LandscapeError):
    """A formula that cannot be used.

    Attributes
    ----------
    column : int
        Where in the text, from 1.
    """

    def __init__(self, column: int, message: str) -> None:
        super().__init__("f", f"column {column}: {message}")
        self.column = column


class Step(NamedTuple):
    """One step of a formula in postfix order."""

    name: str  # "number", a variable, "negative", "constant power", an operator or a function
    column: int  # where it stands in the text, from 1
    value: float = 0.0  # the number, or the exponent of a constant power


def parse_steps(text: str, variables: Sequence[str] = ("x",)) -> tuple[Step, ...]:
    """Read a formula in some variables as steps in postfix order; see `parse_formula`.

    Parameters
    ----------
    text : str
    variables : sequence of str
        Names that are allowed beside those of functions.

    Raises
    ------
    FormulaError
        Naming column, the offending text and a remedy.
    """
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(MAX_CHARACTERS + 1, f"the formula has {len(text)} characters: {MAX_CHARACTERS} are allowed")
    reader = _Reader(variables)
    for kind, token, column in _tokens(text, variables):
        if reader.expects_operand:
            reader.read_operand(kind, token, column)
        else:
            reader.read_operator(kind, token, column)
    steps = reader.finish(len(text) + 1)
    if len(bends := [step for step in steps if step.name == "abs"]) > MAX_ABS:
        raise FormulaError(bends[MAX_ABS].column, f"{len(bends)} times abs: {MAX_ABS} are allowed")
    return steps


class _Reader:
    """The shunting yard: steps done in postfix order, and the operators and parentheses that still wait."""

    def __init__(self, variables: Sequence[str]) -> None:
        self.variables = variables
        self.steps: list[Step] = []
        self.waiting: list[Step] = []  # "(", a function (which opens a parenthesis too) or an operator
        self.expects_operand = True

    def read_operand(self, kind: str, token: str, column: int) -> None:
        """Take what may begin an operand."""
        if kind == "number" or token in self.variables:
            self._emit(Step("number", column, float(token)) if kind == "number" else Step(token, column))
            self.expects_operand = False
        elif kind == "call":
            name = token[:-1].rstrip()
            if name in self.variables:
                raise FormulaError(column, f"{name} is followed by '(': write {name}*( for a product")
            if name not in jets.FUNCTIONS:
                raise _unknown(column, name, self.variables)
            self.waiting.append(Step(name, column))
        elif kind == "name":
            if token in jets.FUNCTIONS:
                raise FormulaError(column, f"'{token}' has no argument: write {token}(...)")
            raise _unknown(column, token, self.variables)
        elif token == "(":
            self.waiting.append(Step("(", column))
        elif token == "-":
            self.waiting.append(Step("negative", column))
        elif token != "+":
            raise FormulaError(column, f"'{token}' has nothing on its left: write a number, x or a function before it")

    def read_operator(self, kind: str, token: str, column: int) -> None:
        """Take what may follow an operand."""
        if token == ")":
            while self.waiting and self.waiting[-1].name in _PRECEDENCE:
                self._emit(self.waiting.pop())
            if not self.waiting:
                raise FormulaError(column, "')' closes no '(': take it away, or open one before it")
            opener = self.waiting.pop()
            if opener.name != "(":
                self._emit(opener)
        elif token in jets.OPERATORS:
            # ** binds to the right: 2**3**2 is 2**(3**2)
            least = _PRECEDENCE[token] + (token == "**")
            while self.waiting and _PRECEDENCE.get(self.waiting[-1].name, 0) >= least:
                self._emit(self.waiting.pop())
            self.waiting.append(Step(token, column))
            self.expects_operand = True
        else:
            raise FormulaError(column, f"'{token}' follows without a sign: write * for a product, or + - / **")

    def finish(self, column: int) -> tuple[Step, ...]:
        """Return all steps once the text has ended, at `column`."""
        if self.expects_operand:
            raise FormulaError(column, "the formula ends too early: write a number, x or a function here")
        while self.waiting:
            step = self.waiting.pop()
            if step.name not in _PRECEDENCE:
                raise FormulaError(step.column, "this '(' is never closed: write ')' where it ends")
            self._emit(step)
        return tuple(self.steps)

    def _emit(self, step: Step) -> None:
        """Append a step; what has only numbers to work on becomes a number, and u**number a step of its own."""
        n = n_operands(step)
        operands = self.steps[len(self.steps) - n :]
        if step.name == "**" and operands[1].name == "number":
            exponent = self.steps.pop().value
            step, operands = Step("constant power", step.column, exponent), operands[:1]
        if step.name in self.variables or any(u.name != "number" for u in operands):
            self.steps.append(step)
            return
        with np.errstate(all="ignore"):
            value = float(result_of(step, [jets.number(u.value) for u in operands])[0])
        if not np.isfinite(value):
            shown = {"constant power": "**", "number": "the number"}.get(step.name, step.name)
            raise FormulaError(step.column, f"{shown} gives {value} here: use numbers whose result is finite")
        del self.steps[len(self.steps) - len(operands) :]
        self.steps.append(Step("number", step.column, value))


def _tokens(text: str, variables: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Yield kind, token and column of what is not space."""
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unknown(at + 1, text[at], variables)
        if match.lastgroup != "space":
            yield str(match.lastgroup), match.group(), at + 1
        at = match.end()


def _unknown(column: int, token: str, variables: Sequence[str]) -> FormulaError:
    """Return the error for a word or a character that means nothing here."""
    close = difflib.get_close_matches(token.lower(), jets.FUNCTIONS, n=1)
    remedy = _REMEDIES.get(token, f"did you mean {close[0]}?" if close else "")
    named = ", ".join(variables) if len(variables) <= MAX_NAMED else f"{variables[0]}, ..., {variables[-1]}"
    allowed = f"numbers, {named}, + - * / ** ( ) and {', '.join(jets.FUNCTIONS)}"
    return FormulaError(column, f"{token!r} is not known{': ' if remedy else ''}{remedy}; allowed are {allowed}")


def n_operands(step: Step) -> int:
    """Count what a step works on: numbers and variables stand for themselves."""
    if step.name in jets.OPERATORS:
        return 2
    return 1 if step.name in jets.FUNCTIONS or step.name in ("negative", "constant power") else 0


def result_of(step: Step, operands: list[Jet]) -> Jet:
    """Carry out one step other than x itself."""
    if step.name == "number":
        return jets.number(step.value)
    if step.name == "negative":
        return jets.negative(*operands)
    if step.name == "constant power":
        return jets.constant_power(operands[0], step.value)
    if step.name in jets.FUNCTIONS:
        return jets.FUNCTIONS[step.name](operands[0])
    return jets.OPERATORS[step.name](*operands)
