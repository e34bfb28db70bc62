"""The log of runs on devices: which device computed how much of a folder, and how fast.

Shards do not say it, for their bytes are those of any other device. Runs on cores alone leave no line, so that a folder
made by them is the same to the byte however often they were stopped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hts.storage import ResultsFolder
from hts.storage.log import append_line, read_lines
from hts.sweeps.progress import Meter
from hts.version import __version__


@dataclass(frozen=True)
class DeviceRun:
    """What one run, or several together, computed on devices.

    Attributes
    ----------
    devices : tuple of str
        Their names.
    shards : int
        Shards written.
    walker_steps : int
        Steps taken, those of unfinished walkers too.
    seconds : float
        Wall time, from the first look into the folder to the last file.
    """

    devices: tuple[str, ...]
    shards: int
    walker_steps: int
    seconds: float


def note_run(folder: ResultsFolder, devices: tuple[str, ...], meter: Meter) -> None:
    """Add a run to the log."""
    document = {
        "devices": list(devices),
        "shards": meter.shards_written,
        "walker_steps": meter.read().steps_done,
        "seconds": round(meter.seconds, 3),
        "hts": __version__,
    }
    append_line(folder.run_log, document)


def runs_on_devices(folder: ResultsFolder) -> tuple[DeviceRun, ...]:
    """Read the log of a folder, the latest run last; lines that are none of ours are passed over."""
    runs = []
    for line in read_lines(folder.run_log):
        try:
            names = tuple(str(name) for name in line["devices"])
            runs.append(DeviceRun(names, int(line["shards"]), int(line["walker_steps"]), float(line["seconds"])))
        except (KeyError, TypeError, ValueError):
            continue
    return tuple(runs)


def added_up(runs: Iterable[DeviceRun]) -> tuple[DeviceRun, ...]:
    """Add up the runs on the same devices."""
    totals: dict[tuple[str, ...], DeviceRun] = {}
    for run in runs:
        known = totals.get(run.devices, DeviceRun(run.devices, 0, 0, 0.0))
        totals[run.devices] = replace(
            known,
            shards=known.shards + run.shards,
            walker_steps=known.walker_steps + run.walker_steps,
            seconds=known.seconds + run.seconds,
        )
    return tuple(totals.values())
