"""I - P without reference states, factored: what cycles between these states are solved with."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import lapack

from hts.arrays import FloatArray, IntArray

#: Corrections of each solution by what it misses. One gives all digits of the rarest visits, the next finds nothing.
CORRECTIONS = 1


@dataclass(frozen=True, eq=False)
class CycleFactors:
    """Factors of I - P with the rows and columns of some reference states struck out.

    Without them everything is well conditioned however rare the exit is, and where no entry of P is negative
    elimination keeps the digits of every visit, be it 1e-30 of the others. Landings of clipped jumps and narrow laws
    have weights of both signs; then the factors alone hold the rarest visits to rounding of the largest, and solutions
    are corrected by what they miss (Skeel 1980).
    """

    matrix: FloatArray  # float64[state, state], P with a zero diagonal
    leaving: FloatArray  # float64[state], the diagonal of I - P
    references: IntArray  # int[reference]
    triangles: FloatArray  # of the transpose
    pivots: npt.NDArray[np.int32]

    def solve(self, right: FloatArray, is_left: bool = False) -> FloatArray:
        """Return x with (I - P) x = right, or x (I - P) = right, without the references, where x is 0.

        Parameters
        ----------
        right : float64[state] or float64[state, column]
            Not read at the references.
        is_left : bool
            Whether x stands on the left; columns are columns all the same.
        """
        matrix, leaving = self.matrix.T if is_left else self.matrix, self.leaving
        if right.ndim > 1:
            leaving = leaving[:, None]
        found = self._substitute(right, is_left)
        for _ in range(CORRECTIONS):
            found += self._substitute(right - leaving * found + matrix @ found, is_left)
        return found

    def _substitute(self, right: FloatArray, is_left: bool) -> FloatArray:
        """Return what the factors alone give."""
        right = right.copy(order="F")
        right[self.references] = 0.0
        trans = 0 if is_left else 1  # of the transpose
        return np.asarray(lapack.dgetrs(self.triangles, self.pivots, right, trans=trans, overwrite_b=True)[0])


def factor_cycles(matrix: FloatArray, exits: FloatArray | float, references: npt.ArrayLike) -> CycleFactors:
    """Return the factors of I - P without reference states.

    Parameters
    ----------
    matrix : float64[state, state]
        P with a zero diagonal.
    exits : float64[state] or float
        Probability to leave in one step.
    references : int or int[reference]

    Raises
    ------
    ZeroDivisionError
        Some states are left for no other and not for good, in floating point.
    """
    k = np.atleast_1d(references)
    leaving = exits + matrix.sum(axis=1)
    system = -matrix
    diagonal = np.arange(len(matrix))
    system[diagonal, diagonal] = leaving
    system[k], system[:, k], system[k, k] = 0.0, 0.0, 1.0
    # the diagonal of a row is the sum of the rest and more: in the transpose it is every column's pivot, no entry grows
    triangles, pivots, singular_at = lapack.dgetrf(system.T, overwrite_a=True)
    if singular_at > 0:
        raise ZeroDivisionError
    return CycleFactors(matrix, leaving, k, triangles, pivots)
