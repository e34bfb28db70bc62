"""The loop most people write in Numba: one walker at a time, `np.random`, `**`."""

import numpy as np
import numpy.typing as npt

from hts.kernels.settings import numba  # told of the CPU, before anybody compiles


@numba.njit
def first_exits(alpha, eta, b, low, high, start, n_walkers, max_steps, seed):
    """Simulate first exits, one walker after the other."""
    np.random.seed(seed)  # noqa: NPY002  (Numba's own generator, as everybody uses it)
    exit_steps = np.zeros(n_walkers, np.int64)
    for walker in range(n_walkers):
        x = start
        for step in range(1, max_steps + 1):
            z = np.random.random() ** (-1.0 / alpha)  # noqa: NPY002
            if np.random.random() < 0.5:  # noqa: NPY002
                z = -z
            move = eta * (z - x)
            if move > b:
                move = b
            elif move < -b:
                move = -b
            x += move
            exit_steps[walker] = step
            if x <= low or x >= high:
                break
    return exit_steps


def exit_steps(
    alpha: float, eta: float, b: float, n_walkers: int, max_steps: int, seed: int = 1
) -> npt.NDArray[np.int64]:
    """Simulate first exits of (-1, 1) from 0; int64[walker]."""
    return first_exits(alpha, eta, b, -1.0, 1.0, 0.0, n_walkers, max_steps, seed)
