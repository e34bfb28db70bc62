"""Blocks of a page, run in order in one folder as a reader would, on small copies of the project's plans.

`<!-- not run: WHY -->` on the line before a block of bash or Python leaves it out.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

from pages import ROOT

from hts.plans.regression import read_regression_plan
from hts.plans.studies import read_study
from hts.plans.training import read_training_plan

BLOCK = re.compile(r"(?:^<!-- not run: ([^\n]+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = ("bash", "python")
#: Overrides that make plans small, beside those of `make figures QUICK=1`.
SMALL = {
    "finite_eta_check": ["grid.eta=[0.1]", "grid.alpha=[1.5]", "exit.walkers=2000"],
    "quick": ["exit.walkers=50", "grid[0].eta=[0.1, 0.05, 0.02]", "grid[1].eta=[0.1]"],
    "finite_eta": ["grid.eta=[1e-3, 1e-2, 1e-1]", "grid.alpha=[1.5]"],
    "published_regression": ["regression.dimension=10", "regression.batch=[1, 5]", "regression.runs=200"],
}
#: Plans whose cells the pages ask for by name, and which are quick as they are.
WHOLE = ("conditional_heavy", "conditional_clipped")


class Step(NamedTuple):
    """A block of bash or Python, and why it is not run, where it is not."""

    language: str
    text: str
    reason: str


def steps(page: Path) -> list[Step]:
    """List the blocks of a page that a reader runs."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [Step(language, text, reason) for reason, language, text in found if language in RUN]


def overrides() -> dict[str, list[str]]:
    """Read which keys `make figures QUICK=1` sets in which plan."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    quick = {
        name: re.findall(r"--set (\S+)", call) for name, call in re.findall(r"^QUICK_(\w+) := (.*)$", makefile, re.M)
    }
    return {name: keys for name, keys in (quick | SMALL).items() if name not in WHOLE}


def write_small_plans(folder: Path) -> None:
    """Copy configs/ into a folder, each plan as small as its overrides make it."""
    shutil.copytree(ROOT / "configs", folder / "configs")
    readers = {"regression": read_regression_plan, "training": read_training_plan}
    for name, keys in overrides().items():
        path = folder / "configs" / f"{name}.toml"
        if path.exists():
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
            read = next((readers[table] for table in readers if table in tables), read_study)
            path.write_text(read(path, keys).to_toml(), encoding="utf-8")


def run_page(page: Path) -> list[Step]:
    """Run the blocks of a page in the current folder and return those that were run; AssertionError names a failure."""
    world: dict[str, object] = {"__name__": page.stem}
    ran = []
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for step in steps(page):
        if step.reason:
            continue
        ran.append(step)
        if step.language == "python":
            exec(compile(step.text, str(page), "exec"), world)
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", step.text], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{page.name}:\n{step.text}\n{done.stdout[-2000:]}{done.stderr}"
    return ran
