"""`hts train`: networks by truncated heavy-tailed SGD and its rivals, compared over replications."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import json_option, output_option, plan_options, results_folder

if TYPE_CHECKING:
    from hts.networks.results import Comparison
    from hts.plans.training import TrainingPlan


@click.command("train")
@plan_options
@output_option("Where trainings go; results/<stem of PLAN> by default.")
@click.option(
    "--record", type=click.Choice(["noise"]), help="Write gradient noise at the weights found, for `hts tails`."
)
@json_option
def command(
    plan: Path, overrides: tuple[str, ...], seed: int | None, folder: Path | None, record: str | None, as_json: bool
) -> None:
    r"""Train networks by the methods of PLAN, and compare them: accuracy, loss, sharpness, curvature.

    The plan has one table, [training]. Methods are LB, SB, SB+Clip, SB+Noise, Our1 and Our2 of Wang, Oh, Rhee (28);
    in each replication all share initial weights, batches, corrupted labels and noise. Ctrl-C keeps what is done; the
    same command goes on. A difference is called one only where its interval over replications leaves 0 out.
    Needs the extra: pip install 'hts[networks]'.

    \b
    Examples:
      hts train configs/digits.toml
      hts train configs/digits.toml --set training.replications=10 --json
      hts train configs/digits.toml --record noise
    """
    from hts.studies.training import check_libraries

    check_libraries()
    from hts.networks.folders import load
    from hts.networks.results import compare, to_document
    from hts.plans.training import read_training_plan

    target = results_folder(plan, folder)
    parsed = read_training_plan(plan, overrides, seed)
    click.echo(train(parsed, target), err=as_json)
    comparison = compare(parsed, load(parsed, target))
    written = keep_noise(parsed, target) if record else ()
    if as_json:
        from hts.cli.documents import print_document

        print_document(to_document(comparison))
        return
    show(parsed, comparison)
    for path in written:
        click.echo(path)


def train(plan: "TrainingPlan", target: Path) -> str:
    """Train what is missing, with a bar, and say in a line what was done."""
    from hts.cli.progress import TrainingDisplay, clock
    from hts.cli.signals import stop_on_signal
    from hts.networks.running import run_training
    from hts.words import plural

    with stop_on_signal() as stop, TrainingDisplay() as display:
        report = run_training(plan, target, on_progress=display.show, should_stop=stop)
    aside = f"; set aside, because damaged: {plural(report.n_damaged, 'file')}" if report.n_damaged else ""
    if not report.n_trained:
        return f"{target}: all {report.n_stored} networks were there; nothing to do{aside}"
    done = f"{plural(report.n_trained, 'network')} trained in {clock(report.seconds)}"
    return f"{target}: {done}, {report.n_stored} were there{aside}"


def keep_noise(plan: "TrainingPlan", target: Path) -> tuple[Path, ...]:
    """Write gradient noise of the networks found."""
    from hts.networks.recording import record_noise

    return record_noise(plan, target)


def show(plan: "TrainingPlan", comparison: "Comparison") -> None:
    """Print the table, then the differences that intervals allow to call so, then what diverged."""
    from hts.cli.tables import print_tables
    from hts.networks.results import to_document
    from hts.reports.training import difference_lines, measure_table

    document = to_document(comparison)
    print_tables([measure_table(document, plan.title)])
    click.echo("\n" + "\n".join(difference_lines(document["differences"])))
    for line in comparison.diverged:
        click.echo(f"warning: {line}; it is left out")
