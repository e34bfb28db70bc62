"""Devices that simulate walkers beside the CPU, with the same bits."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy.typing as npt

from hts.ensembles.driving import State
from hts.ensembles.exits import ExitProblem, ExitSample
from hts.ensembles.visits import VisitProblem, VisitSample
from hts.errors import PlanError


class Device(Protocol):
    """What simulates the walkers of a cell, as `simulate_exits` and `simulate_visits` do."""

    @property
    def name(self) -> str:
        """Its name: "cuda:0", "cuda:1", ..., or "host"."""

    @property
    def n_queues(self) -> int:
        """How many threads should call it side by side."""

    def exits(
        self,
        problem: ExitProblem,
        first_walker: int,
        n_walkers: int,
        max_steps: int,
        on_steps: Callable[[int], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        *,
        resume_from: Mapping[str, npt.NDArray[Any]] | None = None,
        on_checkpoint: Callable[[State], None] | None = None,
    ) -> ExitSample:
        """Simulate first exits."""

    def visits(
        self,
        problem: VisitProblem,
        first_walker: int,
        n_walkers: int,
        on_steps: Callable[[int], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        *,
        resume_from: Mapping[str, npt.NDArray[Any]] | None = None,
        on_checkpoint: Callable[[State], None] | None = None,
    ) -> VisitSample:
        """Simulate long runs."""


def open_devices(text: str) -> tuple[Device, ...]:
    """Open the devices of a name; none for "auto" where there is none."""
    if text == "auto":
        return ()
    raise PlanError(f"--device {text}: is not there")
