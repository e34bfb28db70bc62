"""Devices of a run: which are asked for, whether they can serve the plan, and how they simulate its cells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from hts.ensembles import ExitProblem, VisitProblem
from hts.errors import PlanError
from hts.plans import AnyPlan, Cell, SpacePlan
from hts.sweeps.studies import CellSimulator, study_of
from hts.sweeps.tasks import CORE_QUEUES, QueueSizes

if TYPE_CHECKING:
    from hts.ensembles.devices import Device

#: The names that may be asked for.
NAMES = re.compile(r"auto|cpu|host|cuda(:(all|[0-9]+))?")
CPU = "cpu"
#: What a worker elsewhere may open: the first device that it sees.
NAMES_ELSEWHERE = ("cuda", "host")

#: Walkers of a queue for a device: several for each of its lanes, so that few of them idle at the queue's end.
MANY_WALKERS = 2**18
#: Walker-steps of such a queue: 0.2 s at 1e11 a second.
MANY_STEPS = 2e10
MOST_WALKERS = 2**20
#: Shards that are written when it is done; a stop waits for them.
MOST_SHARDS = 2**6
#: Rows of one queue: all queues are written to checkpoints when a run is stopped, which takes two seconds at most.
MOST_BYTES = 2**25
#: Row of a walker: number, steps, side, landing, before any count of a long run.
BYTES_PER_WALKER = 24


@dataclass(frozen=True)
class Devices:
    """The devices of a run.

    Attributes
    ----------
    here : tuple of Device
        Those of this process; none where its cores compute.
    elsewhere : str
        What each worker of an engine elsewhere opens: "cpu", "cuda" or "host".
    note : str
        Why `auto` has left it to the CPU; empty otherwise.
    """

    here: "tuple[Device, ...]" = ()
    elsewhere: str = CPU
    note: str = ""

    def __bool__(self) -> bool:
        """Tell whether anything but the CPU computes."""
        return bool(self.here) or self.elsewhere != CPU

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, for people."""
        elsewhere = () if self.elsewhere == CPU else (f"{self.elsewhere} of workers",)
        return tuple(device.name for device in self.here) + elsewhere

    @property
    def n_queues(self) -> int:
        """How many queues those of this process take side by side."""
        return sum(device.n_queues for device in self.here)

    def places(self) -> "Iterable[Device]":
        """List each device of this process once for each of its queues, in turn: the first tasks go to all of them."""
        most = max((device.n_queues for device in self.here), default=0)
        return (device for k in range(most) for device in self.here if k < device.n_queues)


ONLY_CPU = Devices()


def devices_for(plan: AnyPlan, text: str, *, is_here: bool = True) -> Devices:
    """Open the devices that are asked for, if they can simulate the plan.

    Parameters
    ----------
    plan : AnyPlan
    text : str
        "cpu", "cuda" (the first GPU), "cuda:N", "cuda:all", "host" (the source of the GPU, compiled for the CPU), or
        "auto": all GPUs where hts can use them for this plan, the CPU elsewhere.
    is_here : bool
        Whether this process computes; workers elsewhere each open a device of their own.

    Raises
    ------
    PlanError
        Where there is no such device, or none that simulates such a plan; never for "auto".
    """
    check_device(plan, text)
    if text == CPU:
        return ONLY_CPU
    if text == "auto":
        return _auto(_lack(plan), is_here)
    if is_here:
        return Devices(_open(text))
    if text not in NAMES_ELSEWHERE:
        raise PlanError(
            f"--device {text}: workers elsewhere each take the first GPU that they see; give --device cuda, and each "
            "worker its own GPU by CUDA_VISIBLE_DEVICES (docs/gpu.md)"
        )
    return Devices(elsewhere=text)


def check_device(plan: AnyPlan, text: str) -> None:
    """Refuse what is no name of a device, and one that cannot simulate a plan, wherever it is.

    Raises
    ------
    PlanError
    """
    if not NAMES.fullmatch(text):
        raise PlanError(f"--device {text}: is no device; give auto, cpu, cuda, cuda:N (N from 0), cuda:all or host")
    if text not in (CPU, "auto") and (lack := _lack(plan)):
        raise PlanError(f"--device {text}: {lack}; leave --device out")


def _auto(lack: str, is_here: bool) -> Devices:
    """Take the GPUs there are, or say why the CPU computes."""
    if not lack and not is_here:
        lack = "whether workers elsewhere have GPUs is not known here (--device cuda uses them)"
    try:
        opened = () if lack else _open("auto")
    except PlanError as error:
        opened, lack = (), str(error)
    if opened:
        return Devices(opened)
    lack = lack or "no GPU that hts can use is here (--device cuda says why)"
    return Devices(note=f"--device auto: {lack}; the CPU computes")


def _open(text: str) -> "tuple[Device, ...]":
    from hts.ensembles.devices import open_devices

    return open_devices(text)


@lru_cache(maxsize=1)
def worker_device(text: str) -> "Device | None":
    """Open what a worker elsewhere computes with, once a process; None for its core."""
    return None if text == CPU else _open(text)[0]


def _lack(plan: AnyPlan) -> str:
    """Say why no device simulates a plan; empty where one does."""
    return "devices simulate in one dimension only" if isinstance(plan, SpacePlan) else ""


def device_simulator(device: "Device", plan: AnyPlan, cell: Cell, max_steps: int) -> CellSimulator:
    """Return the simulator of one cell on a device; its walkers are those of `StudyKind.simulator` to the bit."""
    problem = study_of(plan).problem(plan, cell, max_steps)
    if isinstance(problem, ExitProblem):
        return partial(device.exits, problem, max_steps=max_steps)
    if isinstance(problem, VisitProblem):
        return partial(device.visits, problem)
    raise PlanError(f"{device.name}: {_lack(plan)}; leave --device out")


def queue_sizes(plan: AnyPlan, devices: Devices) -> QueueSizes:
    """Return the bounds of a queue; rows of a long run take kilobytes a walker."""
    if not devices:
        return CORE_QUEUES
    fit = int(MOST_BYTES // (BYTES_PER_WALKER + 8 * study_of(plan).counts_per_walker(plan)))
    return QueueSizes(MANY_WALKERS, MANY_STEPS, min(MOST_WALKERS, fit), MOST_SHARDS)
