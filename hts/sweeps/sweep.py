"""A sweep from start to end: find what is missing, compute it, stop in time."""

from collections.abc import Callable, Set
from os import PathLike
from pathlib import Path

from hts.engines import Engine, ThreadEngine, available_cores, checked
from hts.errors import PlanError
from hts.plans import AnyPlan, Cell
from hts.storage import ResultsFolder
from hts.sweeps.cells import counted, slug_of
from hts.sweeps.checkpoints import Checkpoints
from hts.sweeps.computer import Computer
from hts.sweeps.devices import CPU, Devices, devices_for
from hts.sweeps.driver import Driver
from hts.sweeps.failures import FailedSweepError, Failure, SweepReport, failure_message, forget_failure
from hts.sweeps.progress import Meter, Progress
from hts.sweeps.runs import note_run
from hts.sweeps.studies import Simulate, study_of
from hts.sweeps.survey import Survey
from hts.sweeps.tasks import Task
from hts.sweeps.work import EVERYTHING, Choices, Work, choose, longest_first, prepare, tasks_of


def run_sweep(
    plan: AnyPlan,
    folder: str | PathLike[str],
    *,
    threads: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    expected_steps: Callable[[Cell], float] | None = None,
    choices: Choices = EVERYTHING,
    engine: Callable[[], Engine] | None = None,
    simulate: Simulate | None = None,
    stream_version: str | None = None,
    device: str | Devices = CPU,
) -> SweepReport:
    """Compute what is missing of a plan's grid; a second run continues, or finds nothing to do.

    Parameters
    ----------
    plan : AnyPlan
        What to compute. It may have grown since the last run: more cells, more walkers, a larger max_steps.
    folder : path
        Where results lie; made where it is missing.
    threads : int or None
        None: one for each available core. No number depends on it.
    on_progress : callable or None
        Called from this thread at the start, some ten times a second, and at the end.
    should_stop : callable or None
        Asked from this thread some ten times a second; True stops the run within two seconds. Ctrl-C does the same.
    expected_steps : callable or None
        Expected steps of one walker of a cell, for the order of the work and the time left.
    choices : Choices
        Which of the missing shards to compute, and what to do about failures.
    engine : callable or None
        Makes the engine, once there is work for it; None: threads of this process. Workers elsewhere must see the same
        folder.
    simulate, stream_version
        What simulates, and the version of its random streams; by default those of `hts.ensembles`.
    device : str or Devices
        What the kernels run on: "cpu", "cuda" (the first GPU), "cuda:N", "cuda:all", "auto" (all GPUs where there are
        some), "host" (the source of the GPU, compiled for the CPU), or what `hts.sweeps.devices.devices_for` gives. No
        number depends on it. With an engine elsewhere, each worker opens a device of its own.

    Returns
    -------
    SweepReport
        What was done.

    Raises
    ------
    PlanError
        Where the folder belongs to another plan, or to other random streams; where a device is not there, or does not
        simulate such a plan.
    FailedSweepError
        Where some cell failed, now or before; all others were done first, unless `choices.fail_fast`.
    StoppedError
        Where should_stop said so, or a file could not be written; finished shards stay.
    """
    if threads is not None:
        checked(threads)
    devices = device if isinstance(device, Devices) else devices_for(plan, device, is_here=engine is None)
    if devices and simulate is not None:
        raise PlanError("device: another simulator has no device; leave one of the two out")
    make_engine = engine or (lambda: threads_for(devices, threads))
    streams = stream_version or study_of(plan).stream_version
    results = ResultsFolder(Path(folder))
    plan = counted(plan.with_copies(), results)
    found = prepare(plan, results, streams)
    walkers = {slug_of(cell): plan.walkers_of(cell) for cell in plan.cells()}
    stored = [shard for slug, n in walkers.items() for shard in found.usable.get(slug, ()) if shard.first_walker < n]
    missing = tasks_of(plan, found)
    checkpoints = Checkpoints.of(plan, results, streams)
    checkpoints.clear_all_but(missing)
    work = choose(plan, results, missing, choices)
    tasks = checkpoints.rejoin(work.tasks)
    cost = _costs(plan, tasks, expected_steps)
    n_stored = sum(walkers.values()) - sum(task.n_walkers for task in missing)
    meter = Meter(len(stored), n_stored, longest_first(tasks, cost), cost)

    failures = list(work.failures)
    if work.tasks:
        driver = Driver(Computer(plan, results, streams, simulate, devices), meter, choices.fail_fast)
        try:
            failures += driver.drive(make_engine(), on_progress or _ignore, should_stop or _never)
        finally:
            if devices:
                note_run(results, devices.names, meter)
    elif on_progress is not None:
        on_progress(meter.read())
    _forget_failures(results, plan, missing, work, failures)
    report = _report(found, walkers.keys(), len(stored), meter, work.n_elsewhere, failures)
    if failures:
        n_ended = meter.shards_written + meter.shards_failed
        is_cut_short = choices.fail_fast and n_ended < sum(len(task.shards) for task in work.tasks)
        raise FailedSweepError(failure_message(results, report, is_cut_short), report)
    return report


def _report(
    found: Survey, slugs: Set[str], n_stored: int, meter: Meter, n_elsewhere: int, failures: list[Failure]
) -> SweepReport:
    """Say what a run has done, given the shards found before it and the names of the plan's cells."""
    return SweepReport(
        n_written=meter.shards_written,
        n_skipped=n_stored,
        n_superseded=sum(len(found.outdated.get(slug, ())) for slug in slugs),
        n_damaged=len(found.damages),
        walker_steps=meter.steps_finished,
        steps_resumed=meter.steps_resumed,
        seconds=meter.seconds,
        failures=tuple(failures),
        n_elsewhere=n_elsewhere,
        n_cells_beside=len(found.usable.keys() - slugs),
        computing_seconds=meter.computing_seconds,
    )


def threads_for(devices: Devices, threads: int | None) -> ThreadEngine:
    """Make the engine of this process: a thread for each core or queue of a device, and some to write meanwhile."""
    if devices.here:
        return ThreadEngine(devices.n_queues, spare=available_cores())
    return ThreadEngine(threads, spare=1)


def _costs(plan: AnyPlan, tasks: list[Task], expected: Callable[[Cell], float] | None) -> dict[Cell, float]:
    """Ask for the expected steps of one walker of each cell that has something to do."""
    if expected is None:
        return {}
    most = float(plan.most_steps)
    return {cell: min(expected(cell), most) for cell in dict.fromkeys(task.cell for task in tasks)}


def _forget_failures(
    folder: ResultsFolder, plan: AnyPlan, missing: list[Task], work: Work, failures: list[Failure]
) -> None:
    """Remove the failures of cells that are done."""
    if not folder.failures.exists():
        return
    undone = {failure.cell for failure in failures} | {task.cell for task in set(missing) - set(work.tasks)}
    for cell in plan.cells():
        if cell not in undone:
            forget_failure(folder, cell)


def _ignore(progress: Progress) -> None:
    """Take no notice."""


def _never() -> bool:
    """Go on."""
    return False
