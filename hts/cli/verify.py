"""`hts verify`: check stored shards, and recompute some of their walkers on request."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hts.cli.options import folder_argument, json_option, threads_option
from hts.cli.signals import stop_on_signal
from hts.errors import IntegrityError
from hts.words import plural

if TYPE_CHECKING:
    from hts.sweeps import Replay


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
    from hts.studies.folders import maker_of, verify

    maker = maker_of(folder)
    with stop_on_signal() if n_walkers else nullcontext() as stop:
        check = verify(folder, n_walkers, seed=seed, repair=repair, threads=threads, should_stop=stop)
    found, replay, different, bad = check.verification, check.replay, check.different, check.bad
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


def difference_lines(replay: "Replay | None") -> list[str]:
    """Name the walkers that came out otherwise, with steps, side and landing as stored and as computed."""
    if replay is None:
        return []
    return [
        f"{d.shard}: {d.what} {d.walker} is stored as {d.stored}, and computed as {d.computed} "
        f"(they differ in {', '.join(d.columns)})"
        for d in replay.differences
    ]
