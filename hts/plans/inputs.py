"""The files of numbers that a plan names, read where they lie beside it."""

import hashlib
from pathlib import Path

from hts.errors import PlanError
from hts.plans.mistakes import Mistake
from hts.plans.models import SamplesPlan
from hts.plans.sources import Slice, SourceFile

#: Most bytes of a file that a plan may name: a results folder keeps a copy.
MOST_BYTES = 2**30


def with_slice(plan: SamplesPlan, folder: Path, mistakes: list[Mistake]) -> SamplesPlan | None:
    """Read the samples of a landscape.

    Parameters
    ----------
    plan : SamplesPlan
    folder : pathlib.Path
        Of the plan: what `file` is relative to.
    mistakes : list of Mistake
        Added to where the file cannot be used; then None is returned.
    """
    from hts.storage.slices import read_slice  # pyarrow, which few plans need, takes a while to import

    place = ("landscape", "file")
    try:
        source = source_of(folder / plan.file)
        columns = read_slice(source.path)
    except PlanError as error:
        mistakes.append(Mistake(place, f"{error} (a path relative to the plan)"))
        return None
    if (found := _changed(plan.sha256, source, "landscape")) is not None:
        mistakes.append(found)
        return None
    return plan.with_slice(Slice(source, *columns))


def source_of(path: Path) -> SourceFile:
    """Hash a file.

    Raises
    ------
    PlanError
        Where there is none, or none that a plan may name.
    """
    try:
        if not path.is_file():
            what = "is no regular file" if path.exists() else "there is no such file"
            raise PlanError(f"{path}: {what}; a results folder that has a copy goes on with its own plan.toml")
        if (size := path.stat().st_size) > MOST_BYTES:
            raise PlanError(f"{path}: has {size / 1e9:.3g} GB, more than 1; keep every tenth row, or one column of it")
        with path.open("rb") as file:
            return SourceFile(path, hashlib.file_digest(file, "sha256").hexdigest())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PlanError(f"{path}: cannot be read ({reason}); check its name and permissions") from error


def _changed(stated: str | None, source: SourceFile, table: str) -> Mistake | None:
    if stated is None or stated == source.sha256:
        return None
    text = f"{source.path} is another file than the plan states (its sha256 is {source.sha256}); put the old one back"
    return Mistake((table, "sha256"), f"{text}, or leave sha256 out for new results in another folder")
