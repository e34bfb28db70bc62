"""The layout of every figure: style sheet, sizes, panels, axes, legend, title and words of labels."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Literal, TypeVar

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

Panel = TypeVar("Panel")

COLUMN = 3.4
"""Width of one journal column in inches (86 mm)."""
PAGE = 7.0
"""Width of a figure across both columns in inches (178 mm)."""

FEW_DECADES = {"x": ((1.6, (1.0, 2.0, 5.0)), (2.2, (1.0, 3.0))), "y": ((2.6, (1.0, 2.0, 5.0)),)}
"""Which multiples of each decade an axis of at most that many decades labels; a longer one labels decades only."""
LEGEND_ROW = 0.145
"""Inches that one row of the legend takes."""

ETA_LABEL = r"learning rate $\eta$"
# braces keep mathtext from spacing the star like a product
JUMPS = r"$l^{{*}}$"
MEAN_LABEL = r"mean exit time $\mathrm{E}\,\sigma$ (steps)"


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style inside this context and leave the caller's rcParams as they were.

    The style sheet lies on matplotlib's defaults, not on the user's own settings: a figure is the
    same whoever draws it.
    Draw *and* save inside the context, since fonts and ticks are looked up when the file is written.
    """
    with as_file(files("hts.plots") / "hts.mplstyle") as sheet:
        own = matplotlib.rc_params_from_file(sheet, use_default_template=False)
    defaults = {key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")}
    with matplotlib.rc_context({**defaults, **own}):
        yield


def grid_shape(n_panels: int, n_columns: int) -> tuple[int, int]:
    """Return (rows, columns) for that many panels in at most `n_columns` columns."""
    columns = max(1, min(n_panels, n_columns))
    return math.ceil(max(n_panels, 1) / columns), columns


def panel_grid(
    n_panels: int, n_columns: int, width: float, panel_height: float, extra_height: float
) -> tuple[Figure, tuple[Axes, ...]]:
    """Lay out a figure of equal panels that share both axes; places left over in the last row stay empty.

    Parameters
    ----------
    n_panels, n_columns
        Number of panels, and of columns at most.
    width, panel_height, extra_height
        Inches: of the figure, of one row, and of what stands above and below the rows (title, legend).
    """
    rows, columns = grid_shape(n_panels, n_columns)
    figure = Figure(figsize=(width, rows * panel_height + extra_height), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    places = tuple(axes.flat)
    for spare in places[n_panels:]:
        spare.remove()
    # a column that ends early shows its tick labels where it ends
    for place in places[max(0, n_panels - columns) : n_panels]:
        place.xaxis.set_tick_params(labelbottom=True)
    return figure, places[:n_panels]


def draw_panels(
    panels: Sequence[Panel],
    draw: Callable[[Axes, Panel], Axes],
    n_columns: int = 3,
    panel_height: float = 2.35,
    *,
    is_wide: bool = False,
) -> tuple[Figure, tuple[Axes, ...]]:
    """Draw panels that share both axes, with labels outside only.

    One panel makes a figure a column wide, unless `is_wide`; more make one a page wide. Sizes as in `panel_grid`.
    """
    width = COLUMN if len(panels) == 1 and not is_wide else PAGE
    figure, places = panel_grid(len(panels), n_columns, width, panel_height, extra_height=0.35)
    for axes, panel in zip(places, panels, strict=True):
        draw(axes, panel)
        axes.label_outer()
    return figure, places


def place_legend(figure: Figure, groups: Sequence[Sequence[Artist]], n_columns: int, n_narrow: int = 2) -> None:
    """Put one legend below the panels, each group in its own columns, in as few rows as `n_columns` columns allow.

    Where the figure is but a column wide there are `n_narrow` at most.
    """
    if figure.get_figwidth() == COLUMN:
        n_columns = min(n_columns, n_narrow)
    shown = [list(group) for group in groups if group]
    if not shown:
        return
    rows = 1
    while sum(math.ceil(len(group) / rows) for group in shown) > max(n_columns, len(shown)):
        rows += 1
    handles: list[Artist] = []
    for group in shown:
        blanks = -len(group) % rows
        handles += [*group, *(Line2D([], [], linestyle="none", label=" ") for _ in range(blanks))]
    figure.legend(handles=handles, ncols=len(handles) // rows, loc="outside lower center")
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + LEGEND_ROW * rows)


def log_axis(axes: Axes, which: Literal["x", "y"], values: Sequence[float], room_above: float = 0.0) -> None:
    """Make an axis logarithmic, wide enough for the values and for two tick labels, with labels that never collide.

    Parameters
    ----------
    which
        "x" or "y".
    values
        What must be seen, positive.
    room_above
        Share of the length kept free beyond the largest value.
    """
    low, high = math.log10(min(values)), math.log10(max(values))
    spread = max(0.04 * (high - low), (1.1 - (high - low)) / 2)
    low, high = low - spread, high + spread + room_above * (high - low + 2 * spread)
    axis = axes.xaxis if which == "x" else axes.yaxis
    if which == "x":
        axes.set_xscale("log")
        axes.set_xlim(10**low, 10**high)
    else:
        axes.set_yscale("log")
        axes.set_ylim(10**low, 10**high)
    label_decades(axis, high - low, which)


def label_decades(axis: Axis, decades: float, which: Literal["x", "y"]) -> None:
    """Label a logarithmic axis of so many decades: within a few, round numbers between powers of 10 too."""
    labelled = next((subs for most, subs in FEW_DECADES[which] if decades < most), None)
    if labelled is not None:
        axis.set_major_locator(LogLocator(subs=labelled))
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())


def set_title(figure: Figure, text: str) -> None:
    """Write the title of a figure, in lines of about equal length that fit its width."""
    n_letters = 18 * figure.get_figwidth()  # of 8.5 pt Times, 4 pt each
    words = text.replace(" = ", "~=~").split(" ")  # no line ends within an equation
    n_lines = math.ceil(_n_letters(text) / n_letters)
    lines = [""]
    for word in words:
        is_full = _n_letters(lines[-1]) >= _n_letters(text) / n_lines or _n_letters(f"{lines[-1]} {word}") > n_letters
        if lines[-1] and is_full:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    figure.suptitle("\n".join(lines).replace("~", " "), linespacing=1.0)


def _n_letters(text: str) -> int:
    """Count the letters of a text as they are seen: a command of mathtext is one."""
    return len(re.sub(r"[${}^_]", "", re.sub(r"\\[a-zA-Z]+", "x", text)))


def number(value: float) -> str:
    """Write a number for a label: plain near 1, as m×10^k in mathtext far from it; "∞" and 0 as themselves."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.4g}".replace("-", "−")
    mantissa, exponent = f"{value:.2e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = rf"10^{{{int(exponent)}}}"
    if mantissa in ("1", "-1"):
        return f"${mantissa[:-1]}{power}$"
    return rf"${mantissa}\times{power}$"


def clip_label(b: float, jumps: Iterable[int | None] = ()) -> str:
    """Name a series by its clip length, and by its jump number if there is but one; infinite b is no clipping."""
    name = "no clipping" if math.isinf(b) else rf"$b$ = {number(b)}"
    known = set(jumps) - {None}
    return rf"{name}, {JUMPS} = {known.pop()}" if len(known) == 1 else name


def tail_label(alpha: float | None) -> str:
    """Name a panel by its tail index; normal noise has none."""
    return "normal noise" if alpha is None else rf"$\alpha$ = {number(alpha)}"


def listing(words: Sequence[str]) -> str:
    """Join words as in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
