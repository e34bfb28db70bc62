"""Tail indices of a user's own numbers: table, verdicts and report, from the document of `hts tails`."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hts.reports.document import OWN, Part, Report, report_with
from hts.reports.figures import PageFigure, page_figure
from hts.reports.tables import TextTable, text_table
from hts.words import interval, number, plural, whole

if TYPE_CHECKING:
    from hts.tails import TailEstimate

#: A sample as the document of `hts tails` has it (docs/interface.md).
Sample = Mapping[str, Any]
LABELS = (
    "numbers",
    "block estimate",
    "block size",
    "stable fit",
    "its distance",
    "Student fit",
    "its distance",
    "Hill",
    "moment, 1/xi",
    "Pickands, 1/xi",
    "k of n",
)
CITATIONS = (
    "U. Simsekli, L. Sagun, M. Gürbüzbalaban. A Tail-Index Analysis of Stochastic Gradient Noise in Deep Neural "
    "Networks. arXiv:1901.06053, 2019.",
    "B. M. Hill. A simple general approach to inference about the tail of a distribution. Annals of Statistics 3, "
    "1163-1174, 1975.",
)
FINDING = "Survival with fitted tails, estimates over k and over block sizes, and the largest numbers against their fit"


def tail_table(samples: Sequence[Sample]) -> TextTable:
    """Lay estimates out, a column for each sample."""
    columns = [_column(sample) for sample in samples]
    rows = [[label, *(column[i] for column in columns)] for i, label in enumerate(LABELS)]
    return text_table("Tail index [95 %]", ["estimate", *map(sample_name, samples)], rows)


def _column(sample: Sample) -> list[str]:
    blocks = (block for block in sample["block"] if block["block_size"] == sample["block_size"])
    block, stable, hill = next(blocks, None), sample["stable"], sample["hill"]
    column = [whole(sample["n"]), _interval(block), "-" if block is None else whole(block["block_size"])]
    column += [_interval(stable), "-" if stable is None else number(stable["distance"], 2)]
    student = sample.get("student")  # documents of earlier versions have none
    column += [_interval(student), "-" if student is None else number(student["distance"], 2), _interval(hill)]
    for part in (sample["moment"], sample["pickands"]):
        ends = () if part is None else (_inverse(part["xi"]), _inverse(part["high"]), _inverse(part["low"]))
        column.append(interval(*ends, digits=3) if ends else "-")
    return [*column, "-" if hill is None else whole(hill["k"])]


def _interval(part: Mapping[str, Any] | None) -> str:
    return "-" if part is None else interval(part["alpha"], part["low"], part["high"], 3)


def _inverse(xi: float) -> float:
    """Turn an extreme-value index into a tail index: none, written inf, where it is not positive."""
    return 1.0 / xi if xi > 0.0 else math.inf


def sample_name(sample: Sample) -> str:
    """Name a sample by its file, and its column where there is one."""
    file = Path(sample["file"] or "-").name
    return file if sample["column"] is None else f"{file}[{sample['column']}]"


def tail_report(samples: Sequence[Sample], estimates: Sequence[TailEstimate], name: str) -> Report:
    """Put the report of some samples together.

    Parameters
    ----------
    samples : sequence of mapping
        As the document of `hts tails` has them.
    estimates : sequence of TailEstimate
        The same, from which the figure is drawn; empty where only the document is at hand.
    name : str
        Of the file that the report is about.
    """
    verdicts = [f"{sample_name(sample)}: {sample['verdict']}" for sample in samples]
    notes = [f"{sample_name(sample)}: {note}" for sample in samples for note in sample["notes"]]
    files = dict.fromkeys(shlex.quote(Path(sample["file"]).name) for sample in samples if sample["file"])
    columns = {sample["column"] for sample in samples} - {None}
    column = f" --column {shlex.quote(columns.pop())}" if len(columns) == 1 else ""
    return report_with(
        Part([tail_table(samples)], verdicts, notes),
        _figures(estimates),
        title=f"Tail index of {name}",
        question=f"How heavy are the tails of {plural(len(samples), 'sample')}? Six estimators side by side.",
        plans=(),
        commands=(f"hts tails {' '.join(files)}{column}",) if files else (),
        citations=(*OWN, *CITATIONS),
    )


def _figures(estimates: Sequence[TailEstimate]) -> list[PageFigure]:
    """Draw the estimates of samples that have enough numbers."""
    from hts.plots.tails import draw_tails

    shown = [estimate for estimate in estimates if estimate.extremes is not None]
    return [page_figure("tails", FINDING, lambda: draw_tails(shown))] if shown else []
