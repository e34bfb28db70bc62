"""Records of what is found out about one sample of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hts.arrays import FloatArray
from hts.records import Row, Tabular
from hts.tails.blocks import BlockEstimate
from hts.tails.dependence import Dependence
from hts.tails.extremes import Extremes
from hts.tails.fits import LawFit


@dataclass(frozen=True)
class HillEstimate:
    """Hill's estimate of the tail index from the k largest magnitudes, with its 95 % interval.

    `threshold` is the (k+1)-th largest.
    """

    k: int
    threshold: float
    alpha: float
    low: float
    high: float


@dataclass(frozen=True)
class IndexEstimate:
    """An estimate of the extreme-value index xi (1/alpha where it is positive), with its 95 % interval."""

    k: int
    xi: float
    low: float
    high: float


@dataclass(frozen=True)
class TailEstimate(Tabular):
    """The tail of one sample.

    Attributes
    ----------
    file, column : str or None
        Where the numbers were read.
    n, n_zero, n_not_finite : int
        Numbers used; those left out because they equal the centre, or are not finite.
    centre : float or tuple of float
        What was subtracted; of vectors one number for each coordinate.
    block : tuple of BlockEstimate
        Over block sizes; `block_size` is the one quoted.
    hill, moment, pickands
        From the k largest magnitudes, k chosen by the distance between tail and fit.
    stable : LawFit or None
        None where no stable law can be fitted.
    stable_distance : float or None
        Kolmogorov's distance of the magnitudes from those of the fitted law.
    student, student_distance : LawFit or None, float or None
        The same of Student's law.
    laws : tuple of str
        Which of the two, "stable" and "student", describe all magnitudes, the nearest first.
    dependence : Dependence
        Along the file.
    tied : float
        Share of the k largest magnitudes that occur more than once.
    surrogate : BlockEstimate or None
        Of normal noise with the data's scale in each coordinate; None where there are no coordinates.
    is_heavy : bool or None
        Whether the magnitudes have a power tail; None: these numbers cannot tell.
    verdict : str
        Three sentences at most.
    notes : tuple of str
        What the numbers violate, and what was left out.
    extremes : Extremes
        Estimates over all k, for figures.
    quantiles : float64[2, point]
        Magnitudes and the share of numbers at least as large, for figures.
    """

    file: str | None
    column: str | None
    n: int
    n_zero: int
    n_not_finite: int
    centre: float | tuple[float, ...]
    block: tuple[BlockEstimate, ...]
    block_size: int | None
    hill: HillEstimate | None
    moment: IndexEstimate | None
    pickands: IndexEstimate | None
    stable: LawFit | None
    stable_distance: float | None
    student: LawFit | None
    student_distance: float | None
    laws: tuple[str, ...]
    dependence: Dependence | None
    tied: float
    surrogate: BlockEstimate | None
    is_heavy: bool | None
    verdict: str
    notes: tuple[str, ...]
    extremes: Extremes | None
    quantiles: FloatArray

    def rows(self) -> list[Row]:
        """List the tail index by each estimator, with its 95 % interval."""
        found = {"block": self.quoted_block, "stable": self.stable, "student": self.student, "hill": self.hill}
        rows = [
            {"estimator": name, "alpha": one.alpha, "low": one.low, "high": one.high}
            for name, one in found.items()
            if one is not None
        ]
        for name, xi in (("moment", self.moment), ("pickands", self.pickands)):
            if xi is not None:
                alpha, low, high = (1.0 / part if part > 0.0 else math.inf for part in (xi.xi, xi.high, xi.low))
                rows.append({"estimator": name, "alpha": alpha, "low": low, "high": high})
        return [{"file": self.file, "column": self.column, **row} for row in rows]

    @property
    def quoted_block(self) -> BlockEstimate | None:
        """The block estimate at the block size chosen beforehand."""
        return next((estimate for estimate in self.block if estimate.block_size == self.block_size), None)
