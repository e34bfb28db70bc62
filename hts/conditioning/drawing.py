"""Conditioned paths, drawn step by step from the h-transform (docs/model.md (12))."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hts.arrays import FloatArray
from hts.engines import ThreadEngine
from hts.ensembles.paths import FOREVER, PathSample, Recorder
from hts.errors import StoppedError
from hts.kernels import conditioned, streams
from hts.kernels.eights import LANES
from hts.kernels.quadrature import Rule
from hts.theory.exact.conditions import Condition
from hts.theory.exact.meshes import Mesh

#: Nodes for a piece: exact for the density's degree 13 times the degree of up to 16 nodes of the mesh.
RULE = Rule(*np.polynomial.legendre.leggauss(16))
#: Paths that advance side by side in one thread.
BLOCK = 256


@dataclass(frozen=True, eq=False)
class ConditionedPaths:
    """Paths drawn given an event, and how well their law is that of the event.

    Each step is drawn from p(x, dy) h(y) divided by its integral, h being the table's; the integral would be h(x) if
    the table were exact. The product of these quotients along a path is its weight: up to a constant, the ratio of
    the true law of conditioned paths to the law it was drawn from.
    """

    sample: PathSample
    weight: FloatArray  # float64[path]; 1 but for the table's error
    probability: float  # of the event: the integral over the first step
    relative_error: float  # of it: the mesh's, and what the weights' mean is off one, with its standard error
    total_variation: float  # between the law the paths are drawn from and the true one, estimated from the weights


def draw_paths(
    condition: Condition,
    start: float,
    cell_key: npt.NDArray[np.uint64],
    first_path: int,
    n_paths: int,
    *,
    stride: int = 1,
    size: float = math.inf,
    threads: int | None = None,
    block: int = BLOCK,
    should_stop: Callable[[], bool] | None = None,
    on_share: Callable[[float], None] | None = None,
) -> ConditionedPaths:
    """Draw paths from the law of (1) given an event.

    Parameters
    ----------
    condition : Condition
        The event, with the table of h.
    start : float
        X_0, the one the table was made for.
    cell_key : uint64[2]
        Names the streams: a path is fixed by it and the path's number, whatever others are drawn beside it.
    first_path, n_paths : int
        Paths `first_path` ... `first_path` + `n_paths` - 1, one at least.
    stride, size
        What is kept of each, see `PathSample`.
    threads, block : int
        Blocks of paths at once, one per core by default, and paths of a block; they never change the numbers.
    should_stop : callable, optional
        Asked at every step.
    on_share : callable, optional
        Called at every step with the share of the paths' steps that is done, from any thread, one call at a time; a
        path that has left is done. What it raises ends the work.

    Raises
    ------
    StoppedError
        Where `should_stop` said so.
    """
    parts = [(first, min(block, n_paths - first)) for first in range(0, n_paths, block)]
    n_steps, side, weight = np.zeros(n_paths, np.int64), np.zeros(n_paths, np.int8), np.ones(n_paths)
    whole = Recorder(stride, size)
    tally = _Tally(n_paths, condition.n_steps, on_share)

    def draw(first: int, n: int) -> tuple["_Walk", Recorder]:
        recorder = Recorder(stride, size)
        walk = _Walk(condition, start, cell_key, first_path + first, n)
        while len(walk.lanes):
            if should_stop is not None and should_stop():
                raise StoppedError("stopped while paths were drawn; run it again")
            with np.errstate(over="ignore"):  # for interpreted kernels; compiled ones set no flags
                walk.advance()
            recorder.add(first + walk.shown, walk.taken - 1, walk.x_pair, walk.z_pair, walk.end)
            tally.count(first, n, len(walk.lanes), walk.taken)
        return walk, recorder

    with ThreadEngine(threads) as engine:
        drawn = [(first, n, engine.submit(draw, first, n)) for first, n in parts]
        try:
            for first, n, future in drawn:
                walk, recorder = future.result()
                rows = slice(first, first + n)
                n_steps[rows], side[rows], weight[rows] = walk.n_steps, walk.side, np.exp(walk.log_weight)
                probability = walk.probability
                whole.join(recorder)
        finally:
            engine.shutdown(cancel_futures=True)
    number = np.arange(first_path, first_path + n_paths, dtype=np.uint32)
    mean = float(weight.mean())
    return ConditionedPaths(
        sample=whole.sample(number, n_steps, side),
        weight=weight,
        probability=probability,
        relative_error=condition.relative_error + abs(mean - 1.0) + float(weight.std()) / math.sqrt(n_paths),
        total_variation=float(np.abs(weight / mean - 1.0).mean()) / 2.0,
    )


class _Tally:
    """Progress of the drawing over all blocks, in whole steps so that their order does not change the sum."""

    def __init__(self, n_paths: int, n_steps: int | None, on_share: Callable[[float], None] | None) -> None:
        self.n_steps, self.on_share = n_steps, on_share
        self.steps_of_path = 1 if n_steps is None else n_steps  # a path without a last step counts when it has left
        self.all_steps = n_paths * self.steps_of_path
        self.done: dict[int, int] = {}  # of each block by its first path
        self.total = 0
        self.lock = threading.Lock()

    def count(self, first: int, n: int, n_inside: int, taken: int) -> None:
        """Record that `n_inside` of the `n` paths of a block are still inside after `taken` steps."""
        if self.on_share is None:
            return
        done = (n - n_inside) * self.steps_of_path + (0 if self.n_steps is None else n_inside * taken)
        with self.lock:
            self.total += done - self.done.get(first, 0)
            self.done[first] = done
            self.on_share(self.total / self.all_steps)


class _Walk:
    """Paths of one block on their way."""

    def __init__(
        self, condition: Condition, start: float, cell_key: npt.NDArray[np.uint64], first: int, n: int
    ) -> None:
        self.condition = condition
        noise = condition.step.noise
        self.mirror = noise.mirrored  # the law of -Z: its left tail has all digits
        nodes = condition.mesh.basis.nodes
        self.to_powers = np.linalg.inv(np.vander(nodes, increasing=True)).T
        width = -(-n // LANES) * LANES
        self.streams, self.words = np.zeros((4, width), np.uint64), np.zeros((1, width), np.uint64)
        streams.start_streams(self.streams, n, cell_key, first)
        self.u, self.masses = np.zeros(width), np.zeros(len(condition.mesh.half))
        self.lanes = np.arange(n)  # of the paths still inside
        self.x, self.z = np.full(n, start), np.full(n, np.nan)
        self.taken = 0
        self.n_steps, self.side = np.zeros(n, np.int64), np.zeros(n, np.int8)
        self.log_weight, self.probability = np.zeros(n), math.nan
        # of the last step, for the record: paths that took it, before and after, and where they end
        self.shown = self.lanes
        self.x_pair = self.z_pair = np.empty((2, n))
        self.end = np.empty(n, np.int64)

    def advance(self) -> None:
        """Take one step with all paths that are still inside."""
        condition, step = self.condition, self.condition.step
        n_left = 0 if condition.n_steps is None else condition.n_steps - self.taken
        conditioned.draw_uniforms(self.streams, self.words, self.u, len(self.u))
        lanes, x = self.lanes, self.x[self.lanes]
        y, z, weights = self._draw(x, self.u[lanes], n_left)
        if self.taken == 0:
            self.probability = float(weights[0])
        else:
            self.log_weight[lanes] += np.log(weights / _h_at(condition.mesh, condition.nodes(n_left), x))
        self.taken += 1
        is_low, is_high = step.is_exit_low & (y <= step.low), step.is_exit_high & (y >= step.high)
        self.shown, self.end = lanes, np.where(is_low | is_high, self.taken, FOREVER)
        self.x_pair, self.z_pair = np.stack([x, y]), np.stack([self.z[lanes], z])
        self.x[lanes], self.z[lanes], self.n_steps[lanes] = y, z, self.taken
        self.side[lanes] = is_high.astype(np.int8) - is_low.astype(np.int8)
        self.lanes = lanes[~(is_low | is_high)]

    def _draw(self, x: FloatArray, u: FloatArray, n_left: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Draw the next positions with their noise; the weights are the integrals of p(x, dy) h(y)."""
        condition, step, mesh = self.condition, self.condition.step, self.condition.mesh
        h, (h_low, h_high) = condition.nodes(n_left - 1), condition.ends(n_left - 1)
        drift = step.drift(x)
        # all noise beyond a bound leads to one place, or out: an atom of the clip, an end that holds, an exit
        low, high = np.maximum(step.low - x, -step.b), np.minimum(step.high - x, step.b)
        is_cut_low, is_cut_high = -step.b > step.low - x, step.b < step.high - x
        p_low = step.noise.distribution((low + drift) / step.eta)
        p_high = step.noise.survival((high + drift) / step.eta)
        below = p_low * np.where(is_cut_low, _h_at(mesh, h, x + low), h_low)
        above = p_high * np.where(is_cut_high, _h_at(mesh, h, x + high), h_high)
        y, z = x.copy(), np.zeros_like(x)
        weights, places = conditioned.draw_steps(
            x, drift, low, high, below, above, _h_at(mesh, condition.nodes(n_left), x), u, step.eta, mesh.panels,
            np.ascontiguousarray(h.reshape(-1, mesh.order) @ self.to_powers), condition.density.arrays, RULE,
            self.masses, y, z,
        )  # fmt: skip
        is_below, is_above = places == conditioned.BELOW, places == conditioned.ABOVE
        # what is left of the uniform number, on the scale of the chosen part, is uniform again
        z[is_below] = step.noise.quantile(_rest(u, weights, below, is_below) * p_low[is_below])
        z[is_above] = -self.mirror.quantile(_rest(1.0 - u, weights, above, is_above) * p_high[is_above])
        leap = np.clip(x + np.clip(step.eta * z - drift, -step.b, step.b), -step.projection, step.projection)
        out_low = np.minimum(leap, step.low) if step.is_exit_low else np.full_like(x, step.low)
        out_high = np.maximum(leap, step.high) if step.is_exit_high else np.full_like(x, step.high)
        y = np.clip(y, np.nextafter(step.low, np.inf), np.nextafter(step.high, -np.inf))  # rounding leaves nothing
        y = np.where(is_below, np.where(is_cut_low, x + low, out_low), y)
        return np.where(is_above, np.where(is_cut_high, x + high, out_high), y), z, weights


def _h_at(mesh: Mesh, h: FloatArray, x: FloatArray) -> FloatArray:
    """Return h at points of the mesh; a polynomial's rounding below zero is nothing."""
    return np.maximum(mesh.interpolate(h, np.clip(x, mesh.edges[0], mesh.edges[-1])), 0.0)


def _rest(u: FloatArray, weights: FloatArray, part: FloatArray, is_chosen: npt.NDArray[np.bool_]) -> FloatArray:
    return np.minimum(u[is_chosen] * weights[is_chosen] / part[is_chosen], 1.0)
