"""Speed of a GPU, after its bits have been held against the CPU's; `make bench-gpu`, under five minutes.

Needs CuPy and a GPU; PyTorch and JAX are peers where they are installed. `--host` runs all of it on this machine's
own threads at tiny sizes, to test the script. It runs with any Python that has hts's dependencies.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import gpu_peers, problems
from hts.ensembles import simulate_exits, simulate_visits
from hts.ensembles.devices import Machine, open_devices
from hts.kernels.cuda.card import Card
from hts.noise import Noise

HERE = Path(__file__).parent
FIRST, LAST = "<!-- gpu -->\n", "<!-- end of gpu -->\n"
#: What a row is to reach: steps a second, and of which other row what part.
AIMS: dict[str, tuple[float, str | None]] = {
    "basin, pareto": (1.5e11, None),
    "published formula": (1.3e11, None),
    "basin, lomax": (0.9, "basin, pareto"),
    "basin, student": (0.5, "basin, pareto"),
    "basin, normal": (0.5, "basin, pareto"),
    "basin, stable": (0.4, "basin, pareto"),
    "exits of 20 to 60 steps": (0.4, "basin, pareto"),
    "visits, four wells": (0.5, "basin, pareto"),
}
LAWS = problems.LAWS | {
    "skewed": Noise("pareto", 1.5, p_plus=0.7),
    "with a normal part": Noise("pareto", 1.5, normal_scale=0.5),
    "stretched exponential": Noise("stretched-exponential", None, shape=0.5),
}


def cells() -> dict[str, Any]:
    """Give the problems of exits: the basin under every law, then the landscapes."""
    short = replace(problems.basin(eta=0.1), noise=Noise("pareto", 1.5, scale=1.3))
    laws = {f"basin, {name}": problems.basin(noise) for name, noise in LAWS.items()}
    shapes = {
        "double well": problems.double_well(),
        "four wells": problems.four_wells(),
        "published formula": problems.published(),
        "published formula, whole": problems.published_whole(),
        "exits of 20 to 60 steps": short,
    }
    return {"basin, pareto": problems.basin()} | laws | shapes


def visits(n_steps: int) -> dict[str, Any]:
    """Give the problems of visits."""
    return {
        "visits, double well": problems.visits(problems.DOUBLE_WELL, problems.double_well(), n_steps),
        "visits, four wells": problems.visits(problems.FOUR_WELLS, problems.four_wells(), n_steps),
        "visits, published formula": problems.visits(problems.PUBLISHED, problems.published_whole(), n_steps),
    }


def same(sample: Any, other: Any) -> bool:
    """Tell whether two samples are equal to the bit."""
    pairs = ((getattr(sample, name), getattr(other, name)) for name in sample.__dataclass_fields__)
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in pairs)


def check(device: Machine, n: int) -> list[str]:
    """Name the problems in which the device's samples are not the CPU's."""
    wrong = []
    for name, problem in cells().items():
        if not same(device.exits(problem, 3, n, 2_000), simulate_exits(problem, 3, n, 2_000)):
            wrong.append(name)
    for name, problem in visits(3_000).items():
        if not same(device.visits(problem, 3, n), simulate_visits(problem, 3, n)):
            wrong.append(name)
    return wrong


class Stopwatch:
    """The seconds that a device's kernels take, without what is copied to and fro."""

    def __init__(self, device: Machine) -> None:
        self.seconds, self.launch = 0.0, device.runner.launch
        device.runner.launch = self  # type: ignore[method-assign]

    def __call__(self, *arguments: Any) -> None:
        """Run a kernel and time it."""
        started = time.perf_counter()
        self.launch(*arguments)
        self.seconds += time.perf_counter() - started


def speed(name: str, watch: Stopwatch, run: Callable[[int], int], n: int) -> float:
    """Give steps a second of kernels, the median of three runs of n walkers behind a small one that compiles."""
    run(64)
    found = []
    for _ in range(3):
        watch.seconds, started = 0.0, time.perf_counter()
        steps = run(n)
        found.append(steps / watch.seconds)
        whole = steps / (time.perf_counter() - started)
    print(f"{name:32} {np.median(found):10.3g} steps/s; with copies to and fro {whole:10.3g}", flush=True)
    return float(np.median(found))


def rows(device: Machine, share: float) -> dict[str, float]:
    """Measure all rows; `share` of what takes a large card half a second, or gives it 6e7 walkers."""
    found, watch = {}, Stopwatch(device)
    for name, problem in cells().items():
        mean = device.exits(problem, 0, 500, 20_000).exit_steps.mean()

        def leave(n: int, problem: Any = problem) -> int:
            return int(device.exits(problem, 0, n, 20_000).exit_steps.sum())

        found[name] = speed(name, watch, leave, max(100, int(share * min(6e7, 6e10 / mean))))
    n_steps = max(1_000, int(share * 400_000))
    for name, problem in visits(n_steps).items():

        def wander(n: int, problem: Any = problem) -> int:
            return len(device.visits(problem, 0, n).position) * n_steps

        found[name] = speed(name, watch, wander, max(64, int(share * 135_168)))
    return found


def table(report: dict[str, Any]) -> str:
    """Write the rows beside what they are to reach."""
    found = report["rows"] | report["peers"]
    lines = [f"{report['card']}, {report['date']}; steps a second, medians of three runs.", ""]
    lines += ["| row | 1e9 steps/s | of | aim |", "| --- | ---: | ---: | ---: |"]
    for name, value in found.items():
        aim, base = AIMS.get(name, (None, None))
        part = f"{value / found[base]:.2f}" if base else ""
        wanted = "" if aim is None else (f"{aim:g}" if base else f"{aim / 1e9:g}")
        lines.append(f"| {name} | {value / 1e9:.4g} | {part} | {wanted} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Check, measure, write benchmarks/gpu.json and the table of benchmarks/README.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--host", action="store_true", help="this machine in place of a GPU, tiny, nothing written")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:N")
    asked = parser.parse_args()
    (device,) = open_devices("host" if asked.host else asked.device)
    assert isinstance(device, Machine)
    card = device.runner.title if isinstance(device.runner, Card) else f"{platform.machine()}, one thread"
    wrong = check(device, 60 if asked.host else 2_000)
    print(f"{card}: bits of the CPU in {len(cells()) + len(visits(1_000)) - len(wrong)} problems", flush=True)
    if wrong:
        print(f"other bits than the CPU's in: {', '.join(wrong)}", file=sys.stderr)
        return 1
    report = {"card": card, "date": time.strftime("%Y-%m-%d"), "rows": rows(device, 1e-6 if asked.host else 1.0)}
    report["peers"] = {} if asked.host else gpu_peers.speeds()
    text = table(report)
    print(text)
    if not asked.host:
        (HERE / "gpu.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
        page = HERE / "README.md"
        before, rest = page.read_text("utf-8").split(FIRST)
        page.write_text(before + FIRST + text + LAST + rest.split(LAST)[1], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
