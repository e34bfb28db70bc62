"""Landscapes in several dimensions: value, gradient and Hessian at many points."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.landscapes.checks import LandscapeError

if TYPE_CHECKING:
    from hts.kernels.programs import Program

MAX_DIMENSION = 64

#: Numbers of the modified Himmelblau function, docs/many_dimensions.md (27).
SHIFT, STEEPNESS, CENTRE_OF_STEEPNESS = 1.4, 0.4, 1.5
VALLEY_LEFT, VALLEY_RIGHT, VALLEY_Y, VALLEY_HALF_WIDTH = -5.5, -0.5, -2.9, 2.0
VALLEY_SLOPE, VALLEY_POWER, HEIGHT = 12.0, 1.1, 0.1
#: L, b, eta and the radius of "in a well" of its published experiment.
PUBLISHED_PROJECTION, PUBLISHED_RADIUS = 4.2, 0.5


@dataclass(frozen=True, eq=False)
class SpaceLandscape:
    """A landscape f in R^d.

    Attributes
    ----------
    kind : str
        As plans name it.
    dimension : int
        d, from 1 to 64.
    projection : float
        L: walkers are put back on the ball of this radius about 0; inf for none.
    minimisers : float64[set, 2, d]
        Known sets of minimisers: segments between two points, which coincide for a single one.
    radius : float
        Radius of the ball about 0 that is left, for radial wells; inf elsewhere.
    is_linear : bool
        Whether the gradient is `matrix` (x - `centre`).
    matrix, centre : float64[d, d], float64[d]
        Of a linear gradient; otherwise without meaning.
    """

    kind: str
    dimension: int
    projection: float
    minimisers: FloatArray
    radius: float
    is_linear: bool
    matrix: FloatArray
    centre: FloatArray
    _f: Any = field(default=None, repr=False)  # SymPy's expression and symbols, where there are

    def value(self, points: npt.ArrayLike) -> FloatArray:
        """Give f at float64[point, coordinate], as float64[point]."""
        x = self._points(points)
        if self.is_linear:
            away = x - self.centre
            return np.asarray(0.5 * np.einsum("ni,ij,nj->n", away, self.matrix, away))
        return self._run(self._value_program, x)[:, 0]

    def gradient(self, points: npt.ArrayLike) -> FloatArray:
        """Give the gradient at float64[point, coordinate], as float64[point, coordinate]."""
        x = self._points(points)
        if self.is_linear:
            return np.asarray((x - self.centre) @ self.matrix)
        return self._run(self.gradient_program, x)

    def hessian(self, points: npt.ArrayLike) -> FloatArray:
        """Give the second derivatives at float64[point, coordinate], as float64[point, coordinate, coordinate]."""
        x, d = self._points(points), self.dimension
        if self.is_linear:
            return np.broadcast_to(self.matrix, (len(x), d, d)).copy()
        packed = self._run(self._hessian_program, x)
        whole = np.empty((len(x), d, d))
        for column, (i, j) in enumerate(zip(*np.triu_indices(d), strict=True)):
            whole[:, i, j] = whole[:, j, i] = packed[:, column]
        return whole

    @cached_property
    def gradient_program(self) -> "Program":
        """The gradient as kernels run it; of a linear one, without operations."""
        from hts.kernels.programs import empty_program

        return empty_program() if self.is_linear else self._compiled(lambda f, s: [f.diff(x) for x in s])

    @cached_property
    def _value_program(self) -> "Program":
        return self._compiled(lambda f, symbols: [f])

    @cached_property
    def _hessian_program(self) -> "Program":
        def second(f: Any, symbols: Any) -> list[Any]:
            first = [f.diff(x) for x in symbols]
            return [first[i].diff(symbols[j]) for i, j in zip(*np.triu_indices(len(symbols)), strict=True)]

        return self._compiled(second)

    def _compiled(self, expressions: Callable[[Any, Any], list[Any]]) -> "Program":
        from hts.space.compilation import compile_expressions

        f, symbols = self._f
        return compile_expressions(expressions(f, symbols), symbols)

    def _run(self, program: "Program", x: FloatArray) -> FloatArray:
        from hts.space.compilation import evaluate

        return evaluate(program, x)

    def _points(self, points: npt.ArrayLike) -> FloatArray:
        x = np.asarray(points, dtype=np.float64)
        if x.ndim != 2 or x.shape[1] != self.dimension:
            raise ValueError(f"points need the shape (n, {self.dimension}), not {x.shape}")
        return x


def radial(curvature: float, radius: float, dimension: int, projection: float = math.inf) -> SpaceLandscape:
    """Build f = curvature |x|^2 / 2, whose domain is the ball of this radius about 0.

    Raises
    ------
    LandscapeError
        Where a number is not positive, or the dimension beyond 64.
    """
    check_dimension(dimension)
    for key, number in (("curvature", curvature), ("radius", radius), ("L", projection)):
        if not number > 0.0 or (key != "L" and not math.isfinite(number)):
            raise LandscapeError(key, f"{number:g} is not a positive number")
    matrix, centre = curvature * np.eye(dimension), np.zeros(dimension)
    return _linear("radial", matrix, centre, radius, projection)


def quadratic(
    hessian: npt.ArrayLike, centre: npt.ArrayLike | None = None, projection: float = math.inf
) -> SpaceLandscape:
    """Build f = (x - centre) . H (x - centre) / 2 with any symmetric positive definite H.

    Raises
    ------
    LandscapeError
        Where H is not such a matrix, or the centre of another dimension.
    """
    H = np.asarray(hessian, dtype=np.float64)
    if H.ndim != 2 or H.shape[0] != H.shape[1] or not np.all(np.isfinite(H)):
        raise LandscapeError("hessian", "must be a square matrix of numbers, a list of rows")
    check_dimension(len(H))
    if not np.allclose(H, H.T, rtol=1e-12, atol=0.0):
        raise LandscapeError("hessian", "is not symmetric")
    if (least := float(np.linalg.eigvalsh(H)[0])) <= 0.0:
        raise LandscapeError("hessian", f"is not positive definite: its least eigenvalue is {least:.4g}")
    middle = np.zeros(len(H)) if centre is None else np.asarray(centre, dtype=np.float64)
    if middle.shape != (len(H),):
        raise LandscapeError("centre", f"needs {len(H)} numbers, as many as H has rows")
    return _linear("quadratic", 0.5 * (H + H.T), middle, math.inf, projection)


def formula(
    text: str, dimension: int, projection: float = math.inf, minimisers: npt.ArrayLike | None = None
) -> SpaceLandscape:
    """Build f from a formula in x, y, z or in x1, ..., xd, with exact derivatives.

    Parameters
    ----------
    text : str
        As `hts.landscapes.formulas.parse_formula` reads it.
    dimension : int
    projection : float
        L.
    minimisers : float64[set, 2, d], optional
        Where they are known.

    Raises
    ------
    FormulaError
        With the column of what is wrong.
    LandscapeError
        Where the dimension is beyond 64, or the formula is too long once differentiated.
    """
    from hts.space.expressions import read_expression

    check_dimension(dimension)
    return _symbolic("formula", *read_expression(text, dimension), projection, minimisers)


@lru_cache(maxsize=4)
def himmelblau(projection: float = PUBLISHED_PROJECTION) -> SpaceLandscape:
    """Build the modified Himmelblau function of [WOR, A.2], docs/many_dimensions.md (27)."""
    import sympy as sp

    from hts.space.expressions import Choice, Size

    x, y = sp.Symbol("x"), sp.Symbol("y")
    u = x - SHIFT
    stretch = sp.exp(STEEPNESS * (u - CENTRE_OF_STEEPNESS)) + 1
    p, q = u * stretch, y * stretch
    whole = (p**2 + q - 11.0) ** 2 + (p + q**2 - 7.0) ** 2
    distance = Size(y - VALLEY_Y)
    valley = VALLEY_SLOPE * distance ** sp.Float(VALLEY_POWER)
    f = whole
    for decider in (whole - valley, VALLEY_HALF_WIDTH - distance, VALLEY_RIGHT - x, x - VALLEY_LEFT):
        f = Choice(decider, valley if f is whole else f, whole)
    return _symbolic("himmelblau", HEIGHT * f, (x, y), projection, himmelblau_minimisers())


def himmelblau_minimisers() -> FloatArray:
    """List the four sets of minimisers, Omega_1 to Omega_4 of the paper, as segments: float64[4, 2, 2]."""
    points = ((-0.9, 2.57), None, (2.9, 1.0), (3.115, -0.884))
    valley = ((VALLEY_LEFT, VALLEY_Y), (VALLEY_RIGHT, VALLEY_Y))
    return np.array([valley if point is None else (point, point) for point in points])


def check_dimension(dimension: int) -> None:
    """Refuse dimensions beyond 64.

    Raises
    ------
    LandscapeError
        With the range.
    """
    if not 1 <= dimension <= MAX_DIMENSION:
        raise LandscapeError("dimension", f"must be from 1 to {MAX_DIMENSION}, not {dimension}")


def _linear(kind: str, matrix: FloatArray, centre: FloatArray, radius: float, projection: float) -> SpaceLandscape:
    minimisers = np.array([[centre, centre]])
    return SpaceLandscape(kind, len(centre), projection, minimisers, radius, True, matrix, centre)


def _symbolic(
    kind: str, f: Any, symbols: tuple[Any, ...], projection: float, minimisers: npt.ArrayLike | None
) -> SpaceLandscape:
    d = len(symbols)
    known = np.zeros((0, 2, d)) if minimisers is None else np.asarray(minimisers, dtype=np.float64)
    return SpaceLandscape(kind, d, projection, known, math.inf, False, np.zeros((d, d)), np.zeros(d), (f, symbols))
