"""What may be said of a tail, in the words of a careful statistician."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hts.noise import Noise
from hts.tails.blocks import BlockEstimate
from hts.tails.extremes import Extremes
from hts.tails.fits import LawFit
from hts.tails.limits import block_limits, hill_limit
from hts.tails.records import HillEstimate, IndexEstimate

#: Fewest numbers of which anything is said.
MIN_NUMBERS = 100
#: An extreme-value index that would be seen as heavy: a tail index of 4.
VISIBLE = 0.25
#: Kolmogorov's distance up to which a law is said to fit, whatever the size of the sample.
CLOSE = 0.005
#: A power law is believed over a decade of sizes, or where it describes more than a few per cent of all numbers.
DECADE = 10.0
FEW = 0.05
#: Shares of the largest numbers between which Hill's estimate is followed.
DECADES = (0.1, 0.01, 0.001)


@dataclass(frozen=True)
class Finding:
    """Whether the tail is a power (None: cannot tell), why, and the laws that describe all numbers, nearest first."""

    is_heavy: bool | None
    verdict: str
    laws: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fitted:
    """Laws fitted to all numbers, and Kolmogorov's distances of their magnitudes."""

    stable: LawFit | None
    stable_distance: float | None
    student: LawFit | None
    student_distance: float | None

    @property
    def names(self) -> tuple[str, ...]:
        """The laws that describe all magnitudes, not the tail alone; the nearest first."""
        known: list[tuple[float, str]] = []
        if self.stable is not None and _is_close(self.stable_distance, self.stable.n) and self.stable.low < 2.0:
            known.append((self.stable_distance or 0.0, "stable"))
        if self.student is not None and _is_close(self.student_distance, self.student.n):
            known.append((self.student_distance or 0.0, "student"))
        return tuple(name for _, name in sorted(known))


def _is_close(distance: float | None, n: int) -> bool:
    return distance is not None and distance <= max(1.63 / math.sqrt(n), CLOSE)


@dataclass(frozen=True)
class Evidence:
    """What a verdict is based on.

    Attributes
    ----------
    n : int
        Numbers in all.
    hill : HillEstimate
        At the chosen k.
    moments : tuple of two IndexEstimate
        At the chosen k, and further out (`outer_place`).
    laws : Fitted
        The stable law and Student's.
    block, found
        The quoted block estimate, the estimates over all k.
    span : float
        The largest number over the threshold above which Hill's estimate is taken.
    """

    n: int
    hill: HillEstimate
    moments: tuple[IndexEstimate, IndexEstimate]
    laws: Fitted
    block: BlockEstimate | None
    found: Extremes
    span: float


def judge(evidence: Evidence) -> Finding:
    """Say whether there is a power tail, what its index is, and why estimators differ."""
    n, hill, laws, block = evidence.n, evidence.hill, evidence.laws, evidence.block
    inner, outer = evidence.moments
    if n < MIN_NUMBERS:
        return Finding(None, too_few(n))
    if min(inner.low, outer.low) <= 0.0:
        doubtful = inner if inner.low <= 0.0 else outer
        if doubtful.high < VISIBLE:
            return Finding(False, f"No power law in sight: {_xi(doubtful)} is not above 0. {_light(block)}".strip())
        return Finding(None, f"These numbers cannot tell: {_xi(doubtful)} leaves both light and heavy tails open.")
    rising = drift(evidence.found)
    if rising:
        path = ", ".join(f"{alpha:.2f} (top {share * 100:g} %)" for share, alpha in rising)
        return Finding(
            None,
            f"No settled power: Hill's index keeps rising the further out one looks, {path}. "
            "Tails lighter than any power, such as lognormal ones, behave so.",
        )
    if laws.names:
        return Finding(True, _law_words(laws, hill, n), laws.names)
    if evidence.span < DECADE and hill.k < FEW * n:
        return Finding(
            None,
            f"Cannot tell: the {hill.k} largest look like a power law of index {_index(hill)}, but over a factor of "
            f"{evidence.span:.2g} in size only. A lognormal tail would look the same.",
        )
    words = f"Heavy: the {hill.k} largest follow a power law of index {_index(hill)}. {_moments(hill)}"
    return Finding(True, f"{words} {_disagreement(block, hill)}".strip())


def outer_place(found: Extremes, place: int) -> int:
    """Give the place of k/4, where a power law has to be seen as well; of k itself where that is below 25."""
    outer = int(np.argmin(np.abs(np.log(4.0 * found.k / found.k[place]))))
    return outer if found.k[outer] >= 25 else place


def too_few(n: int) -> str:
    """Say that there are too few numbers."""
    return f"Too few numbers to tell ({n}; {MIN_NUMBERS} or more are needed)."


