"""The noise Z with its exact tails, densities and quantiles (docs/model.md, section 2)."""

from hts.noise.laws import ALPHA_RANGE, LawError, Noise

__all__ = ["ALPHA_RANGE", "LawError", "Noise"]
