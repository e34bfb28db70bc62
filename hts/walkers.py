"""Walkers per cell for `walkers = { relative_error = .. }`: chosen once, from exact means."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from hts import answers
from hts.answers import ExitPrediction
from hts.plans import MAX_WALKERS, Cell, Count, Mistake, Plan, WalkersByError, mistake_in
from hts.storage import ResultsFolder
from hts.sweeps import stored_counts
from hts.words import plural

Predict: TypeAlias = Callable[[Plan, Sequence[Cell]], Sequence[ExitPrediction]]

#: Relative slack of the number of walkers, so that the last digits of an exact mean do not decide it.
SLACK = 1e-6
KEY = ("exit", "walkers", "relative_error")


@dataclass(frozen=True, eq=False)
class Choice:
    """A plan with a number of walkers for each cell, and how they were chosen."""

    plan: Plan  #: it answers `walkers_of(cell)` for every cell
    notes: tuple[str, ...]  #: what was chosen and what has grown, in words; nothing where nothing was chosen
    warnings: tuple[str, ...]  #: where there is no exact mean to go by
    means: Mapping[Cell, float]  #: exact mean exit times, in steps, that were computed for it


def choose_walkers(plan: Plan, folder: str | PathLike[str] | None = None, predict: Predict | None = None) -> Choice:
    """Choose how many walkers each cell gets, if the plan leaves that to a relative error.

    An exit time is geometric but for its first steps, so its standard deviation is about its mean (a little less), and
    n exits tell the mean to 1/sqrt(n). Of n walkers n P(sigma <= max_steps) leave in time. Whatever was chosen for a
    folder stays: a cell is looked at again only where a smaller relative error is asked for, and gets no fewer.

    Parameters
    ----------
    plan : Plan
    folder : path, optional
        Results folder, where `run_sweep` keeps the numbers; nothing is written here.
    predict : callable, optional
        From a plan and cells to their predictions.

    Returns
    -------
    Choice
        The plan as it is where it gives a number itself.

    Raises
    ------
    PlanError
        Where a cell would need more than 2^32 - 1 walkers, at the place in the file that asks for them.
    IntegrityError
        Where the numbers in the folder are not what was written.
    """
    wanted = plan.study.walkers
    if isinstance(wanted, int):
        return Choice(plan, (), (), {})
    known = {} if folder is None else stored_counts(plan, ResultsFolder(Path(folder)))
    new = [c for c in plan.cells() if c not in known or known[c].relative_error > wanted.relative_error]
    chosen = dict(known)
    means: dict[Cell, float] = {}
    predict = predict or answers.predict
    for cell, prediction in zip(new, predict(plan, new) if new else (), strict=True):
        mean = prediction.mean_exit_steps_exact
        if mean is not None:
            means[cell] = mean
        n = walkers_for(wanted, mean, plan.most_steps)
        if n > MAX_WALKERS:
            raise _too_many(plan, cell, n)
        least = known[cell].walkers if cell in known else 1
        chosen[cell] = Count(max(n, least), wanted.relative_error)
    notes = _notes(wanted, known, {cell: chosen[cell] for cell in new})
    without = [cell for cell in new if cell not in means]
    return Choice(plan.with_counts(chosen), notes, _warnings(wanted, without), means)


def walkers_for(wanted: WalkersByError, mean_exit_steps: float | None, max_steps: int) -> int:
    """Give 1/error^2 over P(sigma <= max_steps), sigma exponential; the second factor is left out without a mean.

    Parameters
    ----------
    wanted : WalkersByError
    mean_exit_steps : float or None
        E sigma, in steps.
    max_steps : int
        Steps after which a walker is censored.
    """
    in_time = 1.0 if mean_exit_steps is None else -math.expm1(-max_steps / mean_exit_steps)
    if in_time * MAX_WALKERS < 1.0:
        return MAX_WALKERS + 1
    return math.ceil(wanted.at_least / in_time * (1.0 - SLACK))


def _too_many(plan: Plan, cell: Cell, n: int) -> Exception:
    alpha = "" if cell.alpha is None else f", alpha = {cell.alpha:g}"
    which = f"eta = {cell.eta:g}, b = {cell.b:g}{alpha}"
    many = f"{n:.3g} walkers" if n < math.inf and n != MAX_WALKERS + 1 else "even more walkers"
    text = (
        f"would take {many} at {which}, where few leave within max_steps = {plan.most_steps}, and there can be "
        f"{MAX_WALKERS}; raise max_steps or the relative error, or leave this cell out"
    )
    return mistake_in(plan, Mistake(KEY, text))


def _notes(wanted: WalkersByError, known: Mapping[Cell, Count], chosen: Mapping[Cell, Count]) -> tuple[str, ...]:
    error = wanted.relative_error
    fresh = [count.walkers for cell, count in chosen.items() if cell not in known]
    grown = [cell for cell, count in chosen.items() if cell in known and count.walkers > known[cell].walkers]
    notes = []
    if fresh:
        notes.append(f"walkers for a relative error of {error:g}, from exact means: {_spread(fresh)}")
    if grown:
        before, now = [known[c].walkers for c in grown], [chosen[c].walkers for c in grown]
        notes.append(f"walkers grow for a relative error of {error:g}: {_spread(before)}; now {_range(now)}")
    if stays := [cell for cell, count in known.items() if cell not in grown and count.relative_error != error]:
        where = plural(len(stays), "cell")
        notes.append(f"walkers stay as they were chosen in {where}: enough for an error of {error:g}")
    return tuple(notes)


def _warnings(wanted: WalkersByError, without: Sequence[Cell]) -> tuple[str, ...]:
    if not without:
        return ()
    return (
        f"no exact mean in {plural(len(without), 'cell')} (hts predict says why): "
        f"{plural(wanted.at_least, 'walker')} there, as if none were censored; fewer exits than that mean a larger "
        "error",
    )


def _spread(counts: Sequence[int]) -> str:
    return f"{_range(counts)} in {plural(len(counts), 'cell')}"


def _range(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"
