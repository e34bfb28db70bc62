"""A simulator without kernels for tests of sweeps: made-up exits, each walker's its own."""

import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hts.plans import Plan, parse_plan
from hts.sweeps import load_cells, run_sweep

STREAMS = "fake/1"
PLAN = """
title = "made-up exits"
seed = 5
[landscape]
kind = "basin"
minimum = 0.0
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.05, 0.02]
b = [0.7, inf]
alpha = [1.5]
[exit]
domain = [-1.0, 1.0]
start = 0.0
walkers = 600
max_steps = 1000
"""


def plan(*overrides: str, seed: int | None = None) -> Plan:
    """Four cells of 600 walkers, three shards each, unless told otherwise."""
    return parse_plan(PLAN, Path("plan.toml"), overrides, seed)


@dataclass
class FakeSample:
    """Looks like hts.ensembles.ExitSample."""

    walker: npt.NDArray[np.uint32]
    exit_steps: npt.NDArray[np.int64]
    is_censored: npt.NDArray[np.bool_]
    side: npt.NDArray[np.int8]
    landing: npt.NDArray[np.float64]
    steps_beyond_domain: int


def fake_exits(cell, first_walker, n_walkers, max_steps, on_steps, should_stop):
    """Exponential exit times of mean 1/eta, censored at max_steps; a walker's depend on its cell and number only."""
    walker = np.arange(first_walker, first_walker + n_walkers, dtype=np.uint32)
    bits = walker.astype(np.uint64) + np.uint64(zlib.crc32(repr(cell).encode()) << 32)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):  # SplitMix64's finaliser
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    uniform = ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
    steps = np.ceil(-np.log(uniform) / cell.eta).astype(np.int64)
    is_censored = steps > max_steps
    side = np.where(is_censored, 0, np.where(bits & np.uint64(1), 1, -1)).astype(np.int8)
    exit_steps = np.minimum(steps, max_steps)
    on_steps(int(exit_steps.sum()))
    return FakeSample(walker, exit_steps, is_censored, side, side * (1.0 + uniform), n_walkers)


def taking(seconds):
    """Make a simulator that takes so long over a shard, and stops when told so."""

    def exits(cell, first_walker, n_walkers, max_steps, on_steps, should_stop):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.005)
            if should_stop():
                raise RuntimeError("told to stop")
        return fake_exits(cell, first_walker, n_walkers, max_steps, on_steps, should_stop)

    return exits


slow_exits = taking(0.03)


class Recorder:
    """Remembers which walkers of which cell were asked for."""

    def __init__(self, simulate=fake_exits):
        self.simulate = simulate
        self.calls = []

    def __call__(self, cell, first, n, *rest):
        self.calls.append((cell, first, n))
        return self.simulate(cell, first, n, *rest)


def sweep(plan, folder, simulate=fake_exits, stream_version=STREAMS, threads=2, **kwargs):
    """Run a sweep of made-up exits."""
    return run_sweep(plan, folder, simulate=simulate, stream_version=stream_version, threads=threads, **kwargs)


def as_bytes(sample):
    """The columns of a sample, as bytes."""
    names = ("walker", "exit_steps", "is_censored", "side", "landing")
    return {name: getattr(sample, name).tobytes() for name in names}


def all_columns(folder):
    """Every walker of every cell, as bytes."""
    return {sample.cell: as_bytes(sample) for sample in load_cells(folder)}


def expected_columns(plan):
    """The walkers that the plan wants, each cell in one go."""
    all_walkers = (0, plan.exit.walkers, plan.exit.max_steps, lambda n: None, None)
    return {cell: as_bytes(fake_exits(cell, *all_walkers)) for cell in plan.cells()}


def shard_names(folder):
    """The names of finished shards, which hold the checksums of their bytes; none before the folder is made."""
    return sorted(path.name for path in (Path(folder) / "shards").glob("*"))


def half_written(folder):
    """Files that should not be where finished work lies, or were left over."""
    inside = [path for path in (Path(folder) / "shards").glob("*") if path.suffix != ".parquet"]
    return inside + list((Path(folder) / "tmp").glob("*"))
