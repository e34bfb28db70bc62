"""Tests that density tables stay small whatever BLAS a CPU gets: the fit must not cancel."""

import os
import subprocess
import sys

import pytest

COUNT = """
import numpy as np
from hts.noise import Noise
from hts.theory.exact.densities import tabulate_density
table = tabulate_density(Noise("pareto", alpha=1.5), -200.0, 200.0)
z = np.linspace(1.0001, 200.0, 20001)
print(len(table.breaks), np.max(np.abs(table(z) / (0.75 * z**-2.5) - 1)))
"""


@pytest.mark.parametrize("cpu", ["Haswell", "Nehalem"])
def test_a_table_stays_small_on_cpus_without_avx512(cpu):
    """Rounding of the fit of 1e-12, above the tolerance, had every interval halved until memory ran out."""
    environment = {**os.environ, "OPENBLAS_CORETYPE": cpu}
    done = subprocess.run(
        [sys.executable, "-c", COUNT], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    n_breaks, error = done.stdout.split()
    assert int(n_breaks) < 100
    assert float(error) < 2e-12
