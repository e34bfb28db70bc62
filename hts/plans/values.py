"""Values in writing: as TOML for a file, shortened for a one-line message."""

import json
import math
import re
from collections.abc import Sequence
from itertools import islice

#: Sizes of lengths, scales, curvatures, step sizes and clips: their squares and ratios stay within floating point.
SMALLEST, LARGEST = 1e-100, 1e100
N_SHOWN = 4  # entries of a list that a message writes out
MAX_SHOWN = 60  # characters of a value in a message: a line of a terminal has room for the rest
DECIMAL_BITS = 1000  # Python refuses to write integers of thousands of digits in decimal
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: object) -> str:
    """Write a value in TOML: text, truth, numbers, and lists and tables of them; anything else as its `str`.

    Floats are written so that reading gives the same float.
    """
    if isinstance(value, str):
        # JSON escapes what TOML must escape but DEL, and \\u only below U+0020, where the two agree
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() <= DECIMAL_BITS else f"{value:#x}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(part)}" for key, part in value.items()) + " }"
    return str(value)


def toml_key(key: object) -> str:
    """Write a key: bare where TOML allows it, quoted otherwise."""
    name = str(key)
    return name if BARE_KEY.fullmatch(name) else toml_value(name)


def shown(value: object) -> str:
    """Write a value for a message: one line, at most 60 characters."""
    whole = toml_value(_beginning(value))
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in whole[: MAX_SHOWN + 1])
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def _beginning(value: object, room: int = MAX_SHOWN + 1) -> object:
    """Cut a value of any size and depth to the length of a message."""
    if isinstance(value, str):
        return value[:room]
    if isinstance(value, (list, tuple)):
        return [_beginning(part, room - 1) for part in value[:room]] if room > 0 else []
    if isinstance(value, dict):
        first = list(islice(value.items(), max(room, 0)))
        return {str(key)[:room]: _beginning(part, room - 1) for key, part in first}
    return value


def listed(values: Sequence[float]) -> str:
    """Write some numbers of a list for a message."""
    return first_few([f"{value:g}" for value in values], ", ")


def first_few(texts: Sequence[str], between: str = "; ") -> str:
    """Write the first few of a list for a message, and how many more there are."""
    more = f" and {len(texts) - N_SHOWN} more" if len(texts) > N_SHOWN else ""
    return between.join(texts[:N_SHOWN]) + more
