"""Landscapes: potentials as wells for the theory and as arrays for the kernels."""

from hts.landscapes.checks import LandscapeError
from hts.landscapes.formulas import FormulaError
from hts.landscapes.gradients import Gradient
from hts.landscapes.kinds import basin, formula, multi_well, quartic, wang_oh_rhee
from hts.landscapes.landscape import Landscape

__all__ = [
    "FormulaError",
    "Gradient",
    "Landscape",
    "LandscapeError",
    "basin",
    "formula",
    "multi_well",
    "quartic",
    "wang_oh_rhee",
]
