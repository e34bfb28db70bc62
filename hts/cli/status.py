"""`hts status`: how much of a results folder is done."""

from dataclasses import asdict
from pathlib import Path

import click

from hts.cli.options import folder_argument, json_option
from hts.errors import IntegrityError


@click.command("status")
@folder_argument
@json_option
def command(folder: Path, as_json: bool) -> None:
    r"""Say which cells of DIR are done, partial, missing, damaged or failed; exit 4 where one is damaged.

    \b
    Example:
      hts status results/quick
    """
    from hts.cli.documents import print_document
    from hts.cli.tables import CELLS_SHOWN, number, print_table
    from hts.sweeps import sweep_status

    cells = sweep_status(folder)
    n_damaged = sum(s.state == "damaged" for s in cells)
    if as_json:
        flat = [asdict(status) for status in cells]
        print_document({"cells": [status.pop("cell") | status for status in flat]})
        refuse_damage(folder, n_damaged)
        return
    # of many cells, those that are not done are what a person looks for
    shown = list(cells) if len(cells) <= CELLS_SHOWN else [s for s in cells if s.state != "done"]
    rows = [
        [number(s.cell.b), number(s.cell.alpha), number(s.cell.eta), s.state,
         f"{s.walkers_done}/{s.walkers_wanted}", s.message]
        for s in shown[:CELLS_SHOWN]
    ]  # fmt: skip
    print_table(f"{folder}", ["b", "alpha", "eta", "state", "walkers", ""], rows)
    if len(shown) > CELLS_SHOWN:
        click.echo(f"... and {len(shown) - CELLS_SHOWN} more; --json lists all")
    n_done = sum(s.state == "done" for s in cells)
    click.echo(f"{n_done} of {len(cells)} cells done")
    refuse_damage(folder, n_damaged)


def refuse_damage(folder: Path, n_damaged: int) -> None:
    """End with exit code 4 where cells are damaged."""
    if n_damaged:
        raise IntegrityError(f"{n_damaged} cells have damaged shards; hts verify {folder} names each")
