"""SymPy expressions as programs, and their values at many points."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy as sp

from hts.arrays import FloatArray
from hts.kernels import programs as ops
from hts.kernels.programs import Program
from hts.landscapes.checks import LandscapeError
from hts.space.expressions import LARGEST_EXPONENT, Choice, Side, Size

MAX_OPERATIONS = 20_000  # beyond it a step takes longer than a hundred thousand of the one-dimensional engine
UNARY: dict[Any, int] = {
    sp.exp: ops.EXP, sp.log: ops.LOG, sp.sin: ops.SIN, sp.cos: ops.COS, sp.tanh: ops.TANH, Size: ops.ABSOLUTE,
    Side: ops.SIGN,
}  # fmt: skip

Row = tuple[int, int, int, int, float]  # code, values a, b, c and the number


class _Writer:
    """The operations of expressions, each value computed once; values are numbered, variables first."""

    def __init__(self, symbols: Sequence[Any]) -> None:
        self.n_variables = len(symbols)
        self.known: dict[Any, int] = {symbol: i for i, symbol in enumerate(symbols)}
        self.rows: list[Row] = []

    def emit(self, code: int, a: int = 0, b: int = 0, c: int = 0, number: float = 0.0) -> int:
        """Append an operation, or find the same one; give the number of its value."""
        row = (code, a, b, c, number)
        if row not in self.known:
            if len(self.rows) == MAX_OPERATIONS:
                raise LandscapeError("f", f"the formula and its gradient take more than {MAX_OPERATIONS} operations")
            self.known[row] = self.n_variables + len(self.rows)
            self.rows.append(row)
        return self.known[row]

    def write(self, expression: Any) -> int:
        """Give the number of an expression's value."""
        if expression not in self.known:
            self.known[expression] = self._written(expression)
        return self.known[expression]

    def _written(self, u: Any) -> int:
        if u.is_number:
            return self.emit(ops.CONSTANT, number=_number(u))
        if u.is_Add:
            return self._sum(u)
        if u.is_Mul:
            return self._product(u)
        if u.is_Pow:
            return self._power(*u.as_base_exp())
        if u.func is Choice:
            return self.emit(ops.CHOOSE, *(self.write(part) for part in u.args))
        if u.func in UNARY:
            return self.emit(UNARY[u.func], self.write(u.args[0]))
        raise LandscapeError("f", f"SymPy made {u.func} of the formula, which is not known here: rewrite it")

    def _sum(self, u: Any) -> int:
        number, terms = u.as_coeff_add()
        total: int | None = None
        for term in sorted(terms, key=lambda term: term.could_extract_minus_sign()):  # additions first
            if total is not None and term.could_extract_minus_sign():
                total = self.emit(ops.SUBTRACT, total, self.write(-term))
            else:
                value = self.write(term)
                total = value if total is None else self.emit(ops.ADD, total, value)
        assert total is not None, "a sum has terms"
        return total if number == 0 else self.emit(ops.ADD_NUMBER, total, number=_number(number))

    def _product(self, u: Any) -> int:
        coefficient, factors = u.as_coeff_mul()
        number, above, below = _number(coefficient), None, None
        for factor in factors:
            base, exponent = factor.as_base_exp()
            if factor.is_Pow and exponent.is_number and exponent.is_negative:
                value = self.write(base**-exponent)
                below = value if below is None else self.emit(ops.MULTIPLY, below, value)
            else:
                value = self.write(factor)
                above = value if above is None else self.emit(ops.MULTIPLY, above, value)
        if above is None:
            assert below is not None, "a product has factors"
            return self.emit(ops.NUMBER_OVER, below, number=number)
        quotient = above if below is None else self.emit(ops.DIVIDE, above, below)
        return quotient if number == 1.0 else self.emit(ops.MULTIPLY_NUMBER, quotient, number=number)

    def _power(self, base: Any, exponent: Any) -> int:
        if not exponent.is_number:
            if base.is_number:
                product = self.emit(ops.MULTIPLY_NUMBER, self.write(exponent), number=float(np.log(_number(base))))
            else:
                product = self.emit(ops.MULTIPLY, self.write(exponent), self.emit(ops.LOG, self.write(base)))
            return self.emit(ops.EXP, product)
        n, u = _number(exponent), self.write(base)
        if n < 0.0:
            return self.emit(ops.NUMBER_OVER, self.write(base**-exponent), number=1.0)
        if n == 0.5:
            return self.emit(ops.SQRT, u)
        if not n.is_integer() or n > LARGEST_EXPONENT:
            return self.emit(ops.POWER, u, number=n)
        return self._whole_power(u, int(n))

    def _whole_power(self, u: int, n: int) -> int:
        if n == 1:
            return u
        half = self._whole_power(u, n // 2)
        square = self.emit(ops.MULTIPLY, half, half)
        return square if n % 2 == 0 else self.emit(ops.MULTIPLY, square, u)


def _number(u: Any) -> float:
    value = complex(u)
    if value.imag != 0.0 or not np.isfinite(value.real):
        raise LandscapeError("f", f"{u} is no real number: change the formula")
    return value.real


def compile_expressions(expressions: Sequence[Any], symbols: Sequence[Any]) -> Program:
    """Turn expressions into one program that computes them all.

    Parameters
    ----------
    expressions : sequence of sympy.Expr
    symbols : sequence of sympy.Symbol
        The variables, in the order of the first registers.

    Raises
    ------
    LandscapeError
        Where an expression has values that are not real, or takes too many operations.
    """
    writer = _Writer(symbols)
    results = [writer.write(expression) for expression in expressions]
    return _allocated(writer.rows, results, len(symbols))


def _allocated(rows: Sequence[Row], results: Sequence[int], n_variables: int) -> Program:
    """Put values into registers, which are used again when their values are not needed any more."""
    last = {value: k for k, (_, *operands, _) in enumerate(rows) for value in operands}
    last |= dict.fromkeys(results, len(rows))
    register = {i: i for i in range(n_variables)}
    free: list[int] = []
    n_registers = n_variables
    operations, numbers = np.zeros((len(rows), 5), np.int64), np.zeros(len(rows))
    for k, (code, a, b, c, number) in enumerate(rows):
        operands = [register[v] for v in (a, b, c)]
        if free:
            target = free.pop()
        else:
            target, n_registers = n_registers, n_registers + 1
        register[n_variables + k] = target
        # freed last: a loop that writes where it reads would be no vector code
        free += [register[v] for v in {a, b, c} if v >= n_variables and last[v] == k]
        operations[k], numbers[k] = (code, target, *operands), number
    outputs = np.array([register[v] for v in results], np.int64)
    return Program(operations, numbers, outputs, n_registers)


def evaluate(program: Program, points: FloatArray) -> FloatArray:
    """Run a program at many points.

    Parameters
    ----------
    program : Program
    points : float64[point, coordinate]

    Returns
    -------
    float64[point, output]
        NaN or inf where a result does not exist.
    """
    registers: list[Any] = [*points.T, *[None] * (program.n_registers - points.shape[1])]
    with np.errstate(all="ignore"):
        for (code, target, a, b, c), number in zip(program.operations.tolist(), program.numbers.tolist(), strict=True):
            registers[target] = _OPERATIONS[code](registers[a], registers[b], registers[c], number)
    return np.stack([np.broadcast_to(registers[r], len(points)) for r in program.outputs], axis=-1)


_OPERATIONS: dict[int, Callable[[Any, Any, Any, float], Any]] = {
    ops.CONSTANT: lambda a, b, c, k: k,
    ops.ADD: lambda a, b, c, k: a + b,
    ops.SUBTRACT: lambda a, b, c, k: a - b,
    ops.MULTIPLY: lambda a, b, c, k: a * b,
    ops.DIVIDE: lambda a, b, c, k: a / b,
    ops.ADD_NUMBER: lambda a, b, c, k: a + k,
    ops.MULTIPLY_NUMBER: lambda a, b, c, k: k * a,
    ops.NUMBER_OVER: lambda a, b, c, k: np.divide(k, a),
    ops.POWER: lambda a, b, c, k: np.power(a, k),
    ops.SQRT: lambda a, b, c, k: np.sqrt(a),
    ops.ABSOLUTE: lambda a, b, c, k: np.abs(a),
    ops.SIGN: lambda a, b, c, k: np.where(np.asarray(a) < 0.0, -1.0, 1.0),
    ops.EXP: lambda a, b, c, k: np.exp(a),
    ops.LOG: lambda a, b, c, k: np.log(a),
    ops.SIN: lambda a, b, c, k: np.sin(a),
    ops.COS: lambda a, b, c, k: np.cos(a),
    ops.TANH: lambda a, b, c, k: np.tanh(a),
    ops.CHOOSE: lambda a, b, c, k: np.where(np.asarray(a) >= 0.0, b, c),
}
