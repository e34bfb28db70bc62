"""Description of a plan before it runs: wells, jump numbers, graphs and cost."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hts.engines import available_cores
from hts.forecast.costs import CellForecast, Cost, cost_of, forecast_cells
from hts.forecast.devices import device_cost
from hts.forecast.speeds import calibrated_speed, speed_of
from hts.forecast.warnings import warnings_of
from hts.landscapes import Landscape
from hts.plans import Plan
from hts.sweeps import study_of
from hts.theory.limit.geometry import accessible_ends, jump_number

if TYPE_CHECKING:
    from hts.answers.chains import ChainPrediction, IrreducibleWindows
    from hts.walkers import Choice, Predict


@dataclass(frozen=True)
class WellDescription:
    """One well, docs/model.md section 3."""

    well: int  #: counted from 0
    minimum: float  #: m_i
    left: float | None  #: s_{i-1}; None where the well is unbounded
    right: float | None  #: s_i
    exit_distance: float | None  #: r_i; None where no end can be reached
    jump_numbers: tuple[tuple[float, int | None], ...]  #: (b, l*) for each b of the plan


@dataclass(frozen=True)
class Description:
    """A plan before it runs."""

    plan: Plan
    landscape: Landscape
    wells: tuple[WellDescription, ...]
    graphs: "tuple[ChainPrediction, ...]"  #: one for each (b, alpha)
    windows: "IrreducibleWindows | None"  #: of b; None where no well leads to another
    cells: tuple[CellForecast, ...]
    cost: Cost
    notes: tuple[str, ...]  #: what a landscape of samples was made of, walkers chosen, cells that are slow to predict
    warnings: tuple[str, ...]


def describe(
    plan: Plan,
    folder: Path | None = None,
    *,
    threads: int | None = None,
    calibrate: bool = False,
    predict: "Predict | None" = None,
    device: str | None = None,
) -> Description:
    """Say what a plan is about and what it costs; nothing is written.

    Parameters
    ----------
    plan : Plan
    folder : Path, optional
        Results folder; what is done there costs nothing.
    threads : int, optional
        For the wall time; one per core by default.
    calibrate : bool
        Measure the speed now, in about a second, and that of `device` in some more.
    predict : callable, optional
        As `choose_walkers` takes it; asked only where the plan leaves walkers to a relative error.
    device : str, optional
        What `run_sweep` would be given; by default the devices that have run before.

    Returns
    -------
    Description
    """
    # a run, which forecasts too, needs none of these
    from hts.answers.chains import chain_warnings, predict_chains, predict_windows
    from hts.answers.slowness import slow_cells

    choice = None if isinstance(plan.study.walkers, int) else chosen(plan, folder, predict)
    plan, means = (plan, {}) if choice is None else (choice.plan, choice.means)
    landscape = plan.build_landscape()
    graphs = () if plan.levy is not None else predict_chains(plan)  # with [levy] nothing is clipped, and (20) holds
    cells, refusal = forecast_cells(plan, folder, means)
    n_threads = threads or available_cores()
    slow = None if study_of(plan).takes_all_steps else slow_cells(plan, plan.cells())
    longest = max(cells, key=lambda forecast: forecast.mean_steps)
    speed = (calibrated_speed(plan, longest.cell, n_threads), "calibrated") if calibrate else speed_of(plan)
    cost = cost_of(plan, cells, n_threads, *speed)
    measured = longest.cell if calibrate and device is not None else None
    on_device, device_note = device_cost(plan, folder, device, cost.expected_steps, measured)
    return Description(
        plan=plan,
        landscape=landscape,
        wells=describe_wells(plan, landscape, sorted({cell.b for cell in plan.cells()})),
        graphs=graphs,
        windows=None if plan.levy is not None else predict_windows(landscape, plan.noise.p_plus),
        cells=cells,
        cost=replace(cost, device=on_device),
        notes=(
            *landscape.origin,
            *plan.noise.origin,
            *(() if choice is None else choice.notes),
            *([slow] if slow else ()),
            *([device_note] if device_note else ()),
        ),
        warnings=(
            *warnings_of(plan),
            *chain_warnings(plan, graphs),
            *(() if choice is None else choice.warnings),
            *([f"hts run would refuse this folder: {refusal}"] if refusal else ()),
        ),
    )


def chosen(plan: Plan, folder: Path | None, predict: "Predict | None") -> "Choice":
    """Choose walkers for a relative error."""
    from hts.walkers import choose_walkers  # predictions take a second to import, and most plans give a number

    return choose_walkers(plan, folder, predict)


def describe_wells(plan: Plan, landscape: Landscape, clips: list[float]) -> tuple[WellDescription, ...]:
    """Describe every well; that of a landscape with one well has the ends of the plan's domain."""
    wells = []
    for well, minimum in enumerate(landscape.minima.tolist()):
        left, right = landscape.well_ends(well)
        if landscape.n_wells == 1:
            left, right = plan.exit_domain().low, plan.exit_domain().high
        ends = accessible_ends(minimum, left, right, plan.noise.p_plus, landscape.projection)
        distance = min((end.distance for end in ends), default=None)
        wells.append(
            WellDescription(
                well=well,
                minimum=minimum,
                left=left if math.isfinite(left) else None,
                right=right if math.isfinite(right) else None,
                exit_distance=distance,
                jump_numbers=tuple((b, None if distance is None else jump_number(distance, b)) for b in clips),
            )
        )
    return tuple(wells)
