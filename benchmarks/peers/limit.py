"""The hardware yardstick: limit.c, built and called."""

import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hts.ensembles import ExitProblem

SOURCE = Path(__file__).with_name("limit.c")
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC")


class NoLimitError(RuntimeError):
    """There is no C compiler, or it has no vector instructions for this CPU."""


class Problem(ctypes.Structure):
    """`struct problem` of limit.c."""

    _fields_ = (
        *((name, ctypes.c_double) for name in ("alpha", "scale", "eta", "b", "projection", "low", "high", "start")),
        ("key", ctypes.c_uint64 * 2),
        ("n_walkers", ctypes.c_int64),
        ("max_steps", ctypes.c_int64),
    )


class Limit:
    """limit.c, compiled for this machine."""

    def __init__(self) -> None:
        compiler = os.environ.get("CC", "cc")
        if shutil.which(compiler) is None:
            raise NoLimitError(f"no C compiler ({compiler})")
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "limit.so"
            command = [compiler, *FLAGS, "-o", str(library), str(SOURCE), "-lm"]
            built = subprocess.run(command, capture_output=True, text=True, check=False)
            if built.returncode != 0:
                lines = built.stderr.strip().splitlines()
                raise NoLimitError(next((line for line in lines if "error" in line), "the C compiler failed"))
            self._library = ctypes.CDLL(str(library))

    @property
    def vector_bits(self) -> int:
        """512 or 256."""
        return int(self._library.vector_bits())

    def exit_steps(self, problem: ExitProblem, n_walkers: int, max_steps: int) -> npt.NDArray[np.int64]:
        """Simulate first exits of walkers 0 ... `n_walkers` - 1 in a basin x' = -x with pareto noise; int64[walker]."""
        key = (ctypes.c_uint64 * 2)(*(int(word) for word in problem.cell_key()))
        law = problem.noise
        stated = Problem(
            law.alpha, law.scale, problem.eta, problem.b, problem.projection, problem.low, problem.high, problem.start,
            key, n_walkers, max_steps,
        )  # fmt: skip
        steps = np.zeros(n_walkers, np.int64)
        self._library.first_exits(ctypes.byref(stated), steps.ctypes.data_as(ctypes.c_void_p))
        return steps
