"""This file is where `hts new` writes a plan to start from."""

from pathlib import Path

import click

from hts.errors import PlanError


@click.command("new")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def command(file: Path | None) -> None:
    r"""Write a commented starter plan to FILE, or to standard output.

    \b
    Example:
      hts new study.toml
      hts run study.toml
    """
    from hts.plans import STARTER

    if file is None:
        click.echo(STARTER, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(STARTER)
    except FileExistsError:
        raise PlanError(f"{file}: is there already and was left alone; name another file") from None
    except OSError as problem:
        raise PlanError(f"{file}: cannot be written ({problem.strerror}); name a file in a folder of yours") from None
    click.echo(f"wrote {file}; next: hts describe {file}")
