"""Published mean exit times, probabilities and shares, to compare with ours.

`published_exit.csv` holds what was read off the vector graphics of the R^1 experiment: [WOR] Wang, Oh, Rhee
(arXiv 2102.04297), Figure 1 right, and [WR] Wang, Rhee (arXiv 2307.03479, December 2024), Figure 1.2 ii;
20 runs a point, so about 22 % standard error each. `published_rare.csv` holds the probabilities of [WR], Table 2.1:
hits of 0 by the quartic within floor(1/eta) steps, 32 hits a point, so 18 % standard error each.
`published_shares.csv` holds the shares of time by well of [WOR], Figure 1 left: 10 paths of 1e7 steps at eta = 1e-3.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

from hts.errors import PlanError

PUBLISHED_ALPHA = 1.2
"""Tail index of the noise in both versions of the experiment (docs/model.md, sources [WOR] and [WR])."""
PUBLISHED_RARE_ALPHA = 1.5
"""Tail index of the noise in [WR], Table 2.1."""
EXITS, RARE, SHARES = "published_exit.csv", "published_rare.csv", "published_shares.csv"


@dataclass(frozen=True)
class PublishedPoint:
    """One mean exit time of a published figure, or one probability of a published table."""

    source: str  # "WOR" | "WR" | "WR-rare"
    eta: float
    b: float
    alpha: float
    value: float  # in steps, if it is a time
    is_censored: bool | None = None  # some of its runs were stopped before they left: a lower bound; None: not said


@dataclass(frozen=True)
class PublishedShares:
    """Shares of time by well, of one published histogram."""

    source: str  # "WOR"
    eta: float
    b: float
    alpha: float | None  # None for normal noise
    shares: tuple[float, ...]  # by well


def read_published(source: str) -> tuple[PublishedPoint, ...]:
    """Read the mean exit times of one source, in the order of the file; none where it published none.

    Raises
    ------
    PlanError
        If there is no such source.
    """
    return tuple(
        PublishedPoint(
            source=source,
            eta=float(row["eta"]),
            b=float(row["b"]),
            alpha=PUBLISHED_ALPHA,
            value=float(row["mean_exit_steps"]),
            is_censored=row["censored"] == "yes",
        )
        for row in _rows(EXITS, source)
    )


def read_published_probabilities(source: str) -> tuple[PublishedPoint, ...]:
    """Read the probabilities of one source, as `read_published` reads mean exit times."""
    return tuple(
        PublishedPoint(source, float(row["eta"]), float(row["b"]), PUBLISHED_RARE_ALPHA, float(row["probability"]))
        for row in _rows(RARE, source)
    )


def read_published_shares(source: str) -> tuple[PublishedShares, ...]:
    """Read the shares of time of one source, as `read_published` reads mean exit times."""
    return tuple(
        PublishedShares(
            source=source,
            eta=float(row["eta"]),
            b=float(row["b"]),
            alpha=PUBLISHED_ALPHA if row["noise"] == "heavy" else None,
            shares=tuple(float(row[f"well_{k}"]) for k in range(1, 5)),
        )
        for row in _rows(SHARES, source)
    )


def _rows(name: str, source: str) -> list[dict[str, str]]:
    """Read the lines of one source from a file; refuse a source that no file has."""
    tables = {file: _table(file) for file in (EXITS, RARE, SHARES)}
    sources = sorted({row["source"] for table in tables.values() for row in table})
    if source not in sources:
        raise PlanError(f"figure.published: no published points called {source!r}; there are {', '.join(sources)}")
    return [row for row in tables[name] if row["source"] == source]


def _table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files("hts.plots") / name).read_text(encoding="utf-8").splitlines()))
