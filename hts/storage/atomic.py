"""Files that appear whole or not at all, whatever kills the process or fills the disk."""

import errno
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

from hts.errors import StoppedError

# a temporary file lives for milliseconds; one this old was left by a process that was killed
ABANDONED_SECONDS = 3600.0

REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some of your quota",
    errno.EFBIG: "raise the file size limit (ulimit -f)",
    errno.EROFS: "make the folder writable, or choose another one with -o",
    errno.EACCES: "make the folder writable, or choose another one with -o",
    errno.EPERM: "make the folder writable, or choose another one with -o",
    errno.EMFILE: "raise the number of open files (ulimit -n)",
    errno.ENAMETOOLONG: "choose a shorter folder with -o",
}


def stopped_by(error: OSError, path: Path) -> StoppedError:
    """Turn a failed write into a message with its remedy; what was finished before stays."""
    remedy = REMEDIES.get(error.errno or 0, "put that right")
    reason = error.strerror or str(error)
    return StoppedError(f"{path}: cannot be written ({reason}). Remedy: {remedy} and run it again; it continues.")


def write_whole(path: Path, data: bytes, scratch: Path) -> None:
    """Write a file so that its name never stands for less than all of it, not even after a power cut.

    Parameters
    ----------
    path : pathlib.Path
        The file; its folder is made where it is missing, an older file of that name is replaced.
    data : bytes
        All of it.
    scratch : pathlib.Path
        A folder on the same file system, where the file grows under another name.

    Raises
    ------
    StoppedError
        Where the system refuses (full disk, read-only folder, limits), with the remedy; nothing half-written is left.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir(parents=True, exist_ok=True)
        temporary = scratch / f"{os.getpid()}-{secrets.token_hex(8)}.part"
        try:
            _write_through(temporary, data)
            os.replace(temporary, path)
        finally:
            with suppress(OSError):  # gone where all went well
                os.unlink(temporary)
        _sync_folder(path.parent)
    except OSError as error:
        raise stopped_by(error, path) from error


def _write_through(path: Path, data: bytes) -> None:
    """Write a new file down to the disk itself."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(data)
        while rest:  # a nearly full disk takes a part and refuses the next
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows opens no folders and needs no such thing."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_into(folder: Path, path: Path) -> None:
    """Move a file into another folder of the same file system; another process may have done so before."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            os.replace(path, folder / path.name)
    except OSError as error:
        raise stopped_by(error, path) from error


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise stopped_by(error, path) from error


def clear_abandoned(scratch: Path) -> None:
    """Remove what killed processes left in a scratch folder; files of running ones are younger."""
    oldest = time.time() - ABANDONED_SECONDS
    with suppress(OSError):  # housekeeping: whatever stands in its way stands in no result's way
        for path in scratch.glob("*.part"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
