"""Reading of stored files: regular ones only, of a size that can be, so that no pipe or device hangs a command."""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# a shard holds a 64th of a cell at most, and predictions of 1e4 cells take some 100 MB
MOST_BYTES = 2**30
DIGEST = "sha256"


def read_bytes(path: Path) -> bytes:
    """Read a regular file, or a link to one.

    Raises
    ------
    OSError
        Where there is none that can be read, or one that is no regular file or too large.
    """
    # opened without waiting, since a pipe without a writer blocks its reader for ever
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    descriptor = os.open(path, flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if status.st_size > MOST_BYTES:
            raise OSError(errno.EFBIG, f"{status.st_size:.3g} bytes are more than any file of hts has", str(path))
        parts = []
        while part := os.read(descriptor, status.st_size + 1):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def digest_of_document(document: Mapping[str, Any]) -> str:
    """Sum a JSON document up, its own digest left out."""
    plain = {key: value for key, value in document.items() if key != DIGEST}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def text_of_document(document: Mapping[str, Any]) -> str:
    """Write a JSON document with its digest, for people as well."""
    sealed = {"schema": 1, **document}
    sealed[DIGEST] = digest_of_document(sealed)
    return json.dumps(sealed, indent=2, sort_keys=True, allow_nan=False) + "\n"


def read_document(path: Path) -> dict[str, Any]:
    """Read what `text_of_document` wrote.

    Returns
    -------
    dict
        All but the digest.

    Raises
    ------
    OSError
        Where it cannot be read.
    ValueError
        Where it is not what was written, to the byte; the message says so.
    """
    data = read_bytes(path)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("is no JSON") from None
    if not isinstance(document, dict) or DIGEST not in document:
        raise ValueError("holds no digest of its content: an older hts wrote it, or it was changed")
    plain = {key: value for key, value in document.items() if key != DIGEST}
    try:
        is_as_written = text_of_document(plain).encode() == data
    except (ValueError, RecursionError):  # a NaN, which is never written
        is_as_written = False
    if not is_as_written:
        raise ValueError("its content does not match its digest")
    return plain
