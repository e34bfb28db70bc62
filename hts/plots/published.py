"""This file is where the published mean exit times are read, to be laid beside ours.

`published_exit.csv` holds what was read off the vector graphics of the R^1 experiment: [WOR] Wang, Oh, Rhee
(arXiv 2102.04297), Figure 1 right, and [WR] Wang, Rhee (arXiv 2307.03479, December 2024), Figure 1.2 ii;
20 runs a point, so about 22 % standard error each.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

from hts.errors import PlanError

PUBLISHED_ALPHA = 1.2
"""Tail index of the noise in both versions of the experiment (docs/model.md, sources [WOR] and [WR])."""


@dataclass(frozen=True)
class PublishedPoint:
    """One point of a published figure."""

    source: str  # "WOR" | "WR"
    eta: float
    b: float
    alpha: float
    mean_exit_steps: float
    is_censored: bool  # some of its runs had not left when they were stopped: the mean is a lower bound


def read_published(source: str) -> tuple[PublishedPoint, ...]:
    """Read the points of one source, in the order of the file.

    Raises
    ------
    PlanError
        If there is no such source.
    """
    text = (files("hts.plots") / "published_exit.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    sources = sorted({row["source"] for row in rows})
    if source not in sources:
        raise PlanError(f"figure.published: no published points called {source!r}; there are {', '.join(sources)}")
    return tuple(
        PublishedPoint(
            source=source,
            eta=float(row["eta"]),
            b=float(row["b"]),
            alpha=PUBLISHED_ALPHA,
            mean_exit_steps=float(row["mean_exit_steps"]),
            is_censored=row["censored"] == "yes",
        )
        for row in rows
        if row["source"] == source
    )
