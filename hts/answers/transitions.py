"""Graphs of typical transitions of a landscape, one for each clip length, with their rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.limit.chains import LimitChain, limit_chain, transition_rates


@dataclass(frozen=True)
class Transition:
    """One typical transition, docs/model.md (13)."""

    start: int
    end: int
    rate: float  #: q_ij, in units of lambda_i(eta); NaN where there is none
    share: float  #: q_ij/q_i: of the exits from i; NaN where there is none


@dataclass(frozen=True, eq=False)
class TransitionGraph:
    """The typical transitions of one clip length, and the limit chain on them."""

    chain: LimitChain
    alpha: float | None  #: of the law; that of the chain is None where its tails are light
    transitions: tuple[Transition, ...]  #: by start, then end

    @property
    def widest(self) -> list[int]:
        """The widest wells of the classes that are never left, where the process spends its time."""
        return [well for c in self.chain.classes if c.absorbing for well in c.widest]

    @property
    def class_of(self) -> dict[int, int]:
        """The number of its class, by well."""
        return {well: k for k, c in enumerate(self.chain.classes) for well in c.wells}


def distinct_graphs(
    landscape: Landscape, clips: Sequence[float], noise: Noise, most: int
) -> tuple[TransitionGraph, ...]:
    """Compute the graph of each clip length that has one of its own, the loosest first.

    Parameters
    ----------
    landscape : Landscape
        One with two wells or more; others have no graph.
    clips : sequence of float
        Clip lengths b; of several with the same transitions the largest is kept.
    noise : Noise
        Rates are computed for its tail index; light tails have none.
    most : int
        Graphs at most.
    """
    if landscape.n_wells == 1:
        return ()
    found: list[TransitionGraph] = []
    for b in sorted(set(clips), reverse=True):
        chain = limit_chain(landscape, b, noise.tail_index, noise.p_plus)
        if len(found) < most and all(chain.edges != other.chain.edges for other in found):
            q = transition_rates(landscape, chain.graph, noise.tail_index, noise.p_plus)
            total = q.sum(axis=1)
            shares = [q[i, j] / total[i] if total[i] > 0 else math.nan for i, j in chain.edges]
            rates = zip(chain.edges, shares, strict=True)
            transitions = tuple(Transition(i, j, float(q[i, j]), float(share)) for (i, j), share in rates)
            found.append(TransitionGraph(chain, noise.alpha, transitions))
    return tuple(found)
