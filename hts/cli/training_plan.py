"""What `hts describe` says of a plan of networks: data, network, what is left to train, memory, and files that lack."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.words import whole

if TYPE_CHECKING:
    from hts.plans.training import TrainingPlan


def describe(path: Path, overrides: tuple[str, ...], seed: int | None, folder: Path, as_json: bool) -> None:
    """Print the description of a plan; nothing is read but the plan and the names of files."""
    from hts.cli.documents import print_document
    from hts.plans.training import read_training_plan

    plan = read_training_plan(path, overrides, seed)
    found = document(plan, folder)
    if as_json:
        print_document(found)
    else:
        show(plan, found, folder)


def document(plan: "TrainingPlan", folder: Path) -> dict[str, Any]:
    """Give the document of docs/interface.md, "describe", of a plan with [training]."""
    from hts.engines import available_cores
    from hts.networks.architectures import network_of
    from hts.networks.folders import missing
    from hts.networks.memory import machine_bytes, needed_bytes
    from hts.networks.published import missing_files
    from hts.plans.training_data import SETS
    from hts.storage import ResultsFolder

    table, known = plan.table, SETS[plan.table.data]
    lacking = {task.method: task.replications for task in missing(plan, ResultsFolder(folder))}
    together = min(sum(map(len, lacking.values())), available_cores())
    return {
        "data": {
            "name": table.data,
            "images": table.images,
            "corrupted": table.corrupted,
            # of a user's own files hts does not know how many they hold before it reads them
            "test_images": None if table.sha256 else known.n_test or known.n_train - table.images,
            "classes": known.classes,
            "folder": table.folder or None,
            "missing_files": list(missing_files(table.data, Path(table.folder))) if known.is_split else [],
        },
        "network": {"name": table.network, "n_weights": network_of(table).n_weights},
        "methods": [
            {
                "method": method,
                "iterations": plan.steps(method),
                "replications": table.replications,
                "replications_left": len(lacking.get(method, ())),
            }
            for method in table.methods
        ],
        "bytes": needed_bytes(plan, together) if together else 0,
        "bytes_of_machine": machine_bytes(),
    }


def show(plan: "TrainingPlan", found: dict[str, Any], folder: Path) -> None:
    """Print the description as a table and lines."""
    from hts.cli.tables import print_table
    from hts.networks.memory import in_bytes
    from hts.networks.published import where_to_put

    data, network = found["data"], found["network"]
    rows = [
        [one["method"], whole(one["iterations"]), whole(one["replications"]), whole(one["replications_left"])]
        for one in found["methods"]
    ]
    print_table(f"{plan.title}: {folder}", ["method", "iterations", "replications", "to train"], rows)
    wrong = f"{whole(data['corrupted'])} with a random label" if data["corrupted"] else "all with their own labels"
    tests = "" if data["test_images"] is None else f"; {whole(data['test_images'])} test images"
    click.echo(f"data: {data['name']}, {whole(data['images'])} training images, {wrong}{tests}")
    click.echo(f"network: {network['name']}, {whole(network['n_weights'])} weights")
    if found["bytes"]:
        click.echo(f"memory: about {in_bytes(found['bytes'])} for as many networks as are trained at the same time")
    if data["missing_files"]:
        click.echo(f"warning: {data['folder']} lacks {', '.join(data['missing_files'])}")
        click.echo(f"  {where_to_put(data['name'], Path(data['folder']))}")
