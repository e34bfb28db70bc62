"""A results folder, a plan or numbers of a user's own as one page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from hts.errors import PlanError
from hts.networks.results import to_document as training_document
from hts.plans import AnyPlan, Plan, SpacePlan, read_study
from hts.plans.regression import TABLE, RegressionPlan, read_regression_plan
from hts.plans.texts import has_table
from hts.rare import rare_results, rare_status
from hts.regression import regression_results
from hts.reports.document import Part, Report, report_of
from hts.reports.figures import page_figures
from hts.reports.page import is_report, page_of
from hts.reports.parts import measured_part, predicted_part, predicted_space_part
from hts.reports.paths import DOCUMENT, paths_report, stored_part
from hts.reports.rare import rare_part
from hts.reports.regression import regression_report
from hts.reports.space import space_page_figures
from hts.reports.tails import tail_report
from hts.reports.training import training_report
from hts.storage import ResultsFolder
from hts.storage.atomic import write_whole
from hts.storage.exports import check_target
from hts.storage.numbers import SUFFIXES
from hts.storage.reading import read_bytes
from hts.storage.shards import list_shards
from hts.studies.drawing import space_figures, study_for_figures
from hts.studies.fitting import compared, compared_regression, compared_training
from hts.studies.theory import OnCell, Theory
from hts.sweeps.runs import added_up, runs_on_devices
from hts.sweeps.survey import open_study
from hts.tails import estimate_tails, to_document
from hts.words import plural


def report(
    target: AnyPlan | RegressionPlan | str | PathLike[str],
    path: str | PathLike[str] | None = None,
    *,
    overrides: Sequence[str] = (),
    threads: int | None = None,
    with_exact: bool = True,
    on_cell: OnCell | None = None,
    force: bool = False,
) -> Path:
    """Write a study as one HTML page to read, print and send, as `hts report` does.

    Parameters
    ----------
    target : plan or path
        A results folder, a plan that has not run yet (or its file), a file of numbers that `estimate_tails` reads, or
        what `hts tails --json` says of some.
    path : path, optional
        Where the page goes; by default ``report.html`` in a folder, ``<stem of the file>-report.html`` for others. An
        earlier report is replaced.
    overrides : sequence of str
        ``key=value`` each, replacing keys of a plan's file.
    threads, with_exact, on_cell
        As in `fit`; exact values come from the memory of a folder.
    force : bool
        Replace a file that is there and is no report.

    Returns
    -------
    Path
        The page. It needs no network and no other file.

    Raises
    ------
    PlanError
        The plan has mistakes, the numbers cannot be used, or another file is there.
    IntegrityError
        A stored file is not as it was written.
    """
    place = target if isinstance(target, Plan | SpacePlan | RegressionPlan) else Path(target)
    page = default_page(place) if path is None else Path(path)
    check_target(page, force or is_report(page))
    found = report_on(place, overrides, Theory.for_python(threads, with_exact, on_cell))
    write_whole(page, page_of(found).encode(), page.parent)
    return page


def default_page(target: AnyPlan | RegressionPlan | Path) -> Path:
    """Name the page of a study where no other name is given."""
    if isinstance(target, Path) and target.is_dir():
        return ResultsFolder(target).report
    return Path(f"{(target if isinstance(target, Path) else target.path).stem}-report.html")


def report_on(target: AnyPlan | RegressionPlan | Path, overrides: Sequence[str], theory: Theory) -> Report:
    """Gather what a results folder or numbers show, or what theory says of a plan."""
    if not isinstance(target, Path):
        if overrides:
            raise PlanError(f"--set: changes the keys of a plan's file, and {target.path} is read already")
        return _report_on_plan(target, theory)
    is_folder = target.is_dir()
    is_plan = not is_folder and target.suffix.lower() not in (*SUFFIXES, ".json")
    if overrides and not is_plan:
        what = "a results folder" if is_folder else "a file of numbers"
        raise PlanError(f"--set: changes the keys of a plan, and {target} is {what}")
    if is_folder:
        return _report_on_folder(ResultsFolder(target), theory)
    if not is_plan:
        return _report_on_numbers(target)
    if has_table(target, TABLE):
        return _report_on_plan(read_regression_plan(target, overrides), theory)
    return _report_on_plan(read_study(target, overrides), theory)


def _report_on_plan(plan: AnyPlan | RegressionPlan, theory: Theory) -> Report:
    """Gather what theory says of a plan."""
    if isinstance(plan, RegressionPlan):
        return regression_report(plan, regression_results(plan, theory.regression(plan), None), has_run=False)
    if isinstance(plan, SpacePlan):
        part = predicted_space_part(plan, theory)
        return report_of(plan, part, space_page_figures(space_figures(plan, None, (), theory)), ())
    study = study_for_figures(plan, None, None, theory)
    return report_of(plan, predicted_part(plan, study, theory), page_figures(study), ())


def _report_on_folder(folder: ResultsFolder, theory: Theory) -> Report:
    """Gather what a results folder shows."""
    if not folder.plan.exists() and (folder.paths / DOCUMENT).is_file():  # only `hts paths` has written to it
        return paths_report(folder.paths)
    if folder.is_of_training:
        trained, methods = compared_training(folder.path)
        return training_report(trained, training_document(methods))
    if folder.is_of_regression:
        return regression_report(*compared_regression(folder.path, theory), has_run=True)
    plan = open_study(folder.path)[1]
    paths, drawn = stored_part(folder.paths)
    rare = _rare_part(plan, folder, theory)
    # of samples of rare exits alone a table of walkers would be empty
    has_run = not rare.tables or any(list_shards(place) for place in (folder.shards, folder.visits, folder.summaries))
    part = measured_part(compared(folder.path, plan, theory), plan.title) if has_run else Part(())
    done = ["run"] * has_run + ["rare"] * bool(rare.tables)
    if isinstance(plan, SpacePlan):
        shown = space_page_figures(space_figures(plan, folder.path, (), theory))
        return report_of(plan, part + rare + paths, [*shown, *drawn], done)
    figures = list(page_figures(study_for_figures(plan, folder.path, None, theory)))
    devices = [f"{', '.join(run.devices)} ({plural(run.shards, 'shard')})" for run in added_up(runs_on_devices(folder))]
    return report_of(plan, part + rare + paths, figures + drawn, done, devices)


def _rare_part(plan: AnyPlan, folder: ResultsFolder, theory: Theory) -> Part:
    """Lay out what was sampled of rare exits; nothing where no sample was taken."""
    if plan.rare is None or not any(one.n_samples for one in rare_status(plan, folder.path)):
        return Part(())
    exact = theory.means(plan, folder.path) if theory.with_exact else {}
    return rare_part(rare_results(plan, folder.path, exact), plan.title)


def _report_on_numbers(target: Path) -> Report:
    """Estimate the tail of a file of numbers, or read what `hts tails --json` has said of some.

    Raises
    ------
    PlanError
        Where the numbers cannot be used, or the JSON is of another kind.
    """
    if target.suffix.lower() != ".json":
        estimates = estimate_tails(target)
        return tail_report(to_document(estimates)["samples"], estimates, target.name)
    try:
        return tail_report(json.loads(read_bytes(target))["samples"], (), target.name)
    except (OSError, ValueError) as problem:
        raise PlanError(
            f"{target}: cannot be read as JSON ({problem}); write it with `hts tails FILE --json`"
        ) from None
    except (KeyError, TypeError, AttributeError):
        raise PlanError(f"{target}: is no document of `hts tails --json`; name a folder, a plan or numbers") from None
