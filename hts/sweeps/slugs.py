"""A cell as storage names it, which knows no plan."""

from hts.plans import Cell
from hts.storage import Parameters, cell_slug


def parameters_of(cell: Cell) -> Parameters:
    """Give eta, b, alpha and well of a cell."""
    return {"eta": cell.eta, "b": cell.b, "alpha": cell.alpha, "well": cell.well}


def slug_of(cell: Cell) -> str:
    """Write a cell as names of files do."""
    return cell_slug(parameters_of(cell))
