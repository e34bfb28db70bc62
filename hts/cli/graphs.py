"""Tables and JSON of typical transitions and reduced chains."""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click
import numpy as np

if TYPE_CHECKING:
    from hts.answers.chains import ChainPrediction, IrreducibleWindows
    from hts.theory.limit.chains import ChainClass, LimitChain

#: Destinations of a well whose numbers are written out; JSON has all.
DESTINATIONS_SHOWN = 3
#: Wells up to which each has a row, with its l_ij; beyond, each class has one.
WELLS_SHOWN = 8


def graph_document(prediction: "ChainPrediction") -> dict[str, Any]:
    """Give one entry of "graphs" (docs/interface.md, "describe")."""
    chain = prediction.chain
    return {
        "b": chain.b,
        "alpha": prediction.alpha,
        "jump_numbers": chain.jump_numbers,
        "jumps": chain.graph.jumps,
        "edges": chain.edges,
        "irreducible": chain.irreducible,
        "classes": [
            {
                "wells": c.wells,
                "absorbing": c.absorbing,
                "widest": c.widest,
                "jump_number": c.jump_number,
                "rates": c.rates,
                "stationary": c.stationary,
                "relative_error": c.relative_error,
                "relaxation_time": c.relaxation_time,
                "relaxation_steps": [{"eta": eta, "steps": n} for eta, n in steps],
                "reasons": c.reasons,
            }
            for c, steps in zip(chain.classes, prediction.relaxation_steps, strict=True)
        ],
    }


def windows_document(found: "IrreducibleWindows | None") -> dict[str, Any] | None:
    """Give "irreducible_windows"; an end at infinity is "inf"."""
    if found is None:
        return None
    windows = [["inf" if math.isinf(end) else end for end in window] for window in found.windows]
    return {"above": found.above, "windows": windows}


def show_graphs(predictions: "Sequence[ChainPrediction]", windows: "IrreducibleWindows | None") -> None:
    """Print the graph of each b, the chain of each (b, alpha), and the windows of b."""
    from hts.words import number

    chains = [prediction.chain for prediction in predictions]
    graphs = [next(group) for _, group in groupby(chains, key=lambda chain: chain.b)]
    if len(chains[0].jump_numbers) <= WELLS_SHOWN:
        headers = ["b", "well", "l*", "typically to", "l_ij", "class", "which is"]
        _print("Typical transitions i -> j: l_ij = l*_i", headers, [row for g in graphs for row in graph_rows(g)])
    else:
        headers = ["b", "class", "which is", "widest wells", "their l*"]
        _print(
            "Classes of typical transitions; --json lists those", headers, [r for g in graphs for r in class_rows(g)]
        )
    click.echo()
    etas = predictions[0].etas
    shown = list(dict.fromkeys([etas[0], etas[-1]]))
    headers = ["b", "alpha", "widest\nwells", "share\nof time", "rate to, in\nunits of lambda*(eta)"]
    headers += [f"relaxes in steps\nat eta = {number(eta)}" for eta in shown]
    rows = [row for p in predictions for row in chain_rows(p, shown)]
    if rows:
        _print("Reduced chain on the widest wells", headers, rows)
    for prediction in predictions:
        for line in missing(prediction):
            click.echo(line)
    if windows is not None:
        click.echo(windows_line(windows))


def _print(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from hts.cli.tables import CELLS_SHOWN, print_table, say_more

    print_table(title, headers, rows[:CELLS_SHOWN])
    say_more(len(rows))


def graph_rows(chain: "LimitChain") -> list[list[str]]:
    """Give a row for each well: where it typically leads, how many jumps all wells take, and its class."""
    from hts.words import number

    kinds = {well: c for c in chain.classes for well in c.wells}
    rows = []
    for well, n_jumps in enumerate(chain.jump_numbers):
        to = ranges([j for i, j in chain.edges if i == well])
        jumps = chain.graph.jumps[well]
        c = kinds.get(well)
        kind = "outside [-L, L]" if c is None else class_word(c, chain.irreducible)
        every = " ".join("." if math.isinf(n) else f"{n:.0f}" for n in jumps)
        wells = "" if c is None else ranges(c.wells)
        rows.append([number(chain.b), str(well), number(n_jumps), to or "-", every, wells, kind])
    return rows


def class_rows(chain: "LimitChain") -> list[list[str]]:
    """Give a row for each class: its wells, whether it is left, and the widest of them."""
    from hts.words import number

    return [
        [number(chain.b), ranges(c.wells), class_word(c, chain.irreducible), ranges(c.widest), number(c.jump_number)]
        for c in chain.classes
    ]


def class_word(member: "ChainClass", is_irreducible: bool) -> str:
    """Name a class: the whole graph, one that is never left, or one that is."""
    return "irreducible" if is_irreducible else "absorbing" if member.absorbing else "transient"


def chain_rows(prediction: "ChainPrediction", etas: Sequence[float]) -> list[list[str]]:
    """Give a row for each widest well of the absorbing classes that have rates."""
    from hts.words import number

    chain, rows = prediction.chain, []
    key = [number(chain.b), number(prediction.alpha)]
    for c, steps in zip(chain.classes, prediction.relaxation_at(etas), strict=True):
        if c.rates is None or c.stationary is None:
            continue
        times = dict(steps)
        last = [number(times[eta], 3) for eta in etas]
        for k, well in enumerate(c.widest):
            row = [*key, str(well), number(float(c.stationary[k])), rate_words(c, k)]
            rows.append(row + (last if k == 0 else [""] * len(last)))
    return rows


def rate_words(member: "ChainClass", k: int) -> str:
    """List the largest rates out of a widest well, by destination."""
    from hts.words import number

    assert member.rates is not None  # or it has no row
    rates = np.where(np.arange(len(member.widest)) == k, 0.0, member.rates[k])
    largest = [j for j in np.argsort(-rates, kind="stable").tolist() if rates[j] > 0]
    words = [f"{member.widest[j]}: {number(float(rates[j]), 3)}" for j in largest[:DESTINATIONS_SHOWN]]
    more = len(largest) - len(words)
    return ", ".join(words) + (f", {more} more" if more else "") if words else "stays"


def missing(prediction: "ChainPrediction") -> list[str]:
    """Say why absorbing classes have no rates; transient ones are left for good, and need none."""
    from hts.words import number

    chain, alpha = prediction.chain, prediction.alpha
    where = f"b = {number(chain.b)}" + ("" if alpha is None else f", alpha = {number(alpha)}")
    lacking = [c for c in chain.classes if c.absorbing and c.rates is None]
    return [f"{where}, wells {ranges(c.wells)}: no rates: {reason}" for c in lacking for reason in c.reasons]


def windows_line(found: "IrreducibleWindows") -> str:
    """Say in which windows of b the graph is irreducible."""
    from hts.words import number

    shown = ", ".join(f"({number(low)}, {number(high)})" for low, high in found.windows)
    return f"irreducible for b in {shown or 'no window'}; sought for b > {number(found.above)}"


def ranges(wells: Sequence[int]) -> str:
    """Write increasing numbers with runs of three or more as a range: 0-3, 5, 6."""
    runs: list[list[int]] = []
    for well in wells:
        if runs and well == runs[-1][-1] + 1:
            runs[-1].append(well)
        else:
            runs.append([well])
    words = [f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(words)
