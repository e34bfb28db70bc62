"""Tables of text that a terminal and a page both show: numbers with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf
from typing import TYPE_CHECKING

from hts.words import each_once, interval, number

if TYPE_CHECKING:
    from hts.answers import ExitPrediction, SharePrediction
    from hts.comparison import ExitComparison, ShareComparison, VisitComparison

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class TextTable:
    """A table as it is read; `drops` names the columns that a narrow terminal does without, in that order."""

    title: str
    headers: tuple[str, ...]
    rows: Rows
    note: str | None = None
    drops: tuple[str, ...] = ()


def text_table(
    title: str,
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    note: str | None = None,
    drops: Sequence[str] = (),
) -> TextTable:
    """Make a table of sequences."""
    return TextTable(title, tuple(headers), tuple(map(tuple, rows)), note, tuple(drops))


def exit_tables(comparison: ExitComparison, name: str) -> list[TextTable]:
    """Lay out mean exit times, probabilities to leave within the plan's time where it has one, and exponents."""
    has_within = any(c.probability_within is not None or c.within_reason for c in comparison.cells)
    within = [_within_table(comparison)] if has_within else []
    return [_mean_table(comparison, name), *within, _exponent_table(comparison)]


def _has_exact(comparison: ExitComparison) -> bool:
    return any(cell.mean_exit_steps_exact is not None for cell in comparison.cells)


def _mean_table(comparison: ExitComparison, name: str) -> TextTable:
    has_exact = _has_exact(comparison)
    headers = ["b", "alpha", "eta", "walkers", "exits", "censored", "mean exit steps [95 %]"]
    headers += ["exact", "z"] if has_exact else []
    headers += ["limit", "Exp(1) p"]
    rows = []
    for c in comparison.cells:
        row = [number(c.b), number(c.alpha), number(c.eta), str(c.n_walkers), str(c.n_exits), str(c.n_censored)]
        row.append(interval(c.mean_exit_steps, c.mean_low, c.mean_high))
        row += [number(c.mean_exit_steps_exact), number(c.z_exact, 2)] if has_exact else []
        row += [number(c.mean_exit_steps_limit), number(c.exponentiality_p, 2)]
        rows.append(row)
    drops = ["Exp(1) p", "exits", "walkers", "censored", "limit", "z"]
    return text_table(f"Exit times: {name}", headers, rows, drops=drops)


def _within_table(comparison: ExitComparison) -> TextTable:
    headers = ["b", "alpha", "eta", "measured [95 %]", "exact", "remark"]
    rows = []
    for c in comparison.cells:
        shares = c.probability_within, c.probability_within_low, c.probability_within_high
        row = [number(c.b), number(c.alpha), number(c.eta), "-" if shares[0] is None else interval(*shares)]
        rows.append([*row, number(c.probability_within_exact), c.within_reason or ""])
    return text_table("Probability to leave within the time `within` of the plan", headers, rows)


def _exponent_table(comparison: ExitComparison) -> TextTable:
    has_exact = _has_exact(comparison)
    headers = ["b", "alpha", "l*", "cells", "measured [95 %]", *(["exact"] if has_exact else []), "limit"]
    rows = []
    for f in comparison.fits:
        row = [number(f.b), number(f.alpha), number(f.jump_number), str(f.n_cells)]
        row.append(interval(f.exit_exponent_measured, f.low, f.high, 3))
        row += [number(f.exit_exponent_exact, 3)] if has_exact else []
        rows.append([*row, number(f.exit_exponent_limit, 3)])
    return text_table("Exponents: E sigma ~ eta^-exponent", headers, rows)


def exit_verdicts(comparison: ExitComparison) -> list[str]:
    """Say of each (b, alpha) what its cells allow to be said."""
    alphas = ["" if f.alpha is None else f", alpha = {number(f.alpha)}" for f in comparison.fits]
    return [f"b = {number(f.b)}{alpha}: {f.verdict}" for f, alpha in zip(comparison.fits, alphas, strict=True)]


