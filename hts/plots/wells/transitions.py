"""Panels and rows of the transition graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.noise import Noise
from hts.plots.save import Row
from hts.theory.limit.chains import LimitChain, limit_chain, transition_rates

MOST_COLUMNS = 3
"""Clip lengths side by side across a page."""
MOST_ARROWS = 80
"""Arrows that a panel shows; of more, those that most exits take."""


@dataclass(frozen=True, eq=False)
class Transition:
    """One arrow: a typical transition, docs/model.md (13)."""

    start: int
    end: int
    rate: float  # q_ij, in units of lambda_i(eta); NaN where there is none
    share: float  # q_ij/q_i: of the exits from i
    is_drawn: bool


@dataclass(frozen=True, eq=False)
class GraphPanel:
    """One column: the graph of one clip length."""

    chain: LimitChain
    alpha: float | None  # of the law; that of the chain is None where its tails are light
    transitions: tuple[Transition, ...]  # by start, then end

    @property
    def left_out(self) -> list[Transition]:
        """Those that are not drawn."""
        return [one for one in self.transitions if not one.is_drawn]


def graph_panels(landscape: Landscape, clips: Sequence[float], noise: Noise) -> tuple[GraphPanel, ...]:
    """Gather a panel for each clip length with a graph of its own, the loosest first, `MOST_COLUMNS` at most.

    Parameters
    ----------
    landscape
        One with two wells or more; others have no graph.
    clips
        Clip lengths b; of several with the same arrows the largest is kept.
    noise
        Its tail index is that which rates are computed for; light tails have none.
    """
    if landscape.n_wells == 1:
        return ()
    panels: list[GraphPanel] = []
    for b in sorted(set(clips), reverse=True):
        chain = limit_chain(landscape, b, noise.tail_index, noise.p_plus)
        if len(panels) < MOST_COLUMNS and all(chain.edges != panel.chain.edges for panel in panels):
            q = transition_rates(landscape, chain.graph, noise.tail_index, noise.p_plus)
            panels.append(GraphPanel(chain, noise.alpha, _transitions(chain, q)))
    return tuple(panels)


def _transitions(chain: LimitChain, q: FloatArray) -> tuple[Transition, ...]:
    total = q.sum(axis=1)
    shares = [q[i, j] / total[i] if total[i] > 0 else math.nan for i, j in chain.edges]
    order = sorted(range(len(shares)), key=lambda k: -shares[k] if shares[k] > 0 else 0.0)
    drawn = set(order[:MOST_ARROWS])
    return tuple(
        Transition(i, j, float(q[i, j]), float(share), k in drawn)
        for k, ((i, j), share) in enumerate(zip(chain.edges, shares, strict=True))
    )


def widest_wells(chain: LimitChain) -> list[int]:
    """List the widest wells of the classes that are never left, where the process spends its time."""
    return [well for c in chain.classes if c.absorbing for well in c.widest]


def graph_rows(panels: Sequence[GraphPanel], landscape: Landscape) -> list[Row]:
    """List all that the figure shows, a row for each minimum and transition; those left out too, and said to be."""
    rows: list[Row] = []
    for panel in panels:
        chain = panel.chain
        key = {"b": chain.b, "alpha": panel.alpha}
        widest = widest_wells(chain)
        shares = {
            well: float(share)
            for c in chain.classes
            if c.stationary is not None
            for well, share in zip(c.widest, c.stationary, strict=True)
        }
        label = {well: k for k, c in enumerate(chain.classes) for well in c.wells}
        for well, x in enumerate(landscape.minima.tolist()):
            k = label.get(well)
            rows.append(
                {
                    "layer": "minimum",
                    **key,
                    "well": well,
                    "x": x,
                    "jump_number": chain.jump_numbers[well],
                    "class": k,
                    "is_absorbing": None if k is None else chain.classes[k].absorbing,
                    "is_widest": well in widest,
                    "stationary": shares.get(well),
                }
            )
        for one in panel.transitions:
            rows.append(
                {
                    "layer": "transition",
                    **key,
                    "well": one.start,
                    "to": one.end,
                    "rate": one.rate,
                    "share_of_exits": one.share,
                    "is_drawn": one.is_drawn,
                }
            )
    return rows
