"""This file is where it is decided for which CPU kernels are compiled, and where what was compiled is kept."""

import hashlib
import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

#: Numba's settings that change what is compiled; each combination has a cache folder of its own.
SETTINGS: Final = (
    "NUMBA_BOUNDSCHECK",
    "NUMBA_DEBUGINFO",
    "NUMBA_ENABLE_AVX",
    "NUMBA_LOOP_VECTORIZE",
    "NUMBA_OPT",
    "NUMBA_SLP_VECTORIZE",
)
#: Bytes that all compiled kernels take, several times over.
ROOM: Final = 2**24


class Machine(NamedTuple):
    """What code is made for."""

    triple: str
    cpu: str
    features: str


def source_fingerprint() -> str:
    """Give the hash of all kernel sources, of the compilers' versions and of their settings: 16 hex digits.

    Numba's own cache looks at the file of the outermost function only, and would run stale machine code when a function
    inlined from another file has changed. A folder per fingerprint makes that impossible.
    """
    digest = hashlib.sha256(f"{version('numba')} {version('llvmlite')}".encode())
    digest.update(repr([os.environ.get(name, "") for name in SETTINGS]).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path | None:
    """Find a folder for compiled kernels that can be written, or None.

    ``NUMBA_CACHE_DIR``, where set, is taken in place of the user's cache folder.
    """
    import platformdirs

    root = Path(os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("hts")).absolute()
    name = f"kernels-{source_fingerprint()}"
    folder = root if root.name == name else root / name  # a process started by another one is given the folder itself
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    return folder


@cache
def machine() -> Machine:
    """Give the machine that kernels are compiled for: this one, or what ``NUMBA_CPU_NAME`` and its like ask for.

    LLVM may use the 512-bit registers of a CPU that has them, unless the user has set the CPU by hand. Its tuning says
    `prefer-256-bit` of some, which is right for code with a few vector instructions and wrong for a loop that holds
    nothing else (benchmarks/README.md, "Vector width").
    """
    import llvmlite.binding as llvm

    name, features = os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES")
    if features is None:  # as Numba reads the two, but for the tuning
        features = "" if name and name.lower() == "generic" else llvm.get_host_cpu_features().flatten()
        features += "" if name else ",-prefer-256-bit"
    return Machine(llvm.get_process_triple(), name or llvm.get_host_cpu_name(), features)


def prepare_numba() -> bool:
    """Tell Numba of machine and cache folder; it reads its environment once, when it is first imported.

    Returns
    -------
    bool
        Whether Numba may keep what it compiles. Where it may and its disk is full it raises an error.
    """
    if "NUMBA_CPU_NAME" not in os.environ:
        os.environ["NUMBA_CPU_FEATURES"] = machine().features
    folder = cache_folder()
    if folder is None or not has_room(folder):
        return False
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return True


def has_room(folder: Path) -> bool:
    """Tell whether a folder takes all compiled kernels, as far as this system lets us ask."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, ROOM)
    except OSError:
        return False
    return True
