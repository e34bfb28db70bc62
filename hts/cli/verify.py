"""`hts verify`: check stored shards, and recompute some of their walkers on request."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import folder_argument, json_option, threads_option
from hts.cli.regression_folder import is_of_regression, verify_regression
from hts.cli.signals import stop_on_signal
from hts.cli.training_folder import is_of_training, verify_training
from hts.errors import IntegrityError
from hts.words import plural

if TYPE_CHECKING:
    from hts.sweeps import Replay, Verification


@click.command("verify")
@folder_argument
@click.option("--replay", "n_walkers", type=click.IntRange(0), default=0, metavar="N",
              help="Also compute N walkers, summaries or samples again and compare them to the bit.")  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0, 2**64 - 1), default=0, show_default=True, help="Which walkers --replay picks."
)
@click.option("--repair", is_flag=True, help="Set damaged files aside; the next `hts run` computes them anew.")
@threads_option
@json_option
def command(folder: Path, n_walkers: int, seed: int, repair: bool, threads: int | None, as_json: bool) -> None:
    r"""Compare every file of DIR that decides a number with its checksum; exit 4 when one differs, repaired or not.

    \b
    Examples:
      hts verify results/quick
      hts verify results/quick --replay 100
      hts verify results/quick --repair
    """
    maker = maker_of(folder)
    check = {"run": verify_walkers, "regression": verify_regression, "train": verify_training}[maker]
    found, replay = check(folder, n_walkers, seed, threads)
    different = sorted({difference.shard for difference in replay.differences}) if replay is not None else []
    bad = [*found.damaged, *different]
    if repair and bad:
        repair_files(folder, bad, maker)
    document = {"n_shards": found.n_shards, "damaged": found.damaged}
    if replay is not None:
        document |= {"n_replayed": replay.n_walkers, "different": different}
    if repair:
        document |= {"repaired": bad}
    if as_json:
        from hts.cli.documents import print_document

        print_document(document)
    else:
        file, one = ("shard", replay.what if replay else "walker") if maker == "run" else ("file", "run")
        click.echo(f"{folder}: {plural(found.n_shards, file)}, {len(found.damaged)} damaged")
        if replay is not None:
            click.echo(f"{plural(replay.n_walkers, one)} computed again, {len(replay.differences)} came out otherwise")
    if bad:
        lines = [f"{name}: {reason}" for name, reason in zip(found.damaged, found.reasons, strict=True)]
        run = f"hts {maker}"
        aside = f"set aside in {folder / 'damaged'}; `{run}` computes them anew"
        remedy = aside if repair else f"`{run}` sets damaged files aside and writes them anew, as --repair would"
        raise IntegrityError("\n".join([*lines, *difference_lines(replay), remedy]))


def verify_walkers(
    folder: Path, n_walkers: int, seed: int, threads: int | None
) -> "tuple[Verification, Replay | None]":
    """Compare files of walkers and samples with their checksums, and compute some of each again."""
    from hts.sweeps import Replay, replay_sweep, verify_sweep
    from hts.sweeps.survey import open_study

    found = verify_sweep(folder)
    if not n_walkers:
        return found, None
    with stop_on_signal() as stop:
        replay = replay_sweep(folder, n_walkers, seed=seed, threads=threads, should_stop=stop)
        _, plan, _ = open_study(folder)
        if plan.rare is None or any(name.startswith("rare/") for name in found.damaged):
            return found, replay
        from hts.rare import replay_samples

        more = replay_samples(plan, folder, n_walkers, seed=seed, threads=threads, should_stop=stop)
        differences = (*replay.differences, *more.differences)
        return found, Replay(replay.n_walkers + more.n_walkers, differences, replay.what)


def maker_of(folder: Path) -> str:
    """Name the command that made a folder: run, regression or train."""
    if is_of_training(folder):
        return "train"
    return "regression" if is_of_regression(folder) else "run"


def repair_files(folder: Path, names: Sequence[str], maker: str) -> None:
    """Set files aside that are not what was written."""
    from hts.networks.folders import repair_training
    from hts.regression import repair_regression
    from hts.sweeps import repair_sweep

    {"run": repair_sweep, "regression": repair_regression, "train": repair_training}[maker](folder, names)


def difference_lines(replay: "Replay | None") -> list[str]:
    """Name the walkers that came out otherwise, with steps, side and landing as stored and as computed."""
    if replay is None:
        return []
    return [
        f"{d.shard}: {d.what} {d.walker} is stored as {d.stored}, and computed as {d.computed} "
        f"(they differ in {', '.join(d.columns)})"
        for d in replay.differences
    ]
