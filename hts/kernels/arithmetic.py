"""Operations that Numba has no name for: the fused multiply-add and views of bits.

Each has a plain-Python stand-in of the same value for NUMBA_DISABLE_JIT=1.
"""

from fractions import Fraction
from typing import Any

import numpy as np

from hts.kernels.settings import IS_INTERPRETED

if IS_INTERPRETED:

    def fma(a: float, b: float, c: float) -> float:
        """Give a*b + c rounded once: the fraction is exact and its conversion rounds to nearest."""
        if not (np.isfinite(a) and np.isfinite(b) and np.isfinite(c)):
            return a * b + c
        return np.float64(Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c)))

    def as_float(bits: np.uint64) -> np.float64:
        """Give the float64 that has these bits."""
        return np.uint64(bits).view(np.float64)

    def as_bits(x: float) -> np.uint64:
        """Give the bits of a float64."""
        return np.float64(x).view(np.uint64)

else:
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    @intrinsic
    def fma(context: Any, a: Any, b: Any, c: Any) -> Any:
        """Give a*b + c rounded once, on every CPU.

        Left to itself a compiler contracts a*b + c where the CPU can, so that two machines give different bits; an
        explicit fma is one instruction where there is one and a slow exact call where there is none.
        """
        signature = types.float64(types.float64, types.float64, types.float64)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.fma(*arguments)

        return signature, generate

    @intrinsic
    def as_float(context: Any, bits: Any) -> Any:
        """Give the float64 that has these bits."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], ir.DoubleType())

        return types.float64(types.uint64), generate

    @intrinsic
    def as_bits(context: Any, x: Any) -> Any:
        """Give the bits of a float64."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], ir.IntType(64))

        return types.uint64(types.float64), generate