def share_table(comparison: ShareComparison, name: str) -> TextTable:
    """Lay out shares of time well by well; widest wells bear a star."""
    has_exact = any(cell.exact != (None,) * len(cell.exact) for cell in comparison.visits)
    headers = ["b", "alpha", "eta", "walkers", "steps", "well", "share of time [95 %]"]
    headers += ["exact, these steps", "z", "exact, stationary"] if has_exact else []
    headers += ["limit"]
    rows = []
    for cell in comparison.visits:
        head = [number(cell.b), number(cell.alpha), number(cell.eta), str(cell.n_walkers), number(cell.n_steps)]
        for well, share in enumerate(cell.shares):
            label = f"{well}*" if well in cell.widest else str(well)
            row = [*(head if well == 0 else [""] * len(head)), label, interval(share, cell.low[well], cell.high[well])]
            if has_exact:
                row += [number(cell.expected[well]), number(cell.z_exact[well], 2), number(cell.exact[well])]
            rows.append([*row, number(cell.limit[well])])
    has_widest = any(cell.widest for cell in comparison.visits)
    note = "* widest: they keep the time as eta -> 0" if has_widest else None
    drops = ["exact, stationary", "walkers", "steps", "limit", "z"]
    return text_table(f"Shares of time: {name}", headers, rows, note, drops)


def share_verdicts(comparison: ShareComparison) -> list[str]:
    """Say of each cell what its shares allow to be said."""
    return [f"{_cell_name(cell)}: {cell.verdict}" for cell in comparison.visits]


def share_warnings(comparison: ShareComparison) -> list[str]:
    """List each warning once, with the first cell it is about."""
    return each_once((_cell_name(cell), warning) for cell in comparison.visits for warning in cell.warnings)


def _cell_name(cell: VisitComparison) -> str:
    alpha = "" if cell.alpha is None else f", alpha = {number(cell.alpha)}"
    return f"b = {number(cell.b)}{alpha}, eta = {number(cell.eta)}"


def prediction_table(predictions: Sequence[ExitPrediction], title: str) -> TextTable:
    """Lay out exact and limit exit times."""
    headers = ["b", "alpha", "eta", "l*", "exact mean exit steps", "rel. error", "limit 1/(q lambda)"]
    headers += ["exact/limit", "local exponent", "limit"]
    rows = []
    for p in predictions:
        exact, limit = p.mean_exit_steps_exact, p.mean_exit_steps_limit
        row = [number(p.b), number(p.alpha), number(p.eta), number(p.jump_number), number(exact, 7)]
        row += [number(p.relative_error_exact, 1), number(limit, 5)]
        row.append(number(exact / limit, 3) if exact is not None and limit is not None else "-")
        rows.append([*row, number(p.local_exponent_exact), number(p.exit_exponent_limit)])
    drops = ["rel. error", "exact/limit", "limit", "limit 1/(q lambda)"]
    return text_table(f"Exit times, exact and in the limit: {title}", headers, rows, drops=drops)


def share_prediction_table(shares: Sequence[SharePrediction], title: str) -> TextTable:
    """Lay out stationary shares of time well by well."""
    headers = ["b", "alpha", "eta", "relaxation steps", "in the limit", "rel. error", "well", "exact share", "limit"]
    rows = []
    for share in shares:
        cell = [number(share.b), number(share.alpha), number(share.eta)]
        cell += [number(share.relaxation_steps_exact), number(share.relaxation_steps), number(share.relative_error, 1)]
        n_wells = len(share.exact or share.limit or ())
        for well in range(n_wells):
            exact = None if share.exact is None else share.exact[well]
            limit = None if share.limit is None else share.limit[well]
            head = cell if well == 0 else [""] * len(cell)
            rows.append([*head, str(well), number(exact, 6), number(limit, 5)])
        if not n_wells:
            rows.append([*cell, "-", "-", "-"])
    drops = ["in the limit", "rel. error", "relaxation steps"]
    return text_table(f"Stationary shares of time: {title}", headers, rows, drops=drops)


def prediction_warnings(predictions: Sequence[ExitPrediction | SharePrediction]) -> list[str]:
    """List each warning once, with the first cell it is about."""
    return each_once((_prediction_name(p), warning) for p in predictions for warning in p.warnings)


def _prediction_name(p: ExitPrediction | SharePrediction) -> str:
    b = "inf" if isinf(p.b) else f"{p.b:g}"
    return f"(eta {p.eta:g}, b {b}, alpha {number(p.alpha)})"
