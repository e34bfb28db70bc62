"""This file is where it is decided how kernels are compiled: the one decorator, the reason for each setting, the cache.

Import this module before Numba: Numba reads its environment once, when it is first imported.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite.binding as llvm
import platformdirs

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def source_fingerprint() -> str:
    """Give the hash of all kernel sources and of Numba's version: 16 hex digits.

    Numba's own cache looks at the file of the outermost function only, and would run stale machine code when a function
    inlined from another file has changed. A folder per fingerprint makes that impossible.
    """
    digest = hashlib.sha256(version("numba").encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """Find a folder for compiled kernels that can be written, or None.

    ``NUMBA_CACHE_DIR``, where set, is taken in place of the user's cache folder.
    """
    root = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("hts")
    folder = Path(root) / f"kernels-{source_fingerprint()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    return folder


def widen_vectors() -> None:
    """Let LLVM use the 512-bit registers of CPUs that have them, unless the user has set Numba's CPU by hand.

    On such CPUs LLVM's tuning says `prefer-256-bit`, which is right for code with a few vector instructions and wrong
    for a loop that holds nothing else (benchmarks/README.md, "Vector width").
    """
    if "NUMBA_CPU_FEATURES" not in os.environ and "NUMBA_CPU_NAME" not in os.environ:
        os.environ["NUMBA_CPU_FEATURES"] = llvm.get_host_cpu_features().flatten() + ",-prefer-256-bit"


widen_vectors()
CACHE_FOLDER = cache_folder()
if CACHE_FOLDER is not None:
    os.environ["NUMBA_CACHE_DIR"] = str(CACHE_FOLDER)

import numba  # noqa: E402

#: True when NUMBA_DISABLE_JIT=1 asks for plain Python (debugging, coverage): exact, and a thousand times slower.
IS_INTERPRETED = bool(getattr(numba.config, "DISABLE_JIT", False))


def set_up_without_scipy() -> None:
    """Let Numba set itself up without SciPy's BLAS, whose import is a tenth of a start and which no kernel asks for.

    For processes of hts's own: what others compile in the same process goes without BLAS in a few places, too.
    """
    package = "scipy.linalg"
    if package in sys.modules:
        return
    sys.modules[package] = cast(Any, None)  # makes its import an ImportError, which Numba expects
    try:
        import_module("numba.np.arraymath")
    finally:
        del sys.modules[package]


def jit(kernel: Kernel) -> Kernel:
    """Compile a kernel for threads that run side by side.

    - ``nogil``: blocks of walkers advance in a thread pool.
    - no ``parallel``: thread counts must not change numbers, and engines bring their own threads.
    - no ``fastmath``: it changes results between machines, and heavy tails meet infinities. Where a fused
      multiply-add is wanted it is written out (`arithmetic.fma`).
    - ``error_model="numpy"``: a division is one instruction, without a test for zero that would stop vector code.
    - ``cache``: where the cache folder can be written; without it every process compiles afresh.
    """
    return cast(Kernel, numba.njit(nogil=True, error_model="numpy", cache=CACHE_FOLDER is not None)(kernel))


def inline(function: Kernel) -> Kernel:
    """Compile a scalar function that is copied into the loops that call it, so that they stay vector code."""
    return cast(Kernel, numba.njit(inline="always", error_model="numpy")(function))
