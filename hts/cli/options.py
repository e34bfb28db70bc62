"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

#: Where the answer to --wide is kept, for `is_wide`.
WIDE = "hts.wide"

plan_argument = click.argument("plan", type=click.Path(path_type=Path))
folder_argument = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
wide_option = click.option(
    "--wide", is_flag=True, expose_value=False, callback=lambda ctx, _, value: ctx.meta.update({WIDE: value}),
    help="Tables with all their columns, however narrow the terminal.",
)  # fmt: skip
set_option = click.option(
    "--set", "overrides", metavar="KEY=VALUE", multiple=True,
    help="Replace a key of the plan, e.g. --set exit.walkers=100 --set 'grid.eta=[0.1, 0.05]'; may be repeated.",
)  # fmt: skip
seed_option = click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Replace the plan's seed.")
threads_option = click.option("--threads", type=click.IntRange(1), help="Threads; one per core by default.")

DEVICES = "auto|cpu|cuda|cuda:N|cuda:all|host"


def is_wide() -> bool:
    """Tell whether the running command was called with --wide."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(WIDE))


def output_option(what: str) -> Callable[[Command], Command]:
    """Make the -o option; `what` says what goes there."""
    return click.option("-o", "--output", "folder", metavar="DIR", type=click.Path(path_type=Path), help=what)


def plan_options(command: Command) -> Command:
    """Add the plan and what may be changed in it from the command line."""
    return plan_argument(set_option(seed_option(command)))


def results_folder(plan: Path, folder: Path | None) -> Path:
    """Give the folder that was asked for, or results/<stem of the plan's file name>."""
    return folder if folder is not None else Path("results") / plan.stem
