"""Plans with faults, drawn by number: a good plan with some characters, values or lines changed, or extreme numbers.

The good plans are the published ones, which are read only, and small ones, which every command can go through.
"""

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

WELLS = '[landscape]\nkind = "double-well"\nminima = [-1.0, 1.0]\nbarriers = [0.0]\ncurvature = 1.0\nL = 2.5\n'
FORMULA = '[landscape]\nkind = "formula"\nf = "x**4/4 - x**2/2 + 0.1*sin(3*x)"\ndomain = [-2.0, 2.0]\n'
BASIN = '[landscape]\nkind = "basin"\nminimum = 0.0\ncurvature = 1.0\n'
EXIT = "walkers = 20\nmax_steps = 300\n"
FROM_WELL = "[exit]\nwell = 0\n" + EXIT
FROM_START = "[exit]\ndomain = [-1.0, 1.0]\nstart = 0.25\nwithin = 5.0\n" + EXIT
#: Plans that each command goes through in a second or two.
SMALL = (
    WELLS
    + '[noise]\nkind = "pareto"\np_plus = 0.6\n[grid]\neta = [0.1, 0.05]\nb = [0.7, inf]\nalpha = [1.5]\n'
    + FROM_WELL,
    BASIN + '[noise]\nkind = "stable"\nscale = 0.5\n[grid]\neta = [0.1]\nb = [0.4]\nalpha = [1.2, 1.8]\n' + FROM_START,
    BASIN + '[noise]\nkind = "normal"\nscale = 0.8\n[grid]\neta = [0.1]\nb = [0.7, inf]\n' + FROM_START,
    FORMULA + '[noise]\nkind = "student"\n[grid]\neta = [0.05]\nb = [0.5]\nalpha = [2.5]\n' + FROM_WELL,
    BASIN
    + '[noise]\nkind = "lomax"\nnormal_scale = 0.3\n[grid]\neta = { geom = [0.05, 0.2, 2] }\nb = [0.7]\nalpha = [1.3]\n'
    + FROM_START,
    WELLS
    + '[noise]\nkind = "pareto"\nscale = 0.3\n[grid]\neta = [0.05]\nb = [0.7, inf]\nalpha = [1.5]\n'
    + "[visits]\nwell = 0\nwalkers = 5\nsteps = 2_000\nbins = 12\n",
    WELLS + "[levy]\nepsilon = [0.5]\nstep = [0.1]\nalpha = [1.5]\n" + FROM_WELL,
    '[landscape]\nkind = "flat"\n[levy]\nepsilon = [1.0]\nstep = [0.1]\nalpha = [1.2]\n' + FROM_START,
)


def mutated(number: int) -> str:
    """Return the text of a published plan with one to three faults."""
    rng = np.random.default_rng([SEED, number])
    return _with_faults(CONFIGS[rng.integers(len(CONFIGS))].read_text(encoding="utf-8"), rng)


def small(number: int) -> str:
    """Return the text of a small plan with one to three faults."""
    rng = np.random.default_rng([SEED, 2, number])
    return _with_faults(SMALL[rng.integers(len(SMALL))], rng)


def _with_faults(text: str, rng: np.random.Generator) -> str:
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
