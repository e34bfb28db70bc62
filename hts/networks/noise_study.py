"""Tail index of gradient noise against iteration, width, depth and batch size; `python -m hts.networks.noise_study`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from hts.networks.data import load_data
from hts.networks.measuring import noise_of
from hts.networks.training import Runs, Trainer
from hts.plans.training import TrainingPlan, read_training_plan
from hts.tails.analysis import tail_of
from hts.tails.blocks import block_estimate, default_block_size
from hts.tails.extremes import MIN_K, choose, extremes

#: What is varied, one at a time; the rest is as in the plan.
ITERATIONS: Final[tuple[int, ...]] = (0, 10, 100, 1000, 3000)
WIDTHS: Final[tuple[int, ...]] = (16, 32, 64, 128)
DEPTHS: Final[tuple[int, ...]] = (1, 2, 3, 4)
BATCH_SIZES: Final[tuple[int, ...]] = (10, 30, 100, 300)
#: Batches at fixed weights; of these, those whose coordinates the block estimator takes; coordinates seen one by one.
BATCHES, IN_BLOCKS, COORDINATES = 1000, 10, 20
#: Of the values, those of a short study.
SHORT: Final = slice(0, 3, 2)
#: What else a short study changes in its plan.
SHORT_PLAN: Final = ("training.replications=2", "training.iterations=100")
LEVEL: Final = 0.95


@dataclass(frozen=True)
class NoiseIndex:
    """A tail index of g_SB - g_full, over replications.

    Attributes
    ----------
    varied : str
        iteration, width, depth or batch.
    value : int
        Its value.
    estimator : str
        "blocks": (23) on the coordinates of some batches, as [SSG]; "norms": Hill's on norms; "coordinates": the
        median of Hill's on coordinates, one by one, over batches at fixed weights.
    n : int
        Replications.
    mean, low, high : float
        Of the index; Student's interval of 95 % over replications.
    power_laws : int or None
        Replications in whose norms `hts tails` finds a power law; None of other estimators.
    """

    varied: str
    value: int
    estimator: str
    n: int
    mean: float
    low: float
    high: float
    power_laws: int | None


def noise_study(
    plan: TrainingPlan, on_point: Callable[[str, int], None] | None = None, *, is_short: bool = False
) -> tuple[NoiseIndex, ...]:
    """Train by SB and estimate the index of the gradient noise, for each value of each thing varied.

    Parameters
    ----------
    plan : TrainingPlan
        Of at least two replications; its method is not read.
    on_point : callable, optional
        Called with what is varied and its value, before each.
    is_short : bool, optional
        Take two values of each, to see that all of it works.
    """
    found = list[NoiseIndex]()
    for varied, value, trainer, runs in _points(plan, SHORT if is_short else slice(None)):
        if on_point is not None:
            on_point(varied, value)
        noises = [noise_of(trainer, runs, BATCHES, place) for place in range(plan.table.replications)]
        norms = [tail_of(np.linalg.norm(noise.astype(float), axis=1)) for noise in noises]
        heavy = sum(one.is_heavy is True for one in norms)
        hills = [one.hill.alpha for one in norms if one.hill is not None]
        found += [
            _summary(varied, value, "blocks", [_in_blocks(noise) for noise in noises], None),
            _summary(varied, value, "norms", hills, heavy),
            _summary(varied, value, "coordinates", [_by_coordinate(noise) for noise in noises], None),
        ]
    return tuple(found)


def _points(plan: TrainingPlan, some: slice) -> Iterator[tuple[str, int, Trainer, Runs]]:
    """Train to each point: what is varied, its value, the trainer, and the networks there."""
    table, steps = plan.table, plan.table.iterations
    long = replace(plan, table=table.model_copy(update={"iterations": max(steps, *ITERATIONS[some])}))
    trainer = _trainer(long)
    runs = trainer.start()
    for value in ITERATIONS[some]:
        runs = _advance(trainer, runs, value)
        yield "iteration", value, trainer, runs
    width, depth = table.widths[0], len(table.widths)
    changes = [("width", value, {"widths": (value,) * depth}) for value in WIDTHS[some]]
    changes += [("depth", value, {"widths": (width,) * value}) for value in DEPTHS[some]]
    for varied, value, change in changes:
        trainer = _trainer(replace(plan, table=table.model_copy(update=change)))
        yield varied, value, trainer, _advance(trainer, trainer.start(), steps)
    for value in BATCH_SIZES[some]:
        trainer = _trainer(replace(plan, table=table.model_copy(update={"small_batch": value})))
        yield "batch", value, trainer, _advance(trainer, trainer.start(), steps)


def _trainer(plan: TrainingPlan) -> Trainer:
    some = range(plan.table.replications)
    return Trainer(plan, "SB", load_data(plan, some), some)


def _advance(trainer: Trainer, runs: Runs, to: int) -> Runs:
    while runs.step < to:
        runs = trainer.advance(runs, to - runs.step)
    return runs


def _in_blocks(noise: npt.NDArray[np.float32]) -> float:
    """Take coordinates that are not always 0, of some batches, for one sample of independent numbers."""
    live = noise[:IN_BLOCKS, np.ptp(noise, axis=0) > 0.0].astype(float).ravel()
    live = np.random.default_rng(0).permutation(live[live != 0.0])
    return block_estimate(live, default_block_size(live.size)).alpha


def _by_coordinate(noise: npt.NDArray[np.float32]) -> float:
    live = np.flatnonzero(np.median(np.abs(noise), axis=0) > 0.0)
    some = live[:: max(1, len(live) // COORDINATES)][:COORDINATES]
    indices = []
    for place in some:
        numbers = np.sort(np.abs(noise[:, place].astype(float) - np.median(noise[:, place])))
        numbers = numbers[numbers > 0.0]
        if numbers.size <= MIN_K:  # of a unit that hardly ever speaks
            continue
        found = extremes(numbers)
        indices.append(float(found.hill[choose(numbers, found)]))
    return float(np.median(indices)) if indices else float("nan")


def _summary(varied: str, value: int, estimator: str, indices: Sequence[float], heavy: int | None) -> NoiseIndex:
    x = np.array(indices)
    reach = float(student.isf(0.5 * (1.0 - LEVEL), x.size - 1) * x.std(ddof=1) / x.size**0.5)
    mean = float(x.mean())
    return NoiseIndex(varied, value, estimator, x.size, mean, mean - reach, mean + reach, heavy)


if __name__ == "__main__":
    from hts.plots.gradient_noise import plot_gradient_noise

    _is_short = "--short" in sys.argv
    _plan = read_training_plan(sys.argv[1], SHORT_PLAN if _is_short else ())
    _found = noise_study(_plan, print, is_short=_is_short)
    for _path in plot_gradient_noise(_found, _plan.title, Path(sys.argv[2])):
        print(_path)
