"""This file is where the stationary law of the whole walk is put together from cycles between wells."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from hts.prediction.chains import stationary_law
from hts.prediction.graphs import strong_components
from hts.prediction.operators import Operator

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class NoStationaryLawError(ValueError):
    """The walk has no single stationary law, as far as floating point can tell."""


@dataclass(frozen=True, eq=False)
class Cycles:
    """The walk on a mesh that no walker leaves, cut into cycles at one reference state in each well.

    A cycle begins at a reference and ends at the next one met, this or another. With M = I - P, the rows and columns
    of the references struck out, everything is well conditioned however rare the ways between the wells are; these
    come out as sums of positive terms, and the chain of the references is solved without a subtraction.
    """

    visits: FloatArray  # float64[state], stationary probabilities
    shares: FloatArray  # float64[well], of time
    rates: FloatArray  # float64[well, well], of moves between references, per step in a well; the diagonal 0
    missed: float  # the largest chance of a cycle to end at another reference: as many visits of a well are no move
    profiles: FloatArray  # float64[well, state], see `solve_cycles`


def solve_cycles(operator: Operator, well: IntArray, references: Sequence[int]) -> Cycles:
    """Return the stationary law of a walk that no one leaves, and how its shares depend on each state.

    The profile of a well is, for a walker at a state, how many steps more than from the reference of its own well
    it will spend in the well than its share says: the solution h of (I - P) h = 1{well} - share, up to a constant
    on each well. An error of P h at a state shifts the share by the state's visits times that error.

    Parameters
    ----------
    operator : Operator
        Without exits.
    well : int[state]
        In which of the wells 0, 1, ... each state lies.
    references : sequence of int
        A state of each well, one that the walk visits often.

    Raises
    ------
    NoStationaryLawError
        Ways between wells vanish in floating point, and more than one of them is never left.
    """
    matrix, k = operator.matrix, np.asarray(references)
    n_wells = len(k)
    system = -matrix
    diagonal = np.arange(len(matrix))
    system[diagonal, diagonal] = matrix.sum(axis=1)
    system[k], system[:, k], system[k, k] = 0.0, 0.0, 1.0
    # as in solve_exit: the diagonal of a row is the sum of the rest and more, in the transpose every column's pivot
    factors = scipy.linalg.lu_factor(system.T, overwrite_a=True, check_finite=False)
    begin, end = matrix[k].T, matrix[:, k]
    begin[k], end[k] = 0.0, 0.0
    counted = (well[:, None] == np.arange(n_wells)).astype(np.float64)
    counted[k] = 0.0
    cycles = scipy.linalg.lu_solve(factors, begin, overwrite_b=True, check_finite=False).T
    arrives = scipy.linalg.lu_solve(factors, end, trans=1, check_finite=False)
    spent = scipy.linalg.lu_solve(factors, counted, trans=1, overwrite_b=True, check_finite=False)
    ways = np.maximum(matrix[np.ix_(k, k)] + cycles @ end, 0.0)
    np.fill_diagonal(ways, 0.0)
    law = law_of_ways(ways)
    visits = law @ cycles
    visits[k] = law
    steps = _by_well(cycles, well, n_wells) + np.eye(n_wells)  # of a cycle from each reference, in each well
    visits /= visits.sum()
    shares = _by_well(visits[None, :], well, n_wells)[0]
    # a move belongs to the time in its well, wherever the walk has been between the references
    is_lasting = (law > 0.0) & (shares > 0.0)
    per_cycle = np.where(is_lasting, shares / np.where(is_lasting, visits[k], 1.0), np.diag(steps))
    ahead = _ahead(ways, law, steps - np.outer(steps.sum(axis=1), shares))
    profiles = (
        arrives @ ahead - arrives.sum(axis=1)[:, None] * ahead[well] + spent - np.outer(spent.sum(axis=1), shares)
    ).T
    return Cycles(visits, shares, ways / per_cycle[:, None], float(ways.sum(axis=1).max()), profiles)


def law_of_ways(ways: FloatArray) -> FloatArray:
    """Return the stationary law of a chain with these probabilities or rates off the diagonal; transient states have 0.

    Raises
    ------
    NoStationaryLawError
        More than one class of states is never left.
    """
    n_classes, label = strong_components(ways > 0.0)
    lasting = [
        np.flatnonzero(label == c) for c in range(n_classes) if not np.any(ways[label == c][:, label != c] > 0.0)
    ]
    if len(lasting) > 1:
        wells = " and ".join(str(members.tolist()) for members in lasting)
        raise NoStationaryLawError(f"in floating point no way leads between the wells {wells}")
    law = np.zeros(len(ways))
    law[lasting[0]] = stationary_law(ways[np.ix_(lasting[0], lasting[0])])
    return law


def relaxation_steps(rates: FloatArray) -> float | None:
    """Return the slowest relaxation time of a chain with these rates per step; None where nothing relaxes.

    The largest eigenvalue of the deviation matrix, whose large entries are all that matter: the smallest of the
    generator would lose its digits among the fast ones.
    """
    if len(rates) == 1:
        return None
    law = law_of_ways(rates)
    deviation = _ahead(rates, law, np.eye(len(rates)) - law)
    deviation -= law @ deviation
    return float(np.linalg.eigvals(deviation).real.max())


def _by_well(values: FloatArray, well: IntArray, n_wells: int) -> FloatArray:
    """Sum values (float64[row, state]) over the states of each well."""
    return np.array([np.bincount(well, row, minlength=n_wells) for row in values])


def _ahead(ways: FloatArray, law: FloatArray, gains: FloatArray) -> FloatArray:
    """Return what a chain still gains from each state before it meets the likeliest one, float64[state, column].

    Parameters
    ----------
    ways : float64[state, state]
        Probabilities or rates, the diagonal is not read.
    law : float64[state]
    gains : float64[state, column]
        What each visit brings, or each unit of time.
    """
    order = np.argsort(-law, kind="stable")
    q, g, n = ways[np.ix_(order, order)], gains[order], len(ways)
    leaving = np.ones(n)
    for k in range(n - 1, 0, -1):  # taken out one by one, as in stationary_law: nothing is subtracted
        leaving[k] = q[k, :k].sum()
        passed = q[:k, k] / leaving[k]
        q[:k, :k] += np.outer(passed, q[k, :k])
        g[:k] += np.outer(passed, g[k])
    ahead = np.zeros_like(g)
    for k in range(1, n):
        ahead[k] = (g[k] + q[k, :k] @ ahead[:k]) / leaving[k]
    answer = np.empty_like(ahead)
    answer[order] = ahead
    return answer