def drift(found: Extremes) -> list[tuple[float, float]]:
    """Follow Hill's estimate outwards: its values where it rises by steps that do not shrink, else nothing."""
    places = [int(np.argmin(np.abs(np.log(found.k / (share * found.n))))) for share in DECADES]
    k, alpha = found.k[places], found.hill[places]
    if k[-1] < 25 or not np.isfinite(alpha).all():
        return []
    first, last = np.diff(np.log(alpha))
    error = math.sqrt(1.0 / k[2] - 1.0 / k[1])
    rises = last > 0.1 and last > 0.5 * first > 0.0 and last > 3.0 * error
    return list(zip(DECADES, map(float, alpha), strict=True)) if rises else []


def movement(found: Extremes, place: int) -> tuple[str, ...]:
    """Note where Hill's estimate moves further out by more than its interval says: a bias that the interval has not."""
    k, alpha = int(found.k[place]), float(found.hill[place])
    outer = int(np.argmin(np.abs(np.log(16.0 * found.k / k))))
    k_out, alpha_out = int(found.k[outer]), float(found.hill[outer])
    if k_out < 25 or k_out >= k:
        return ()
    error = alpha * math.sqrt(1.0 / k_out - 1.0 / k)
    if abs(alpha_out - alpha) < 3.0 * error:
        return ()
    return (
        f"Hill's index moves from {alpha:.3g} to {alpha_out:.3g} in the {k_out} largest: its interval holds no bias",
    )


def _xi(moment: IndexEstimate) -> str:
    return f"the moment estimate of the {moment.k} largest, {moment.xi:.2f} [{moment.low:.2f}, {moment.high:.2f}],"


def _index(hill: HillEstimate) -> str:
    return f"{hill.alpha:.3g} [{hill.low:.3g}, {hill.high:.3g}]"


def _light(block: BlockEstimate | None) -> str:
    if block is None or block.high > 1.95:
        return ""
    return (
        f"The block estimate {block.alpha:.2f} is no sign of one: it assumes a stable law, "
        "which light-tailed numbers below the normal limit are not."
    )


def _moments(hill: HillEstimate) -> str:
    if hill.high < 2.0:
        return "The variance is infinite." if hill.low > 1.0 else "The variance is infinite, and so may be the mean."
    if hill.low > 2.0:
        return f"The variance is finite; moments beyond about {hill.alpha:.2g} are not."
    return "Whether the variance is finite stays open."


def _law_words(laws: Fitted, hill: HillEstimate, n: int) -> str:
    """Name the laws that fit, with their indices, and say what that makes of the variance."""
    stable, student = laws.stable, laws.student
    said, ends = [], list[float]()
    for name in laws.names:
        if name == "stable" and stable is not None:
            said.append(
                f"a stable law of index {min(stable.alpha, 2.0):.3g} [{stable.low:.3g}, {min(stable.high, 2.0):.3g}]"
            )
            ends += [stable.low, stable.high]
        elif student is not None:
            said.append(f"Student's law of index {student.alpha:.3g} [{student.low:.3g}, {student.high:.3g}]")
            ends += [student.low, student.high]
    if len(said) == 2:
        words = f"Heavy: {said[0]} and {said[1]} both fit: these numbers cannot tell which."
        return f"{words} {_variance(min(ends), max(ends))}"
    words = f"Heavy: {said[0]} fits. {_variance(min(ends), max(ends))}"
    return words if stable is None or laws.names[0] != "stable" else _beside_hill(words, stable, hill, n)


def _variance(low: float, high: float) -> str:
    """Say whether the variance is finite, given the interval of the index."""
    if high < 2.0:
        return "The variance is infinite."
    return "The variance is finite." if low > 2.0 else "Whether the variance is finite stays open."


def _beside_hill(words: str, stable: LawFit, hill: HillEstimate, n: int) -> str:
    """Explain Hill's estimate where it lies apart from the stable fit's."""
    if hill.low <= stable.high and stable.low <= hill.high:
        return words
    if stable.alpha >= 1.995:
        return words
    expected = hill_limit(Noise("stable", min(max(stable.alpha, 0.1), 2.0), stable.scale), hill.k / n)
    top = f"the top {100 * hill.k / n:.2g} %"
    return f"{words} Hill's {hill.alpha:.3g} is its bias: that law reads {expected:.3g} in {top}."


def _disagreement(block: BlockEstimate | None, hill: HillEstimate) -> str:
    if block is None or (block.low <= hill.high and hill.low <= block.high):
        return ""
    if not 0.1 < hill.alpha < 50.0:
        return ""
    readings = block_limits(hill.alpha, block.block_size)
    return (
        f"The block estimate {block.alpha:.3g} assumes a stable law, which these numbers do not follow: of this index "
        f"a Pareto law reads {readings['pareto']:.3g} there, Student's {readings['student']:.3g}."
    )
