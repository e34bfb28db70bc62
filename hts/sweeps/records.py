"""Findings of a verification: files that are not what was written, walkers that came out otherwise."""

from dataclasses import dataclass

from hts.plans import Cell
from hts.plans.regression import RegressionCell


@dataclass(frozen=True)
class Verification:
    """What a check of all files that decide a number found.

    Attributes
    ----------
    n_shards : int
        Shards checked.
    damaged : tuple of str
        Files that are not what was written, as `shards/<name>`, `visits/<name>`, `rare/<name>`,
        `checkpoints/<name>` or a bare name.
    reasons : tuple of str
        What is wrong with each.
    """

    n_shards: int
    damaged: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """A walker that came out otherwise than it is stored.

    Attributes
    ----------
    shard : str
        Where it is stored, as `shards/<name>`.
    cell : Cell or RegressionCell
        Its cell.
    walker : int
        Its number.
    columns : tuple of str
        Where they differ.
    stored, computed : tuple
        exit_steps, side, landing; of visits the last position and the steps in each well; of runs of SGD on least
        squares the coordinate that differs.
    """

    shard: str
    cell: Cell | RegressionCell
    walker: int
    columns: tuple[str, ...]
    stored: tuple[float, ...]
    computed: tuple[float, ...]
    what: str = "walker"  # or "run", "sample", "summary from walker"


@dataclass(frozen=True)
class Replay:
    """What came of computing stored walkers again.

    Attributes
    ----------
    n_walkers : int
        How many were compared.
    differences : tuple of Difference
        Those that differ.
    what : str
        What was compared: walkers, or summary shards where no more is kept.
    """

    n_walkers: int
    differences: tuple[Difference, ...]
    what: str = "walker"
