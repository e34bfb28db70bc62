"""What each method does at an iteration; needs no JAX."""

from __future__ import annotations

from dataclasses import dataclass

from hts.plans.training import TrainingTable


@dataclass(frozen=True)
class Rule:
    """What a method does at an iteration.

    Attributes
    ----------
    is_large, is_noisy, is_independent, is_clipped : bool
        LB alone; Z times a noise; of another small batch; by phi_b.
    eta, bound : float
        Learning rate; largest weight.
    """

    is_large: bool
    is_noisy: bool
    is_independent: bool
    is_clipped: bool
    eta: float
    bound: float


def rules_of(table: TrainingTable, method: str) -> tuple[tuple[int, Rule], ...]:
    """List the stages of a method: how many iterations, by which rule."""
    eta, inf = table.eta, float("inf")
    if method == "SB+Noise":
        whole = (table.iterations + table.final) * table.noise_factor
        eta, bound = table.noise_eta, table.weight_bound
        noisy, quiet = Rule(False, True, False, False, eta, bound), Rule(False, False, False, False, eta, bound)
        return (whole // 2, noisy), (whole - whole // 2, quiet)
    first = Rule(
        method == "LB", method in ("Our1", "Our2"), method == "Our1", method in ("SB+Clip", "Our1", "Our2"), eta, inf
    )
    last = Rule(table.final_batch == "large", False, False, first.is_clipped, eta, inf)
    return (table.iterations, first), (table.final, last)
