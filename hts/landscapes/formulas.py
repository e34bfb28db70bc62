"""A typed formula as f, f' and f'', exactly.

Steps in postfix order (`reading.py`) are carried out on jets; evaluating does not recurse.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.landscapes import jets
from hts.landscapes.checks import LARGEST
from hts.landscapes.jets import Jet
from hts.landscapes.reading import FormulaError, Step, n_operands, parse_steps, result_of

BLOCK = 2**12  # points at once: what waits for the end of a long formula stays in cache, and in memory


@dataclass(frozen=True)
class Formula:
    """A formula in x, ready to be evaluated together with its derivatives."""

    text: str
    steps: tuple[Step, ...]  # postfix order

    def jet(self, x: npt.ArrayLike) -> Jet:
        """Return f, f' and f'' at x, each of x's shape; NaN or inf where they do not exist."""
        return self.jet_and_arguments(x)[0]

    def jet_and_arguments(self, x: npt.ArrayLike) -> tuple[Jet, list[tuple[int, FloatArray]]]:
        """Return f, f' and f'' at x, and column and argument of each abs: f may have a kink where that changes sign."""
        x = np.asarray(x, dtype=np.float64)
        flat = x.ravel()
        blocks = [self._rows(flat[i : i + BLOCK]) for i in range(0, max(len(flat), 1), BLOCK)]
        rows = np.concatenate(blocks, axis=1)
        value, slope, bend, *arguments = rows.reshape(len(rows), *x.shape)
        columns = [step.column for step in self.steps if step.name == "abs"]
        return (value, slope, bend), list(zip(columns, arguments, strict=True))

    def _rows(self, x: FloatArray) -> FloatArray:
        """Return f, f', f'' and the argument of each abs, float64[3 + abs, x]."""
        arguments = []
        with np.errstate(all="ignore"):
            for step, operands, jet in self._trace(x):
                last = jet
                if step.name == "abs":
                    arguments.append(operands[0][0])
        return np.array([np.broadcast_to(part, x.shape) for part in (*last, *arguments)])

    def blame(self, x: float) -> FormulaError:
        """Return the error for a point where f, f' or f'' has no usable value, naming the first step that fails."""
        with np.errstate(all="ignore"):
            for order, symbol in enumerate(("f", "f'", "f''")):
                for step, operands, jet in self._trace(np.asarray(x)):
                    if not np.abs(jet[order]) <= LARGEST:
                        shown = {"constant power": "**", "negative": "-", "number": f"{step.value:g}"}
                        what = f"'{shown.get(step.name, step.name)}'"
                        if operands:
                            what += " of " + " and ".join(f"{float(u[0]):g}" for u in operands)
                        return FormulaError(
                            step.column,
                            f"{what} leaves {symbol} = {float(jet[order]):g} at x = {x:.10g}: "
                            "keep the domain away from there, or change the formula",
                        )
        raise ValueError(f"f, f' and f'' have values at {x}")

    def _trace(self, x: FloatArray) -> Iterator[tuple[Step, list[Jet], Jet]]:
        """Yield each step with the jets it was given and the one it made."""
        known: dict[int, Jet] = {}
        itself = jets.variable(x)
        for step, (node, given, done) in zip(self.steps, self._nodes, strict=True):
            operands = [known[k] for k in given]
            if node not in known:
                known[node] = itself if step.name == "x" else result_of(step, operands)
            yield step, operands, known[node]
            for k in done:
                del known[k]

    @cached_property
    def n_operations(self) -> int:
        """Operations that a point takes; equal parts of the formula count once."""
        return len({node for node, _, _ in self._nodes})

    @cached_property
    def _nodes(self) -> list[tuple[int, list[int], list[int]]]:
        """For each step the number of its subexpression, those it is made of, and those that are needed no more.

        Equal subexpressions have one number, and are evaluated once.
        """
        numbers: dict[tuple[object, ...], int] = {}
        stack: list[int] = []
        made, last = [], {}
        for place, step in enumerate(self.steps):
            n = n_operands(step)
            given = stack[len(stack) - n :]
            del stack[len(stack) - n :]
            node = numbers.setdefault((step.name, step.value.hex(), *given), len(numbers))  # 0 and -0 are equal
            stack.append(node)
            made.append((node, given))
            last.update(dict.fromkeys((node, *given), place))
        done: list[list[int]] = [[] for _ in self.steps]
        for node, place in last.items():
            done[place].append(node)
        return [(node, given, over) for (node, given), over in zip(made, done, strict=True)]


def parse_formula(text: str) -> Formula:
    """Read a formula made of numbers, x, + - * / ** ( ) and abs exp log sqrt sin cos tanh, with Python's precedence.

    Raises
    ------
    FormulaError
        Naming column, the offending text and a remedy.
    """
    return Formula(text, parse_steps(text))
