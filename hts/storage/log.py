"""Lines of JSON added to a file one by one, for people and for forecasts; no number depends on them."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hts.storage.reading import read_bytes


def append_line(path: Path, document: Mapping[str, Any]) -> None:
    """Add a line to a file in one write, so that two processes do not mix theirs; one that is refused is left out."""
    with suppress(OSError), path.open("ab", buffering=0) as file:
        file.write(json.dumps(document).encode() + b"\n")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read the lines that are whole; none where there is no readable file."""
    try:
        data = read_bytes(path)
    except OSError:
        return []
    documents = []
    for line in data.splitlines():
        with suppress(ValueError):
            document = json.loads(line)
            if isinstance(document, dict):
                documents.append(document)
    return documents
