"""Figures of a plan or a results folder, for every kind of study."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hts.errors import IncompleteError, PlanError
from hts.figures import drawn_figures, figures_folder, gather_study
from hts.plans import AnyPlan, Plan, SpacePlan, read_study
from hts.plots.save import Row, save_figure
from hts.plots.study import Study
from hts.plots.style import house_style
from hts.rare import rare_results
from hts.storage import ResultsFolder
from hts.studies.fitting import compared, compared_regression, compared_training
from hts.studies.theory import OnCell, Theory
from hts.sweeps import study_of
from hts.sweeps.survey import open_study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hts.plots.space import SpaceFigure


#: The figure of plans with [rare] in several dimensions, drawn as in one.
RARE = "rare_errors"
#: Dots per inch of a figure in a notebook.
SCREEN_DPI = 110


class OneFigure(NamedTuple):
    """A figure that there is something to draw for; it is drawn in the house style."""

    name: str
    draw: Callable[[], Figure]
    rows: Callable[[], Sequence[Row]]  # all that is drawn, for the CSV


def draw(
    target: AnyPlan | str | PathLike[str],
    names: Sequence[str] | None = None,
    *,
    overrides: Sequence[str] = (),
    threads: int | None = None,
    with_exact: bool = True,
    on_cell: OnCell | None = None,
) -> dict[str, Figure]:
    """Draw the figures of a plan or a results folder, as `hts plot` does, and return them; nothing is written.

    Parameters
    ----------
    target : plan or path
        A plan, a plan's file or a results folder.
    names : sequence of str, optional
        Which figures; all there is something to draw for by default.
    overrides : sequence of str
        ``key=value`` each, replacing keys of a plan's file.
    threads, with_exact, on_cell
        As in `fit`.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        The figures by name. They belong to no window: `figure.savefig(...)` writes one, and a notebook shows it.

    Raises
    ------
    PlanError
        The plan has mistakes, or there is no figure of a name.
    IncompleteError
        A figure asked for by name has nothing to show yet.
    """
    place = _place(target)
    with house_style():
        found = figures(place, names, overrides, Theory.for_python(threads, with_exact, on_cell))
        return {one.name: _shown_in_notebooks(one.draw()) for one in found}


def _shown_in_notebooks(figure: Figure) -> Figure:
    """Let a notebook show a figure: by itself it knows only those of pyplot."""
    figure.__dict__["_repr_png_"] = partial(_png_of, figure)
    return figure


def _png_of(figure: Figure) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=SCREEN_DPI)
    return file.getvalue()


def plot(
    target: AnyPlan | str | PathLike[str],
    folder: str | PathLike[str] | None = None,
    names: Sequence[str] | None = None,
    *,
    overrides: Sequence[str] = (),
    threads: int | None = None,
    with_exact: bool = True,
    on_cell: OnCell | None = None,
) -> tuple[Path, ...]:
    """Draw the figures of a plan or a results folder and write each as PDF, PNG and CSV, as `hts plot` does.

    Parameters
    ----------
    target, names, overrides, threads, with_exact, on_cell
        As in `draw`.
    folder : path, optional
        Where the files go: by default ``figures`` in a results folder, ``figures/<stem of the plan>`` for a plan.

    Returns
    -------
    tuple of Path
        The files, three for each figure.

    Raises
    ------
    PlanError
        The plan has mistakes, or there is no figure of a name.
    IncompleteError
        A figure asked for by name has nothing to show yet.
    StoppedError
        The files cannot be written.
    """
    place = _place(target)
    theory = Theory.for_python(threads, with_exact, on_cell)
    return write_figures(place, None if folder is None else Path(folder), names, overrides, theory)


def write_figures(
    target: AnyPlan | Path, folder: Path | None, names: Sequence[str] | None, overrides: Sequence[str], theory: Theory
) -> tuple[Path, ...]:
    """Draw and write figures; see `plot`."""
    into = folder or figures_folder(target if isinstance(target, Path) else target.path)
    written: list[Path] = []
    with house_style():
        for one in figures(target, names, overrides, theory):
            written += save_figure(one.draw(), into, one.name, one.rows())
    return tuple(written)


def figures(
    target: AnyPlan | Path, names: Sequence[str] | None, overrides: Sequence[str], theory: Theory
) -> Iterator[OneFigure]:
    """Yield the figures of a plan or a results folder that have something to show; see `draw`."""
    folder = target if isinstance(target, Path) and target.is_dir() else None
    if overrides and (folder or not isinstance(target, Path)):
        what = "a results folder" if folder else "a plan that is read already"
        raise PlanError(f"--set: changes the keys of a plan, and {_name(target)} is {what}")
    if folder and ResultsFolder(folder).is_of_training:
        return _training_figures(folder, names)
    if folder and ResultsFolder(folder).is_of_regression:
        return _regression_figures(folder, names, theory)
    plan = open_study(folder)[1] if folder else _read(target, overrides)
    if isinstance(plan, SpacePlan):
        return _drawn_space(space_figures(plan, folder, names or (), theory), target)
    return _line_figures(study_for_figures(plan, folder, names, theory), names)


def _place(target: AnyPlan | str | PathLike[str]) -> AnyPlan | Path:
    return target if isinstance(target, Plan | SpacePlan) else Path(target)


def _read(target: AnyPlan | Path, overrides: Sequence[str]) -> AnyPlan:
    return read_study(target, overrides) if isinstance(target, Path) else target


def _name(target: AnyPlan | Path) -> str:
    return str(target if isinstance(target, Path) else target.path)


def study_for_figures(plan: Plan, folder: Path | None, names: Sequence[str] | None, theory: Theory) -> Study:
    """Gather what the figures of a plan, or of its results folder, are made from."""
    target = plan if folder is None else folder
    if plan.study.table == "visits":
        with theory.shares(folder) as shares:
            return gather_study(target, names, predict_shares=shares if theory.with_exact else None)
    with theory.exits(folder) as exits:
        return gather_study(target, names, predict=exits if theory.with_exact else None)


def _line_figures(study: Study, names: Sequence[str] | None) -> Iterator[OneFigure]:
    for kind, shown in drawn_figures(study, names):
        yield OneFigure(kind.name, partial(kind.titled, shown), partial(kind.rows, shown))


def space_figures(plan: SpacePlan, folder: Path | None, names: Sequence[str], theory: Theory) -> Iterator[SpaceFigure]:
    """Yield the figures of a plan or a results folder in several dimensions that have something to show.

    Raises
    ------
    PlanError
        If there is no figure of a name.
    """
    from hts.answers.space_picture import picture_of
    from hts.comparison.space import SpaceComparison, SpaceShareComparison
    from hts.plots import space as plots

    other = {"shares"} if plan.visits is None else {"exits"}
    known = [name for name in (*plots.NAMES, RARE) if name not in other and (name != RARE or plan.rare is not None)]
    if unknown := [name for name in names if name not in known]:
        raise PlanError(
            f"no figure called {', '.join(map(repr, unknown))} of such a study; there are {', '.join(known)}"
        )
    wanted: Sequence[str] = names or known
    if "plane" in wanted and plan.dimension == 2:
        yield plots.plane_figure(picture_of(plan, study_of(plan).problem(plan, plan.cells()[0])))
    if folder is not None and {"shares", "exits"} & set(wanted):
        comparison = compared(folder, plan, theory)
        if isinstance(comparison, SpaceShareComparison):
            yield plots.shares_figure(comparison, plan.figure.published)
        elif isinstance(comparison, SpaceComparison) and (found := plots.exits_figure(comparison, plan.dimension)):
            yield found
    if folder is not None and RARE in wanted:
        yield from _rare_figure(plan, folder, theory)


def _rare_figure(plan: SpacePlan, folder: Path, theory: Theory) -> Iterator[SpaceFigure]:
    """Yield the errors of the estimators of rare exits, where there are samples and exact values."""
    from hts.plots import rare_errors
    from hts.plots.space import SpaceFigure

    exact = theory.means(plan, folder) if theory.with_exact else {}
    columns = rare_errors.columns_of(rare_results(plan, folder, exact))
    if columns:
        drawn = partial(rare_errors.draw, columns)
        yield SpaceFigure(RARE, rare_errors.finding(columns), rare_errors.rows(columns), drawn)


def _drawn_space(found: Iterator[SpaceFigure], target: AnyPlan | Path) -> Iterator[OneFigure]:
    has_some = False
    for figure in found:
        has_some = True
        yield OneFigure(figure.name, figure.titled, partial(list, figure.rows))
    if not has_some:
        raise IncompleteError(f"nothing to draw of {_name(target)} yet; hts run simulates it")


def _training_figures(folder: Path, names: Sequence[str] | None) -> Iterator[OneFigure]:
    """Yield the figure of trained networks: methods side by side, and their differences from the first."""
    _only("training", names, "trained networks")
    from hts.networks.results import to_document
    from hts.plots.training import rows_of, titled_training

    plan, comparison = compared_training(folder)
    document = to_document(comparison)
    yield OneFigure("training", partial(titled_training, document, plan.title), partial(rows_of, document))


def _regression_figures(folder: Path, names: Sequence[str] | None, theory: Theory) -> Iterator[OneFigure]:
    """Yield the figure of SGD on least squares: alpha against eta, b, d and eta/b, measured beside exact."""
    _only("regression", names, "SGD on least squares")
    from hts.plots.regression import rows_of, titled_regression

    _, results = compared_regression(folder, theory)
    yield OneFigure("regression", partial(titled_regression, results), partial(rows_of, results))


def _only(name: str, names: Sequence[str] | None, of: str) -> None:
    if unknown := sorted(set(names or ()) - {name}):
        raise PlanError(f"no figure called {', '.join(map(repr, unknown))} of {of}; there is {name}")
