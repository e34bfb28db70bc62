"""A simulator without kernels for tests of long runs: made-up times by walker."""

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hts.plans import Plan, parse_plan
from hts.sweeps import load_visits, run_sweep

STREAMS = "fake/1"
PLAN = """
title = "made-up visits"
seed = 5
[landscape]
kind = "multi-well"
minima = [-2.0, 0.0, 3.0]
barriers = [-1.2, 1.0]
curvature = 1.0
[noise]
kind = "pareto"
[grid]
eta = [0.02, 0.01]
b = [0.7, inf]
alpha = [1.5]
[visits]
start = 0.0
walkers = 200
steps = 100_000
bins = 8
"""
SHARES = (0.5, 0.2, 0.3)


def plan(*overrides: str, seed: int | None = None) -> Plan:
    """Four cells of 200 walkers, three shards each, unless told otherwise."""
    return parse_plan(PLAN, Path("plan.toml"), overrides, seed)


@dataclass
class FakeSample:
    """Looks like hts.ensembles.VisitSample."""

    walker: npt.NDArray[np.uint32]
    steps_in_well: npt.NDArray[np.int64]
    steps_near: npt.NDArray[np.int64]
    transitions: npt.NDArray[np.int64]
    histogram: npt.NDArray[np.int64]
    position: npt.NDArray[np.float64]
    steps_beyond_domain: int


def visits_of(study, shares=SHARES):
    """Make a simulator of runs whose shares of time scatter about `shares`, by walker, with the square root of time."""

    def simulate(cell, first_walker, n_walkers, n_steps, on_steps, should_stop):
        record, n = study.visit_record(), study.build_landscape().n_wells
        checkpoints = np.array(record.checkpoints(n_steps))
        samples = []
        for walker in range(first_walker, first_walker + n_walkers):
            random = np.random.default_rng([zlib.crc32(repr(cell).encode()), walker])
            counts = random.multinomial(np.diff(checkpoints, prepend=0), shares).cumsum(axis=0)
            histogram = random.multinomial(n_steps, np.full(record.n_bins + 2, 1 / (record.n_bins + 2)))
            moves = np.where(np.eye(n, dtype=bool), 0, random.poisson(n_steps / 1000, (n, n)))
            samples.append((counts, counts[-1] // 2, moves, histogram, random.uniform(record.low, record.high)))
        on_steps(n_walkers * n_steps)
        walkers = np.arange(first_walker, first_walker + n_walkers, dtype=np.uint32)
        return FakeSample(walkers, *(np.array(part) for part in zip(*samples, strict=True)), 0)

    return simulate


def sweep(study, folder, threads=2, shares=SHARES, **kwargs):
    """Run a sweep of made-up visits."""
    simulate = visits_of(study, shares)
    return run_sweep(study, folder, simulate=simulate, stream_version=STREAMS, threads=threads, **kwargs)


def all_columns(folder):
    """Every walker of every cell, as bytes."""
    names = ("walker", "steps_in_well", "steps_near", "transitions", "histogram", "position")
    return {sample.cell: {name: getattr(sample, name).tobytes() for name in names} for sample in load_visits(folder)}
