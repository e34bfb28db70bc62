"""Numbers, and words with numbers, as people read them in messages and tables."""

import math
from collections.abc import Iterable, Sequence


def plural(n: int, noun: str, form: str = "") -> str:
    """Write a number and a noun: 1 cell, 2 cells.

    Parameters
    ----------
    n : int
    noun : str
        In the singular; its plural ends in s.
    form : str
        Of the number, as `format` takes it.
    """
    return f"{n:{form}} {noun}{'' if n == 1 else 's'}"


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with some significant digits; what does not exist is a dash."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return f"{value:,.0f}".replace(",", " ") if 10 ** (digits - 1) <= abs(value) < 1e6 else f"{value:.{digits}g}"


def apart(value: float, other: float) -> tuple[str, str]:
    """Write two numbers that differ, with as few digits from two on as tell them apart: 1.04e-06 and 1.00e-06."""
    for digits in range(1, 17):
        texts = f"{value:.{digits}e}", f"{other:.{digits}e}"
        if texts[0] != texts[1]:
            break
    return texts


def span(values: Sequence[float]) -> str:
    """Write ordered values: each of few, of many the first and the last."""
    if len(values) > 4:
        return f"from {number(values[0])} to {number(values[-1])}"
    return ", ".join(map(number, values))


def whole(value: int) -> str:
    """Write a whole number with all its digits, in groups of three."""
    return f"{value:,}".replace(",", " ")


def interval(value: float | None, low: float | None, high: float | None, digits: int = 4) -> str:
    """Write a number with its 95 % interval."""
    if value is None:
        return f"> {number(low, digits)}" if low is not None else "-"
    if low is None or high is None:
        return number(value, digits)
    return f"{number(value, digits)} [{number(low, digits)}, {number(high, digits)}]"


def each_once(said: Iterable[tuple[str, str]]) -> list[str]:
    """List each text once, after the first of the names it is said of: "a and 2 more: text".

    Parameters
    ----------
    said : iterable of (name, text)
    """
    names: dict[str, list[str]] = {}
    for name, text in said:
        names.setdefault(text, []).append(name)
    more = {text: f" and {len(those) - 1} more" if len(those) > 1 else "" for text, those in names.items()}
    return [f"{those[0]}{more[text]}: {text}" for text, those in names.items()]
