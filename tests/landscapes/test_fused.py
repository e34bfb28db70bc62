"""Tests that tables of landscapes have the same bits on every CPU."""

import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from hts.landscapes.fused import fma
from hts.landscapes.gradients import TO_CUBICS


def test_a_fused_multiply_add_is_rounded_once():
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 20000))
    c = -a * b * rng.choice([1.0, 1.0 + 2.0**-30, 2.0**-53, 2.0**60], 20000) + rng.choice([0.0, 2.0**-80], 20000)
    exact = [float(Fraction(x) * Fraction(y) + Fraction(z)) for x, y, z in zip(a, b, c, strict=True)]
    assert np.array_equal(fma(a, b, c), exact)
    assert not np.array_equal(a * b + c, exact)


def test_the_matrix_to_cubics_is_the_inverse_of_vandermonde_s():
    points = np.cos((2.0 * np.arange(4) + 1.0) * np.pi / 8.0)
    assert np.allclose(TO_CUBICS.T @ np.vander(points, 4, increasing=True), np.eye(4), atol=1e-14)


TABLE = """
import hashlib
from hts import landscapes
gradient = landscapes.quartic().gradient(-6.0, 0.0)
print(hashlib.sha256(gradient.table.tobytes()).hexdigest())
"""


@pytest.mark.parametrize("core", ["Nehalem", "Haswell"])
def test_a_table_has_the_same_bits_whatever_the_linear_algebra_is_made_for(core):
    """OpenBLAS takes other ways on other CPUs; asked for one by OPENBLAS_CORETYPE, which it knows on x86-64 alone."""

    def table(**environment):
        command = [sys.executable, "-W", "error", "-c", TABLE]
        return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True).stdout

    assert table(OPENBLAS_CORETYPE=core) == table()
