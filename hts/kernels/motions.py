"""The cell as kernels read it: gradient, law, step size, clip, domain."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

#: Laws of the noise: their kernels' numbers (draws.draw).
PARETO: Final = 0
LOMAX: Final = 1
STABLE: Final = 2
STUDENT: Final = 3
NORMAL: Final = 4
STRETCHED: Final = 5
EMPIRICAL: Final = 6
#: Laws whose draw takes one word, its fair sign included; the second word of a draw can give it another sign.
ONE_WORD: Final = (PARETO, LOMAX, STRETCHED)

#: Places in the array of a law's numbers.
ALPHA: Final = 0  # or the shape of a law without a tail index
SCALE: Final = 1
CENTRE: Final = 2  # c = scale (p_plus - p_minus) E|W|
P_PLUS: Final = 3
NORMAL_SCALE: Final = 4
#: Behind them, of empirical noise: probability of each tail, where the left and the right one begin, cells per unit of
#: probability, and four coefficients of each cell's quantiles.
BODY: Final = 5
CELLS: Final = 9

#: Places in the array that says where a gradient table lies.
TABLE_LOW: Final = 0
TABLE_HIGH: Final = 1
TABLE_SPACING: Final = 2


class Motion(NamedTuple):
    """What moves the walkers of one cell."""

    line: npt.NDArray[np.float64]  # float64[2]
    knots: npt.NDArray[np.float64]  # float64[hinge], at least two
    slopes: npt.NDArray[np.float64]  # float64[hinge]
    table: npt.NDArray[np.float64]  # float64[node, 4]; no rows: no table
    place: npt.NDArray[np.float64]  # float64[3], where the table lies
    law: int  # PARETO ... EMPIRICAL
    numbers: npt.NDArray[np.float64]  # float64[5 or more], the law's numbers
    eta: float
    b: float
    projection: float
    low: float
    high: float
    start: float


def n_words(law: int, p_plus: float, normal_scale: float) -> int:
    """Count the 64-bit words that one draw takes."""
    own = 1 if law == EMPIRICAL or (law in ONE_WORD and p_plus == 0.5) else 2
    return own + (2 if normal_scale > 0.0 else 0)
