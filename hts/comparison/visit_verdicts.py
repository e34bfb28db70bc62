"""The verdict on shares of time: the horizon first, since it decides what a share can show."""

from __future__ import annotations

import math

import scipy

from hts.comparison.verdicts import DISAGREE_P, agree
from hts.comparison.visit_records import VisitComparison
from hts.words import plural

#: Weight of the start in the shares from which on they are called stationary.
STATIONARY = 0.05


def start_weight(horizon: float) -> float:
    """Give the weight of where a chain began in its shares of time, T relaxation times later: (1 - exp(-T))/T."""
    return -math.expm1(-horizon) / horizon if horizon > 0 else 1.0


def visit_verdict(cell: VisitComparison) -> str:
    """Say what one cell allows to be said.

    Parameters
    ----------
    cell : VisitComparison
        All its numbers; its own verdict is not looked at.

    Returns
    -------
    str
        Statements joined by "; ".
    """
    if not cell.n_walkers:
        return "nothing measured yet"
    parts = (_horizon(cell), _agreement(cell), _outside(cell), _incomplete(cell))
    return "; ".join(part for part in parts if part)


def _horizon(cell: VisitComparison) -> str:
    steps, are, step = f"{cell.n_steps:,} steps".replace(",", " "), "are", "eta"
    if cell.epsilon is not None:  # where eta is the time step h
        steps, are, step = f"a time of {cell.n_steps * cell.eta:.6g}", "is", "h"
    if cell.n_diverged:
        return (
            f"{cell.n_diverged} of {cell.n_walkers} walkers ran off to infinity, and their shares say nothing: "
            f"{step} f'' > 2 beyond the outer minima; take a smaller {step}, a clip b or a projection L"
        )
    if len(cell.shares) == 1:
        return f"{steps}: there is one well"
    if cell.horizon is None:
        return f"{steps}: no relaxation time is known, so whether the shares are stationary is not known either"
    chain = "" if cell.relaxation_steps_exact is not None else " of the limit chain"
    text = f"{steps} {are} {_two_digits(cell.horizon)} relaxation times{chain}"
    weight = start_weight(cell.horizon)
    if cell.is_stationary:
        return f"{text}: stationary, but for {_percent(weight)} that the start still weighs"
    return f"{text}: not stationary yet, the start still weighs {_percent(weight)}"


def _percent(weight: float) -> str:
    return f"{_two_digits(100 * weight)} %"


def _two_digits(value: float) -> str:
    return f"{float(f'{value:.2g}'):g}"


def disagrees(cell: VisitComparison) -> bool:
    """Say whether simulation and exact values disagree in some well."""
    worst = _worst(cell)
    return worst is not None and worst[2] < DISAGREE_P


def _worst(cell: VisitComparison) -> tuple[float, int, float] | None:
    """Return the largest |z|, its well, and the probability of one so large among all wells."""
    scores = [(abs(z), well) for well, z in enumerate(cell.z_exact) if z is not None]
    if not scores:
        return None
    worst, well = max(scores)
    return worst, well, min(1.0, 2 * len(scores) * float(scipy.special.ndtr(-worst)))


def _agreement(cell: VisitComparison) -> str:
    found = _worst(cell)
    if found is None:
        return ""
    worst, well, p = found
    if p < DISAGREE_P:
        measured, expected = cell.shares[well], cell.expected[well]
        apart = "" if measured is None or expected is None else f": share {measured:.6g}, exact {expected:.6g}"
        return (
            "simulation and exact disagree (a bug, or a wrong model): "
            f"|z| = {worst:.1f} in well {well}{apart}, p = {max(p, 1e-300):.1g}; "
            "next: hts verify DIR --replay 10, then more walkers there under another seed"
        )
    return f"simulation and exact {agree(p)} (largest |z| {worst:.1f} in well {well})"


def _outside(cell: VisitComparison) -> str:
    if not cell.widest or len(cell.widest) == len(cell.shares) or not cell.outside_widest:
        return ""
    last = cell.outside_widest[-1]
    if last.share is None:
        return ""
    wells = ", ".join(map(str, cell.widest))
    text = f"{last.share:.3g} of the time outside the widest well{'s' * (len(cell.widest) > 1)} {wells}"
    if last.expected is not None:
        text += f" (exact for that many steps: {last.expected:.3g})"
    return f"{text}, 0 in the limit"


def _incomplete(cell: VisitComparison) -> str:
    if cell.n_walkers >= cell.walkers_wanted:
        return ""
    return f"incomplete: {cell.n_walkers:,} of {plural(cell.walkers_wanted, 'walker', ',')}"
