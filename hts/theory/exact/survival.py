"""Probability of leaving within n steps, however small (docs/model.md (12))."""

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray, IntArray
from hts.theory.exact.operators import Operator
from hts.theory.exact.solutions import Escape
from hts.theory.exact.steps import ExactExitError

#: How much faster per entry a product of matrices is than matrix times vector, which waits for memory.
PRODUCT_GAIN = 30.0
#: A probability beyond [0, 1] by more than this is a power of the matrix that grows, no rounding.
OUT_OF_BOUNDS = 1e-2
#: Probabilities of one start in order of n may fall by this part of themselves, which meshes may err by, and no more;
#: those that are this part of the largest are not looked at.
FALL, NOTHING = 1e-3, 1e-9
#: The slowest mode is alone once the survival from all states is proportional to it, relatively.
SETTLED = 1e-10


class UnstableStepsError(ExactExitError):
    """Probabilities that leave [0, 1] as steps follow one another: the matrix of one step is no substochastic one."""


def exit_tables(operator: Operator, n_steps: int) -> tuple[FloatArray, FloatArray]:
    """Return P(sigma <= n) from the start (float64[n + 1]) and from every state (float64[n + 1, state]), n = 0, 1, ...

    h_n = exit + P h_{n-1} is a sum of what leaves: relatively accurate however rare. The tables of the h-transform.

    Raises
    ------
    UnstableStepsError
        Steps cannot be followed on this mesh.
    """
    exits = operator.exits
    row_sums = exits + operator.matrix.sum(axis=1)
    tables = np.zeros((n_steps + 1, len(exits)))
    start = np.zeros(n_steps + 1)
    for n in range(1, n_steps + 1):
        before = tables[n - 1]
        tables[n] = before + (exits - row_sums * before + operator.matrix @ before)
        check_bounds(tables[n])
        start[n] = operator.start_exit + float(operator.start @ before)
    check_order(start)
    return start, tables


def exit_by(operator: Operator, escape: Escape, n_steps: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return P(sigma <= n) and P(sigma > n) from the start, each relatively accurate, for an array of n >= 0.

    Small n step by step; large n by doubling, h_{m+k} = h_k + P^k h_m, until only the slowest mode is left.

    Raises
    ------
    UnstableStepsError
        Steps cannot be followed on this mesh.
    """
    n_steps = np.asarray(n_steps, dtype=np.int64)
    largest, n_states = int(n_steps.max(initial=0)), len(operator.exits)
    if largest * PRODUCT_GAIN <= 2.0 * n_states * np.log2(max(largest, 2)):
        leaves, stays = _checked(*_step_by_step(operator, largest))
        return leaves[n_steps], stays[n_steps]
    wanted, place = np.unique(n_steps, return_inverse=True)
    leaves, stays = _by_doubling(operator, escape, np.maximum(wanted - 1, 0))
    left = np.where(wanted == 0, 0.0, operator.start_exit + operator.start @ leaves)
    stayed = np.where(wanted == 0, 1.0, operator.start @ stays)
    left, stayed = _checked(left, stayed)
    return left[place].reshape(n_steps.shape), stayed[place].reshape(n_steps.shape)


def _step_by_step(operator: Operator, largest: int) -> tuple[FloatArray, FloatArray]:
    """Return both probabilities from the start for n = 0, ..., largest."""
    exits, matrix = operator.exits, operator.matrix
    diagonal = 1.0 - (exits + matrix.sum(axis=1))
    left, stayed = np.zeros_like(exits), np.ones_like(exits)
    leaves, stays = np.zeros(largest + 1), np.ones(largest + 1)
    for n in range(1, largest + 1):
        leaves[n] = operator.start_exit + float(operator.start @ left)
        stays[n] = float(operator.start @ stayed)
        left = exits + diagonal * left + matrix @ left
        stayed = diagonal * stayed + matrix @ stayed
        check_bounds(left)
    return leaves, stays


def _by_doubling(operator: Operator, escape: Escape, wanted: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return both probabilities from every state, float64[state, wanted]."""
    n_states = len(operator.exits)
    power = operator.matrix.copy()
    power[np.diag_indices(n_states)] = 1.0 - (operator.exits + power.sum(axis=1))
    leaving, staying = operator.exits, 1.0 - operator.exits  # in `size` steps, `power` their matrix
    leaves, stays = np.zeros((n_states, len(wanted))), np.ones((n_states, len(wanted)))
    left, size = wanted.copy(), 1
    mode = (1.0 - escape.decay) / float(escape.weights @ (1.0 - escape.decay))
    survives = mode > 0  # from where f' is so steep that the next step leaves, to rounding, no walker does
    while np.any(left):
        check_bounds(leaving)
        ratio = staying[survives] / mode[survives]
        if np.ptp(ratio) <= SETTLED * np.abs(ratio).max() and np.all(staying[~survives] <= SETTLED):
            rest = left > 0  # more steps, by whole sizes, see the slowest mode only
            fades = (left[rest] - size) * np.log1p(-escape.rate)
            into_mode = np.exp(fades + size * np.log1p(-escape.rate)) * mode[:, None]
            block = leaving[:, None] - staying[:, None] * np.expm1(fades)
            leaves[:, rest] = block + into_mode * (escape.weights @ leaves[:, rest])
            stays[:, rest] = into_mode * (escape.weights @ stays[:, rest])
            break
        is_set = (left & size) != 0
        leaves[:, is_set] = leaving[:, None] + power @ leaves[:, is_set]
        stays[:, is_set] = power @ stays[:, is_set]
        left[is_set] -= size
        if np.any(left):
            leaving, staying = leaving + power @ leaving, power @ staying
            power = power @ power
            size *= 2
    return leaves, stays


def _checked(leaves: FloatArray, stays: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both probabilities from the start, float64[n] in order of n, within [0, 1], or refuse them."""
    check_order(leaves)
    check_order(stays[::-1])
    return np.clip(leaves, 0.0, 1.0), np.clip(stays, 0.0, 1.0)


def check_bounds(leaving: FloatArray) -> None:
    """Refuse probabilities to leave from all states (float64[state]) that are none; those to stay are their rest.

    Raises
    ------
    UnstableStepsError
        They lie outside [0, 1], by more than polynomials between nodes may.
    """
    if not (leaving.min() >= -OUT_OF_BOUNDS and leaving.max() <= 1.0 + OUT_OF_BOUNDS):
        raise UnstableStepsError("steps cannot be followed one by one on this mesh")


def check_order(rising: FloatArray) -> None:
    """Refuse probabilities of one start (float64[n]) that fall, or leave [0, 1], in an order in which they rise.

    Growth that `check_bounds` lets pass is relatively large in what is rare. Falls below FALL cannot be told from the
    error of a mesh: two meshes differ by them, and the stated error says so.

    Raises
    ------
    UnstableStepsError
        As there.
    """
    allowed = FALL * np.abs(rising) + NOTHING * np.abs(rising).max(initial=0.0)
    is_probable = np.all(rising <= 1.0 + FALL) and np.all(rising >= -NOTHING * rising.max(initial=0.0))
    if not (is_probable and np.all(np.diff(rising) >= -allowed[:-1])):
        raise UnstableStepsError("steps cannot be followed one by one on this mesh")
