"""The noise Z with its exact tails, densities and quantiles (docs/model.md, section 2)."""

from hts.noise.laws.empirical import Body, Empirical
from hts.noise.magnitudes import Law
from hts.noise.noise import LawError, Noise
from hts.noise.registry import ALPHA_RANGE, LAWS

__all__ = ["ALPHA_RANGE", "LAWS", "Body", "Empirical", "Law", "LawError", "Noise"]
