"""The message of one mistake in a plan: the key, the value, what is wrong and what to do."""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hts.plans.positions import KeyPath
from hts.plans.values import MAX_SHOWN, shown, toml_key

MAX_TOLD = 50  # mistakes of a plan that are put in words: a person mends some, and asks again
Found = TypeVar("Found")

# pydantic's error types, in the words of a plan
WORDS = {
    "bool_type": "must be true or false",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "model_type": "must be a table",
    "string_too_short": "must not be empty",
    "string_type": "must be text in quotes",
    "too_short": "must not be empty",
    "tuple_type": "must be a list",
}
SPELLING = 0.6  # difflib's own measure of "close"


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with a plan.

    Attributes
    ----------
    path : key path
        The key it is about; it need not be in the file.
    text : str
        What is wrong, the value, and the remedy.
    is_about_key : bool
        Whether the key itself, not its value, is wrong.
    within : tuple[str, int]
        Content of a string value and the place in it, from 1, where only a part of the value is wrong.
    n_more : int
        Mistakes beside this one that are counted and not put in words.
    """

    path: KeyPath
    text: str
    is_about_key: bool = False
    within: tuple[str, int] = ("", 1)
    n_more: int = 0


def first_in_words(found: Sequence[Found], say: Callable[[Found], Mistake]) -> list[Mistake]:
    """Put the first of what was found into words; the last of them counts the others."""
    told = [say(one) for one in found[:MAX_TOLD]]
    if len(found) > len(told):
        told[-1] = replace(told[-1], n_more=told[-1].n_more + len(found) - len(told))
    return told


def key_name(path: KeyPath) -> str:
    """Write a key path as a person would: grid[1].eta[0]."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else ("." if name else "") + shown_key(part)
    return name


def shown_key(key: str) -> str:
    """Write a key for a message, on one line."""
    return toml_key(key) if len(key) <= MAX_SHOWN and key.isprintable() else shown(key)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Write the known word that is closest, or all of them."""
    by_small = {name.lower(): name for name in known}
    close = _close_to(word.lower(), list(by_small))
    return f"did you mean '{by_small[close[0]]}'?" if close else "known are: " + ", ".join(known)


def table_mistakes(error: ValidationError, model: type[BaseModel], root: KeyPath) -> list[Mistake]:
    """Put what pydantic found in one table into words.

    Parameters
    ----------
    error : pydantic.ValidationError
        What validating the table raised.
    model : type
        The model of the table; its fields carry an example each.
    root : key path
        Where the table stands in the plan.
    """
    found = error.errors(include_url=False)
    unknown = [str(part["loc"][-1]) for part in found if part["type"] == "extra_forbidden"]
    known = list(model.model_fields)
    meant = {name for word in unknown[:MAX_TOLD] for name in _close_to(word, known)}
    # a misspelt key is one mistake, not an unknown key and a missing one
    sound = [part for part in found if not (part["type"] == "missing" and part["loc"][-1] in meant)]
    return first_in_words(sound, lambda part: _in_words(part, model, root))


def _close_to(word: str, known: Sequence[str]) -> list[str]:
    """Give the known word that is closest, if one is close."""
    return difflib.get_close_matches(word[: 2 * MAX_SHOWN], known, n=1, cutoff=SPELLING)


def _in_words(part: ErrorDetails, model: type[BaseModel], root: KeyPath) -> Mistake:
    loc = part["loc"]
    path = (*root, *loc)
    kind, value = part["type"], part["input"]
    if kind == "extra_forbidden":
        hint = did_you_mean(str(loc[-1]), list(model.model_fields))
        text = f"unknown key ({hint})" if hint.startswith("did") else f"unknown key; {hint}"
        return Mistake(path, text, is_about_key=True)
    example = _example(model, str(loc[0])) if loc else ""
    if kind == "missing":
        return Mistake(path, f"is missing; add for example {example}", is_about_key=True)
    if kind in WORDS:
        bounds = {name: f"{x:g}" if isinstance(x, float) else x for name, x in part.get("ctx", {}).items()}
        text = f"{WORDS[kind].format(**bounds)} ({shown(value)})"
        if kind == "int_type" and isinstance(value, float) and value.is_integer():
            return Mistake(path, f"{text}; write {int(value):_} without a point or an exponent")
        return Mistake(path, f"{text}; for example {example}" if example else text)
    if kind == "axis":  # its words bring their own example
        return Mistake(path, part["msg"], n_more=part["ctx"]["n_more"])
    return Mistake(path, f"{part['msg']}; for example {example}")


def _example(model: type[BaseModel], field: str) -> str:
    info = model.model_fields.get(field)
    return str(info.examples[0]) if info is not None and info.examples else field
