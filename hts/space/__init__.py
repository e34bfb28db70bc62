"""Several dimensions: landscapes, domains, and what theory says of them."""

from hts.space.landscapes import (
    MAX_DIMENSION,
    SpaceLandscape,
    formula,
    himmelblau,
    quadratic,
    radial,
)

__all__ = ["MAX_DIMENSION", "SpaceLandscape", "formula", "himmelblau", "quadratic", "radial"]
