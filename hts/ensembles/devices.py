"""Devices that simulate exits and visits with the bits of the CPU's kernels: GPUs, and this machine as their twin."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from hts.ensembles import exits, lanes, visits
from hts.ensembles.driving import Ensemble, drive
from hts.ensembles.exits import ExitProblem, ExitSample
from hts.ensembles.lanes import State, Waiting
from hts.ensembles.visits import VisitProblem, VisitSample
from hts.errors import PlanError
from hts.kernels import blocks
from hts.kernels.cuda import cells
from hts.kernels.cuda.card import Card, count_cards
from hts.kernels.cuda.forms import form_of
from hts.kernels.cuda.host import Host, open_host

#: What `open_devices` takes.
NAMES: Final = "auto, cuda, cuda:N, cuda:all or host"

OnSteps = Callable[[int], None] | None
ShouldStop = Callable[[], bool] | None
Kept = Mapping[str, npt.NDArray[Any]] | None
OnCheckpoint = Callable[[State], None] | None


class Device:
    """What simulates walkers in place of this machine's own kernels; several threads may call it at a time.

    Parameters
    ----------
    name : str
        "cuda:0", ..., or "host".
    runner : Card or Host
        What runs its kernels.
    """

    def __init__(self, name: str, runner: Card | Host) -> None:
        self.name, self.runner = name, runner

    @property
    def n_queues(self) -> int:
        """Threads that should call it side by side, so that small cells fill it."""
        return self.runner.n_queues

    def exits(
        self,
        problem: ExitProblem,
        first_walker: int,
        n_walkers: int,
        max_steps: int,
        on_steps: OnSteps = None,
        should_stop: ShouldStop = None,
        *,
        resume_from: Kept = None,
        on_checkpoint: OnCheckpoint = None,
    ) -> ExitSample:
        """Simulate first exits; parameters, sample and errors are those of `exits.simulate_exits`.

        Raises
        ------
        PlanError
            The device has not enough memory.
        StoppedError
            The device was lost; run again, what was kept goes on.
        """
        width = self._width(n_walkers, resume_from, are_together=False)
        it = Ensemble.of(problem, (first_walker, n_walkers), width, chunk=1)
        rows = exits.empty_rows(n_walkers)
        cell = np.zeros((), cells.EXITS)
        cell["max_steps"] = max_steps
        self._run("exits", it, cell, rows, {}, (on_steps, should_stop, resume_from, on_checkpoint))
        return exits.sample_of(it, rows)

    def visits(
        self,
        problem: VisitProblem,
        first_walker: int,
        n_walkers: int,
        on_steps: OnSteps = None,
        should_stop: ShouldStop = None,
        *,
        resume_from: Kept = None,
        on_checkpoint: OnCheckpoint = None,
    ) -> VisitSample:
        """Simulate long runs; parameters, sample and errors are those of `visits.simulate_visits`, and as `exits`."""
        width = self._width(n_walkers, resume_from, are_together=True)
        it = Ensemble.of(problem, (first_walker, n_walkers), width, chunk=1)
        regions, rows = visits.regions_of(problem), visits.empty_rows(problem, n_walkers, width)
        cell = np.zeros((), cells.VISITS)
        place = cell["regions"]
        for name in ("first", "last", "low", "per_width"):
            place[name] = getattr(regions, name)
        place["n_wells"], place["n_checkpoints"] = len(problem.minima), len(regions.checkpoints)
        place["n_places"] = problem.n_bins + 2
        arrays = {name: getattr(regions, name) for name in ("wells", "barriers", "checkpoints")}
        self._run("visits", it, cell, rows, arrays, (on_steps, should_stop, resume_from, on_checkpoint))
        return visits.sample_of(it, rows)

    def _width(self, n_walkers: int, kept: Kept, *, are_together: bool) -> int:
        """Count lanes: those of this device, and at least one for each walker under way."""
        n_under_way = (
            0 if kept is None or not {"walker", "counters"} <= kept.keys() else int(kept["counters"][blocks.LIVE])
        )
        return max(self.runner.width(n_walkers, are_together), min(n_under_way, n_walkers))

    def _run(
        self,
        study: str,
        it: Ensemble,
        cell: npt.NDArray[np.void],
        rows: State,
        arrays: dict[str, npt.NDArray[Any]],
        hooks: tuple[OnSteps, ShouldStop, Kept, OnCheckpoint],
    ) -> None:
        """Advance all walkers until they have finished, with their state on the device."""
        on_steps, should_stop, resume_from, on_checkpoint = hooks
        runner, state = self.runner, it.state(rows)
        Waiting(state, resume_from, in_step=False).refill()
        n_table_bytes = it.motion.table.nbytes
        form = runner.fitted(form_of(study, it.motion), n_table_bytes)
        with runner.session():
            kept = {name: runner.put(array) for name, array in state.items() if name != lanes.STARTS}
            taken = np.zeros(1, np.int64)
            kept_taken = runner.put(taken)
            held = cells.write_motion(cell["motion"], it.motion, runner)
            held += cells.write_addresses(cell["regions"], arrays, runner) if arrays else []
            write_state(cell, it, {name: runner.address(one) for name, one in kept.items()}, runner.address(kept_taken))

            def advance(budget: int) -> int:
                before = int(taken[0])
                cell["n_steps"] = max(1, budget // len(it.block.x))
                runner.launch(form, cell, len(it.block.x), n_table_bytes)
                runner.read(kept_taken, taken)
                runner.read(kept["counters"], state["counters"])
                return int(taken[0]) - before

            def fetch() -> State:
                for name, one in kept.items():
                    runner.read(one, state[name])
                lanes.pack(state)
                return state

            def keep(_: State) -> None:
                if on_checkpoint is not None:
                    on_checkpoint(fetch())

            drive(advance, state, it.n_walkers, on_steps, should_stop, keep if on_checkpoint is not None else None)
            fetch()


def write_state(cell: npt.NDArray[np.void], it: Ensemble, address: Mapping[str, int], taken: int) -> None:
    """Write the key, the block and where the arrays of a state lie."""
    block = cell["block"]
    cell["cell_key"], cell["first_walker"] = it.key, it.first_walker
    block["width"], block["taken"] = len(it.block.x), taken
    for name, where in address.items():
        (block if name in (cells.BLOCK.names or ()) else cell)[name] = where


def open_devices(text: str) -> tuple[Device, ...]:
    """Open the devices that an option names.

    Parameters
    ----------
    text : str
        ``cuda`` or ``cuda:0``, the first GPU; ``cuda:N``; ``cuda:all``; ``host``, the source of the GPUs compiled for
        this machine, slow and for checks; ``auto``, all GPUs, none where CuPy or a GPU is missing.

    Raises
    ------
    PlanError
        There is no such device, or what it needs is missing; the message says what to do.
    """
    if text == "host":
        return (Device("host", open_host()),)
    if text == "auto":
        try:
            return tuple(open_card(number) for number in range(count_cards()))
        except Exception:  # whatever is wrong with a driver, the CPU serves
            return ()
    if not re.fullmatch(r"cuda(:(all|[0-9]{1,4}))?", text):
        raise PlanError(f"--device {text}: no such device; give cpu, {NAMES}")
    n = count_cards()
    if text == "cuda:all":
        return tuple(open_card(number) for number in range(n))
    number = int(text[5:] or 0)
    if number >= n:
        there = "only cuda:0" if n == 1 else f"{n} GPUs, cuda:0 to cuda:{n - 1}"
        raise PlanError(f"--device {text}: there is no such GPU; this machine has {there}")
    return (open_card(number),)


def open_card(number: int) -> Device:
    """Open one GPU."""
    return Device(f"cuda:{number}", Card(number))
