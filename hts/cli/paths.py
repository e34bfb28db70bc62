"""`hts paths`: record trajectories, typical ones or those conditioned on how they leave."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.options import json_option, output_option, plan_options, results_folder, threads_option, wide_option
from hts.cli.progress import PathsDisplay
from hts.cli.signals import stop_on_signal

if TYPE_CHECKING:
    from hts.comparison.paths import PathComparison
    from hts.conditioning import CellPaths, Question
    from hts.plans import AnyPlan, Cell, Plan


@dataclass(frozen=True)
class Found:
    """What is said of one cell."""

    plan: "Plan"
    paths: "CellPaths"
    comparison: "PathComparison"
    file: Path


@click.command("paths")
@plan_options
@output_option("Whose folder `paths` they go to; results/<stem of PLAN> by default.")
@click.option(
    "--given", type=click.Choice(["exit", "left", "right", "none"]), default="exit", show_default=True,
    help="Condition on an exit, through any end or one; none records walkers as they come.",
)  # fmt: skip
@click.option(
    "--within", type=click.FloatRange(0.0, min_open=True), metavar="T",
    help="Gradient-flow time in which they leave, or which is recorded; that of the plan by default.",
)  # fmt: skip
@click.option("--paths", "n_paths", type=click.IntRange(1), default=10, show_default=True, help="Paths of each cell.")
@click.option("--eta", "etas", type=float, multiple=True, help="Cells of this eta (h) only; may be repeated.")
@click.option("--b", "clips", type=float, multiple=True, help="Cells of this b only, inf for none; may be repeated.")
@click.option("--alpha", "alphas", type=float, multiple=True, help="Cells of this alpha only; may be repeated.")
@click.option(
    "--epsilon", "epsilons", type=float, multiple=True, help="Cells of this epsilon of [levy] only; may be repeated."
)
@click.option(
    "--beside", type=click.Path(path_type=Path), metavar="PLAN",
    help="A second plan, of other tails, whose cells go to the same folder and figure.",
)  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV, not Parquet.")
@threads_option
@wide_option
@json_option
def command(
    plan: Path,
    overrides: tuple[str, ...],
    seed: int | None,
    folder: Path | None,
    given: Any,
    within: float | None,
    n_paths: int,
    etas: tuple[float, ...],
    clips: tuple[float, ...],
    alphas: tuple[float, ...],
    epsilons: tuple[float, ...],
    beside: Path | None,
    as_csv: bool,
    threads: int | None,
    as_json: bool,
) -> None:
    r"""Record paths of the cells of PLAN given that they leave, however rarely they do.

    Conditioned paths are drawn from the exact h-transform, so that an exit of probability 1e-30 costs what any other
    does. Big jumps are marked and compared with the limit law: l* of them, at uniform times, of Pareto sizes. Path k
    of a cell is always the same.

    \b
    Examples:
      hts paths configs/conditional_heavy.toml
      hts paths configs/conditional_heavy.toml --beside configs/conditional_light.toml
      hts paths configs/conditional_clipped.toml --eta 0.005 --paths 1000
      hts paths configs/quick.toml --given none --within 20 --b 0.7 --alpha 1.5
    """
    from hts.conditioning import Question
    from hts.errors import IncompleteError, PlanError
    from hts.plans import SpacePlan, read_plan, read_study
    from hts.storage import ResultsFolder

    if isinstance(study := read_study(plan, overrides, seed), SpacePlan):
        from hts.cli.space_paths import answer_space_paths

        if beside is not None:
            raise PlanError(
                f"--beside {beside}: {plan} is of several dimensions, whose paths have a figure of their own"
            )
        asked = Question(given, study.within if within is None else within, n_paths)
        wanted = choose(study, etas, clips, alphas, epsilons)
        answer_space_paths(study, wanted, asked, ResultsFolder(results_folder(plan, folder)).paths, as_csv, as_json)
        return
    plans = [read_plan(one, overrides, seed) for one in (plan, beside) if one is not None]
    cells = [(one, cell) for one in plans for cell in choose(one, etas, clips, alphas, epsilons)]
    if len({cell for _, cell in cells}) < len(cells):
        raise PlanError(f"--beside {beside}: it has a cell of {plan} too, and paths of one would replace the other's")
    target = ResultsFolder(results_folder(plan, folder)).paths
    questions = [Question(given, one.within if within is None else within, n_paths) for one, _ in cells]
    found, refused = sample(cells, questions, target, as_csv, threads)
    if not found:
        raise PlanError("\n".join(refused))
    rows, title = [document(one) for one in found], "; ".join(one.title for one in plans)
    named = [row | {"noise": one.plan.noise.kind} for row, one in zip(rows, found, strict=True)]
    figures = draw(found, named, title, target)
    if as_json:
        from hts.cli.documents import print_document

        print_document({"cells": rows, "warnings": refused})
    else:
        show(named, title)
        for path in (*(one.file for one in found), *figures):
            click.echo(path)
    if refused:
        raise IncompleteError("\n".join(refused))


def cell_name(cell: "Cell") -> str:
    """Name a cell in a message, as its plan does."""
    if cell.epsilon is None:
        return f"eta = {cell.eta:g}, b = {cell.b:g}"
    return f"epsilon = {cell.epsilon:g}, alpha = {cell.alpha:g}, h = {cell.eta:g}"


def in_words_of(cell: "Cell", text: str) -> str:
    """Write a message in the words of a cell's plan: of [levy] eta is h, and the limit is that of epsilon."""
    if cell.epsilon is None:
        return text
    from hts.reports.levy_documents import in_levy_words

    return in_levy_words(text.replace("at this eta", "at this epsilon"))


