"""Axes of the grid: a list, { geom = [lo, hi, n] } or { lin = [lo, hi, n] }."""

import math
from collections.abc import Sequence
from decimal import Context, Decimal

from pydantic import ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from hts.plans.mistakes import MAX_TOLD
from hts.plans.values import LARGEST, SMALLEST, shown

MAX_AXIS = 100_000  # values of one axis; a results folder writes them all out
MAX_CELLS = 1_000_000  # as many shards as a folder bears; a grid beyond it is a slip of the pen
PRECISE = Context(prec=40)
# twelve digits: what a person can check, and far from where decimal and binary arithmetic could disagree
PRETTY = Context(prec=12)
EXAMPLES = {
    "eta": "eta = [0.1, 0.05] or eta = { geom = [1e-3, 1e-1, 9] }",
    "b": "b = [0.4, 0.7, inf]",
    "alpha": "alpha = [1.2, 1.5, 1.8]",
    "epsilon": "epsilon = [0.5, 0.2, 0.1]",
    "step": "step = [0.1, 0.01]",
    "sigma": "sigma = [0.5, 1.0]",
}


def read_axis(raw: object, info: ValidationInfo) -> tuple[float, ...]:
    """Spell out one axis; a pydantic validator, which names each bad element.

    Parameters
    ----------
    raw : object
        What stands in the plan under `eta`, `b` or `alpha`, or in [levy] under `epsilon` or `step`.
    info : pydantic.ValidationInfo
        Holds the name of the axis; `b` alone may hold inf.

    Raises
    ------
    pydantic_core.ValidationError
        With one entry for each mistake, at its own place.
    """
    name = str(info.field_name)
    may_be_infinite = name == "b"
    found: list[InitErrorDetails] = []

    def complain(place: tuple[str | int, ...], text: str, n_more: int = 0) -> None:
        found.append(InitErrorDetails(type=plainly(text, n_more), loc=place, input=raw))

    values: tuple[float, ...] = ()
    if isinstance(raw, list):
        if not raw:
            complain((), f"must not be empty ([]); for example {EXAMPLES[name]}")
        if len(raw) > MAX_AXIS:
            complain((), f"holds {len(raw)} values, more than {MAX_AXIS:_}; for example {EXAMPLES[name]}")
            raw = []
        wrong = [(i, reason) for i, value in enumerate(raw) if (reason := _not_positive(value, may_be_infinite))]
        for k, (i, reason) in enumerate(wrong[:MAX_TOLD], start=1):
            n_more = len(wrong) - k if k == MAX_TOLD else 0
            complain((i,), f"{reason} ({shown(raw[i])}); for example {EXAMPLES[name]}", n_more)
        if not found:
            values = tuple(float(value) for value in raw)
    elif isinstance(raw, dict) and len(raw) == 1 and next(iter(raw)) in ("geom", "lin"):
        spacing, numbers = next(iter(raw.items()))
        for place, text in _range_mistakes(spacing, numbers):
            complain((spacing, *place), text)
        if not found:
            low, high, n = numbers
            values = (geometric if spacing == "geom" else linear)(float(low), float(high), n)
    else:
        complain((), f"must be a list or one range ({shown(raw)}); for example {EXAMPLES[name]}")
    if found:
        raise ValidationError.from_exception_data("grid", found)
    return values


def geometric(low: float, high: float, n: int) -> tuple[float, ...]:
    """Numbers in constant ratio, the ends exact, the rest to twelve digits, the same on every machine.

    Decimal arithmetic, because `pow` of the C library differs between machines in the last bit, and with it the
    parameters of a cell and its random numbers.
    """
    a, ratio = Decimal(repr(low)), PRECISE.divide(Decimal(repr(high)), Decimal(repr(low)))

    def between(i: int) -> Decimal:
        return PRECISE.multiply(a, PRECISE.power(ratio, PRECISE.divide(Decimal(i), Decimal(n - 1))))

    return _with_exact_ends(low, high, [between(i) for i in range(1, n - 1)], n)


def linear(low: float, high: float, n: int) -> tuple[float, ...]:
    """Numbers in constant distance, the ends exact, the rest to twelve digits, the same on every machine."""
    a, b = Decimal(repr(low)), Decimal(repr(high))

    def between(i: int) -> Decimal:
        step = PRECISE.divide(PRECISE.multiply(PRECISE.subtract(b, a), Decimal(i)), Decimal(n - 1))
        return PRECISE.add(a, step)

    return _with_exact_ends(low, high, [between(i) for i in range(1, n - 1)], n)


def _with_exact_ends(low: float, high: float, inner: Sequence[Decimal], n: int) -> tuple[float, ...]:
    if n == 1:
        return (low,)
    least, most = sorted((low, high))  # an end of more than twelve digits must not be overtaken
    return (low, *(min(max(float(PRETTY.plus(x)), least), most) for x in inner), high)


def plainly(text: str, n_more: int = 0) -> PydanticCustomError:
    """Make a pydantic error that says no more than its text, where braces would be taken for a template, and counts."""
    return PydanticCustomError("axis", "{text}", {"text": text, "n_more": n_more})


def _not_positive(value: object, may_be_infinite: bool = False) -> str:
    """Say what keeps a value from being a step size, a clip, a strength or a tail index, or nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "must be a number"
    if not value > 0:
        return "must be greater than 0"
    try:
        is_finite = math.isfinite(value)
    except OverflowError:  # an integer beyond the largest float
        return "must be below 1.8e308"
    if not is_finite:
        return "" if may_be_infinite else "must be finite"
    return "" if SMALLEST <= value <= LARGEST else f"must be between {SMALLEST:g} and {LARGEST:g}"


def _range_mistakes(spacing: str, numbers: object) -> list[tuple[tuple[int, ...], str]]:
    """Say what is wrong with [lo, hi, n], each with the place of the element."""
    example = f"for example {spacing} = [1e-3, 1e-1, 9]"
    if not isinstance(numbers, list) or len(numbers) != 3:
        return [((), f"must be the two ends and a number of values, [lo, hi, n] ({shown(numbers)}); {example}")]
    low, high, n = numbers
    found: list[tuple[tuple[int, ...], str]] = [
        ((i,), f"{reason} ({shown(end)}); {example}")
        for i, end in enumerate((low, high))
        if (reason := _not_positive(end))
    ]
    if isinstance(n, bool) or not isinstance(n, int):
        found.append(((2,), f"the number of values must be a whole number ({shown(n)}); {example}"))
    elif n < 1:
        found.append(((2,), f"the number of values must be at least 1 ({shown(n)}); {example}"))
    elif n > MAX_AXIS:
        found.append(((2,), f"more than {MAX_AXIS:_} values ({shown(n)}); {example}"))
    elif n == 1 and not found and float(low) != float(high):
        found.append(((2,), f"one value cannot have two ends ({shown(numbers)}); write n = 2 or more, or a list"))
    return found
