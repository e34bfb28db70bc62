"""Copies of a user's own files in a results folder, which no later change of the originals reaches."""

import hashlib
from pathlib import Path

from hts.errors import IntegrityError, StoppedError
from hts.storage.atomic import move_into, stopped_by, write_whole
from hts.storage.folders import ResultsFolder
from hts.storage.reading import read_bytes


def keep_copy(folder: ResultsFolder, source: Path, name: str) -> None:
    """Copy a file into a results folder, unless it is there; a damaged copy is set aside.

    Parameters
    ----------
    folder : ResultsFolder
    source : pathlib.Path
        The original.
    name : str
        Of the copy: sixteen digits of its SHA-256, a hyphen, and any name.

    Raises
    ------
    StoppedError
        Where the system refuses.
    IntegrityError
        Where the original is not what the name says: it was changed after the plan was read.
    """
    copy = folder.inputs / name
    if copy.exists():
        if harm_of(copy) is None:
            return
        if copy.resolve() != source.resolve():
            move_into(folder.damaged, copy)
    try:
        data = read_bytes(source)
    except OSError as error:
        raise StoppedError(f"{source}: cannot be read ({error.strerror}); put that right and run it again") from error
    if not name.startswith(f"{hashlib.sha256(data).hexdigest()[:16]}-"):
        raise IntegrityError(f"{source}: was changed while hts was running; run it again")
    write_whole(copy, data, folder.scratch)


def harmed_copies(folder: ResultsFolder) -> dict[str, str]:
    """Name the copies that are not what was written, as `inputs/<name>`, with what is wrong.

    Raises
    ------
    StoppedError
        Where the folder cannot be looked into.
    """
    if not folder.inputs.is_dir():
        return {}
    try:
        found = {path: harm_of(path) for path in sorted(folder.inputs.iterdir()) if not path.name.startswith(".")}
    except OSError as error:
        raise stopped_by(error, folder.inputs) from error
    return {f"{path.parent.name}/{path.name}": harm for path, harm in found.items() if harm is not None}


def harm_of(copy: Path) -> str | None:
    """Say what is wrong with a copy; None where nothing is."""
    try:
        digest = hashlib.sha256(read_bytes(copy)).hexdigest()
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if copy.name.startswith(f"{digest[:16]}-") else "its bytes do not match the digest in its name"
