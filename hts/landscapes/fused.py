"""Matrix products by fused multiply-adds in a fixed order: the same bits on every CPU, whatever its BLAS does."""

import numpy as np

from hts.arrays import FloatArray

#: Cuts a float64 into two halves of 26 bits each (Dekker, Numerische Mathematik 18 (1971) 224).
SPLIT = 2.0**27 + 1.0


def fused_products(values: FloatArray, matrix: FloatArray) -> FloatArray:
    """Return values @ matrix, each sum a chain of fused multiply-adds from the first column of `values` to the last.

    Parameters
    ----------
    values : float64[row, k]
        Below 1e290 in size.
    matrix : float64[k, column]
        Below 1e10 in size.
    """
    sums: FloatArray = values[:, :1] * matrix[0]
    for k in range(1, len(matrix)):
        sums = fma(values[:, k, None], matrix[k], sums)
    return sums


def fma(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Return a*b + c rounded once (Boldo and Melquiond, IEEE Transactions on Computers 57 (2008) 462)."""
    product, missed = _two_products(a, b)
    low, lowest = _two_sum(c, missed)
    high, between = _two_sum(product, low)
    rest, lost = _two_sum(lowest, between)
    # rounded to odd, so that the last sum rounds as if it saw all digits
    is_even = (rest.view(np.int64) & 1) == 0
    towards = np.where(lost > 0.0, np.inf, -np.inf)
    rest = np.where((lost != 0.0) & is_even, np.nextafter(rest, towards), rest)
    return np.asarray(high + rest)


def _two_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a + b rounded, and what rounding missed."""
    total = a + b
    other = total - a
    return total, (a - (total - other)) + (b - other)


def _two_products(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a*b rounded, and what rounding missed."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _halves(a: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two numbers of 26 bits that add up to a."""
    scaled = SPLIT * a
    high = scaled - (scaled - a)
    return high, a - high
