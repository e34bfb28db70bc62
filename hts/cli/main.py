"""The `hts` command group: the list of commands, and how a failure is reported."""

import errno
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from importlib import import_module
from typing import NoReturn

import click

from hts.cli.signals import TerminatedError, terminate
from hts.cli.terminal import plain_streams, silence
from hts.errors import HtsError, what_ran_out
from hts.version import __version__

#: New objects before the collector looks for cycles: imports make many objects and no garbage. With no last look at
#: what is alive when the process ends anyway (`gc.freeze`), a command takes 0.2 s less.
GC_THRESHOLD = 500_000

#: Command -> module that holds it; modules are imported when they are asked for, so that help answers at once.
COMMANDS = {
    "new": "hts.cli.new",
    "describe": "hts.cli.describe",
    "run": "hts.cli.run",
    "predict": "hts.cli.predict",
    "fit": "hts.cli.fit",
    "compare": "hts.cli.compare",
    "plot": "hts.cli.plot",
    "paths": "hts.cli.paths",
    "report": "hts.cli.report",
    "status": "hts.cli.status",
    "verify": "hts.cli.verify",
    "export": "hts.cli.export",
    "tails": "hts.cli.tails",
    "regression": "hts.cli.regression",
    "rare": "hts.cli.rare",
    "train": "hts.cli.train",
    "initialisation": "hts.cli.initialisation",
    "schema": "hts.cli.schema",
    "completion": "hts.cli.completion",
}
SUMMARIES = {
    "new": "Write a commented starter plan.",
    "describe": "Say what a plan is about and what it costs, before anything runs.",
    "run": "Simulate every cell of a plan; again to continue.",
    "predict": "Compute exact and limit exit times, without simulation.",
    "fit": "Lay measured beside exact beside limit.",
    "compare": "Lay results folders side by side: seeds, laws, versions, machines.",
    "plot": "Draw the figures: PDF, PNG, and CSV of what is drawn.",
    "paths": "Record trajectories, typical or given how they leave.",
    "report": "Write all of a study as one page to read, print and send.",
    "status": "Say what of a results folder is done, missing or damaged.",
    "verify": "Check every shard against its checksum, and walkers against their plan.",
    "export": "Write the cells as a table for other programs.",
    "tails": "Estimate how heavy the tails of your own numbers are.",
    "regression": "Tail index of SGD on least squares: exact, and of simulated runs.",
    "rare": "Sample the probability to leave within a time, however rare.",
    "train": "Train networks by truncated heavy-tailed SGD and its rivals, and compare them.",
    "initialisation": "Weights of networks that keep a moment of the norm, exact at every width.",
    "schema": "Print the JSON Schema of plans, by which editors complete them.",
    "completion": "Print what makes a shell complete commands, options and files.",
}
INTERRUPTED = 130
BUG = 70
STOPPED = 3


class LazyGroup(click.Group):
    """A group whose commands are imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order of a study."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        # click keeps the lines of a paragraph that begins with a backspace; a docstring spells it as two characters
        command.help = (command.help or "").replace("\\b", "\b")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was asked for, or name the closest one."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            close = get_close_matches(name, COMMANDS, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known are: {', '.join(COMMANDS)}"
            ctx.fail(f"No such command {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in COMMANDS])


def print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Print the version and what else decides a number."""
    if not value or ctx.resilient_parsing:
        return
    from hts.provenance import provenance

    click.echo("\n".join(f"{name} {version}" for name, version in provenance().items()))
    ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "color": True},
    epilog="A first study: `hts new study.toml`, `hts describe study.toml`, `hts run study.toml`, "
    "`hts fit results/study`, `hts plot results/study`.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=print_version,
    help="Print the version, its random streams, and the libraries beneath.",
)  # fmt: skip
def cli() -> None:
    """Simulate the metastability of heavy-tailed SGD.

    A plan (one TOML file) names a landscape, a law of the noise and a grid of learning rates eta, clips b and tail
    indices alpha. For every cell of the grid hts simulates first exit times from a well, or long runs over all
    wells; computes the exact answer at that eta and the limit eta -> 0; and lays the three side by side.

    Exit codes: 0 done; 1 some cell failed or is missing; 2 a mistake in the plan or the call; 3 stopped, run it
    again; 4 a stored file is damaged; 130 after Ctrl-C.
    """


def fail(message: str, exit_code: int) -> NoReturn:
    """Say what is wrong on standard error and end."""
    click.echo(message, err=True, color=True)  # click would strip escapes that are to be seen
    leave_running_threads(exit_code)
    sys.exit(exit_code)


def leave_running_threads(exit_code: int) -> None:
    """End at once where threads of hts still compute; Python would wait for them, and their results are not needed."""
    if any(thread.name.startswith("hts_") for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)


def fail_as_bug(bug: Exception) -> NoReturn:
    """Report a bug of hts in one line, and end; running out of memory or threads is none."""
    lacked = what_ran_out(bug)
    if lacked is not None:
        fail(f"stopped: the machine or a limit ran out of {lacked}; what is done is kept, run it again", STOPPED)
    first_line = "".join(str(bug).splitlines()[:1])
    fail(f"hts: a bug of ours ({type(bug).__name__}: {first_line}); {keep_traceback()}", BUG)


def keep_traceback() -> str:
    """Write the traceback of a bug to a file and say where."""
    text = f"hts {__version__}\n{' '.join(sys.argv)}\n\n{traceback.format_exc()}"
    name = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="hts-bug-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            name = file.name
            file.write(text)
    except OSError as refused:
        if name is not None:
            with suppress(OSError):
                os.unlink(name)
        return f"its traceback cannot be kept ({refused.strerror or refused})"
    return f"the traceback is in {name}"


@contextmanager
def sigterm_raised() -> Iterator[None]:
    """Let SIGTERM raise `TerminatedError` for a while, so that half-written files are cleared away."""
    try:
        previous = signal.signal(signal.SIGTERM, terminate)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; never returns."""
    # cells are computed side by side, each with one thread; NumPy's library reads this when it is imported
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for some takes 0.01 s
    with sigterm_raised(), plain_streams():
        run(arguments)
        sys.exit(0)


def run(arguments: list[str] | None) -> None:
    """Run one command, and turn what it raises into words and an exit code."""
    if "_HTS_COMPLETE" in os.environ:  # a shell asks
        import_module(COMMANDS["completion"]).answer_shells()
    try:
        cli.main(arguments, prog_name="hts", standalone_mode=False)
    except click.exceptions.Exit as asked:
        sys.exit(asked.exit_code)
    except (click.Abort, KeyboardInterrupt):
        fail("stopped", INTERRUPTED)
    except TerminatedError:
        fail("stopped", STOPPED)
    except click.ClickException as mistake:
        mistake.show()
        sys.exit(mistake.exit_code)
    except HtsError as failure:
        fail(str(failure), failure.exit_code)
    except OSError as full:  # files are written by storage, in its own words: what is left is standard output
        if full.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            fail_as_bug(full)
        silence(sys.stdout)
        fail(f"standard output cannot be written ({full.strerror}); write it to a disk with space", STOPPED)
    except Exception as bug:
        fail_as_bug(bug)
