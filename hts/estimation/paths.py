"""Big jumps of recorded paths: their number, sizes and times."""

from dataclasses import dataclass

import numpy as np

from hts.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class BigJumps:
    """Steps whose noise is larger than a threshold, by path and step."""

    threshold: float  # gamma: a jump is big where eta |Z| exceeds it, in landscape units
    n_paths: int
    path: IntArray  # int64[jump], place of the path among those given
    step: IntArray  # int64[jump], the step n it is made in, from 1
    size: FloatArray  # float64[jump], eta Z_n, in landscape units: before the clip

    @property
    def numbers(self) -> IntArray:
        """int64[path], big jumps of each path."""
        return np.bincount(self.path, minlength=self.n_paths)

    def of_paths_with(self, n_jumps: int) -> tuple[IntArray, FloatArray]:
        """Return steps and sizes, each [path, jump], of the paths with exactly that number of big jumps."""
        is_chosen = (self.numbers == n_jumps)[self.path]
        return self.step[is_chosen].reshape(-1, n_jumps), self.size[is_chosen].reshape(-1, n_jumps)


def big_jumps(first: IntArray, step: IntArray, z: FloatArray, eta: float, threshold: float) -> BigJumps:
    """Find the big jumps of recorded paths.

    Parameters
    ----------
    first : int64[path + 1]
        Where each path's records begin, and the last ones end.
    step, z : int64[record], float64[record]
        Step of each record, and the noise Z that made it; nan at step 0.
    eta : float
        Step size.
    threshold : float
        gamma of docs/model.md (19), in landscape units, positive.

    Raises
    ------
    ValueError
        The threshold is not positive: every step would be a big jump.
    """
    if not threshold > 0.0:
        raise ValueError(f"the threshold of big jumps must be positive, not {threshold:g}")
    n_paths = len(first) - 1
    path = np.repeat(np.arange(n_paths), np.diff(first))
    is_big = eta * np.abs(z) > threshold  # nan compares as False
    return BigJumps(threshold, n_paths, path[is_big], step[is_big], eta * z[is_big])
