"""Plans with faults, drawn by number: a good plan with some characters, values or lines changed, or extreme numbers."""

import re
from pathlib import Path

import numpy as np

SEED = 20261128
CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))
NUMBER = re.compile(r"(?<![\w.\"])-?(?:\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?|inf)(?![\w.\"])")
#: Put in the place of a value.
VALUES = (
    *("0", "-1", "1", "0.5", "nan", "inf", "-inf", "1e100", "1e-100", "1e308", "5e-324", "-0.0", "1e400", "2_0"),
    *("9" * 30, "0x" + "f" * 5000, '""', '"x"', "[]", "[[]]", "{}", "true", "1979-05-27", "[1, 2, 3]", "{ a = 1 }"),
    *("{ geom = [1e-3, 1e-1, 3] }", "{ lin = [1, 2, 2] }", "{ geom = [1, 2] }", '"\\u0000"', "'é'", "[nan]", '["a"]'),
)
MARKS = ("\0", "é", '"', "'", "[", "]", "{", "}", "=", ".", ",", "#", "\n", "\\", "-", "e", "9", "\t", "\x7f", "\u2028")
#: Numbers that plans accept, if only just.
EXTREME = (1e-100, 1e-50, 1e-12, 1e-3, 0.999, 1.0, 1.001, 1.5, 2.0, 10.0, 1e3, 1e12, 1e50, 1e100)


def mutated(number: int) -> str:
    """Return the text of a plan with one to three faults."""
    rng = np.random.default_rng([SEED, number])
    text = CONFIGS[rng.integers(len(CONFIGS))].read_text(encoding="utf-8")
    for _ in range(rng.integers(1, 4)):
        text = _changed(text, rng)
    return text


def _changed(text: str, rng: np.random.Generator) -> str:
    lines = text.splitlines(keepends=True)
    at = int(rng.integers(len(text) + 1))
    line = int(rng.integers(len(lines)))
    kind = rng.integers(6)
    if kind == 0:
        return text[:at] + MARKS[rng.integers(len(MARKS))] + text[at:]
    if kind == 1:
        return text[:at] + text[at + int(rng.integers(1, 9)) :]
    if kind == 2:
        return "".join(lines[:line] + lines[line + 1 :])
    if kind == 3:
        return "".join([*lines[: line + 1], lines[int(rng.integers(len(lines)))], *lines[line + 1 :]])
    given = [i for i, one in enumerate(lines) if re.match(r"\w+ *=", one)]
    if kind == 4 and given:
        line = given[rng.integers(len(given))]
        lines[line] = lines[line].split("=")[0] + "= " + VALUES[rng.integers(len(VALUES))] + "\n"
        return "".join(lines)
    numbers = list(NUMBER.finditer(text))
    if not numbers:
        return text
    one = numbers[rng.integers(len(numbers))]
    return text[: one.start()] + VALUES[rng.integers(14)] + text[one.end() :]


def extreme(number: int) -> str:
    """Return the text of a plan with numbers from one end to the other of what is accepted."""
    rng = np.random.default_rng([SEED, 1, number])

    def some(*values: float) -> float:
        return float(rng.choice(values or EXTREME))

    law = str(rng.choice(["pareto", "lomax", "stable", "student", "normal"]))
    alphas = {"stable": (0.1, 0.5, 1.0, 1.01, 1.5, 1.99, 2.0)}.get(
        law, (0.1, 0.5, 1.0, 1.01, 1.5, 2.0, 2.5, 10.0, 100.0)
    )
    landscape = (
        'kind = "double-well"\nminima = [-1.0, 1.0]\n'
        f"barriers = [{some(-0.999, 0.0, 0.999999)}]\ncurvature = {some()}\n",
        f'kind = "basin"\nminimum = {some(0.0, -1e50, 1.0)}\ncurvature = {some()}\n',
        f'kind = "formula"\nf = "{some(1e-12, 1.0, 1e12)}*(x**4/4 - x**2/2)"\ndomain = [-2.0, 2.0]\n',
    )[rng.integers(3)]
    place = "well = 0" if "basin" not in landscape else f"domain = [-1e51, {some(2.0, 1e3, 1e100)}]\nstart = 0.5"
    index = "" if law == "normal" else f"alpha = [{some(*alphas)}]\n"
    skew = f"p_plus = {some(0.0, 0.5, 1.0)}\n" if law in ("pareto", "lomax") else ""
    return (
        f"[landscape]\n{landscape}L = {some(1.0, 2.0, 1e100, np.inf)}\n"
        f'[noise]\nkind = "{law}"\nscale = {some()}\n{skew}'
        f"[grid]\neta = [{some()}]\nb = [{some(np.inf, *EXTREME)}]\n{index}"
        f"[exit]\n{place}\nwalkers = {int(some(1, 3, 20))}\nmax_steps = {int(some(1, 10, 1000))}\n"
    )
