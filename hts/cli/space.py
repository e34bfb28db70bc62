"""What commands compute and print for studies in several dimensions."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.predictor import theory
from hts.cli.rare_description import rare_document, show_rare

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison.space import SpaceComparison, SpaceShareComparison
    from hts.forecast.space import SpaceDescription
    from hts.plans import SpacePlan


class SpaceExitCommands:
    """A study of exits in several dimensions; see `StudyCommands`."""

    def predict(self, plan: "SpacePlan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute exact and limit exit times of every cell."""
        return theory(threads).space(plan, None, with_exponent=True)

    def show(self, comparison: "SpaceComparison", folder: Path) -> None:
        """Print the tables and the verdicts."""
        from hts.cli.exits import show
        from hts.cli.tables import print_tables
        from hts.reports.space import landing_table

        show(comparison.exits, folder)
        click.echo()
        print_tables([landing_table(comparison)])

    def show_after_run(self, folder: Path, plan: "SpacePlan", threads: int | None) -> None:
        """Print nothing: `hts fit` is the next command."""


class SpaceVisitCommands:
    """A study of long runs in several dimensions; see `StudyCommands`."""

    def predict(self, plan: "SpacePlan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute nothing: beyond one dimension no theory tells shares of time."""
        return ()

    def show(self, comparison: "SpaceShareComparison", folder: Path) -> None:
        """Print the table."""
        from hts.cli.tables import print_tables
        from hts.reports.space import space_share_table

        print_tables([space_share_table(comparison, str(folder))])

    def show_after_run(self, folder: Path, plan: "SpacePlan", threads: int | None) -> None:
        """Print what `hts fit` prints."""
        from hts.comparison.space import fit_space_visits

        self.show(fit_space_visits(folder), folder)


def answer_predict(plan: "SpacePlan", threads: int | None, as_json: bool) -> None:
    """Print what theory says of a plan in several dimensions."""
    from hts.cli.studies import commands_for

    predictions = commands_for(plan).predict(plan, threads)
    if as_json:
        from hts.cli.documents import print_document

        rows = [asdict(one) for one in predictions]
        for row in rows:
            del row["survival_exact"], row["epsilon"]
        print_document({"cells": rows, "shares": []})
        return
    if not predictions:
        click.echo("nothing to predict: beyond one dimension no theory here tells shares of time")
        return
    from hts.cli.tables import print_tables
    from hts.reports.tables import prediction_table, prediction_warnings

    print_tables([prediction_table(predictions, plan.title)])
    for warning in prediction_warnings(predictions):
        click.echo(f"warning: {warning}")


def answer_describe(plan: "SpacePlan", folder: Path, threads: int | None, calibrate: bool, as_json: bool) -> None:
    """Print what a plan in several dimensions is about and what it costs."""
    from hts.cli.documents import print_document
    from hts.forecast.space import describe_space

    found = describe_space(plan, folder, threads=threads, calibrate=calibrate)
    if as_json:
        print_document(describe_document(found))
    else:
        show_description(found, folder)


def describe_document(d: "SpaceDescription") -> dict[str, Any]:
    """Give the document of docs/interface.md, "describe", in several dimensions."""
    wells = [asdict(well) for well in d.wells]
    for well in wells:
        well["jump_numbers"] = [{"b": b, "jump_number": n} for b, n in well["jump_numbers"]]
    cells = [
        {"eta": f.cell.eta, "b": f.cell.b, "alpha": f.cell.alpha, "well": f.cell.well, "state": f.state,
         "walkers_wanted": f.walkers_wanted, "walkers_left": f.walkers_left, "shards": f.n_shards,
         "mean_steps": f.mean_steps, "source": f.source, "message": f.message}
        for f in d.cells
    ]  # fmt: skip
    return {
        "landscape": {
            "kind": d.plan.landscape.kind,
            "dimension": d.plan.dimension,
            "minima": [well["minimum"] for well in wells],
            "saddles": d.saddles,
        },
        "wells": wells,
        "cost": asdict(d.cost),
        "cells": cells,
        "warnings": list(d.warnings),
    } | ({} if d.plan.rare is None else {"rare": rare_document(d.plan)})


def show_description(d: "SpaceDescription", folder: Path) -> None:
    """Print wells, saddles, cells and cost as tables."""
    from hts.cli.describe import show_cells, show_cost
    from hts.cli.tables import print_table
    from hts.reports.space import vector
    from hts.words import number

    clips = [b for well in d.wells for b, _ in well.jump_numbers]
    headers = ["well", "minimum", "f", "exit distance", *(f"l* (b = {number(b)})" for b in clips)]
    rows = []
    for well in d.wells:
        place = " to ".join(vector(point) for point in well.minimum)
        jumps = [number(n) for _, n in well.jump_numbers] or ["-"] * len(clips)
        rows.append([str(well.well), place, number(well.value, 3), number(well.exit_distance), *jumps])
    print_table(f"{d.plan.title}: {d.plan.landscape.kind} in {d.plan.dimension} dimensions", headers, rows)
    if d.plan.has_map and not all(well.is_certain for well in d.wells):
        click.echo("some l* differ by one where a jump is longer or shorter by what the map of basins leaves undecided")
    if len(d.saddles):
        click.echo("saddles: " + ", ".join(vector(point) for point in d.saddles.tolist()))
    click.echo()
    show_cells(d.cells, folder)
    if d.plan.rare is not None:
        click.echo()
        show_rare(d.plan)
        click.echo("hts run, which such a plan does not need:")
    show_cost(d.cost)
    for warning in d.warnings:
        click.echo(f"warning: {warning}")
