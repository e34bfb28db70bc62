"""Tables of `hts describe` and `hts predict` for a plan with [levy]: rates, equilibrium, and exits in time t = k h."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.words import plural

if TYPE_CHECKING:
    from hts.forecast import Description
    from hts.reports.document import Part
    from hts.theory.limit.levy import LevyChain


def show_chains(chains: "Sequence[LevyChain]") -> None:
    """Print rates, transition probabilities and equilibrium of the limit epsilon -> 0, with both constants."""
    from hts.cli.tables import print_tables
    from hts.reports.levy_predictions import chain_table, constant_lines

    print_tables([chain_table(chains)])
    for line in constant_lines(chains):
        click.echo(line)


def show_description(d: "Description", folder: Path) -> None:
    """Print wells, limit chain and cells; the cost comes below, as of other plans."""
    from hts.cli.tables import CELLS_SHOWN, cell_headers, cell_words, print_table, say_more
    from hts.forecast import state_counts
    from hts.reports.levy_documents import levy_chains
    from hts.words import number, whole

    headers = ["well", "minimum", "f''", "left", "right", "exit distance"]
    rows = [
        [str(w.well), number(w.minimum, 6), number(curvature), number(w.left, 6), number(w.right, 6),
         number(w.exit_distance, 6)]
        for w, curvature in zip(d.wells, d.landscape.curvatures.tolist(), strict=True)
    ]  # fmt: skip
    print_table(f"{d.plan.title}: {d.landscape.kind}, dW = -f' dt + epsilon dL", headers, rows)
    click.echo()
    if chains := levy_chains(d.plan):
        show_chains(chains)
        click.echo()
    headers = [*cell_headers(d.cells[0].cell), "state", "walkers to run", "steps each", "time t each", "from", "why"]
    rows = [
        [*cell_words(f.cell), f.state, whole(f.walkers_left), number(f.mean_steps, 3),
         number(f.mean_steps * f.cell.eta, 3), f.source, f.message]
        for f in d.cells[:CELLS_SHOWN]
    ]  # fmt: skip
    counts = ", ".join(f"{n} {state}" for state, n in state_counts(d.cells).items())
    print_table(f"{folder}: {plural(len(d.cells), 'cell')}: {counts}", headers, rows, drops=["steps each", "from"])
    say_more(len(d.cells))


def show_predictions(part: "Part") -> None:
    """Print what theory says of a plan."""
    from hts.cli.tables import print_tables

    print_tables(part.tables)
    click.echo()
    for line in part.verdicts:
        click.echo(line)
    for warning in part.warnings:
        click.echo(f"warning: {warning}")
