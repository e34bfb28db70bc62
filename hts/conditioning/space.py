"""Paths of walkers in several dimensions: as they come, or the walkers that leave within a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, inf, sqrt

import numpy as np

from hts.answers.space_picture import SpacePicture, Way, picture_of
from hts.answers.space_wells import jumps_of, searched_jumps
from hts.arrays import BoolArray, FloatArray, IntArray
from hts.conditioning.cells import Question
from hts.ensembles.space import SpaceProblem, simulate_space_exits
from hts.ensembles.space_paths import record_space_path
from hts.errors import PlanError, StoppedError
from hts.plans import Cell, SpacePlan
from hts.space.domain_ends import nearest_end
from hts.space.domains import contains
from hts.sweeps import study_of

#: Records of one path; with more steps only some of them are kept, and no big jump is counted.
MOST_RECORDS = 100_000
#: Steps that walkers may take in all until enough of them have left: some minutes.
MOST_STEPS = 5e9
#: Walkers that are tried at once.
BATCH = 4096
EXITS, VISITS = b"hts space exits", b"hts space visits"


@dataclass(frozen=True, eq=False)
class SpacePaths:
    """Paths of one cell."""

    cell: Cell
    question: Question
    n_steps: int | None  # within which they leave, or that were recorded; None: until they leave
    stride: int  # steps between two records
    number: IntArray  # int64[path], the walker's number in `hts run`
    is_out: BoolArray  # bool[path]
    first: IntArray  # int64[path + 1], where the records of each begin, and the last ones end
    step: IntArray  # int64[record]
    x: FloatArray  # float64[record, d]
    jump_number: int | None  # l*
    threshold: float | None  # gamma: longer moves are big jumps; None where none are counted
    probability: float | None  # of leaving within n_steps, as the walkers tried say
    relative_error: float | None

    @property
    def move(self) -> FloatArray:
        """float64[record], length of the step that led there, after clip and projection; nan where none is known."""
        away = np.full(len(self.step), np.nan)
        if self.stride == 1:
            away[1:] = np.linalg.norm(np.diff(self.x, axis=0), axis=1)
            away[self.first[:-1]] = np.nan
        return away

    @property
    def is_big(self) -> BoolArray:
        """bool[record], whether a big jump led there."""
        return np.asarray(self.move > (inf if self.threshold is None else self.threshold))


def sample_space_paths(
    plan: SpacePlan, cell: Cell, question: Question, should_stop: Callable[[], bool] | None = None
) -> SpacePaths:
    """Give paths of one cell: those of the walkers of `hts run`, to the bit.

    Given an exit within a time they are the first walkers that leave in it: their law is that of walkers conditioned
    on leaving, by rejection, so that an exit that is rare takes long.

    Parameters
    ----------
    plan : SpacePlan
    cell : Cell
        Of the plan.
    question : Question
        `given` is "exit" or "none".
    should_stop : callable, optional
        Asked all the time.

    Raises
    ------
    PlanError
        The question has no answer in several dimensions, or too few walkers leave; the message says what to do.
    StoppedError
        Where `should_stop` said so.
    """
    if question.given not in ("exit", "none"):
        raise PlanError(f"--given {question.given}: a domain of R^d has no left and right; give exit or none")
    if question.given == "exit" and plan.exit is None:
        raise PlanError("--given exit: a study of long runs leaves no domain in several dimensions; give --given none")
    n_steps = question.n_steps(cell.eta)
    most, problem = n_steps or plan.most_steps, study_of(plan).problem(plan, cell)
    if question.given == "none" and plan.visits is not None:
        numbers, lengths = np.arange(question.n_paths), np.full(question.n_paths, most)
        is_out, n_left, n_tried = np.zeros(question.n_paths, dtype=bool), 0, 0
    else:
        numbers, lengths, is_out, n_left, n_tried = _walkers(problem, question, most, should_stop)
    stride = max(1, ceil(float(lengths.max()) / MOST_RECORDS))
    pieces, steps = [], []
    for walker, length in zip(numbers.tolist(), lengths.tolist(), strict=True):
        if should_stop is not None and should_stop():
            raise StoppedError("stopped while recording paths; run it again")
        pieces.append(record_space_path(problem, EXITS if plan.visits is None else VISITS, walker, length, stride))
        steps.append(np.minimum(np.arange(len(pieces[-1])) * stride, length))
    n_jumps = None if plan.exit is None else jumps_of(plan, cell.b)
    p = n_left / n_tried if question.given == "exit" and n_steps is not None else None
    return SpacePaths(
        cell=cell,
        question=question,
        n_steps=n_steps,
        stride=stride,
        number=numbers,
        is_out=is_out,
        first=np.append(0, np.cumsum([len(piece) for piece in pieces])),
        step=np.concatenate(steps),
        x=np.concatenate(pieces),
        jump_number=n_jumps,
        threshold=None if stride > 1 or n_jumps is None else _threshold(plan, cell, n_jumps),
        probability=p,
        relative_error=None if p is None else sqrt((1.0 - p) / (p * n_tried)),
    )


def _walkers(
    problem: SpaceProblem, question: Question, most: int, should_stop: Callable[[], bool] | None
) -> tuple[IntArray, IntArray, BoolArray, int, int]:
    """Choose walkers: number, steps and whether it left, of each; and how many left of all that were tried."""
    if question.given == "none":
        found = simulate_space_exits(problem, 0, question.n_paths, most, should_stop=should_stop)
        return found.walker.astype(np.int64), found.exit_steps, ~found.is_censored, 0, question.n_paths
    numbers, lengths, n_steps, n_tried = np.empty(0, np.int64), np.empty(0, np.int64), 0, 0
    while len(numbers) < question.n_paths:
        if n_steps > MOST_STEPS:
            raise PlanError(
                f"{len(numbers)} of {n_tried} walkers leave within {most} steps, and {question.n_paths} paths are "
                "wanted: give a longer time (--within), fewer --paths, or a larger --eta"
            )
        batch = simulate_space_exits(problem, n_tried, BATCH, most, should_stop=should_stop)
        left = np.flatnonzero(~batch.is_censored)
        numbers = np.append(numbers, n_tried + left)
        lengths = np.append(lengths, batch.exit_steps[left])
        n_tried, n_steps = n_tried + BATCH, n_steps + int(batch.exit_steps.sum())
    n = question.n_paths
    return numbers[:n], lengths[:n], np.ones(n, dtype=bool), len(numbers), n_tried


def _threshold(plan: SpacePlan, cell: Cell, n_jumps: int) -> float | None:
    """Return half the smallest jump that can be of use, as on the line; None where the flow helps: it is unknown."""
    well, searched = plan.radial_well(cell), searched_jumps(plan, cell.b)
    if well is not None:
        distance = well.radius - well.start
    elif plan.has_map:
        outside = plan.basins.nodes[plan.basins.labels != plan.well]
        distance = float(np.linalg.norm(outside - plan.start, axis=1).min())
    elif searched is not None and searched.flow_helps:
        return None
    else:
        distance = nearest_end(plan.region, plan.start, plan.build_landscape().projection).distance
    rest = distance - (n_jumps - 1) * cell.b if n_jumps > 1 else distance
    return 0.5 * rest if rest > 0.0 else None


def drawn_paths(found: dict[float, SpacePaths], n_shown: int) -> dict[float, FloatArray]:
    """Gather some paths of one cell for each b, one after the other with a row of nan between two."""
    gap, drawn = np.full((1, 2), np.nan), {}
    for b, paths in found.items():
        ends = paths.first[: n_shown + 1]
        pieces = [np.vstack([paths.x[i:j], gap]) for i, j in pairwise(ends)]
        drawn[b] = np.concatenate(pieces)[:-1]
    return drawn


def picture_of_paths(
    plan: SpacePlan, drawn: dict[float, FloatArray], jumps: Mapping[float, int | None]
) -> SpacePicture:
    """Gather what a picture of paths shows: some for each b, over the landscape, with the way out.

    Parameters
    ----------
    plan : SpacePlan
        In two dimensions.
    drawn : dict of float to float64[place, 2]
        By b, as `drawn_paths` gives them.
    jumps : mapping of float to int
        l* by b; None where it is not known.
    """
    picture = picture_of(plan, study_of(plan).problem(plan, plan.cells()[0]), drawn)
    places = np.stack(np.meshgrid(picture.x, picture.y, indexing="ij"), axis=-1).reshape(-1, 2)
    inside = contains(plan.region, places).reshape(picture.heights.shape) if plan.exit is not None else None
    ways = picture.ways | {b: way for b in drawn if (way := _radial_way(plan, b, jumps[b])) is not None}
    return replace(picture, ways={b: ways[b] for b in drawn if b in ways}, inside=inside)


def _radial_way(plan: SpacePlan, b: float, n_jumps: int | None) -> tuple[Way, ...] | None:
    """Return a shortest way out of a ball: jumps of the same length, one right after the other."""
    well = next((plan.radial_well(cell) for cell in plan.cells() if cell.b == b), None)
    if well is None or n_jumps is None:
        return None
    ends = [plan.wells.minima[0].points[0] + np.array([well.radius * k / n_jumps, 0.0]) for k in range(n_jumps + 1)]
    return tuple(Way(one[None], other) for one, other in pairwise(ends))
