"""What `status`, `fit`, `compare` and `export` do with a folder of trained networks."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from hts.words import plural


def is_of_training(folder: Path) -> bool:
    """Tell whether `hts train` made a folder."""
    from hts.storage import ResultsFolder

    return ResultsFolder(folder).is_of_training


def show_status(folder: Path, as_json: bool) -> tuple[int, int]:
    """Print what is done of each method; return how many methods have damaged files, and damaged files of no method."""
    from hts.cli.documents import print_document
    from hts.cli.tables import print_table
    from hts.networks.folders import training_status

    found, strays = training_status(folder)
    if as_json:
        print_document({"cells": [asdict(one) for one in found], "strays": list(strays)})
    else:
        rows = [
            [one.method, one.state, f"{one.replications_done}/{one.replications_wanted}", one.message] for one in found
        ]
        print_table(f"{folder}", ["method", "state", "networks", ""], rows)
        click.echo(f"{sum(one.state == 'done' for one in found)} of {plural(len(found), 'method')} done")
        for stray in strays:
            click.echo(f"of no method of the plan: {stray}")
    return sum(one.state == "damaged" for one in found), len(strays)


def fit(folder: Path, as_json: bool) -> None:
    """Print what `hts train` prints, of what is stored."""
    from hts.cli.documents import print_document
    from hts.cli.train import show
    from hts.networks.results import to_document
    from hts.studies.fitting import compared_training

    plan, comparison = compared_training(folder)
    if as_json:
        print_document(to_document(comparison))
    else:
        show(plan, comparison)


def compare(folders: Sequence[Path], as_json: bool) -> None:
    """Print what folders of the same data, batches and seed have apart, method by method."""
    from hts.cli.documents import print_document
    from hts.cli.tables import print_tables
    from hts.networks.side_by_side import compare_trainings
    from hts.plans.values import toml_value
    from hts.reports.training import difference_lines, folder_table

    document = compare_trainings(folders)
    if as_json:
        print_document(document)
        return
    for key in document["differences"]:
        click.echo(f"{key['key']}: {', '.join(map(toml_value, key['values']))}")
    methods = dict.fromkeys(row["method"] for row in document["measures"])
    print_tables([folder_table(document, method) for method in methods])
    click.echo("\n" + "\n".join(difference_lines(document["pairs"])))


def export(folder: Path, target: Path) -> int:
    """Write means and paired differences as one table, and return how many rows it has."""
    from hts.networks.results import to_document
    from hts.plots.training import rows_of
    from hts.storage.exports import write_table
    from hts.studies.fitting import compared_training

    _, comparison = compared_training(folder)
    rows = rows_of(to_document(comparison))
    columns = dict.fromkeys(name for row in rows for name in row)
    write_table(target, {name: [row.get(name) for row in rows] for name in columns})
    return len(rows)
