"""Simulation speed of this machine's cores: measured now, in earlier runs, or assumed."""

import json
import math
import time
from contextlib import suppress

from hts.engines import ThreadEngine, available_cores
from hts.ensembles import Interrupted
from hts.kernels.environment import user_folder
from hts.noise import LAWS
from hts.plans import AnyPlan, Cell, SpacePlan
from hts.sweeps import SweepReport
from hts.sweeps.studies import CellSimulator, study_of

#: Where f' is a table.
TABLE_FACTOR = 0.75
#: Where the gradient in several dimensions is a list of operations: of Himmelblau's 87.
FORMULA_FACTOR = 0.15
#: How long `--calibrate` measures.
CALIBRATION_SECONDS = 0.8
#: Of the speed with all lanes busy, where the last walkers of a queue run alone (docs/sweeps.md).
SHARD_EFFICIENCY = 0.95
#: Runs that compute less, in seconds of each thread and in steps, say more about starting than about speed.
LEAST_SECONDS, LEAST_STEPS = 5.0, 1e9
#: Runs whose speeds are kept. The largest counts: compiling or a crowded machine only make runs slower.
RUNS_KEPT = 5
#: Steps per second and core that no compiled kernel takes; others are not believed.
SLOWEST, FASTEST = 1e6, 1e10
#: The same of a device, whose names end in "@cuda" or "@host".
FASTEST_DEVICE = 1e13
CACHE = user_folder()
SPEEDS_FILE = None if CACHE is None else CACHE / "speeds.json"


def steps_per_second(simulate: CellSimulator, first_walker: int, n_walkers: int, seconds: float) -> float:
    """Simulate walkers for so many seconds at most, and give their steps a second."""
    steps: list[int] = []
    begin = time.perf_counter()
    end = begin + seconds
    with suppress(Interrupted):
        simulate(first_walker, n_walkers, on_steps=steps.append, should_stop=lambda: time.perf_counter() > end)
    return sum(steps) / (time.perf_counter() - begin)


def calibrated_speed(plan: AnyPlan, cell: Cell, threads: int) -> float:
    """Measure walker-steps per second and core, all threads at work, in about a second once kernels are compiled.

    Parameters
    ----------
    plan : Plan
    cell : Cell
        What is simulated; the longest one is most of the cost.
    threads : int
        How many share the machine.
    """
    study = study_of(plan)
    study.simulator(plan, cell, 100)(0, 64)  # compiled, and the gradient tabulated
    simulate = study.simulator(plan, cell, 2**62)

    with ThreadEngine(threads) as engine:
        measured = [
            engine.submit(steps_per_second, simulate, 0, study.many_walkers, CALIBRATION_SECONDS)
            for _ in range(threads)
        ]
        speeds = [future.result() for future in measured]
    return SHARD_EFFICIENCY * sum(speeds) / threads


def speed_of(plan: AnyPlan) -> tuple[float, str]:
    """Give walker-steps per second and core, and where they come from: "earlier runs" on this machine, or "assumed"."""
    if speeds := remembered_speeds().get(speed_name(plan)):
        return max(speeds), "earlier runs"
    return assumed_speed(plan), "assumed"


def assumed_speed(plan: AnyPlan) -> float:
    """Give walker-steps per second of a core where none was measured."""
    name = speed_name(plan)
    law = LAWS[plan.noise.kind].steps_per_second * (0.6 if "+normal" in name else 1.0)
    if isinstance(plan, SpacePlan):
        shape = 1.0 if plan.build_landscape().is_linear else FORMULA_FACTOR
        return law * space_factor(plan.dimension) * shape * study_of(plan).relative_speed
    factors = (TABLE_FACTOR if "/table" in name else 1.0) * study_of(plan).relative_speed
    return law * factors


def space_factor(dimension: int) -> float:
    """Return the speed in several dimensions relative to that in one (docs/many_dimensions.md, "Speed")."""
    return 0.5 if dimension <= 2 else 0.6 / dimension


def remember_speed(plan: AnyPlan, report: SweepReport, threads: int | None) -> None:
    """Keep the speed of a run for later forecasts, if it computed enough to have one; no cache is no matter.

    Parameters
    ----------
    plan : Plan
    report : SweepReport
        Of a run in threads of this process; its time is that of the processors, so other work does not count.
    threads : int or None
        As the run took it.
    """
    cores = min(threads or available_cores(), available_cores())
    steps, seconds = report.walker_steps - report.steps_resumed, report.computing_seconds
    if seconds >= LEAST_SECONDS * cores and steps >= LEAST_STEPS:
        keep_speed(speed_name(plan), steps / seconds)


def keep_speed(name: str, speed: float) -> None:
    """Keep a speed beside the last ones of its name; no cache is no matter."""
    if SPEEDS_FILE is None:
        return
    known = remembered_speeds()
    known[name] = _believed(name, [*known.get(name, ()), speed])
    with suppress(OSError):
        SPEEDS_FILE.parent.mkdir(parents=True, exist_ok=True)
        SPEEDS_FILE.write_text(json.dumps(known), encoding="utf-8")


def remembered_speeds() -> dict[str, list[float]]:
    """Read the speeds of the last runs on this machine, the latest last; none where there is no readable file."""
    if SPEEDS_FILE is None:
        return {}
    try:
        stored = json.loads(SPEEDS_FILE.read_text(encoding="utf-8"))
        return {str(name): believed for name, speeds in stored.items() if (believed := _believed(name, speeds))}
    except (OSError, ValueError, AttributeError):
        return {}


def _believed(name: str, speeds: object) -> list[float]:
    """Keep the last speeds that a kernel can have; nothing of what is no list."""
    listed, fastest = speeds if isinstance(speeds, list) else [], FASTEST_DEVICE if "@" in name else FASTEST
    return [speed for speed in listed if isinstance(speed, float) and SLOWEST <= speed <= fastest][-RUNS_KEPT:]


def speed_name(plan: AnyPlan) -> str:
    """Name what a speed depends on: the law, a normal part, and how f' is encoded."""
    law = plan.noise.kind + ("+normal" if plan.noise.normal_scale > 0 and plan.noise.kind != "normal" else "")
    if isinstance(plan, SpacePlan):
        return f"{law}/{plan.landscape.kind}/{plan.dimension}" + study_of(plan).speed_ending
    name = f"{law}/{'table' if math.isfinite(plan.build_landscape().domain[0]) else 'hinges'}"
    return name + study_of(plan).speed_ending
