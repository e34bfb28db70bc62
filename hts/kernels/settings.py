"""Compiler settings of kernels: the one decorator, and the reason for each setting."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from hts.kernels.environment import prepare_numba

IS_CACHED = prepare_numba()

import numba  # noqa: E402

numba.config.reload_config()  # in case another package has imported it before

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

#: True when NUMBA_DISABLE_JIT=1 asks for plain Python (debugging, coverage): exact, and a thousand times slower.
IS_INTERPRETED = bool(getattr(numba.config, "DISABLE_JIT", False))


def jit(kernel: Kernel) -> Kernel:
    """Compile a kernel for threads that run side by side.

    - ``nogil``: blocks of walkers advance in a thread pool.
    - no ``parallel``: thread counts must not change numbers, and engines bring their own threads.
    - no ``fastmath``: it changes results between machines, and heavy tails meet infinities. Where a fused
      multiply-add is wanted it is written out (`arithmetic.fma`).
    - ``error_model="numpy"``: a division is one instruction, without a test for zero that would stop vector code.
    - ``cache``: where the cache folder takes it; without it every process compiles afresh.
    """
    return cast(Kernel, numba.njit(nogil=True, error_model="numpy", cache=IS_CACHED)(kernel))


def inline(function: Kernel) -> Kernel:
    """Compile a scalar function that is copied into the loops that call it, so that they stay vector code."""
    return cast(Kernel, numba.njit(inline="always", error_model="numpy")(function))
