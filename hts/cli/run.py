"""`hts run`: simulate the grid of a plan."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hts.cli.options import DEVICES, output_option, plan_options, results_folder, threads_option, wide_option
from hts.cli.progress import SweepDisplay, clock, rate
from hts.cli.signals import stop_on_signal
from hts.cli.studies import commands_for
from hts.words import plural

if TYPE_CHECKING:
    from hts.engines import Engine
    from hts.plans import AnyPlan, Cell, Plan
    from hts.sweeps import SweepReport
    from hts.sweeps.devices import Devices


def taken_apart(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Take i/n apart; `Choices` checks the range."""
    if value is None:
        return None
    try:
        part, parts = value.split("/")
        return int(part), int(parts)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no share; the second of eight is 2/8", ctx, param) from None


@click.command("run")
@plan_options
@output_option("Where results go; results/<stem of PLAN> by default.")
@threads_option
@click.option(
    "--engine", type=click.Choice(["threads", "dask"]), default="threads", show_default=True,
    help="What computes: threads of this process, or processes of a Dask cluster on this machine.",
)  # fmt: skip
@click.option(
    "--device", metavar=DEVICES, default="cpu", show_default=True,
    help="What simulates: cores, or GPUs (docs/gpu.md); auto takes all GPUs where there are some.",
)  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="Compute on a running Dask cluster, e.g. tcp://login1:8786.")
@click.option(
    "--share", callback=taken_apart, metavar="I/N",
    help="Compute the I-th of N parts only; N such processes on one folder compute the whole, in any order.",
)  # fmt: skip
@click.option("--retry-failed", is_flag=True, help="Try cells again that failed before; they are left alone otherwise.")
@wide_option
@click.option("--fail-fast", is_flag=True, help="Stop at the first cell that fails; the others go on otherwise.")
def command(
    plan: Path,
    overrides: tuple[str, ...],
    seed: int | None,
    folder: Path | None,
    threads: int | None,
    engine: str,
    device: str,
    scheduler: str | None,
    share: tuple[int, int] | None,
    retry_failed: bool,
    fail_fast: bool,
) -> None:
    r"""Simulate every cell of PLAN; what is done already is skipped.

    Ctrl-C stops within two seconds and keeps what is done; running the same command again continues. The numbers do
    not depend on threads, engine, device, shares, interruptions or machine.

    \b
    Examples:
      hts run configs/quick.toml
      hts run configs/quick.toml --set exit.walkers=200 -o results/trial
      hts run study.toml --share 2/8                       the second of eight processes on one folder
      hts run study.toml --scheduler tcp://login1:8786     a Dask cluster that sees the same folder
      hts run study.toml --device cuda:all                 all GPUs of this machine
    """
    from hts.forecast import remember_device_speed, remember_speed
    from hts.kernels.objects import must_compile
    from hts.plans import SpacePlan, read_study
    from hts.sweeps import Choices, run_sweep, study_of

    target = results_folder(plan, folder)
    parsed = read_study(plan, overrides, seed)
    is_here = engine == "threads" and scheduler is None
    devices = devices_of(parsed, device, is_here, scheduler)
    warnings, steps_of = forecast_of(parsed)
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    if not isinstance(parsed, SpacePlan) and not isinstance(parsed.study.walkers, int):
        parsed = with_walkers(parsed, target, threads)
    expected = steps_of(parsed)
    with stop_on_signal() as stop, SweepDisplay(bool(devices) or must_compile(study_of(parsed).kernel)) as display:
        report = run_sweep(
            parsed,
            target,
            threads=threads,
            on_progress=display.show,
            should_stop=stop,
            expected_steps=lambda cell: expected(cell)[0],
            choices=Choices(retry_failed, fail_fast, share),
            engine=engine_maker(engine, scheduler, threads),
            device=devices,
        )
    if devices.here:
        remember_device_speed(parsed, report, devices)
    elif is_here:
        remember_speed(parsed, report, threads)
    click.echo(summary(target, report, devices.names))
    commands_for(parsed).show_after_run(target, parsed, threads)


def forecast_of(plan: "AnyPlan") -> "tuple[tuple[str, ...], Callable[[Any], Callable[[Cell], tuple[float, str]]]]":
    """Give the warnings before a run, and what tells the expected steps of a cell."""
    from hts.plans import SpacePlan

    if isinstance(plan, SpacePlan):
        from hts.forecast.space import expected_space_steps, space_warnings

        return space_warnings(plan), expected_space_steps
    from hts.forecast import expected_steps
    from hts.forecast.warnings import warnings_of

    return warnings_of(plan), expected_steps


def with_walkers(plan: "Plan", folder: Path, threads: int | None) -> "Plan":
    """Choose the walkers of each cell, with a bar, and say how many they are."""
    from hts.cli.predictor import predictor
    from hts.walkers import choose_walkers

    with predictor(None, threads) as predict:
        choice = choose_walkers(plan, folder, predict)
    for warning in choice.warnings:
        click.echo(f"warning: {warning}", err=True)
    for note in choice.notes:
        click.echo(note)
    return choice.plan


def devices_of(plan: "AnyPlan", device: str, is_here: bool, scheduler: str | None) -> "Devices":
    """Open what --device asks for, and say on standard error where `auto` leaves it to the CPU."""
    from hts.errors import PlanError
    from hts.sweeps.devices import devices_for

    devices = devices_for(plan, device, is_here=is_here)
    if devices and not is_here and scheduler is None:
        raise PlanError(
            f"--device {device}: processes of this machine's own Dask would share one GPU; leave --engine dask out "
            "(cuda:all drives all GPUs of this machine), or name a cluster with a worker per GPU by --scheduler"
        )
    if devices.note:
        click.echo(devices.note, err=True)
    return devices


def engine_maker(engine: str, scheduler: str | None, workers: int | None) -> "Callable[[], Engine] | None":
    """Give what makes the engine that was asked for; None for threads."""
    if engine == "threads" and scheduler is None:
        return None

    def make() -> "Engine":
        from hts.engines import DaskEngine

        return DaskEngine(scheduler, workers)

    return make


def summary(target: Path, report: "SweepReport", devices: tuple[str, ...] = ()) -> str:
    """Say in a line or two what a run did and what comes next."""
    others = f"; {report.n_elsewhere} missing ones belong to other shares" if report.n_elsewhere else ""
    aside = f"; set aside, because damaged: {report.n_damaged}" if report.n_damaged else ""
    if report.n_cells_beside:
        aside += f"; stored here too, and left out by `hts fit`: {plural(report.n_cells_beside, 'cell')} of other grids"
    were = "was" if report.n_skipped == 1 else "were"
    if report.n_written == 0:
        rest = "nothing to do" if not others else "nothing to do for this share"
        whole = "its" if report.n_skipped == 1 else "all"
        there = f"{whole} {plural(report.n_skipped, 'shard')} {were} there"
        return f"{target}: {there}; {rest}{others}{aside}. Next: hts fit {target}"
    where = f" on {', '.join(devices)}" if devices else ""
    resumed = f" ({report.steps_resumed:.3g} of them from checkpoints)" if report.steps_resumed else ""
    return (
        f"{target}: {plural(report.n_written, 'shard')} written, {report.n_skipped} {were} there{others}{aside}; "
        f"{report.walker_steps:.3g} walker-steps{resumed} in {clock(report.seconds)} "
        f"({rate(report.steps_per_second)}{where}). Next: hts fit {target}"
    )
