"""A gradient f' as the arrays that kernels read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import comb

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.landscapes import elementary
from hts.landscapes.checks import LandscapeError
from hts.landscapes.fused import fused_products

TOLERANCE = 1e-9  # error of a table relative to the largest f': far below what any sample of exit times resolves
MAX_NODES = 2**18  # 8 MB, all of a common L2 cache; a smooth formula needs thousands
N_CHECKS = 17  # points per cell where a table is compared with f'
N_SEEN = 2**16 + 1  # points on the whole where it is compared too, lest few cells overlook a narrow feature
N_WORST = 64  # places where f' is looked at as closely as the largest table would
HERMITE = 8.0  # cubics through f' and f'' at both ends of a cell err so much more than those of a table
MAX_WORK = 1e7  # nodes times operations of f: a minute to find the smallest table
ROUGH = 16.0  # cubics that take f'' from f err so much more than those of a table, at most

#: From values at four Chebyshev points, cos((2k + 1) pi/8), to the cubic's coefficients, float64[point, power]. Written
#: out: a matrix inverted on the spot differs in its last bits from CPU to CPU, and so do the walks on the table.
TO_CUBICS = np.array(
    [
        [float.fromhex(x) for x in row.split()]
        for row in (
            "-0x1.a827999fcef33p-4 -0x1.cb1a0ab4dc33bp-4 0x1.6a09e667f3bcdp-1 0x1.87de2a6aea963p-1",
            "0x1.3504f333f9de5p-1 0x1.93c0d303bbf20p+0 -0x1.6a09e667f3bcdp-1 -0x1.d906bcf328d44p+0",
            "0x1.3504f333f9de7p-1 -0x1.93c0d303bbf20p+0 -0x1.6a09e667f3bcdp-1 0x1.d906bcf328d44p+0",
            "-0x1.a827999fcef38p-4 0x1.cb1a0ab4dc33bp-4 0x1.6a09e667f3bcdp-1 -0x1.87de2a6aea963p-1",
        )
    ]
)


def freeze(values: npt.ArrayLike) -> FloatArray:
    """Copy values into a contiguous float64 array that is read-only."""
    array = np.array(values, dtype=np.float64, order="C")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Gradient:
    """f' as arrays for the kernels, in landscape units.

    f'(x) = line[0] + line[1] x + sum_k slopes[k] max(x, knots[k]) + cubic(clamp(x)), where clamp puts x on
    [table_low, table_high], k = rint((clamp(x) - table_low) / table_spacing) is the nearest node, t the rest in units
    of the spacing, |t| <= 1/2, and cubic = table[k, 0] + t (table[k, 1] + t (table[k, 2] + t table[k, 3])).
    """

    line: FloatArray  # float64[2]
    knots: FloatArray  # float64[hinge], increasing
    slopes: FloatArray  # float64[hinge], by how much f'' grows at the knot
    table: FloatArray  # float64[node, 4], C order; shape (0, 4): no table
    table_low: float  # x of node 0
    table_high: float  # x of the last node
    table_spacing: float
    error: float  # largest |encoded f' - f'| / max|f'| on the part asked for

    def __call__(self, x: npt.ArrayLike) -> FloatArray:
        """Evaluate the arrays as the kernels do: the referee of the compiled code."""
        x = np.asarray(x, dtype=np.float64)
        y: FloatArray = self.line[0] + self.line[1] * x
        for knot, slope in zip(self.knots, self.slopes, strict=True):
            y = y + slope * np.maximum(x, knot)
        if len(self.table):
            u = (np.clip(x, self.table_low, self.table_high) - self.table_low) / self.table_spacing
            node = np.rint(u).astype(np.intp)
            t, c = u - node, self.table[node]
            y = y + (c[..., 0] + t * (c[..., 1] + t * (c[..., 2] + t * c[..., 3])))
        return y


def hinged_gradient(line: npt.ArrayLike, knots: npt.ArrayLike, slopes: npt.ArrayLike) -> Gradient:
    """Return the gradient line[0] + line[1] x + sum_k slopes[k] max(x, knots[k]), exact."""
    return Gradient(freeze(line), freeze(knots), freeze(slopes), freeze(np.empty((0, 4))), 0.0, 0.0, 1.0, 0.0)


def tabulated_gradient(
    derivative: Callable[[FloatArray], FloatArray], low: float, high: float, hinges: Gradient
) -> Gradient:
    """Return f' on [low, high] as hinges plus the smallest table, to half a percent, that errs by TOLERANCE at most.

    Parameters
    ----------
    derivative : callable
        f'.
    low, high : float
        First and last node.
    hinges : Gradient
        What the table need not hold: bends of f', and its continuation outside [low, high].

    Raises
    ------
    LandscapeError
        f' is too rough for MAX_NODES nodes; the message names the place.
    """
    seen = np.linspace(low, high, N_SEEN)
    wanted = _in_blocks(derivative, seen)

    def fit(n: int) -> tuple[Gradient, float]:
        fitted = _interpolate(derivative, low, high, hinges, n)
        return _measure(fitted, derivative, seen, wanted)

    too_few, n = 1, 2
    fitted, worst = fit(n)
    while fitted.error > TOLERANCE:
        if n == MAX_NODES:
            raise _too_rough(worst, low, high, fitted.error)
        too_few = n
        # The error of a cubic falls with the fourth power of the spacing, once the spacing resolves f'.
        n = min(MAX_NODES, int(np.ceil(n * np.clip((fitted.error / TOLERANCE) ** 0.25, 1.1, 8.0))))
        fitted, worst = fit(n)
    while n - too_few > 1 + n // 200:
        middle = (n + too_few) // 2
        smaller, _ = fit(middle)
        if smaller.error > TOLERANCE:
            too_few = middle
        else:
            fitted, n = smaller, middle
    return fitted


def check_largest_table(
    derivative: Callable[[FloatArray], FloatArray], low: float, high: float, hinges: Gradient
) -> None:
    """Raise what `tabulated_gradient` raises, by the largest table alone: the smallest one takes ten more to find."""
    seen = np.linspace(low, high, N_SEEN)
    largest = _interpolate(derivative, low, high, hinges, MAX_NODES)
    fitted, worst = _measure(largest, derivative, seen, _in_blocks(derivative, seen))
    if fitted.error > TOLERANCE:
        raise _too_rough(worst, low, high, fitted.error)


def check_table(
    slopes: Callable[[FloatArray], tuple[FloatArray, FloatArray]],
    low: float,
    high: float,
    kinks: FloatArray,
    n_operations: int = 1,
) -> bool:
    """Tell whether `tabulated_gradient` succeeds, from f' and f'' at points of the domain, which is much cheaper.

    Cubics through f' and f'' at both ends of a cell err by H^4 max |f^(5)| / 384, most of it in the middle, which is
    eight times what those of a table of the same cells do.

    Parameters
    ----------
    slopes : callable
        f' and f''.
    low, high : float
        First and last node.
    kinks : float64[kink]
        Where f'' jumps, which the table need not hold.
    n_operations : int
        That a point takes: building the table evaluates f some 150 times for each node.

    Returns
    -------
    bool
        False where only building the table tells.

    Raises
    ------
    LandscapeError
        f' is too rough for MAX_NODES nodes, and the message names the place; or it takes too long to tabulate.
    """
    x = np.linspace(low, high, N_SEEN)
    slope, bend = slopes(x)
    size = float(np.max(np.abs(slope)))
    missed = _missed_by_cubics(x[::2], slope[::2], bend[::2], slope[1::2], kinks) / size
    n_nodes = min(N_SEEN // 2 * (float(np.max(missed)) / (HERMITE * TOLERANCE)) ** 0.25, MAX_NODES)
    if n_nodes * n_operations > MAX_WORK:
        raise LandscapeError(
            "f",
            f"f' takes a table of about {n_nodes:,.0f} cubics, at most {MAX_WORK / n_operations:,.0f} for the "
            f"{n_operations:,} operations of f: take fewer terms, or narrow the domain",
        )
    if float(np.max(missed)) <= TOLERANCE:
        return True
    worst = x[1::2][np.argsort(missed)[-N_WORST:]]
    offsets = (high - low) / MAX_NODES * np.arange(-N_CHECKS, N_CHECKS + 1) / 2.0
    around = np.clip(worst[:, None] + offsets, low, high)
    slope, bend = slopes(around)
    errors = [
        float(np.max(_missed_by_cubics(x[::2], f[::2], k[::2], f[1::2], kinks))) / size
        for x, f, k in zip(around, slope, bend, strict=True)
    ]
    error = max(errors)
    if error > ROUGH * TOLERANCE:
        raise _too_rough(float(worst[int(np.argmax(errors))]), low, high, error / ROUGH)
    return error <= TOLERANCE


def _missed_by_cubics(
    nodes: FloatArray, slope: FloatArray, bend: FloatArray, between: FloatArray, kinks: FloatArray
) -> FloatArray:
    """Return by how much cubics from node to node miss f' in the middle; 0 where f'' jumps."""
    middle = 0.5 * (slope[:-1] + slope[1:]) + np.diff(nodes) / 8.0 * (bend[:-1] - bend[1:])
    has_kink = np.searchsorted(kinks, nodes[:-1]) < np.searchsorted(kinks, nodes[1:], side="right")
    return np.where(has_kink, 0.0, np.abs(middle - between))


