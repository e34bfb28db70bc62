"""The source of a card compiled for this machine, by g++: the same bits on slow threads, for checks and tests.

What is compiled is kept in the cache folder of the CPU's kernels, under the digest of its source and options, and is
loaded only where no other user can write.
"""

import ctypes
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from hts.errors import PlanError
from hts.kernels.cuda.forms import Form, digest_of
from hts.kernels.environment import cache_folder
from hts.kernels.privacy import read_private

#: No product and sum are joined but where the source says so; errors of sqrt are not looked for.
OPTIONS: Final = ("-std=c++17", "-O2", "-ffp-contract=off", "-fno-math-errno", "-fPIC", "-shared", "-x", "c++")
#: Lanes, of no use here but that they are taken one after the other.
WIDTH: Final = 64
#: A compiler that hangs is given up.
SECONDS: Final = 300.0


class Host:
    """A device that is this machine.

    Parameters
    ----------
    compiler : str
        A g++.
    options : tuple of str
        How it compiles.
    """

    n_queues = 1

    def __init__(self, compiler: str, options: tuple[str, ...] = OPTIONS) -> None:
        self.compiler, self.options = compiler, (*options, *for_this_cpu())
        self._entries: dict[tuple[str, ...], Callable[[int], None]] = {}
        self._lock = Lock()

    @contextmanager
    def session(self) -> Iterator[None]:
        """Work with this device for a while."""
        yield

    def fitted(self, form: Form, n_table_bytes: int) -> Form:
        """Give a form as this device takes it."""
        return form

    def width(self, n_walkers: int, are_together: bool) -> int:
        """Count the lanes that serve so many walkers; whether of exits or of long runs."""
        return min(WIDTH, n_walkers)

    def put(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Give an array for the kernel, which shares this memory."""
        return values

    def address(self, kept: npt.NDArray[Any]) -> int:
        """Give where an array begins."""
        return kept.ctypes.data

    def read(self, kept: npt.NDArray[Any], out: npt.NDArray[Any]) -> None:
        """Copy an array back: nothing to do in shared memory."""

    def launch(self, form: Form, cell: npt.NDArray[np.void], width: int, n_table_bytes: int) -> None:
        """Run a form's kernel over all lanes, without the interpreter's lock."""
        entry = self.entry(form.source, form.macros)
        entry(cell.ctypes.data)

    def entry(self, source: str, macros: tuple[str, ...]) -> Callable[[int], None]:
        """Give a source's function, compiled once for each set of macros."""
        with self._lock:
            key = (source, *macros)
            if key not in self._entries:
                self._entries[key] = self._load(source, (*self.options, *macros))
            return self._entries[key]

    def _load(self, source: str, options: tuple[str, ...]) -> Callable[[int], None]:
        folder = cache_folder()
        if folder is None:
            with tempfile.TemporaryDirectory() as private:
                return function_of(self._compile(source, options, Path(private) / "kernel.so"))
        path = folder / f"host-{digest_of(source, self.compiler, version_of(self.compiler), *options)}.so"
        try:
            read_private(path)
        except OSError:
            self._compile(source, options, path)
        return function_of(path)

    def _compile(self, source: str, options: tuple[str, ...], path: Path) -> Path:
        with tempfile.TemporaryDirectory(dir=path.parent) as private:
            built = Path(private) / "kernel.so"
            command = [self.compiler, *options, "-o", str(built), "-"]
            done = subprocess.run(command, input=source, capture_output=True, text=True, timeout=SECONDS, check=False)
            if done.returncode != 0:
                raise PlanError(
                    f"{self.compiler} cannot compile the kernels for --device host:\n{done.stderr.strip()[:2000]}\n"
                    "use --device cpu, or a g++ that knows C++17"
                )
            os.replace(built, path)
        return path


def function_of(path: Path) -> Callable[[int], None]:
    """Load a compiled kernel's entry."""
    entry = ctypes.CDLL(str(path)).run
    entry.argtypes, entry.restype = [ctypes.c_void_p], None
    return entry


@cache
def version_of(compiler: str) -> str:
    """Give what a compiler says of itself."""
    return subprocess.run([compiler, "--version"], capture_output=True, text=True, timeout=SECONDS, check=True).stdout


@cache
def for_this_cpu() -> tuple[str, ...]:
    """Let fused multiply-adds be one instruction, where this CPU has it; elsewhere they are exact calls."""
    import llvmlite.binding as llvm

    is_intel = platform.machine().lower() in ("x86_64", "amd64")
    return ("-mfma",) if is_intel and llvm.get_host_cpu_features().get("fma") else ()


def open_host() -> Host:
    """Give this machine as a device.

    Raises
    ------
    PlanError
        There is no compiler.
    """
    compiler = shutil.which(os.environ.get("CXX") or "g++") or shutil.which("g++")
    if compiler is None:
        raise PlanError("--device host needs a C++ compiler, and no g++ is found; install g++, or use --device cpu")
    return Host(compiler)
