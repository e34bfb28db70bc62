"""A figure on disk: PDF, PNG and the CSV of what is drawn, with the same bytes every time."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from matplotlib.figure import Figure

from hts.errors import StoppedError

Value = float | int | str | bool | None
Row = Mapping[str, Value]


def save_figure(figure: Figure, folder: str | Path, name: str, rows: Sequence[Row]) -> tuple[Path, Path, Path]:
    """Write `name`.pdf, `name`.png (300 dpi) and `name`.csv; call it inside the style the figure was drawn in.

    Parameters
    ----------
    figure
        What to write; its size is kept as it is, no trimming, so that a column width stays a column width.
    folder
        Made if it is not there.
    rows
        What the figure shows, in drawing order; the header is the union of their keys in order of first appearance.

    Returns
    -------
    tuple of Path
        The three files. Dates, versions and host names are left out of them, so equal figures are equal files.

    Raises
    ------
    StoppedError
        If the folder or a file cannot be written.
    """
    target = Path(folder)
    pdf, png = io.BytesIO(), io.BytesIO()
    figure.savefig(
        pdf, format="pdf", metadata={"Title": name, "Creator": "hts", "Producer": None, "CreationDate": None}
    )
    figure.savefig(png, format="png", dpi=300, metadata={"Title": name, "Software": None})
    contents = {".pdf": pdf.getvalue(), ".png": png.getvalue(), ".csv": csv_text(rows).encode()}
    paths = tuple(target / f"{name}{suffix}" for suffix in contents)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path, content in zip(paths, contents.values(), strict=True):
            _replace(path, content)
    except OSError as error:
        reason = f"{error.strerror or error}"
        raise StoppedError(
            f"cannot write the figure {target / name}: {reason}; choose another folder with -o"
        ) from error
    return paths[0], paths[1], paths[2]


def csv_text(rows: Sequence[Row]) -> str:
    """Write rows as CSV: full precision, "inf" for an infinite b, nothing where a value does not exist."""
    header = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(row.get(key)) for key in header] for row in rows)
    return text.getvalue()


def _cell(value: Value) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(float(value))  # a NumPy float64 is a float whose own repr is not a number to other programs
    return str(value)


def _replace(path: Path, content: bytes) -> None:
    """Put the whole file in place at once: a reader never meets half a figure."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        with suppress(OSError):  # gone where all went well
            part.unlink()