def sample(
    cells: "Sequence[tuple[Plan, Cell]]",
    questions: "Sequence[Question]",
    target: Path,
    as_csv: bool,
    threads: int | None,
) -> tuple[list[Found], list[str]]:
    """Draw and store the paths of each cell, and list those that are refused, with the reason."""
    from hts.comparison.paths import compare_paths
    from hts.conditioning import sample_paths, store_paths
    from hts.errors import PlanError

    found, refused = list[Found](), list[str]()
    with stop_on_signal() as stop, PathsDisplay() as display:
        for number, ((plan, cell), question) in enumerate(zip(cells, questions, strict=True), 1):
            show_part = partial(display.show, number, len(cells))
            try:
                paths = sample_paths(plan, cell, question, threads=threads, should_stop=stop, on_progress=show_part)
            except PlanError as problem:
                refused.append(f"{cell_name(cell)}: {in_words_of(cell, str(problem))}")
                continue
            file = store_paths(target, plan, paths, as_csv=as_csv)
            show_part("comparing with the limit law", 0.0)
            found.append(Found(plan, paths, compare_paths(plan, paths), file))
    return found, refused


def choose(
    plan: "AnyPlan",
    etas: Sequence[float],
    clips: Sequence[float],
    alphas: Sequence[float],
    epsilons: Sequence[float] = (),
) -> "tuple[Cell, ...]":
    """Pick the plan's cells that have one of the values asked for; every cell where none is.

    Raises
    ------
    PlanError
        There is no such cell.
    """
    from hts.errors import PlanError

    cells = plan.cells()
    for name, wanted in (("eta", etas), ("b", clips), ("alpha", alphas), ("epsilon", epsilons)):
        values = sorted({getattr(cell, name) for cell in cells}, key=lambda value: value or 0.0)
        meant: set[float | None] = set()
        for value in wanted:
            there = [one for one in values if one is not None]
            # tables print four digits: those are enough where they mean one value
            near = [one for one in there if math.isclose(one, value, rel_tol=5e-4)]
            near = [value] if value in near else near
            if len(near) != 1:
                listed = ", ".join(f"{one:g}" for one in there) or "none"
                raise PlanError(f"--{name} {value:g}: no cell of the plan has it; there are {listed}")
            meant.update(near)
        cells = tuple(cell for cell in cells if not wanted or getattr(cell, name) in meant)
    if not cells:
        raise PlanError("no cell of the plan has all these values; leave one of --eta, --b, --alpha, --epsilon out")
    return cells


def draw(found: Sequence[Found], rows: Sequence[dict[str, Any]], title: str, target: Path) -> tuple[Path, ...]:
    """Draw the figure of all cells, and keep what is said of them beside it, for `hts report`."""
    from hts.cli.documents import to_json
    from hts.plots.path_panels import few_panels, panel_of, path_rows, title_of
    from hts.plots.paths import paths_figure
    from hts.plots.save import save_figure
    from hts.plots.style import house_style
    from hts.reports.paths import DOCUMENT, stored_document
    from hts.storage.atomic import write_whole

    panels = few_panels([panel_of(one.plan, one.paths) for one in found])
    said = title_of([one.paths for one in found], [one.comparison for one in found], panels)
    with house_style():
        files = save_figure(paths_figure(panels, said), target, "paths", path_rows(panels))
    plans = list(dict.fromkeys(one.plan.to_toml() for one in found))
    text = json.dumps(to_json(stored_document(rows, panels, (title, said), plans)), indent=1, allow_nan=False)
    write_whole(target / DOCUMENT, text.encode(), target)
    return files


def document(one: Found) -> dict[str, Any]:
    """Give what is known of one cell, as docs/interface.md promises it."""
    from hts.cli.documents import cell_document

    paths, drawn = one.paths, one.paths.conditioned
    sides = paths.sample.side
    cell, named = paths.cell, asdict(paths.cell) if paths.cell.epsilon is None else cell_document(paths.cell)
    said = asdict(one.comparison)
    return {
        **named,
        "given": paths.question.given,
        "within": paths.question.within,
        "n_steps": paths.n_steps,
        "probability": None if drawn is None else drawn.probability,
        "relative_error": None if drawn is None else drawn.relative_error,
        "total_variation": None if drawn is None else drawn.total_variation,
        "exits": {"left": int((sides < 0).sum()), "right": int((sides > 0).sum()), "none": int((sides == 0).sum())},
        **said | {"verdict": in_words_of(cell, said["verdict"])},
        "file": str(one.file),
    }


def show(rows: Sequence[dict[str, Any]], title: str) -> None:
    """Print the table, and below it what the jumps of each cell say."""
    from hts.cli.tables import print_tables
    from hts.reports.paths import path_lines, path_table, size_line

    print_tables([path_table(rows, title)])
    for line in (size_line(rows), *path_lines(rows)):
        click.echo(line)
