"""Console blocks of a page: run in order in one folder, with the outputs that they show.

`python tests/site/consoles.py` runs those of the tutorial and writes their outputs into the page.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
PLAN = re.compile(r"^```toml\n# (\S+\.toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
WIDTH = 100
#: Parts of outputs that tell the time or the machine.
PASSING = re.compile(r"^time: .*$|in [\dm.]+s \(\d+ Msteps/s\)", re.MULTILINE)


def write_plans(text: str, folder: Path) -> None:
    """Write the plans of a page, each under the name in its first line."""
    for name, body in PLAN.findall(text):
        (folder / name).write_text(body, encoding="utf-8")


def commands_of(block: str) -> list[str]:
    """List the commands of a console block."""
    return [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]


def run(command: str, folder: Path) -> str:
    """Run one command as a reader would, with the environment's hts, and return what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "COLUMNS": str(WIDTH)}
    done = subprocess.run(command.split(), cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def with_outputs(text: str, folder: Path) -> str:
    """Run all console blocks of a page and return the page with what they print."""
    write_plans(text, folder)

    def ran(block: re.Match[str]) -> str:
        parts = [f"$ {command}\n{run(command, folder)}".rstrip() for command in commands_of(block[1])]
        return "\n\n".join(parts) + "\n"

    return CONSOLE.sub(ran, text)


def lasting(text: str) -> str:
    """Blank out what differs between two runs of the same commands."""
    return PASSING.sub("", text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        TUTORIAL.write_text(with_outputs(TUTORIAL.read_text(encoding="utf-8"), Path(scratch)), encoding="utf-8")
        for name in ("wide/figures/exits", "time/figures/shares"):
            kept = ROOT / "docs" / "figures" / f"tutorial_{Path(name).name}.png"
            kept.write_bytes((Path(scratch) / "results" / f"{name}.png").read_bytes())
