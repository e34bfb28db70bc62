"""Clip lengths laid end to end from a minimum: how many jumps lead out of the domain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray
from hts.landscapes import Landscape
from hts.plans import ExitDomain
from hts.theory.limit.geometry import End, accessible_ends, jump_number


@dataclass(frozen=True, eq=False)
class ClipRuler:
    """Clip lengths laid end to end from the minimum until one reaches the nearest end of the domain."""

    b: float
    jump_number: int  #: l* of docs/model.md (3)
    end: float  #: the end reached
    edges: FloatArray  #: float64[jump_number + 1], from the minimum outwards; the last is infinite without clipping


def nearest_end(landscape: Landscape, domain: ExitDomain, p_plus: float) -> End | None:
    """Return the end of the domain that is nearest to its minimum among those that jumps can reach.

    Parameters
    ----------
    landscape : Landscape
        A domain that reaches over a barrier ends there.
    domain : ExitDomain
    p_plus : float
        Share of the jumps that point upwards.

    Returns
    -------
    End or None
        Its distance is r of docs/model.md (3). None where the domain has no minimum of its own or no end within reach.
    """
    if domain.minimum is None:
        return None
    left, right = landscape.well_ends(landscape.well_of(domain.minimum))
    low, high = max(domain.low, left), min(domain.high, right)
    ends = accessible_ends(domain.minimum, low, high, p_plus, landscape.projection)
    return min(ends, key=lambda end: end.distance, default=None)


def clip_rulers(
    landscape: Landscape, domain: ExitDomain, clips: Sequence[float], p_plus: float = 0.5
) -> tuple[ClipRuler, ...]:
    """Lay each clip length from the minimum to the nearest end that jumps can reach, docs/model.md (3).

    Parameters
    ----------
    landscape, domain, p_plus
        As `nearest_end` takes them.
    clips
        Each b once or more often, in any order.

    Returns
    -------
    tuple of ClipRuler
        By increasing b; none where there is no such end.
    """
    end = nearest_end(landscape, domain, p_plus)
    if end is None or domain.minimum is None:
        return ()
    rulers = []
    for b in sorted(set(clips)):
        jumps = jump_number(end.distance, b)
        lengths = [0.0, math.inf] if math.isinf(b) else [b * jump for jump in range(jumps + 1)]
        edges = np.array([domain.minimum + end.sign * length for length in lengths], dtype=np.float64)
        rulers.append(ClipRuler(b=b, jump_number=jumps, end=float(end.position), edges=edges))
    return tuple(rulers)
