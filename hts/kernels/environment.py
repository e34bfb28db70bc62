"""This file is where it is decided for which CPU kernels are compiled, and where what was compiled is kept.

Import this module before Numba: Numba reads its environment once, when it is first imported.
"""

import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import llvmlite.binding as llvm
import platformdirs


def source_fingerprint() -> str:
    """Give the hash of all kernel sources and of the compilers' versions: 16 hex digits.

    Numba's own cache looks at the file of the outermost function only, and would run stale machine code when a function
    inlined from another file has changed. A folder per fingerprint makes that impossible.
    """
    digest = hashlib.sha256(f"{version('numba')} {version('llvmlite')}".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """Find a folder for compiled kernels that can be written, or None.

    ``NUMBA_CACHE_DIR``, where set, is taken in place of the user's cache folder.
    """
    root = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("hts")
    name = f"kernels-{source_fingerprint()}"
    folder = Path(root) if Path(root).name == name else Path(root) / name  # a process started by another one has it
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


class Machine(NamedTuple):
    """What code is made for."""

    triple: str
    cpu: str
    features: str


def machine() -> Machine:
    """Give the machine that Numba compiles for: this one, or what ``NUMBA_CPU_NAME`` and its like ask for."""
    name, features = os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES")
    if features is None:
        features = "" if name else llvm.get_host_cpu_features().flatten()
    return Machine(llvm.get_process_triple(), name or llvm.get_host_cpu_name(), features)


widen_vectors()
CACHE_FOLDER = cache_folder()
if CACHE_FOLDER is not None:
    os.environ["NUMBA_CACHE_DIR"] = str(CACHE_FOLDER)
