"""The exit of one cell: what its limit, its exact law and its simulation are asked about."""

from dataclasses import dataclass

from hts.landscapes import Landscape
from hts.noise import Noise


@dataclass(frozen=True, eq=False)
class Exit:
    """The first exit of the walk (1) from an open interval (docs/model.md (2)), all in landscape units."""

    landscape: Landscape
    noise: Noise  #: the law of Z
    eta: float  #: step size
    b: float  #: clipping threshold, inf for none
    low: float  #: left end of the domain, or -inf
    high: float  #: right end of the domain, or inf
    start: float  #: X_0, inside the domain

    @property
    def minimum(self) -> float | None:
        """The minimum that limit laws are about: the only one inside, if the start lies in its basin."""
        return self.landscape.only_minimum(self.low, self.high, self.start)
