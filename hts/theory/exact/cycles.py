"""Stationary law of the whole walk, from cycles between wells."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray, IntArray
from hts.theory.exact.factors import CycleFactors, factor_cycles
from hts.theory.exact.operators import Operator
from hts.theory.limit.chains import stationary_law
from hts.theory.limit.graphs import strong_components

#: The rates of the slow modes are followed until they change by less, relatively, or for this number of rounds.
CONVERGED = 1e-9
MAX_ROUNDS = 30
#: Where they still change by more, the modes are not slow beside the others.
SEPARATE = 1e-3
#: Rounds of the left vectors; each makes what they miss smaller by the part of a cycle in the time in a well.
LEFT_ROUNDS = 3


class NoStationaryLawError(ValueError):
    """The walk has no single stationary law, as far as floating point can tell."""


@dataclass(frozen=True, eq=False)
class SlowModes:
    """What is left of the walk once it has settled in some well: as many modes as wells, written as a chain.

    From a reference, P^n 1{well} is (1 + rates)^n whereabouts, rates with the diagonal that makes rows sum to 0, as
    soon as the modes within wells have faded. As the walk takes its time from well to well, and a chain does not, rates
    of ways through others may be a little negative.
    """

    rates: FloatArray  # float64[well, well], per step; the diagonal 0
    whereabouts: FloatArray  # float64[well, well], chance to be found in each well while settled in one
    change: float  # of the rates in the last round, relative: how far the modes are apart from the next ones


@dataclass(frozen=True, eq=False)
class Cycles:
    """The walk on a mesh that no walker leaves, cut into cycles at one reference state in each well.

    A cycle begins at a reference and ends at the next one met, this or another. With M = I - P, the rows and columns
    of the references struck out, everything is well conditioned however rare the ways between the wells are; these
    come out as sums of positive terms, and the chain of the references is solved without a subtraction.
    """

    visits: FloatArray  # float64[state], stationary probabilities
    shares: FloatArray  # float64[well], of time
    slow: SlowModes | None  # None where walkers do not settle in the wells
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
    try:
        factors = factor_cycles(matrix, 0.0, k)
    except ZeroDivisionError:
        raise NoStationaryLawError("in floating point some places are never left") from None
    begin, end = matrix[k].T, matrix[:, k]
    is_in = (well[:, None] == np.arange(n_wells)).astype(np.float64)
    cycles = factors.solve(begin, is_left=True).T
    arrives = factors.solve(end)
    spent = factors.solve(is_in)
    ways = np.maximum(matrix[np.ix_(k, k)] + cycles @ end, 0.0)
    np.fill_diagonal(ways, 0.0)
    law = law_of_ways(ways)
    visits = law @ cycles
    visits[k] = law
    steps = _by_well(cycles, well, n_wells) + np.eye(n_wells)  # of a cycle from each reference, in each well
    visits /= visits.sum()
    shares = np.maximum(_by_well(visits[None, :], well, n_wells)[0], 0.0)
    shares /= shares.sum()
    ahead = _gains_ahead(ways, law, steps - np.outer(steps.sum(axis=1), shares))
    profiles = (
        arrives @ ahead - arrives.sum(axis=1)[:, None] * ahead[well] + spent - np.outer(spent.sum(axis=1), shares)
    ).T
    slow = _slow_modes(factors, k, ways, cycles, arrives, is_in)
    return Cycles(visits, shares, slow, profiles)


def _slow_modes(
    factors: CycleFactors,
    references: IntArray,
    ways: FloatArray,
    cycles: FloatArray,
    arrives: FloatArray,
    is_in: FloatArray,
) -> SlowModes | None:
    """Follow the slowest modes, one for each well, from the chain of the references; None where others are as slow.

    Right vectors V (float64[state, well]) with V = 1 at the references solve (I - P) V = V M. With the cycles C and
    the ways B between references, M = (1 + C V)^-1 (1 - B) there, and elsewhere V = h + A^-1 V M, h the chances of
    `arrives`: a walk between two references belongs to the one that it will meet. Left vectors likewise.

    Parameters
    ----------
    factors
        Of A, I - P without the references.
    references : int[well]
    ways : float64[well, well]
    cycles : float64[well, state]
    arrives : float64[state, well]
    is_in : float64[state, well]
        1 where a state lies in a well.
    """
    one = np.eye(len(references))
    leaving = np.diag(ways.sum(axis=1)) - ways
    right, moves = arrives, leaving
    for _ in range(MAX_ROUNDS):
        before, moves = moves, _solved(one + cycles @ right, leaving)
        change = np.abs(np.diag(moves) - np.diag(before)).max() / np.abs(np.diag(moves)).max()
        if not change > CONVERGED:
            break
        right = arrives + factors.solve(right @ moves)
    if not change <= SEPARATE:
        return None
    left = _solved(one + cycles @ right, cycles)
    for _ in range(LEFT_ROUNDS):
        slower = factors.solve((moves @ left).T, is_left=True).T
        at_references = _solved((one + cycles @ right).T, (one - slower @ right).T).T
        left = at_references @ cycles + slower
    left[:, references] = at_references
    return SlowModes(np.diag(np.diag(moves)) - moves, left @ is_in, float(change))


def _solved(system: FloatArray, right: FloatArray) -> FloatArray:
    """Return the solution of a small system, nan where it has none."""
    try:
        return np.asarray(np.linalg.solve(system, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full_like(right, np.nan)


def law_of_ways(ways: FloatArray) -> FloatArray:
    """Return the stationary law of a chain with these probabilities or rates off the diagonal; transient states have 0.

    Raises
    ------
    NoStationaryLawError
        More than one class of states is never left.
    """
    n_classes, label = strong_components(ways != 0.0)
    lasting = [np.flatnonzero(label == c) for c in range(n_classes) if not np.any(ways[label == c][:, label != c])]
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
    deviation = _gains_ahead(rates, law, np.eye(len(rates)) - law)
    deviation -= law @ deviation
    return float(np.linalg.eigvals(deviation).real.max())


def _by_well(values: FloatArray, well: IntArray, n_wells: int) -> FloatArray:
    """Sum values (float64[row, state]) over the states of each well."""
    return np.array([np.bincount(well, row, minlength=n_wells) for row in values])


def _gains_ahead(ways: FloatArray, law: FloatArray, gains: FloatArray) -> FloatArray:
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
