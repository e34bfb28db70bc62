"""Public API of conditioning: paths of a plan's cells, typical or given a rare exit."""

from hts.conditioning.cells import CellPaths, Question, sample_paths
from hts.conditioning.drawing import ConditionedPaths, draw_paths
from hts.conditioning.storing import store_paths

__all__ = ["CellPaths", "ConditionedPaths", "Question", "draw_paths", "sample_paths", "store_paths"]
