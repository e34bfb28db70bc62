"""Studies from Python: one function for each command, with its memory of exact values and a hook for progress."""

from hts.studies.drawing import draw, plot
from hts.studies.fitting import fit
from hts.studies.folders import status, verify
from hts.studies.training import train

__all__ = ["draw", "fit", "plot", "status", "train", "verify"]
