"""What commands compute and print for studies in several dimensions."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.rare_description import rare_document, show_rare
from hts.errors import IncompleteError, PlanError
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction
    from hts.comparison.space import SpaceComparison, SpaceShareComparison
    from hts.forecast.space import SpaceDescription
    from hts.plans import SpacePlan
    from hts.plots.space import SpaceFigure
    from hts.plots.study import Study
    from hts.reports.document import Part


#: The figure of plans with [rare], drawn as in one dimension.
RARE = "rare_errors"


def predict_with_bar(
    plan: "SpacePlan", folder: Path | None, threads: int | None, with_exponent: bool
) -> "tuple[ExitPrediction, ...]":
    """Compute exact and limit values of every cell with a bar; beside results they are kept."""
    from hts.answers.memory import PredictionMemory
    from hts.answers.space import predict_space
    from hts.cli.progress import CellDisplay
    from hts.cli.signals import stop_on_signal
    from hts.storage import ResultsFolder

    with stop_on_signal() as stop, CellDisplay() as display:
        memory = None if folder is None else PredictionMemory(plan, ResultsFolder(folder))
        return predict_space(
            plan,
            threads=threads,
            with_exponent=with_exponent,
            memory=memory,
            on_cell=display.show,
            should_stop=stop,
        )


class _SpaceCommands:
    """What both kinds of study have in common: no figure of one dimension."""

    def gather(
        self, target: Path, names: Sequence[str] | None, overrides: Sequence[str], threads: int | None, with_exact: bool
    ) -> "Study":
        """Refuse: the figures of one dimension are not made of such a study."""
        raise PlanError(f"{target}: is a study in several dimensions; hts plot {target} draws its figures")


class SpaceExitCommands(_SpaceCommands):
    """A study of exits in several dimensions; see `StudyCommands`."""

    def predict(self, plan: "SpacePlan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute exact and limit exit times of every cell."""
        return predict_with_bar(plan, None, threads, with_exponent=True)

    def compare(
        self, folder: Path, threads: int | None, with_exact: bool, with_outlook: bool | None = None
    ) -> "SpaceComparison":
        """Lay measured mean exit times beside exact ones and the limit."""
        from hts.comparison.space import fit_space

        if not with_exact:
            return fit_space(folder)
        return fit_space(
            folder,
            lambda plan: dict(zip(plan.cells(), predict_with_bar(plan, folder, threads, False), strict=True)),
        )

    def show(self, comparison: "SpaceComparison", folder: Path) -> None:
        """Print the tables and the verdicts."""
        from hts.cli.exits import show
        from hts.cli.tables import print_tables
        from hts.reports.space import landing_table

        show(comparison.exits, folder)
        click.echo()
        print_tables([landing_table(comparison)])

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print nothing: `hts fit` is the next command."""

    def table(self, comparison: "SpaceComparison") -> tuple[dict[str, list[Any]], str]:
        """Lay out the cells as columns, and say how many there are."""
        return comparison.table(), plural(len(comparison.exits.cells), "cell")

    def measured_part(self, folder: Path, title: str, threads: int | None, with_exact: bool) -> "Part":
        """Lay mean exit times, exponents and landing points out for a report."""
        from hts.reports.space import space_exit_part

        return space_exit_part(self.compare(folder, threads, with_exact), title)

    def predicted_part(self, plan: "SpacePlan", study: "Study | None", threads: int | None, with_exact: bool) -> "Part":
        """Lay exact and limit exit times out for a report."""
        from hts.reports.document import Part
        from hts.reports.tables import prediction_table, prediction_warnings

        if not with_exact:
            return Part(())
        predictions = self.predict(plan, threads)
        return Part([prediction_table(predictions, plan.title)], warnings=prediction_warnings(predictions))


class SpaceVisitCommands(_SpaceCommands):
    """A study of long runs in several dimensions; see `StudyCommands`."""

    def predict(self, plan: "SpacePlan", threads: int | None) -> "tuple[ExitPrediction, ...]":
        """Compute nothing: beyond one dimension no theory tells shares of time."""
        return ()

    def compare(
        self, folder: Path, threads: int | None, with_exact: bool, with_outlook: bool | None = None
    ) -> "SpaceShareComparison":
        """Average shares of time over paths."""
        from hts.comparison.space import fit_space_visits

        return fit_space_visits(folder)

    def show(self, comparison: "SpaceShareComparison", folder: Path) -> None:
        """Print the table."""
        from hts.cli.tables import print_tables
        from hts.reports.space import space_share_table

        print_tables([space_share_table(comparison, str(folder))])

    def show_after_run(self, folder: Path, threads: int | None) -> None:
        """Print what `hts fit` prints."""
        self.show(self.compare(folder, threads, with_exact=False), folder)

    def table(self, comparison: "SpaceShareComparison") -> tuple[dict[str, list[Any]], str]:
        """Lay out the shares as columns, and say how many cells there are."""
        return comparison.table(), f"{plural(len(comparison.visits), 'cell')}, a row for each well"

    def measured_part(self, folder: Path, title: str, threads: int | None, with_exact: bool) -> "Part":
        """Lay shares of time out for a report."""
        from hts.reports.document import Part
        from hts.reports.space import space_share_table

        return Part([space_share_table(self.compare(folder, threads, with_exact), title)])

    def predicted_part(self, plan: "SpacePlan", study: "Study | None", threads: int | None, with_exact: bool) -> "Part":
        """Say that there is nothing to predict."""
        from hts.reports.document import Part

        return Part((), warnings=["beyond one dimension no theory here tells shares of time"])


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
    if not all(well.is_certain for well in d.wells):
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


def figures_of(
    plan: "SpacePlan", target: Path, names: Sequence[str], threads: int | None, with_exact: bool
) -> "Iterator[SpaceFigure]":
    """Yield the figures of a plan or a results folder in several dimensions that have something to show.

    Raises
    ------
    PlanError
        If there is no figure of a name.
    """
    from hts.answers.space_picture import picture_of
    from hts.plots import space as plots
    from hts.sweeps import study_of

    other = {"shares"} if plan.visits is None else {"exits"}
    known = [name for name in (*plots.NAMES, RARE) if name not in other and (name != RARE or plan.rare is not None)]
    if unknown := [name for name in names if name not in known]:
        raise PlanError(
            f"no figure called {', '.join(map(repr, unknown))} of such a study; there are {', '.join(known)}"
        )
    wanted: Sequence[str] = names or known
    if "plane" in wanted and plan.dimension == 2:
        yield plots.plane_figure(picture_of(plan, study_of(plan).problem(plan, plan.cells()[0])))
    if target.is_dir() and "shares" in wanted:
        yield plots.shares_figure(SpaceVisitCommands().compare(target, threads, with_exact), plan.figure.published)
    if target.is_dir() and "exits" in wanted:
        yield plots.exits_figure(SpaceExitCommands().compare(target, threads, with_exact), plan.dimension)
    if target.is_dir() and RARE in wanted:
        yield from rare_figure(plan, target, threads, with_exact)


def rare_figure(plan: "SpacePlan", target: Path, threads: int | None, with_exact: bool) -> "Iterator[SpaceFigure]":
    """Yield the errors of the estimators of rare exits, where there are samples and exact values."""
    from hts.cli.rare import exact_values
    from hts.plots.rare_errors import columns_of, draw, finding, rows
    from hts.plots.space import SpaceFigure
    from hts.rare import rare_results

    exact = exact_values(plan, target, threads) if with_exact else {}
    columns = columns_of(rare_results(plan, target, exact))
    if columns:
        yield SpaceFigure(RARE, finding(columns), rows(columns), partial(draw, columns))


def draw(
    plan: "SpacePlan", target: Path, folder: Path, names: Sequence[str], threads: int | None, with_exact: bool
) -> tuple[Path, ...]:
    """Draw the figures of a plan or a results folder in several dimensions."""
    found = figures_of(plan, target, names, threads, with_exact)
    written = tuple(path for figure in found for path in figure.save(folder))
    if not written:
        raise IncompleteError(f"nothing to draw of {target} yet; hts run simulates it")
    return written
