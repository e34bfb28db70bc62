"""Exact values for a study: what remembers them, and who hears of the cells that are computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from hts.answers import ExitPrediction, SharePrediction, predict, predict_shares
from hts.answers.memory import PredictionMemory, ShareMemory
from hts.answers.outlook import expected_seconds, predict_outlook
from hts.plans import AnyPlan, Cell, Plan, SpacePlan
from hts.plans.regression import RegressionPlan
from hts.regression import RegressionPrediction, predict_regression
from hts.storage import ResultsFolder
from hts.words import plural

#: Hears of the cells that are predicted and of all that are to be.
OnCell: TypeAlias = Callable[[int, int], None]
Predict: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[ExitPrediction]]
PredictShares: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[SharePrediction]]
Predicted = TypeVar("Predicted", covariant=True)
Look: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[Predicted]]

#: Processor time that the way to the limit may take unasked.
OUTLOOK_SECONDS = 60.0


@dataclass(frozen=True)
class Watch:
    """Who watches a computation: hears of cells, may stop it, and is told what is counted."""

    on_cell: OnCell | None
    should_stop: Callable[[], bool] | None
    count: Callable[[str], None]


class Opened(Protocol[Predicted]):
    """`Theory.exits` or `Theory.shares`."""

    def __call__(self, folder: Path | None, finer: bool = False) -> AbstractContextManager[Look[Predicted]]:
        """Open the function that predicts cells."""


def _ignore(text: str) -> None:
    pass


@contextmanager
def heard_by(on_cell: OnCell | None) -> Iterator[Watch]:
    """Let a function hear of cells, and nothing else."""
    yield Watch(on_cell, None, _ignore)


def unwatched() -> AbstractContextManager[Watch]:
    """Let nothing hear of cells."""
    return heard_by(None)


@dataclass(frozen=True)
class Theory:
    """How the exact values of a study are computed.

    Attributes
    ----------
    threads : int or None
        Cells at once; one per core by default.
    with_exact : bool
        Whether to compute exact values at all.
    watched : callable
        Opens a `Watch` for each computation.
    say : callable
        Told in words what is left out or computed a second time.
    """

    threads: int | None = None
    with_exact: bool = True
    watched: Callable[[], AbstractContextManager[Watch]] = unwatched
    say: Callable[[str], None] = _ignore

    @classmethod
    def for_python(cls, threads: int | None, with_exact: bool, on_cell: OnCell | None) -> Theory:
        """Make what the functions of `hts` use: one function hears of cells."""
        return cls(threads, with_exact, partial(heard_by, on_cell))

    @contextmanager
    def exits(self, folder: Path | None, finer: bool = False) -> Iterator[Predict]:
        """Give the function that predicts a plan's exits.

        Parameters
        ----------
        folder : Path or None
            The results folder beside whose shards values are kept; None keeps nothing.
        finer : bool
            Compute anew on a finer mesh and table.
        """
        with self.watched() as watch:

            def predictions_of(plan: Plan, cells: Sequence[Cell]) -> Sequence[ExitPrediction]:
                return predict(
                    plan,
                    cells,
                    threads=self.threads,
                    with_survival=folder is not None,
                    finer=finer,
                    memory=None if folder is None else PredictionMemory(plan, ResultsFolder(folder)),
                    on_cell=watch.on_cell,
                    should_stop=watch.should_stop,
                )

            yield own_cells_first(predictions_of, watch.count)

    @contextmanager
    def shares(self, folder: Path | None, finer: bool = False) -> Iterator[PredictShares]:
        """Give the function that predicts the stationary shares of a plan's cells, as `exits` does for exits."""
        with self.watched() as watch:

            def shares_of(plan: Plan, cells: Sequence[Cell]) -> Sequence[SharePrediction]:
                memory = None if folder is None else ShareMemory(plan, ResultsFolder(folder))
                return predict_shares(
                    plan,
                    cells,
                    threads=self.threads,
                    finer=finer,
                    memory=memory,
                    on_cell=watch.on_cell,
                    should_stop=watch.should_stop,
                )

            yield shares_of

    def looks(self, opened: Opened[Predicted], folder: Path) -> tuple[Look[Predicted], Look[Predicted]]:
        """Give the function that predicts a plan's cells, and the one that does so again, finer, where they disagree.

        Parameters
        ----------
        opened : function
            `exits` or `shares`.
        folder : Path
            Results, beside which values are kept.
        """

        def first(plan: Plan, cells: Sequence[Cell]) -> Sequence[Predicted]:
            with opened(folder) as predict_cells:
                return predict_cells(plan, cells)

        def again(plan: Plan, cells: Sequence[Cell]) -> Sequence[Predicted]:
            self.say(f"{plural(len(cells), 'cell')} to compute again, finer: measured and exact disagree")
            with opened(folder, finer=True) as predict_finer:
                return predict_finer(plan, cells)

        return first, again

    def outlook(self, folder: Path, is_wanted: bool | None) -> Predict:
        """Make the function that predicts the cells at small eta that tell where the limit begins.

        Parameters
        ----------
        folder : Path
            The results folder beside whose shards values are kept.
        is_wanted : bool or None
            None: where it takes `OUTLOOK_SECONDS` at most; else what is left out is said.
        """

        def outlook_of(plan: Plan, cells: Sequence[Cell]) -> Sequence[ExitPrediction]:
            memory = PredictionMemory(plan, ResultsFolder(folder))
            if is_wanted is None and (seconds := expected_seconds(cells, memory)) > OUTLOOK_SECONDS:
                self.say(
                    f"the eta below which limits hold is left out of {plural(len(cells), 'line', ',')} (b, alpha): "
                    f"it would take about {seconds:.0f} s of one core; hts fit {folder} --outlook computes it"
                )
            if is_wanted is False or (is_wanted is None and seconds > OUTLOOK_SECONDS):
                return ()
            with self.watched() as watch:
                watch.count("smaller etas")
                return predict_outlook(
                    plan,
                    cells,
                    threads=self.threads,
                    memory=memory,
                    on_cell=watch.on_cell,
                    should_stop=watch.should_stop,
                )

        return outlook_of

    def space(self, plan: SpacePlan, folder: Path | None, with_exponent: bool) -> tuple[ExitPrediction, ...]:
        """Compute exact and limit exits of a plan in several dimensions; beside results they are kept."""
        from hts.answers.space import predict_space  # SymPy takes a third of a second to import

        with self.watched() as watch:
            return predict_space(
                plan,
                threads=self.threads,
                with_exponent=with_exponent,
                memory=None if folder is None else PredictionMemory(plan, ResultsFolder(folder)),
                on_cell=watch.on_cell,
                should_stop=watch.should_stop,
            )

    def regression(self, plan: RegressionPlan) -> tuple[RegressionPrediction, ...]:
        """Compute rho and alpha of all cells of a plan of SGD on least squares."""
        with self.watched() as watch:
            return predict_regression(plan, threads=self.threads, on_cell=watch.on_cell, should_stop=watch.should_stop)

    def means(self, plan: AnyPlan, folder: Path) -> Mapping[Cell, ExitPrediction]:
        """Compute the exact values of all cells without their survival, by cell; they are kept beside samples.

        Of several dimensions, only those of radial wells: nothing else has an exact solver.
        """
        cells = plan.cells()
        if isinstance(plan, SpacePlan):
            has_exact = plan.radial_well(cells[0]) is not None
            return dict(zip(cells, self.space(plan, folder, False), strict=True)) if has_exact else {}
        with self.watched() as watch:
            found = predict(
                plan,
                cells,
                threads=self.threads,
                memory=PredictionMemory(plan, ResultsFolder(folder)),
                on_cell=watch.on_cell,
                should_stop=watch.should_stop,
            )
        return dict(zip(cells, found, strict=True))


def own_cells_first(predict_cells: Predict, count: Callable[[str], None]) -> Predict:
    """Predict a plan's own cells, counted as such, then those at smaller eta that tell where a limit begins."""

    def predictions_of(plan: Plan, cells: Sequence[Cell]) -> Sequence[ExitPrediction]:
        of_plan = set(plan.cells())
        own, beyond = [c for c in cells if c in of_plan], [c for c in cells if c not in of_plan]
        found = dict(zip(own, predict_cells(plan, own), strict=True))
        if beyond:
            count("smaller etas" if plan.levy is None else "smaller steps")
            found.update(zip(beyond, predict_cells(plan, beyond), strict=True))
            count("cells")
        return [found[cell] for cell in cells]

    return predictions_of
