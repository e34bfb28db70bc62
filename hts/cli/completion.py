"""`hts completion`: the lines that make a shell complete hts."""

import click

#: Where each shell reads what it is to do when it starts.
STARTUP_FILES = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/hts.fish"}


@click.command("completion")
@click.argument("shell", type=click.Choice(list(STARTUP_FILES)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    r"""Print what makes SHELL complete commands, options and file names of hts.

    \b
    Example:
      hts completion bash >> ~/.bashrc
      hts completion zsh >> ~/.zshrc
      hts completion fish > ~/.config/fish/completions/hts.fish
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None  # click knows each shell of STARTUP_FILES
    click.echo(made(ctx.find_root().command, {}, "hts", "_HTS_COMPLETE").source(), nl=False)
