"""Arrays of unfinished work kept between runs, and returned only if unchanged."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hts.storage.atomic import write_whole
from hts.storage.reading import read_bytes

Arrays = Mapping[str, npt.NDArray[Any]]

DIGEST_BYTES = 32
KEY = "key"


def write_checkpoint(path: Path, scratch: Path, key: Mapping[str, Any], arrays: Arrays) -> None:
    """Write arrays whole, behind the SHA-256 of what follows; an older checkpoint of that name is replaced.

    Parameters
    ----------
    path, scratch : pathlib.Path
        Where it shall lie, and where it grows; one file system.
    key : mapping
        What the arrays belong to, ready for JSON.
    arrays : mapping of str to array
        No array may be called "key".

    Raises
    ------
    StoppedError
        Where the system refuses.
    """
    body = io.BytesIO()
    np.savez(body, allow_pickle=False, **{KEY: np.array(json.dumps(key, sort_keys=True))}, **arrays)
    data = body.getvalue()
    write_whole(path, hashlib.sha256(data).digest() + data, scratch)


def is_harmed(path: Path) -> bool:
    """Say whether a checkpoint is there that is not what was written."""
    try:
        data = read_bytes(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return hashlib.sha256(data[DIGEST_BYTES:]).digest() != data[:DIGEST_BYTES]


def read_checkpoint(path: Path, key: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]] | None:
    """Read what `write_checkpoint` wrote; None where there is none, or one that was harmed or is of something else."""
    try:
        data = read_bytes(path)
    except OSError:
        return None
    digest, body = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except (ValueError, OSError, zipfile.BadZipFile):  # another program's bytes, with a checksum by accident or design
        return None
    said = arrays.pop(KEY, None)
    return arrays if said is not None and str(said) == json.dumps(key, sort_keys=True) else None
