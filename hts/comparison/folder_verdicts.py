"""The verdict on two results folders: whether chance alone explains their difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from hts.comparison.folder_records import FolderVerdict, State
from hts.comparison.verdicts import DISAGREE_P, DOUBTFUL_P
from hts.words import plural

#: Cells that a disagreement names.
MOST_NAMED = 4


@dataclass(frozen=True)
class Score:
    """One score with the cell it is of, in words."""

    cell: str
    z: float


@dataclass(frozen=True)
class Pair:
    """One folder beside the first: all that the verdict rests on."""

    folder: str
    against: str
    names: tuple[str, str]  # letters of the first and of this folder in tables
    scores: tuple[Score, ...]
    n_cells: int  # that have a score, or walkers that should be the same
    are_independent: bool  # scores of different cells; shares of one cell are not
    world: tuple[str, ...]  # keys that decide the numbers and differ, the seed aside
    shares_seed: bool
    n_same: int  # walkers that should be the same in both folders
    n_different: int  # of these, those that are not
    are_summed: bool = False  # one of the folders keeps summaries, which show the least number of those that are not


def folder_verdict(pair: Pair, n_pairs: int) -> FolderVerdict:
    """Judge one folder beside the first.

    Two tests share the level: the largest |z| of all scores, corrected for their number, and, where scores do not
    depend on one another, the sum of their squares. `n_pairs` folders are held against the first, and share it too.
    """
    if pair.n_same:
        return _of_same_walkers(pair)
    if not pair.scores:
        words = f"{_names(pair)}: no cell has enough walkers in both to compare"
        return FolderVerdict(pair.folder, pair.against, "nothing", 0, 0, None, None, None, None, words)
    z = np.array([score.z for score in pair.scores])
    worst = max(pair.scores, key=lambda score: abs(score.z))
    chi_square_p = float(scipy.special.chdtrc(z.size, np.sum(z**2))) if pair.are_independent else None
    tests = [z.size * 2.0 * float(scipy.special.ndtr(-abs(worst.z)))]
    tests += [] if chi_square_p is None else [chi_square_p]
    p = min(1.0, len(tests) * min(tests))
    rate = DISAGREE_P / n_pairs
    state: State = "differ" if p < rate else "agree"
    words = _difference(pair, p) if state == "differ" else _agreement(pair, p, worst)
    words += f"; runs of one world are called different once in {round(1 / rate)} such comparisons"
    words += _on_seeds(pair)
    return FolderVerdict(pair.folder, pair.against, state, pair.n_cells, z.size, worst.z, chi_square_p, p, rate, words)


def _names(pair: Pair) -> str:
    return f"{pair.names[0]} and {pair.names[1]}"


def _of_same_walkers(pair: Pair) -> FolderVerdict:
    n, wrong = pair.n_same, pair.n_different
    state: State = "differ" if wrong else "equal"
    words = f"{_names(pair)} hold the same walkers (one seed, world and random streams), {plural(n, 'walker', ',')}: "
    if wrong:
        words += (
            f"{'at least ' if pair.are_summed else ''}{plural(wrong, 'walker', ',')} came out otherwise, which no "
            "chance explains; next: hts verify DIR --replay 100 on both"
        )
    elif pair.are_summed:
        words += "no summary shows a difference; another seed makes a second sample"
    else:
        words += "all came out the same; another seed makes a second sample"
    return FolderVerdict(pair.folder, pair.against, state, pair.n_cells, 0, None, None, None, None, words)


def _agreement(pair: Pair, p: float, worst: Score) -> str:
    how = "agree" if p >= DOUBTFUL_P else "agree only just (more walkers would tell)"
    text = (
        f"{_names(pair)} {how} in {plural(pair.n_cells, 'cell')}: "
        f"largest |z| {abs(worst.z):.1f} at {worst.cell}, p = {p:.2g}"
    )
    if pair.world:
        text += f"; their worlds differ ({', '.join(pair.world)}), which these walkers do not show"
    return text


def _difference(pair: Pair, p: float) -> str:
    in_order: Sequence[Score] = sorted(pair.scores, key=lambda score: -abs(score.z))
    named = ", ".join(f"{score.cell} (z = {score.z:.1f})" for score in in_order[:MOST_NAMED])
    size = f"p = {p:.1g}" if p > 1e-300 else "p < 1e-300"
    text = f"{_names(pair)} differ in {plural(pair.n_cells, 'cell')} ({size}), most at {named}"
    if pair.world:
        return f"{text}; their plans ask for different worlds ({', '.join(pair.world)})"
    return f"{text}; their plans ask for one world, so one is wrong; next: hts verify DIR --replay 100 on both"


def _on_seeds(pair: Pair) -> str:
    if not pair.shares_seed:
        return ""
    return "; both use one seed, so their random numbers go together and z may come out small: take another seed"
