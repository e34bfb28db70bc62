"""Solution of the exit equations without losing the digits of a long mean."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import expm1, inf, log

import numpy as np

from hts.arrays import FloatArray
from hts.theory.exact.factors import CycleFactors, factor_cycles
from hts.theory.exact.operators import Operator

#: The escape rate is iterated until it changes by less, relatively, or until changes this small cease to shrink:
#: where weights of both signs are large, rounding leaves more.
CONVERGED, ROUNDED = 1e-14, 1e-11
MAX_ITERATIONS = 2000
#: Entries of the matrix that all iterations for one vector may read: ten seconds.
MOST_READ = 3e9
#: So often it is asked whether the iterations allowed will bring the change below SETTLED; where not, they end.
LOOK_EVERY = 64
SETTLED = 1e-6
#: Stands in for the decline of changes that do not shrink.
LEAST_DECLINE = 1e-30
#: A rate of 1 in floating point is somewhat less: log(1 - rate) is a number.
LARGEST_RATE = 1.0 - 2.0**-53
#: Stands in for the amplitude where no walker stays after the first step, so that its logarithm is a number.
LEAST_AMPLITUDE = 1e-300
#: Where cycles end outside more rarely, sums of visits are beyond all floats.
RAREST = 1e-300


@dataclass(frozen=True, eq=False)
class Escape:
    """The slowest mode of the walk inside the domain, docs/model.md (10)."""

    rate: float  # mu, per step: P(sigma > n) ~ amplitude (1 - mu)^n from the start
    amplitude: float
    decay: FloatArray  # float64[state], 1 - v / v_reference, v the right vector
    weights: FloatArray  # float64[state], quasi-stationary probabilities
    unsettled: float  # relative error of the rate by iterations that did not converge: no mode is the slowest


class _Iterations:
    """Changes from iteration to iteration, and whether more iterations are worth their time."""

    def __init__(self, n_states: int) -> None:
        self.most = min(MAX_ITERATIONS, max(LOOK_EVERY, int(MOST_READ / n_states**2)))
        self.changes: list[float] = []

    def end_with(self, change: float) -> bool:
        """Take the change of an iteration, relative; say whether it is the last one."""
        last = self.changes[-1] if self.changes else inf
        self.changes.append(change)
        if change <= CONVERGED or last <= change <= ROUNDED:
            return True
        n = len(self.changes)
        if n % LOOK_EVERY:
            return n >= self.most
        to_come = log(max(change, SETTLED) / SETTLED)
        return n >= self.most or n + to_come / max(self.decline, LEAST_DECLINE) > self.most

    @property
    def decline(self) -> float:
        """By how much the logarithm of the change falls in an iteration; 0 where it does not."""
        recent = self.changes[-LOOK_EVERY:]
        return max(0.0, log(recent[0] / recent[-1]) / max(len(recent) - 1, 1)) if recent[-1] > 0.0 else inf

    @property
    def left(self) -> float:
        """What all further changes would add up to; 0 once these are rounding.

        Changes that hover are rounding too, of large weights: none is taken to decline more slowly than by e in 2000.
        """
        if self.changes[-1] <= ROUNDED:
            return 0.0
        return max(self.changes[-LOOK_EVERY:]) / -expm1(-max(self.decline, 1.0 / MAX_ITERATIONS))


@dataclass(frozen=True, eq=False)
class ExitSolution:
    """Times and places of the walk before it leaves, cut into cycles at a reference state.

    A cycle ends where the walk returns to the reference state or leaves. The mean time is a mean number of steps per
    cycle over the probability that a cycle ends outside, sums of positive terms both, so that no digit of a long mean
    is lost to its size: with M = I - P, the row and the column of the reference struck out, everything is well
    conditioned however rare the exit is.
    """

    operator: Operator
    reference: int  # the state at which cycles begin
    factors: CycleFactors  # of M without the reference
    mean_exit_steps: float  # E sigma from the start
    reference_rate: float  # 1 / E sigma from the reference
    profile: FloatArray  # float64[state], 1 - E sigma from the state / E sigma from the reference
    start_profile: float  # the same for the start
    occupation: FloatArray  # float64[state], expected number of steps begun at each state after the first

    def without_matrices(self) -> "ExitSolution":
        """Return the numbers of this solution alone: nothing more can be solved with it, and its memory is free."""
        none = np.empty((0, 0))
        factors = replace(self.factors, matrix=none, triangles=none)
        return replace(self, operator=replace(self.operator, matrix=none), factors=factors)

    def exit_probability(self, start: float, states: FloatArray) -> float:
        """Return the probability to leave by a kind of exit, docs/model.md (11).

        Parameters
        ----------
        start : float
            Probability to leave so in one step from the start.
        states : float64[state]
            The same from each state.
        """
        return start + float(self.occupation @ states)

    def flow(self, operator: Operator) -> tuple[FloatArray, float]:
        """Return what leaves per step by an operator, profile as it is: from each state, float64[state], and the start.

        From each state it is the reference rate for this operator. 1 + p0 u + G (1 + P u - u) is the mean where u are
        the means and G the occupation, and stationary in both: they may stay as they are, or move with the mesh, and
        the derivative in eta is right (`response`).
        """
        row_sums = operator.exits + operator.matrix.sum(axis=1)
        states = operator.exits + operator.matrix @ self.profile - row_sums * self.profile
        start = operator.start_exit * (1.0 - self.start_profile)
        start += float(operator.start @ (self.profile - self.start_profile))
        return np.asarray(states), start

    def response(self, states: FloatArray, start: float) -> tuple[float, FloatArray, float]:
        """Return the changes of -log E sigma, the profile (float64[state]) and the reference rate to first order.

        Parameters
        ----------
        states : float64[state]
            Change of the flow from each state.
        start : float
            The same from the start.
        """
        cycle = self.operator.matrix[self.reference]
        changed, lasting = self.factors.solve(states), self.factors.solve(np.ones_like(states))
        rate = (float(states[self.reference]) + float(cycle @ changed)) / (1.0 + float(cycle @ lasting))
        of_mean = (float(self.occupation @ states) + start) / (self.reference_rate * self.mean_exit_steps)
        return of_mean, changed - rate * lasting, rate

    @property
    def escape_rate(self) -> float:
        """Rate of the slowest mode alone, in half the time of its vectors."""
        return min(self._slowest[0], LARGEST_RATE)

    @cached_property
    def _cycle(self) -> tuple[FloatArray, float]:
        """Visits in a cycle, float64[state], and the probability that it ends outside."""
        exits, k = self.operator.exits, self.reference
        cycle = self.factors.solve(self.operator.matrix[k], is_left=True)
        return cycle, float(exits[k]) + float(cycle @ exits)

    @cached_property
    def _slowest(self) -> tuple[float, FloatArray, float]:
        """Rate and decay of the slowest mode, and what is unsettled, by inverse iteration from the right."""
        cycle, leaves = self._cycle
        leaving = self.factors.solve(self.operator.exits)
        rate, decay, iterations = self.reference_rate, self.profile, _Iterations(len(leaving))
        while True:
            before, rate = rate, leaves / (1.0 + float(cycle @ (1.0 - decay)))
            decay = leaving - rate * self.factors.solve(1.0 - decay)
            if iterations.end_with(abs((rate - before) / rate)):
                break
        return rate, decay, iterations.left

    @cached_property
    def escape(self) -> Escape:
        """Rate, right and left vector of the slowest mode, by inverse iteration."""
        exits, start, k = self.operator.exits, self.operator.start, self.reference
        (cycle, leaves), (rate, decay, unsettled) = self._cycle, self._slowest
        # inverse iteration from the left; the weight of the reference follows from what leaves: w (I - P) 1 = w exits
        weights = cycle.copy()
        weights[k] = 1.0
        weights /= weights.sum()
        of_weights = _Iterations(len(exits))
        while True:
            before_weights, weights = weights, rate * self.factors.solve(weights, is_left=True)
            at_reference = (rate - float(weights @ exits)) / leaves
            weights = weights + at_reference * cycle
            weights[k] = at_reference
            weights /= weights.sum()
            if of_weights.end_with(float(np.abs(weights - before_weights).sum() / np.abs(weights).sum())):
                break
        rate = min(rate, LARGEST_RATE)
        from_start = float(start @ (1.0 - decay)) / (1.0 - rate)
        amplitude = max(from_start / float(weights @ (1.0 - decay)), LEAST_AMPLITUDE)
        return Escape(rate, amplitude, decay, weights, unsettled)


def solve_exit(operator: Operator, reference: int) -> ExitSolution:
    """Solve docs/model.md (9) and its adjoint for one start.

    Parameters
    ----------
    operator : Operator
    reference : int
        A state that the walk visits often.

    Raises
    ------
    ZeroDivisionError
        The probability to leave is zero in floating point, or that to go on is, from some state.
    """
    exits, start, k = operator.exits, operator.start, reference
    factors = factor_cycles(operator.matrix, exits, k)
    cycle = factors.solve(operator.matrix[k], is_left=True)
    first = factors.solve(start, is_left=True)
    leaving = factors.solve(exits)
    lasting = factors.solve(np.ones_like(exits))
    leaves = float(exits[k] + cycle @ exits)
    if 0.0 <= leaves < RAREST:
        raise ZeroDivisionError
    rate = leaves / (1.0 + float(cycle.sum()))
    # of one node: its weight may be negative, as those of a quadrature rule may be
    visits = (1.0 - operator.start_exit - float(first @ exits)) / leaves
    occupation = first + visits * cycle
    occupation[k] = visits
    profile = leaving - rate * lasting
    start_profile = operator.start_exit + float(start @ profile) - rate
    return ExitSolution(operator, k, factors, 1.0 + float(occupation.sum()), rate, profile, start_profile, occupation)
