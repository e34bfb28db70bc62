"""The benchmark report: a printed table, Markdown for people, JSON for programs."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.rows import Row

FOLDER = Path(__file__).parent
LATEST = FOLDER / "latest.json"
README = FOLDER / "README.md"
BEGIN, END = "<!-- begin: written by `make bench` -->", "<!-- end: written by `make bench` -->"
HEADINGS = ("what", "measured", "target", "met", "rates and remarks")


def cpu_name() -> str:
    """Give the processor's name, as Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def circumstances(command: str, repetitions: int, seconds: float) -> dict[str, Any]:
    """Gather what a number depends on: command, date, processor, load, versions."""
    versions = {"python": platform.python_version()}
    for name in ("hts", "numba", "llvmlite", "numpy", "jax", "torch"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "command": command,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "repetitions": repetitions,
        "seconds": round(seconds, 1),
        "versions": versions,
    }


def print_table(rows: Sequence[Row], told: dict[str, Any]) -> None:
    """Print the rows."""
    table = Table(*HEADINGS, title=sentence(told))
    for row in rows:
        table.add_row(*row.cells(), style=None if row.is_met is not False else "bold")
    Console().print(table)


def write_latest(rows: Sequence[Row], told: dict[str, Any], path: Path = LATEST) -> None:
    """Write the rows for programs."""
    path.write_text(json.dumps(told | {"rows": [row.as_record() for row in rows]}, indent=2) + "\n")


def write_readme(rows: Sequence[Row], told: dict[str, Any], path: Path = README) -> None:
    """Put the table between the two markers of the README."""
    text = path.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [f"| {' | '.join(HEADINGS)} |", "|---" * len(HEADINGS) + "|"]
    lines += [f"| {' | '.join(row.cells())} |" for row in rows]
    path.write_text(f"{before}{BEGIN}\n{sentence(told)}\n\n" + "\n".join(lines) + f"\n{END}{after}")


def sentence(told: dict[str, Any]) -> str:
    """Say under what circumstances the numbers arose."""
    versions = ", ".join(f"{name} {number}" for name, number in told["versions"].items())
    return (
        f"`{told['command']}`, {told['date']}, {told['cpu']}, {told['cores']} cores, load {told['load_average']}, "
        f"medians of {told['repetitions']}, {told['seconds']} s in all; {versions}."
    )
