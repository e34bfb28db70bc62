"""Landscapes: potentials as wells for the theory and as arrays for the kernels."""

from hts.landscapes import kinds
from hts.landscapes.checks import LandscapeError
from hts.landscapes.gradients import Gradient
from hts.landscapes.kinds import *  # noqa: F403  (its __all__: a new kind need not be named here)
from hts.landscapes.landscape import Landscape
from hts.landscapes.reading import FormulaError
from hts.landscapes.samples import samples

__all__ = ["FormulaError", "Gradient", "Landscape", "LandscapeError", "samples"]
__all__ += kinds.__all__
