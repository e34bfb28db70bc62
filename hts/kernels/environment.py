"""The CPU that kernels are compiled for, and the folder that keeps compiled code."""

import hashlib
import os
import shutil
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from hts.kernels.privacy import distrust, flaw_of, make_private

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
#: Kernels of other sources or settings are removed when they have not been used for this long.
UNUSED_SECONDS: Final = 14 * 86_400.0
#: A folder in use says so at most this often.
TOUCH_SECONDS: Final = 86_400.0


class Machine(NamedTuple):
    """What code is made for."""

    triple: str
    cpu: str
    features: str


@cache
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


def user_folder() -> Path | None:
    """Give the user's cache folder for hts, or None: a user without name and home has none."""
    if os.environ.get("HOME") == "" and not os.environ.get("XDG_CACHE_HOME"):
        return None
    import platformdirs

    try:
        folder = Path(platformdirs.user_cache_dir("hts"))
    except (RuntimeError, KeyError, OSError):
        return None
    return folder if folder.is_absolute() else None


@cache
def cache_folder() -> Path | None:
    """Find a folder for compiled kernels that this user, and no other, can write; or None.

    ``NUMBA_CACHE_DIR``, where set, is taken in place of the user's cache folder.
    """
    asked = os.environ.get("NUMBA_CACHE_DIR")
    root = Path(asked).absolute() if asked else user_folder()
    if root is None:
        return None
    name = f"kernels-{source_fingerprint()}"
    folder = root if root.name == name else root / name  # a process started by another one is given the folder itself
    try:
        folder = folder.resolve()
        is_new = make_private(folder)
        if (flaw := flaw_of(folder)) is not None:
            distrust(flaw)
            return None
        with tempfile.TemporaryFile(dir=folder):
            pass
        keep_young(folder, is_new)
    except (OSError, RuntimeError):  # a loop of links is a RuntimeError in Python 3.11
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


def keep_young(folder: Path, is_new: bool) -> None:
    """Note that kernels are in use, and where new ones are begun remove those that have not been for long.

    A process that still runs with removed kernels has them in memory; what else it needs it compiles.
    """
    now = time.time()
    with suppress(OSError):  # housekeeping
        if now > folder.stat().st_mtime + TOUCH_SECONDS:
            os.utime(folder)
        for other in folder.parent.glob("kernels-*") if is_new else ():
            is_ours = other != folder and not other.is_symlink() and flaw_of(other) is None
            if is_ours and now > other.stat().st_mtime + UNUSED_SECONDS:
                shutil.rmtree(other, ignore_errors=True)
