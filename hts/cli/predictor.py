"""Exact values for commands: computed once, kept beside the results, with a progress bar."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

import click

from hts.cli.progress import CellDisplay
from hts.cli.signals import stop_on_signal
from hts.words import plural

if TYPE_CHECKING:
    from hts.answers import ExitPrediction, SharePrediction
    from hts.plans import Cell, Plan

Predict: TypeAlias = "Callable[[Plan, Sequence[Cell]], Sequence[ExitPrediction]]"
PredictShares: TypeAlias = "Callable[[Plan, Sequence[Cell]], Sequence[SharePrediction]]"
Predicted = TypeVar("Predicted", covariant=True)
Look: TypeAlias = "Callable[[Plan, Sequence[Cell]], Sequence[Predicted]]"


#: Processor time that the way to the limit may take unasked.
OUTLOOK_SECONDS = 60.0


class Opened(Protocol[Predicted]):
    """`predictor` or `share_predictor`."""

    def __call__(
        self, folder: Path | None, threads: int | None, finer: bool = False
    ) -> "AbstractContextManager[Look[Predicted]]":
        """Open the function that predicts cells."""


@contextmanager
def predictor(folder: Path | None, threads: int | None, finer: bool = False) -> Iterator[Predict]:
    """Give the function that predicts a plan's cells; Ctrl-C stops it, and what is computed is kept.

    Parameters
    ----------
    folder : Path or None
        The results folder beside whose shards values are kept; None keeps nothing.
    threads : int or None
        Cells at once; one per core by default.
    finer : bool
        Compute anew on a finer mesh and table.
    """
    from hts.answers import predict
    from hts.answers.memory import PredictionMemory
    from hts.storage import ResultsFolder

    with stop_on_signal() as stop, CellDisplay() as display:

        def predictions_of(plan: "Plan", cells: Sequence["Cell"]) -> Sequence["ExitPrediction"]:
            memory = None if folder is None else PredictionMemory(plan, ResultsFolder(folder))
            return predict(
                plan,
                cells,
                threads=threads,
                with_survival=folder is not None,
                finer=finer,
                memory=memory,
                on_cell=display.show,
                should_stop=stop,
            )

        yield own_cells_first(predictions_of, display)


def own_cells_first(predict: Predict, display: CellDisplay) -> Predict:
    """Predict a plan's own cells, counted as such, then those at smaller eta that tell where a limit begins."""

    def predictions_of(plan: "Plan", cells: Sequence["Cell"]) -> Sequence["ExitPrediction"]:
        of_plan = set(plan.cells())
        own, beyond = [c for c in cells if c in of_plan], [c for c in cells if c not in of_plan]
        found = dict(zip(own, predict(plan, own), strict=True))
        if beyond:
            display.count("smaller etas" if plan.levy is None else "smaller steps")
            found.update(zip(beyond, predict(plan, beyond), strict=True))
            display.count("cells")
        return [found[cell] for cell in cells]

    return predictions_of


def outlook_predictor(folder: Path, threads: int | None, is_wanted: bool | None) -> Predict:
    """Make the function that predicts the cells at small eta that tell where the limit begins.

    Parameters
    ----------
    folder : Path
        The results folder beside whose shards values are kept.
    threads : int or None
        Cells at once; one per core by default.
    is_wanted : bool or None
        None: where it takes `OUTLOOK_SECONDS` at most; else what is left out is said.
    """
    from hts.answers.memory import PredictionMemory
    from hts.answers.outlook import expected_seconds, predict_outlook
    from hts.storage import ResultsFolder

    def outlook_of(plan: "Plan", cells: Sequence["Cell"]) -> Sequence["ExitPrediction"]:
        memory = PredictionMemory(plan, ResultsFolder(folder))
        if is_wanted is None and (seconds := expected_seconds(cells, memory)) > OUTLOOK_SECONDS:
            click.echo(
                f"the eta below which limits hold is left out of {plural(len(cells), 'line', ',')} (b, alpha): "
                f"it would take about {seconds:.0f} s of one core; hts fit {folder} --outlook computes it",
                err=True,
            )
        if is_wanted is False or (is_wanted is None and seconds > OUTLOOK_SECONDS):
            return ()
        with stop_on_signal() as stop, CellDisplay() as display:
            display.count("smaller etas")
            return predict_outlook(plan, cells, threads=threads, memory=memory, on_cell=display.show, should_stop=stop)

    return outlook_of


def looks(opened: Opened[Predicted], folder: Path, threads: int | None) -> "tuple[Look[Predicted], Look[Predicted]]":
    """Give the function that predicts a plan's cells, and the one that does so again, finer, where they disagree.

    Parameters
    ----------
    opened : function
        `predictor` or `share_predictor`.
    """

    def first(plan: "Plan", cells: Sequence["Cell"]) -> Sequence[Predicted]:
        with opened(folder, threads) as predict:
            return predict(plan, cells)

    def again(plan: "Plan", cells: Sequence["Cell"]) -> Sequence[Predicted]:
        click.echo(f"{plural(len(cells), 'cell')} to compute again, finer: measured and exact disagree", err=True)
        with opened(folder, threads, finer=True) as predict_finer:
            return predict_finer(plan, cells)

    return first, again


@contextmanager
def share_predictor(folder: Path | None, threads: int | None, finer: bool = False) -> Iterator[PredictShares]:
    """Give the function that predicts the stationary shares of a plan's cells, as `predictor` does for exits."""
    from hts.answers import predict_shares
    from hts.answers.memory import ShareMemory
    from hts.storage import ResultsFolder

    with stop_on_signal() as stop, CellDisplay() as display:

        def shares_of(plan: "Plan", cells: Sequence["Cell"]) -> Sequence["SharePrediction"]:
            memory = None if folder is None else ShareMemory(plan, ResultsFolder(folder))
            return predict_shares(
                plan, cells, threads=threads, finer=finer, memory=memory, on_cell=display.show, should_stop=stop
            )

        yield shares_of
