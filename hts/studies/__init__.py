"""Studies from Python: one function for each command, with its memory of exact values and a hook for progress."""

from hts.studies.drawing import draw, plot
from hts.studies.fitting import fit

__all__ = ["draw", "fit", "plot"]
