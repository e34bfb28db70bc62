"""`hts status`: how much of a results folder is done."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli import regression_folder, training_folder
from hts.cli.options import folder_argument, json_option, wide_option
from hts.errors import IntegrityError
from hts.words import plural

if TYPE_CHECKING:
    from hts.rare import RareStatus


@click.command("status")
@folder_argument
@wide_option
@json_option
def command(folder: Path, as_json: bool) -> None:
    r"""Say which cells of DIR are done, partial, missing, damaged or failed; exit 4 where a shard is damaged.

    \b
    Example:
      hts status results/quick
    """
    if regression_folder.is_of_regression(folder):
        refuse_damage(folder, *regression_folder.show_status(folder, as_json))
        return
    if training_folder.is_of_training(folder):
        refuse_damage(folder, *training_folder.show_status(folder, as_json), unit="method")
        return
    from hts.cli.documents import cell_document, print_document
    from hts.cli.tables import CELLS_SHOWN, cell_headers, cell_words, print_table, say_more
    from hts.studies.folders import sampled
    from hts.sweeps.status import folder_status

    found = folder_status(folder)
    rare = sampled(folder)
    cells, n_damaged = found.cells, sum(s.state == "damaged" for s in found.cells)
    if as_json:
        flat = [cell_document(s.cell) | {k: v for k, v in asdict(s).items() if k != "cell"} for s in cells]
        own = {"rare": rare_rows(rare)} if rare else {}
        own |= {"devices": [asdict(run) for run in found.devices]} if found.devices else {}
        print_document({"cells": flat, "strays": list(found.strays)} | own)
        refuse_damage(folder, n_damaged, len(found.strays))
        return
    # of many cells, those that are not done are what a person looks for
    shown = list(cells) if len(cells) <= CELLS_SHOWN else [s for s in cells if s.state != "done"]
    rows = [
        [*cell_words(s.cell), s.state,
         f"{s.walkers_done}/{s.walkers_wanted}", s.message]
        for s in shown[:CELLS_SHOWN]
    ]  # fmt: skip
    print_table(f"{folder}", [*cell_headers(cells[0].cell), "state", "walkers", ""], rows)
    say_more(len(shown))
    if rare:
        words = [
            [*cell_words(one.cell), one.method, one.state, f"{one.n_samples}", f"{one.n_positive}"]
            for one in rare[:CELLS_SHOWN]
        ]
        print_table("rare exits", [*cell_headers(cells[0].cell), "method", "state", "samples", "positive"], words)
        say_more(len(rare))
    n_done = sum(s.state == "done" for s in cells)
    if rare:
        click.echo(f"hts rare: {sum(one.state == 'done' for one in rare)} of {len(rare)} done")
    click.echo(f"{'hts run: ' if rare else ''}{n_done} of {plural(len(cells), 'cell')} done")
    for run in found.devices:
        steps = f"{run.walker_steps:.3g} walker-steps"
        click.echo(f"runs on {', '.join(run.devices)} wrote {plural(run.shards, 'shard')}, {steps}")
    for stray in found.strays[:CELLS_SHOWN]:
        click.echo(f"of no cell of the plan: {stray}")
    say_more(len(found.strays))
    refuse_damage(folder, n_damaged, len(found.strays))


def rare_rows(rare: "tuple[RareStatus, ...]") -> list[dict[str, Any]]:
    """Give the rows of `rare` in the document."""
    from hts.cli.documents import cell_document

    return [cell_document(one.cell) | {k: v for k, v in asdict(one).items() if k != "cell"} for one in rare]


def refuse_damage(folder: Path, n_damaged: int, n_strays: int, unit: str = "cell") -> None:
    """End with exit code 4 where shards are damaged."""
    file = "shard" if unit == "cell" else "file"
    parts = [f"{plural(n_damaged, unit)} with damaged {file}s"] * bool(n_damaged)
    parts += [f"{plural(n_strays, f'damaged {file}')} of no {unit} of the plan"] * bool(n_strays)
    if parts:
        raise IntegrityError(f"{' and '.join(parts)}; hts verify {folder} names each")
