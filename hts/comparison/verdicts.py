"""The verdict on a comparison of exits: no more than the numbers allow."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from hts.comparison.records import CellComparison, FitComparison
from hts.words import plural

# The limit law holds as eta -> 0 and the road is slow (docs/model.md section 5), so a slope measured at finite eta is
# no test of the limit exponent. Simulation is judged against the exact values at the same eta, and against nothing
# else.

DISAGREE_P = 1e-3  # chi-square p below which simulation and exact computation disagree; so often is a right one accused
ACCUSED_Z = 3.0  # |z| above which a cell is named in a disagreement
MOST_NAMED = 5
DOUBTFUL_P = 0.05  # p below which "agree" would claim too much
CURVED_P = 0.01  # straightness below which the means are said to bend
MANY_CENSORED = 0.1  # share of censored walkers from which the law of sigma matters for the mean
LIMIT_REACHED = 0.02  # exponents this close count as the same


def verdict(fit: FitComparison, cells: Sequence[CellComparison]) -> str:
    """Say what the cells of one (b, alpha) allow to be said.

    Parameters
    ----------
    fit : FitComparison
        All its numbers; its own verdict is not looked at.
    cells : sequence of CellComparison
        All cells of this (b, alpha), those without exits included.

    Returns
    -------
    str
        Statements joined by "; ".
    """
    if fit.chi_square_p is None:
        judged = _without_exact(fit)
    elif fit.chi_square_p < DISAGREE_P:
        judged = _disagreement(fit.chi_square_p, cells)
    else:
        judged = _agreement(fit, fit.chi_square_p, cells)
    parts = (_measurement(fit, cells), judged, _presumed_geometric(cells), _left_out(cells), _incomplete(cells))
    return "; ".join(part for part in parts if part)


def _measurement(fit: FitComparison, cells: Sequence[CellComparison]) -> str:
    used = [cell for cell in cells if cell.n_exits]
    if not used:
        return "nothing measured: no walker has left"
    n_exits, n_censored = sum(cell.n_exits for cell in used), sum(cell.n_censored for cell in used)
    count = f"{plural(n_exits, 'exit', ',')}, {n_censored:,} censored"
    if fit.exit_exponent_measured is None or fit.high is None:
        return f"one eta with exits ({_number(used[0].eta)}; {count}): no exponent"
    half = _two_digits(fit.high - fit.exit_exponent_measured)
    exponent = f"{fit.exit_exponent_measured:.{half[1]}f} +- {half[0]}"
    etas = [cell.eta for cell in used]
    eta_range = f"{_number(max(etas))} ... {_number(min(etas))}"
    text = f"measured exponent {exponent} over eta {eta_range} ({plural(len(used), 'cell')}, {count})"
    if fit.straightness_p is None:
        return f"{text}, two cells only, so whether they follow one power is not known"
    if fit.straightness_p < CURVED_P:
        return f"{text}, though the means bend away from one power of eta ({_p_value(fit.straightness_p)})"
    return text


def _without_exact(fit: FitComparison) -> str:
    if fit.exit_exponent_limit is None:
        return "no limit exponent here, and no verdict without the exact values"
    limit = _number(fit.exit_exponent_limit)
    return f"the limit exponent {limit} holds as eta -> 0 only: no verdict without the exact values"


def _disagreement(chi_square_p: float, cells: Sequence[CellComparison]) -> str:
    worst, eta = _largest_z(cells)
    others = sorted(((abs(c.z_exact), c.eta, c.z_exact) for c in cells if c.z_exact is not None), reverse=True)
    named = [f"eta = {_number(eta)} (z = {z:.1f})" for size, eta, z in others if size > ACCUSED_Z][:MOST_NAMED]
    which = f"; cells: {', '.join(named)}" if named else ""
    return (
        "simulation and exact disagree (a bug, or a wrong model): "
        f"largest |z| {worst:.1f} at eta = {_number(eta)}, chi-square {_p_value(chi_square_p)}{which}; "
        "next: hts verify DIR --replay 100, then more walkers there under another seed"
    )


def _agreement(fit: FitComparison, chi_square_p: float, cells: Sequence[CellComparison]) -> str:
    worst, eta = _largest_z(cells)
    n_cells = sum(cell.z_exact is not None for cell in cells)
    text = (
        f"simulation and exact {agree(chi_square_p)} in {plural(n_cells, 'cell')} "
        f"(chi-square p = {chi_square_p:.2g}, largest |z| {worst:.1f} at eta = {_number(eta)})"
    )
    if fit.exit_exponent_measured is None:
        return text
    if fit.exit_exponent_exact is None:
        return f"{text}; some cells lack an exact value, so there is no exact exponent"
    text += f"; the exact means on the same etas have exponent {fit.exit_exponent_exact:.3f}"
    if fit.exit_exponent_limit is None:
        return f"{text}; there is no limit exponent here"
    away = abs(fit.exit_exponent_limit - fit.exit_exponent_exact)
    if away <= LIMIT_REACHED:
        return f"{text}, within {LIMIT_REACHED} of the limit {_number(fit.exit_exponent_limit)}"
    text += f"; the limit {_number(fit.exit_exponent_limit)} is still {away:.2g} away"
    if fit.limit_below_eta is not None:
        text += f"; the local exponent is within {LIMIT_REACHED} of it below about eta = {fit.limit_below_eta:.2g}"
    return text


def agree(p: float) -> str:
    """Say in a verb or two what a p-value that is no disagreement allows to be said."""
    return "agree" if p >= DOUBTFUL_P else "agree only just (more walkers would tell)"


def _presumed_geometric(cells: Sequence[CellComparison]) -> str:
    """Own up to cells whose exposure/exits stands for E sigma though many walkers were stopped (see censoring.py)."""
    presumed = [
        _number(cell.eta)
        for cell in cells
        if cell.z_exact is not None and cell.law_p_exact is None and cell.n_censored > MANY_CENSORED * cell.n_walkers
    ]
    return f"censored walkers were taken to leave at a constant rate: eta {', '.join(presumed)}" if presumed else ""


def _left_out(cells: Sequence[CellComparison]) -> str:
    silent = [f"{_number(cell.eta)} ({plural(cell.n_walkers, 'walker', ',')})" for cell in cells if not cell.n_exits]
    return f"left out, without an exit: eta {', '.join(silent)}" if silent else ""


def _incomplete(cells: Sequence[CellComparison]) -> str:
    short = [
        f"{_number(cell.eta)} ({cell.n_walkers:,} of {plural(cell.walkers_wanted, 'walker', ',')})"
        for cell in cells
        if cell.n_walkers < cell.walkers_wanted
    ]
    return f"incomplete: eta {', '.join(short)}" if short else ""


def _largest_z(cells: Sequence[CellComparison]) -> tuple[float, float]:
    return max((abs(cell.z_exact), cell.eta) for cell in cells if cell.z_exact is not None)


def _number(value: float) -> str:
    return f"{value:.4g}"


def _two_digits(error: float) -> tuple[str, int]:
    """Write an error with two digits, and say how many decimals the value beside it deserves."""
    decimals = max(1 - floor(log10(error)), 0) if error > 0 else 3
    return f"{error:.{decimals}f}", decimals


def _p_value(p: float) -> str:
    """Write a p-value; below the smallest number of floating point it is no zero."""
    return f"p = {p:.1g}" if p > 1e-300 else "p < 1e-300"
