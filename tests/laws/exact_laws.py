"""The laws of docs/model.md, section 2, and a Gauss rule, with 30 digits and more."""

import mpmath
import numpy as np


def exact_tail(kind: str, alpha: float, w: float) -> mpmath.mpf:
    """P(|W| > w) of docs/model.md, section 2, at 40 digits."""
    with mpmath.workdps(40):
        a, x = mpmath.mpf(alpha), mpmath.mpf(w)
        if kind == "pareto":
            return min(mpmath.mpf(1), x**-a)
        if kind == "lomax":
            return (1 + x) ** -a
        return mpmath.betainc(a / 2, mpmath.mpf(1) / 2, 0, a / (a + x * x), regularized=True)


def exact_density(kind: str, alpha: float, w: float) -> mpmath.mpf:
    """Return the density of |W| at 40 digits."""
    with mpmath.workdps(40):
        a, x = mpmath.mpf(alpha), mpmath.mpf(w)
        if kind == "pareto":
            return a * x ** (-a - 1) if x >= 1 else mpmath.mpf(0)
        if kind == "lomax":
            return a * (1 + x) ** (-a - 1)
        factor = mpmath.gamma((a + 1) / 2) / (mpmath.gamma(a / 2) * mpmath.sqrt(a * mpmath.pi))
        return 2 * factor * (1 + x * x / a) ** (-(a + 1) / 2)


def gauss(n: int) -> list[tuple[mpmath.mpf, mpmath.mpf]]:
    """Gauss-Legendre nodes and weights on [0, 1] with 30 digits: float64 ones, improved by Newton's method."""
    with mpmath.workdps(35):
        rule = []
        for start in np.polynomial.legendre.leggauss(n)[0]:
            x = mpmath.mpf(float(start))
            for _ in range(2):
                value, before = mpmath.legendre(n, x), mpmath.legendre(n - 1, x)
                slope = n * (before - x * value) / (1 - x * x)
                x -= value / slope
            slope = n * mpmath.legendre(n - 1, x) / (1 - x * x)
            rule.append(((1 + x) / 2, 1 / ((1 - x * x) * slope * slope)))
        return rule


RULE = gauss(24)
