"""Ownership checks of cached kernels: they are code, and are loaded only from where no other user can write."""

import os
import stat
import warnings
from pathlib import Path
from typing import Final

#: Others may write here.
LAX: Final = stat.S_IWGRP | stat.S_IWOTH
#: Object files are smaller, by far.
LARGEST: Final = 2**24

_warned: set[str] = set()


def distrust(flaw: str) -> None:
    """Warn, once per process, that part of the cache is not used, and why."""
    if not _warned:
        warnings.warn(f"compiled kernels are not taken from the cache: {flaw}; they are compiled anew", stacklevel=2)
    _warned.add(flaw)


def make_private(folder: Path) -> bool:
    """Make a folder and what is missing above it, for its owner alone; tell whether it is new."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        try:
            one.mkdir(mode=0o700)
        except FileExistsError:  # by another process, just now
            return False
    return bool(missing)


def flaw_of(folder: Path) -> str | None:
    """Say why a folder, free of links, may hold what others wrote, level by level up to the root; None if it cannot.

    A folder above may be written by all where only owners remove entries (as /tmp).
    """
    if not hasattr(os, "geteuid"):  # Windows keeps a user's folders apart by other means
        return None
    for level in (folder, *folder.parents):
        found = level.lstat()
        if not stat.S_ISDIR(found.st_mode):
            return f"{level} is no folder"
        if found.st_uid != os.geteuid() and (level == folder or found.st_uid != 0):
            return f"{level} belongs to another user"
        is_shared = level != folder and found.st_mode & stat.S_ISVTX
        if found.st_mode & LAX and not is_shared:
            return f"{level} can be written by others (chmod go-w; files in it may be theirs)"
    return None


def read_private(path: Path) -> bytes:
    """Read a file of ours, no link, that others cannot write.

    Raises
    ------
    PermissionError
        It is something else.
    OSError
        It is not there, or cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        is_ours = not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not found.st_mode & LAX)
        if not (is_ours and stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST):
            raise PermissionError(f"{path} may belong to another user")
        return file.read()
