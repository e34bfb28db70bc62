"""The reference of commands, from the commands themselves."""

from typing import Any

import click

from generate.words import escaped, fenced
from hts.cli.main import cli


def commands() -> str:
    """Write every command and every option as Markdown."""
    parent = click.Context(cli, info_name="hts")
    options = [option_entry(param, parent) for param in cli.get_params(parent)]
    parts = [help_text(cli.help or ""), "## Options of every call", "```{program} hts\n```", *options]
    for name in cli.list_commands(parent):
        command = cli.get_command(parent, name)
        assert command is not None
        parts += command_entry(name, command, click.Context(command, parent=parent, info_name=name))
    return "\n\n".join(parts)


def command_entry(name: str, command: click.Command, context: click.Context) -> list[str]:
    """Write one command: usage, text, arguments and options."""
    usage = " ".join(command.get_usage(context).split()).removeprefix("Usage: ")
    return [
        f"## hts {name}",
        fenced(usage),
        help_text(command.help or ""),
        f"```{{program}} hts {name}\n```",
        *(option_entry(param, context) for param in command.get_params(context) if isinstance(param, click.Option)),
    ]


def help_text(text: str) -> str:
    """Turn the help of a command to Markdown: paragraphs, and blocks whose lines click keeps."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        if paragraph.lstrip().startswith("\b"):
            paragraphs.append(fenced("\n".join(paragraph.strip("\b\n ").splitlines())))
        else:
            paragraphs.append(escaped(" ".join(paragraph.split())))
    return "\n\n".join(paragraphs)


def option_entry(option: click.Parameter, context: click.Context) -> str:
    """Write one option: its names, what it takes, what it does and what holds without it."""
    assert isinstance(option, click.Option)
    record = option.get_help_record(context)
    assert record is not None
    takes = "" if option.is_flag or option.count else f" {option.make_metavar(context)}"
    names = ", ".join(f"{name}{takes}" for name in (*option.opts, *option.secondary_opts))
    text = escaped((option.help or "").strip())
    given: Any = option.get_default(context, call=False)
    if not option.is_flag and isinstance(given, (str, int, float)) and "default" not in text.lower():
        text = f"{text} Default: `{given}`."
    return f"````{{option}} {names}\n{text}\n````"
