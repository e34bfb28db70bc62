"""Tables of what a plan with [levy] measured beside exact and limit values, in time t = k h."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hts.reports.tables import TextTable, text_table
from hts.words import each_once, interval, number

if TYPE_CHECKING:
    from hts.comparison.levy_records import LevyCell, LevyExits, LevyShares, LevyVisit


def exit_tables(comparison: LevyExits, name: str) -> list[TextTable]:
    """Lay out mean exit times, probabilities to leave within the plan's time, and transition probabilities."""
    has_within = any(c.probability_within is not None or c.within_reason for c in comparison.cells)
    within = [_within_table(comparison)] if has_within else []
    return [_mean_table(comparison, name), *within, _transition_table(comparison.cells)]


def _mean_table(comparison: LevyExits, name: str) -> TextTable:
    headers = ["epsilon", "alpha", "h", "walkers", "exits", "censored", "mean exit time [95 %]", "exact at h", "z"]
    headers += ["limit", "limit, c = 1/alpha", "Exp(1) p"]
    rows = []
    for c in comparison.cells:
        row = [*_name(c), str(c.n_walkers), str(c.n_exits), str(c.n_censored)]
        row.append(interval(c.mean_exit_time, c.mean_low, c.mean_high))
        row += [number(c.mean_exit_time_exact), number(c.z_exact, 2), number(c.mean_exit_time_limit)]
        rows.append([*row, number(c.mean_exit_time_limit_printed), number(c.exponentiality_p, 2)])
    note = "limit: epsilon -> 0, c = C_alpha/2 as simulated"
    drops = ["limit, c = 1/alpha", "Exp(1) p", "exits", "walkers", "censored", "limit", "z"]
    return text_table(f"Exit times t = k h: {name}", headers, rows, note, drops)


def _within_table(comparison: LevyExits) -> TextTable:
    headers = ["epsilon", "alpha", "h", "measured [95 %]", "exact at h", "remark"]
    rows = []
    for c in comparison.cells:
        shares = c.probability_within, c.probability_within_low, c.probability_within_high
        row = [*_name(c), "-" if shares[0] is None else interval(*shares)]
        rows.append([*row, number(c.probability_within_exact), c.within_reason or ""])
    return text_table("Probability to leave within the time `within` of the plan", headers, rows)


def _transition_table(cells: Iterable[LevyCell | LevyVisit]) -> TextTable:
    """Lay out from where to where walkers go: measured, exact at h, and in the limit."""
    rows = []
    for cell in cells:
        head = _name(cell)
        for one in cell.transitions:
            measured = "-" if one.probability is None else interval(one.probability, one.low, one.high)
            row = [*head, f"{one.start} -> {one.to}", str(one.n), measured, number(one.exact), number(one.limit)]
            rows.append(row)
            head = [""] * len(head)
    headers = ["epsilon", "alpha", "h", "from -> to", "n", "measured [95 %]", "exact at h", "limit q_ij/q_i"]
    return text_table("Transition probabilities", headers, rows, drops=["n", "limit q_ij/q_i"])


def exit_verdicts(comparison: LevyExits) -> list[str]:
    """Say of each epsilon and alpha what the cells allow to be said."""
    return [f"epsilon = {number(f.epsilon)}, alpha = {number(f.alpha)}: {f.verdict}" for f in comparison.fits]


def share_tables(comparison: LevyShares, name: str) -> list[TextTable]:
    """Lay out shares of time well by well, and moves between wells where any were counted."""
    headers = ["epsilon", "alpha", "h", "walkers", "time\nof each", "well", "share of time [95 %]"]
    headers += ["exact,\nthis time", "z", "stationary,\nexact at h", "limit pi"]
    rows = []
    for cell in comparison.visits:
        head = [*_name(cell), str(cell.n_walkers), number(cell.run_time)]
        for well, share in enumerate(cell.shares):
            row = [*(head if well == 0 else [""] * len(head)), str(well)]
            row.append(interval(share, cell.low[well], cell.high[well]))
            row += [number(cell.expected[well]), number(cell.z_exact[well], 2), number(cell.exact[well])]
            rows.append([*row, number(cell.limit[well])])
    moves = [_transition_table(comparison.visits)] if any(cell.transitions for cell in comparison.visits) else []
    drops = ["stationary,\nexact at h", "walkers", "time\nof each", "limit pi", "z"]
    return [text_table(f"Equilibrium, shares of time: {name}", headers, rows, drops=drops), *moves]


def share_verdicts(comparison: LevyShares) -> list[str]:
    """Say of each cell what its shares allow to be said."""
    return [f"{_words(cell)}: {cell.verdict}" for cell in comparison.visits]


def share_warnings(comparison: LevyShares) -> list[str]:
    """List each warning once, with the first cell it is about."""
    return each_once((_words(cell), warning) for cell in comparison.visits for warning in cell.warnings)


def _words(cell: LevyVisit) -> str:
    return f"epsilon = {number(cell.epsilon)}, alpha = {number(cell.alpha)}, h = {number(cell.step)}"


def _name(cell: LevyCell | LevyVisit) -> list[str]:
    return [number(cell.epsilon), number(cell.alpha), number(cell.step)]