def _too_rough(x: float, low: float, high: float, error: float) -> LandscapeError:
    return LandscapeError(
        "f",
        f"f' is too rough near x = {x:.10g}: {MAX_NODES} cubics on [{low:g}, {high:g}] leave an error of "
        f"{error:.1e}, {TOLERANCE:g} is asked for; smooth f there, or keep the domain away",
    )


def _interpolate(
    derivative: Callable[[FloatArray], FloatArray], low: float, high: float, hinges: Gradient, n: int
) -> Gradient:
    """Put a cubic through four Chebyshev points of each of n cells."""
    spacing = (high - low) / (n - 1)
    left, right = np.full(n, -0.5), np.full(n, 0.5)
    left[0] = right[-1] = 0.0  # only half of the outer cells lies in the domain, and f' may end there
    middle, half = 0.5 * (left + right), 0.5 * (right - left)
    points = elementary.cos(np.array([1.0, 3.0, 5.0, 7.0]) * np.pi / 8.0)
    x = low + spacing * (np.arange(n)[:, None] + middle[:, None] + half[:, None] * points)
    values = _in_blocks(lambda part: derivative(part) - hinges(part), np.clip(x, low, high))
    # Cubics in the Chebyshev variable of [-1, 1], then by the binomial theorem in t.
    c = fused_products(values, TO_CUBICS)
    shift, scale = -middle / half, 1.0 / half
    table = np.empty((n, 4))
    for power in range(4):
        table[:, power] = scale**power * sum(comb(j, power) * c[:, j] * shift ** (j - power) for j in range(power, 4))
    return replace(hinges, table=freeze(table), table_low=low, table_high=high, table_spacing=spacing)


def _measure(
    fitted: Gradient, derivative: Callable[[FloatArray], FloatArray], seen: FloatArray, wanted: FloatArray
) -> tuple[Gradient, float]:
    """Compare with f' in each cell and at the points seen: the gradient with its error, and where it is worst."""
    nodes = np.arange(len(fitted.table))[:, None] + np.linspace(-0.5, 0.5, N_CHECKS)
    inside = np.clip(fitted.table_low + fitted.table_spacing * nodes, fitted.table_low, fitted.table_high).ravel()
    x, exact = np.concatenate([inside, seen]), np.concatenate([_in_blocks(derivative, inside), wanted])
    missed = np.abs(_in_blocks(fitted, x) - exact)
    error = float(np.max(missed) / np.max(np.abs(exact)))
    return replace(fitted, error=error), float(x[np.argmax(missed)])


def _in_blocks(function: Callable[[FloatArray], FloatArray], x: FloatArray) -> FloatArray:
    """Evaluate 2^15 points at a time: temporaries of a long formula stay in cache."""
    flat = x.ravel()
    y = np.concatenate([function(flat[i : i + 2**15]) for i in range(0, len(flat), 2**15)])
    return y.reshape(x.shape)
