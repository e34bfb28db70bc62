"""The event B of docs/model.md (19): how many large noises, and how large, lead out of a domain within a time."""

from dataclasses import dataclass

from hts.landscapes import Landscape
from hts.noise import Noise
from hts.theory.limit.within import catastrophe

#: Largest J: there are as many stages and placed noises.
MOST_JUMPS = 12
#: Default gamma as a part of the upper end of its range: the larger it is the rarer is B, and the smaller the error.
GAMMA_PART = 0.9


@dataclass(frozen=True)
class WayOut:
    """What the sampling of rare exits is built on.

    Attributes
    ----------
    jumps : int
        J, the least number of clipped jumps that leave.
    distance : float
        Of the nearest end from the gradient path.
    largest_gamma : float
        Upper end of the range of gamma in (19), itself left out: the smallest jump that can be of use, over 2 J.
    """

    jumps: int
    distance: float
    largest_gamma: float


def way_out(
    landscape: Landscape, noise: Noise, b: float, low: float, high: float, start: float, time: float
) -> WayOut | None:
    """Return how the domain is left by as few jumps as possible; None where the flow leaves by itself, or no jump can.

    Parameters
    ----------
    landscape : Landscape
    noise : Noise
        Its skew says to which sides jumps go.
    b : float
        Clipping threshold, inf for none.
    low, high, start : float
        The domain and X_0.
    time : float
        Gradient-flow time within which walks leave.
    """
    chances = ((-1, noise.p_minus), (1, noise.p_plus))
    signs = tuple(sign for sign, p in chances if p > 0.0)
    event = catastrophe(landscape, b, low, high, start, time, signs)
    if event is None:
        return None
    smallest, jumps = min(way.smallest for way in event.ways), event.n_jumps
    distance = smallest + (jumps - 1) * b if jumps > 1 else smallest
    return WayOut(jumps, distance, smallest / (2.0 * jumps))
