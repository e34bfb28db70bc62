"""`hts new`: write a plan to start from."""

import errno
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import click

from hts.errors import PlanError

#: What a full disk, a quota or a limit says; with room the same command does its work.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

#: The command that takes a plan next, where it is not `hts describe`.
NEXT = {"regression": "regression", "training": "train"}


def kinds_for_shells(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """List the kinds of plans that a shell may complete to."""
    from hts.plans.starter import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


@click.command("new")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--kind",
    default="exits",
    show_default=True,
    shell_complete=kinds_for_shells,
    help="What the plan studies: exits from a well, visits (long runs over all wells), exits from a well of your own "
    "formula, paths given how they leave, levy: exits of an SDE, space: exits in several dimensions, rare exits by "
    "sampling, regression: SGD on least squares, or training of networks.",
)
def command(file: Path | None, kind: str) -> None:
    r"""Write a commented starter plan to FILE, or to standard output.

    \b
    Example:
      hts new study.toml
      hts run study.toml
      hts new --kind visits visits.toml
    """
    from hts.plans.starter import KINDS, starter
    from hts.storage.atomic import stopped_by

    if kind not in KINDS:
        close = get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise PlanError(f"--kind: no such kind of plan ({kind}); {hint}known are: {', '.join(KINDS)}")
    text = starter(kind)
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        write_new(file, text)
    except FileExistsError:
        raise PlanError(f"{file}: is there already and was left alone; name another file") from None
    except OSError as problem:
        if problem.errno in FULL:
            raise stopped_by(problem, file) from None
        raise PlanError(f"{file}: cannot be written ({problem.strerror}); name a file in a folder of yours") from None
    click.echo(f"wrote {file}; next: hts {NEXT.get(kind, 'describe')} {file}")


def write_new(file: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all."""
    with file.open("xb") as out:
        try:
            out.write(text.encode())
            out.flush()
        except OSError:
            with suppress(OSError):
                file.unlink()
            raise
