"""Speed of a plan on devices: measured now, in earlier runs, or assumed."""

from dataclasses import dataclass
from pathlib import Path

from hts.engines import ThreadEngine
from hts.forecast.speeds import (
    LEAST_SECONDS,
    LEAST_STEPS,
    assumed_speed,
    keep_speed,
    remembered_speeds,
    speed_name,
    steps_per_second,
)
from hts.noise import LAWS
from hts.plans import AnyPlan, Cell
from hts.storage import ResultsFolder
from hts.sweeps import SweepReport
from hts.sweeps.devices import CPU, Devices, check_device, device_simulator, devices_for, queue_sizes
from hts.sweeps.runs import runs_on_devices

#: Steps per second of one device with Pareto noise and a piecewise linear f', where none has run: of a GPU two thirds
#: of what an H200 took (docs/gpu.md), of the host's compiler what one core takes.
ASSUMED = {"cuda": 1e11, "host": 5e7}
#: How long `--calibrate --device` measures.
CALIBRATION_SECONDS = 2.0
#: Walkers of each queue while it does.
CALIBRATION_WALKERS = 2**18


@dataclass(frozen=True)
class DeviceCost:
    """What is still to be computed, on devices.

    Attributes
    ----------
    device : str
        As `--device` names it, or the devices of an earlier run.
    steps_per_second : float
        Of all of them together.
    wall_seconds : float
        Of what is left to do.
    basis : str
        Where the speed comes from: "calibrated", "earlier runs" or "assumed".
    """

    device: str
    steps_per_second: float
    wall_seconds: float
    basis: str


def device_cost(
    plan: AnyPlan, folder: Path | None, text: str | None, steps: float, longest: Cell | None
) -> tuple[DeviceCost | None, str]:
    """Forecast a plan on devices, and say why where `auto` finds none.

    Parameters
    ----------
    plan : AnyPlan
    folder : Path or None
        Whose earlier runs tell the speed.
    text : str or None
        What `--device` would be given; None tells of devices only where they have run before.
    steps : float
        Walker-steps that are left to do.
    longest : Cell or None
        The cell that a speed is measured with now; None: no speed is measured.

    Raises
    ------
    PlanError
        Where the plan cannot be simulated there; where a speed is to be measured, also if there is no such device.
    """
    if text == CPU:
        return None, ""
    if text is None:
        known = _of_folder(folder, None) or _remembered(plan, "cuda")
        return (None if known is None else _cost(*known, steps, "earlier runs")), ""
    check_device(plan, text)
    if longest is None and text not in ("auto", "cuda:all"):  # a plan may be described where its GPU is not
        names: tuple[str, ...] = ("cuda:0" if text == "cuda" else text,)
    else:
        devices = devices_for(plan, text)
        if not devices:
            return None, devices.note
        if longest is not None:
            return _cost(text, calibrated_device_speed(plan, longest, devices), steps, "calibrated"), ""
        names = devices.names
    kind = names[0].partition(":")[0]
    known = _of_folder(folder, names) or _remembered(plan, kind, len(names))
    if known is not None:
        return _cost(text, known[1], steps, "earlier runs"), ""
    relative = assumed_speed(plan) / LAWS["pareto"].steps_per_second
    return _cost(text, len(names) * ASSUMED[kind] * relative, steps, "assumed"), ""


def _cost(device: str, speed: float, steps: float, basis: str) -> DeviceCost:
    return DeviceCost(device, speed, steps / speed, basis)


def _of_folder(folder: Path | None, names: tuple[str, ...] | None) -> tuple[str, float] | None:
    """Give devices and speed of the fastest earlier run in a folder, on these devices or on any."""
    fastest: tuple[str, float] | None = None
    for run in () if folder is None else runs_on_devices(ResultsFolder(folder)):
        is_long = run.walker_steps >= LEAST_STEPS and run.seconds >= LEAST_SECONDS
        if is_long and names in (None, run.devices):
            speed = run.walker_steps / run.seconds
            fastest = max(fastest or ("", 0.0), (", ".join(run.devices), speed), key=lambda known: known[1])
    return fastest


def _remembered(plan: AnyPlan, kind: str, n: int = 1) -> tuple[str, float] | None:
    """Give kind and speed of so many devices from earlier runs of this user."""
    speeds = remembered_speeds().get(f"{speed_name(plan)}@{kind}")
    return (kind, n * max(speeds)) if speeds else None


def remember_device_speed(plan: AnyPlan, report: SweepReport, devices: Devices) -> None:
    """Keep the speed of a run on devices of this process, if it computed enough to have one.

    It is that of the whole run, writing included, for one device.
    """
    steps = report.walker_steps - report.steps_resumed
    kinds = {device.name.partition(":")[0] for device in devices.here}
    if len(kinds) == 1 and report.seconds >= LEAST_SECONDS and steps >= LEAST_STEPS:
        keep_speed(f"{speed_name(plan)}@{kinds.pop()}", steps / report.seconds / len(devices.here))


def calibrated_device_speed(plan: AnyPlan, cell: Cell, devices: Devices) -> float:
    """Measure walker-steps per second of all devices together, all their queues at work, in a few seconds.

    Parameters
    ----------
    plan : AnyPlan
    cell : Cell
        What is simulated; the longest one is most of the cost.
    devices : Devices
        Of this process.
    """
    places = list(devices.places())
    for device in devices.here:
        device_simulator(device, plan, cell, 100)(0, 64)  # compiled, and the gradient tabulated
    n_walkers = min(CALIBRATION_WALKERS, max(queue_sizes(plan, devices).most_walkers // 4, 64))
    simulators = [device_simulator(device, plan, cell, 2**62) for device in places]

    with ThreadEngine(len(places)) as engine:
        measured = [
            engine.submit(steps_per_second, simulate, k * n_walkers, n_walkers, CALIBRATION_SECONDS)
            for k, simulate in enumerate(simulators)
        ]
        return sum(future.result() for future in measured)
