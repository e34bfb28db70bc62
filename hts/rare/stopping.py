"""When enough samples are taken: rounds that depend on the samples alone, so that every run stops at the same one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hts.estimation.rare import FEWEST, RareEstimate, estimate_rare
from hts.estimation.renewal import MeanExit, mean_exit
from hts.plans.rare import RarePlan
from hts.rare.questions import Question
from hts.storage.content import Columns
from hts.storage.samples import StoredSamples
from hts.sweeps.tasks import Range, gaps

#: Samples of the first round; of splitting, each of which is a run of its own.
FIRST, FIRST_RUNS = 4096, 32
#: Least and most growth from one round to the next.
LEAST_GROWTH, MOST_GROWTH = 1.25, 4.0
#: Taken beyond what the last round's error asks for, which is itself uncertain.
MARGIN = 1.05
NAMES = ("value", "right", "plain", "steps")


@dataclass
class Case:
    """A question and the samples that there are of it.

    Attributes
    ----------
    question : Question
    rare : RarePlan
    parts : list of StoredSamples
    """

    question: Question
    rare: RarePlan
    parts: list[StoredSamples] = field(default_factory=list)
    _target: int = 0

    def missing(self) -> list[Range]:
        """List the samples that the present round lacks; empty where the rule is met or sampling is given up."""
        while True:
            self._target = self._target or self._first()
            lacking = gaps(((part.first, part.first + part.n) for part in self.parts), self._target)
            lacking = [one for one in lacking if one[0] < one[1]]
            if lacking:
                return lacking
            more = self._next()
            if more == self._target:
                return []
            self._target = more

    @property
    def n_done(self) -> int:
        """Samples that are there."""
        return sum(part.n for part in self.parts)

    @property
    def is_met(self) -> bool:
        """Whether the rule is met, by the samples of the present round."""
        return not self.missing() and self._is_enough(self._prefix(self._target))

    def estimate(self) -> RareEstimate:
        """Estimate the probability from the samples that the rule asks for."""
        return self._prefix(self._n_used())

    def mean_exit(self) -> MeanExit | None:
        """Estimate the mean exit time from the same samples; None for methods that do not keep when walks left."""
        if self.question.method not in ("importance", "crude"):
            return None
        n = self._n_used()
        columns = self._columns(n)
        return mean_exit(columns["value"], columns["steps"], n, self.question.base.n_steps)

    def _n_used(self) -> int:
        """Count the samples that the rule asks for."""
        n, wanted = self._target, self.rare.positives
        if wanted is None:
            return n
        sample = self._columns(n)["sample"]
        # of the samples before the last positive one the mean is unbiased, as (N - 1)/(S - 1) is of indicators
        return int(sample[wanted - 1]) if len(sample) >= wanted else n

    def _first(self) -> int:
        if self.rare.samples is not None:
            return self.rare.samples
        return min(FIRST_RUNS if self.question.method == "splitting" else FIRST, self.rare.max_samples)

    def _next(self) -> int:
        """Give the size of the next round; that of this one where there is none."""
        n, rare = self._target, self.rare
        found = self._prefix(n)
        if rare.samples is not None or self._is_enough(found):
            return n
        if rare.positives is not None:
            growth = MARGIN * rare.positives / found.n_positive if found.n_positive else MOST_GROWTH
        elif found.relative_error is None:
            growth = MOST_GROWTH
        else:
            growth = MARGIN * (found.relative_error / rare.target) ** 2
        return min(int(n * min(max(growth, LEAST_GROWTH), MOST_GROWTH)), rare.max_samples)

    def _is_enough(self, found: RareEstimate) -> bool:
        if self.rare.samples is not None:
            return True
        if self.rare.positives is not None:
            return found.n_positive >= self.rare.positives
        is_precise = found.relative_error is not None and found.relative_error <= self.rare.target
        return is_precise and found.effective_samples >= FEWEST  # fewer are never believed

    def _prefix(self, n: int) -> RareEstimate:
        """Estimate from samples 0, ..., n - 1."""
        columns = self._columns(n)
        value, right, plain = columns["value"], columns["right"], columns["plain"]
        in_all = max(sum(part.n for part in self.parts), 1)
        n_steps = sum(part.n_steps for part in self.parts) * n / in_all
        return estimate_rare(value, right, plain, n, n_steps, self.question.mixture is not None)

    def _columns(self, n: int) -> Columns:
        """Join the positive samples below n, each once: files may overlap, and have the same numbers there."""
        found: dict[str, list[np.ndarray]] = {name: [] for name in ("sample", *NAMES)}
        end = 0
        for part in sorted(self.parts, key=lambda part: part.first):
            sample = part.columns["sample"].astype(np.int64)
            is_new = (sample >= end) & (sample < n)
            for name, some in found.items():
                some.append(part.columns[name][is_new])
            end = max(end, part.first + part.n)
        empty = [np.empty(0)]
        return {name: np.concatenate(some or empty) for name, some in found.items()}


def cases_of(asked: Sequence[Question], rare: RarePlan) -> list[Case]:
    """Make a case of each question."""
    return [Case(question, rare) for question in asked]
