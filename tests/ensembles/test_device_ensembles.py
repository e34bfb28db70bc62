"""Tests that walkers go from the CPU to a device and back, by checkpoints, without losing a bit."""

import dataclasses
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from hts import landscapes
from hts.ensembles import ExitProblem, Interrupted, driving, lanes, simulate_exits, simulate_visits, steps_in
from hts.ensembles.devices import Device
from hts.kernels import blocks
from hts.kernels.cuda import host
from hts.noise import Noise

sys.path.insert(0, str(Path(__file__).parents[1] / "kernels"))
import device_cells

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")

PARETO = Noise("pareto", 1.5)
BASIN = landscapes.basin(0.0, 1.0).gradient(-1.0, 1.0)
EXITS = ExitProblem(BASIN, PARETO, 0.02, 0.7, np.inf, -1.0, 1.0, 0.0, 7)
TABLE = device_cells.EXITS["left beyond its table"]
VISITS = dataclasses.replace(device_cells.VISITS["four wells"], checkpoints=np.array([5, 50, 333, 2_000]))
WALKERS = (5, 150)
MAX_STEPS = 1_000
#: What each study is asked of a simulator.
ASKED = {"exits": (EXITS, *WALKERS, MAX_STEPS), "table": (TABLE, *WALKERS, MAX_STEPS), "visits": (VISITS, *WALKERS)}


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    """Make calls short, and keep what each leaves behind."""
    monkeypatch.setattr(driving, "SECONDS_PER_CHECKPOINT", 0.0)
    monkeypatch.setattr(driving, "SECONDS_NOT_WORTH_KEEPING", 0.0)
    monkeypatch.setattr(driving, "SECONDS_PER_CALL", 2e-5)
    monkeypatch.setattr(driving, "FIRST_BUDGET", 10_000)


class Wide(host.Host):
    """A device that has a lane for every walker."""

    def width(self, n_walkers, are_together):
        return n_walkers


@pytest.fixture(scope="module")
def device():
    return Device("host", host.Host("g++"))


@pytest.fixture(scope="module")
def wide():
    return Device("host", Wide("g++"))


def on_cpu(study, **hooks):
    return (simulate_visits if study == "visits" else simulate_exits)(*ASKED[study], **hooks)


def on_device(device, study, **hooks):
    return (device.visits if study == "visits" else device.exits)(*ASKED[study], **hooks)


def kept_by(run, n):
    """Run until n checkpoints have been kept, and give the last one and the steps that were told of."""
    kept, steps = [], []

    def keep(state):
        kept.append({name: array.copy() for name, array in state.items()})

    with pytest.raises(Interrupted):
        run(on_checkpoint=keep, on_steps=steps.append, should_stop=lambda: len(kept) >= n)
    return kept[-1], sum(steps)


@pytest.mark.parametrize("study", ASKED)
@pytest.mark.parametrize("n", [1, 5])
def test_walkers_go_from_the_cpu_to_devices_and_back(device, wide, study, n):
    """The wide device hands on more walkers under way than the CPU has lanes, and those of long runs out of step."""
    whole = on_cpu(study)
    state, _ = kept_by(lambda **hooks: on_cpu(study, **hooks), n)
    for place, changes in ((wide, {}), (None, {}), (device, {}), (None, {"width": 8}), (wide, {})):
        before = steps_in(state)
        run = partial(on_device, place, study) if place else partial(on_cpu, study, **changes)
        run = partial(run, resume_from=state)
        assert device_cells.differences(run(), whole) == []
        state, _ = kept_by(run, n)
        assert steps_in(state) > before
    assert device_cells.differences(on_cpu(study, resume_from=state), whole) == []


@pytest.mark.parametrize("study", ASKED)
def test_a_device_counts_the_steps_that_it_takes(wide, study):
    state, steps = kept_by(lambda **hooks: on_device(wide, study, **hooks), 3)
    assert steps == steps_in(state)
    assert 0 < state["counters"][blocks.LIVE] <= WALKERS[1]


def test_walkers_that_wait_are_kept_with_those_in_lanes(wide):
    state, _ = kept_by(lambda **hooks: on_device(wide, "exits", **hooks), 1)
    n_under_way = int(state["counters"][blocks.LIVE])
    assert n_under_way > blocks.WIDTH
    later, _ = kept_by(lambda **hooks: on_cpu("exits", resume_from=state, **hooks), 1)
    assert blocks.WIDTH < len(later["walker"]) <= n_under_way
    assert set(later["walker"].tolist()) < set(state["walker"][:n_under_way].tolist())


@pytest.mark.parametrize("change", ["walkers", "rows", "no lanes", "lanes of unequal number", "other numbers"])
def test_a_state_of_something_else_is_left_aside(device, change):
    state, _ = kept_by(lambda **hooks: on_device(device, "exits", **hooks), 2)
    if change == "walkers":
        state["counters"][blocks.END] += 1
    elif change == "rows":
        state["row_steps"] = state["row_steps"][1:]
    elif change == "no lanes":
        del state["x"]
    elif change == "lanes of unequal number":
        state["x"] = state["x"][1:]
    else:
        state["x"] = state["x"].astype(np.float32)
    it = driving.Ensemble.of(EXITS, WALKERS, 64, 1)
    assert not lanes.fits(it.state({"row_steps": np.zeros(WALKERS[1], np.int64)}), state)
    whole = on_cpu("exits")
    assert device_cells.differences(on_cpu("exits", resume_from=state), whole) == []
    assert device_cells.differences(on_device(device, "exits", resume_from=state), whole) == []


def test_threads_may_call_a_device_side_by_side(device):
    problems = [dataclasses.replace(EXITS, seed=seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        samples = list(pool.map(lambda problem: device.exits(problem, 0, 40, MAX_STEPS), problems))
    for problem, sample in zip(problems, samples, strict=True):
        assert device_cells.differences(sample, simulate_exits(problem, 0, 40, MAX_STEPS)) == []
