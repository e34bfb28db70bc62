"""Instruction counts of the kernels' loops: `python -m benchmarks.assembly [--print NAME]`.

Numba keeps no assembly of what it reads from its cache, so everything is compiled afresh in a scratch cache.
"""

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

#: What a loop's instructions are counted as, by their names' beginnings; the first that fits.
CLASSES = {
    "fma": ("vfm", "vfnm"),
    "compare, blend": ("vcmp", "vblend", "vpblend", "vmin", "vmax", "vpcmp", "kand", "kmov"),
    "integer": ("vp", "vprol"),
    "float": ("vadd", "vsub", "vmul", "vdiv", "vsqrt", "vround", "vrndscale"),
    "move": ("vmov", "vbroadcast", "mov", "vextract", "vinsert", "vgather"),
}
#: Columns of the table where it does not go to a terminal.
WIDTH_IN_FILES = 140


@dataclass(frozen=True)
class Loop:
    """An innermost loop: from a label to the jump back to it."""

    label: str
    lines: tuple[str, ...]

    def count(self, pattern: str) -> int:
        """Count lines that match."""
        return sum(bool(re.search(pattern, line)) for line in self.lines)

    @property
    def width(self) -> int:
        """Bits of the widest vector register it uses; 0: scalar code."""
        return next((bits for name, bits in (("zmm", 512), ("ymm", 256), ("pd.*xmm", 128)) if self.count(name)), 0)

    def classes(self) -> Counter[str]:
        """Count instructions by class."""
        found: Counter[str] = Counter()
        for line in self.lines:
            name = line.split()[0]
            found[next((kind for kind, starts in CLASSES.items() if name.startswith(starts)), "other")] += 1
        return found


def loops_of(assembly: str) -> list[Loop]:
    """Find the innermost loops: a conditional jump back to a label with no other jump back in between."""
    lines = [line.strip() for line in assembly.splitlines()]
    where = {line[:-1]: k for k, line in enumerate(lines) if line.startswith(".L") and line.endswith(":")}
    found: list[Loop] = []
    last_end = -1
    for k, line in enumerate(lines):
        jump = re.match(r"j[a-z]+\s+(\.L\w+)", line)
        if jump and where.get(jump[1], k) < k and where[jump[1]] > last_end:
            body = lines[where[jump[1]] : k + 1]
            found.append(Loop(jump[1], tuple(x for x in body if x and not x.startswith((".", "#")))))
            last_end = k
    return found


def compiled_kernels() -> dict[str, str]:
    """Compile by use, and give the assembly of the kernels in which the time goes, by name."""
    from benchmarks import problems
    from hts.ensembles import simulate_exits, simulate_visits
    from hts.kernels import draws, dynamics, exits, streams, visits

    for problem in (problems.basin(), problems.four_wells(), problems.published()):
        simulate_exits(problem, 0, 64, 100)
    simulate_visits(problems.visits(problems.DOUBLE_WELL, problems.double_well(), 100), 0, 64)
    kernels = [streams.fill, draws.pareto, draws.lomax, draws.stable, draws.student, draws.normal]
    kernels += [draws.stretched_exponential, draws.empirical]
    kernels += [dynamics.move_with_hinges, dynamics.roam_with_hinges, exits.advance, visits.advance]
    return {
        f"{kernel.__module__.rpartition('.')[2]}.{kernel.__name__}": next(iter(kernel.inspect_asm().values()))
        for kernel in kernels
    }


def main() -> None:
    """Print one line for each vector loop."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assembly", description="Count the kernels' loops.")
    parser.add_argument("--print", metavar="NAME", help="print that kernel's longest vector loop as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        kernels = compiled_kernels()

    table = Table("kernel", "loop", "bits", "instructions", "zmm", "ymm", *CLASSES, "other", "spills")
    for name, assembly in kernels.items():
        loops = [loop for loop in loops_of(assembly) if loop.width >= 256 and len(loop.lines) > 8]
        for loop in loops:
            classes = loop.classes()
            counts = [len(loop.lines), loop.count("zmm"), loop.count("ymm"), *(classes[kind] for kind in CLASSES)]
            table.add_row(
                name, loop.label, str(loop.width), *map(str, counts), str(classes["other"]), str(loop.count("rsp"))
            )
        if name == arguments.print and loops:
            print("\n".join(max(loops, key=lambda loop: len(loop.lines)).lines))
    Console(width=None if sys.stdout.isatty() else WIDTH_IN_FILES).print(table)


if __name__ == "__main__":
    main()
