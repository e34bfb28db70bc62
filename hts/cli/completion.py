"""`hts completion`: the lines that make a shell complete hts."""

import click
from click.shell_completion import BashComplete, add_completion_class, get_completion_class

#: Where each shell reads what it is to do when it starts.
STARTUP_FILES = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/hts.fish"}


class Bash(BashComplete):
    """Completion in bash, which takes `--option=value` for three words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Give the words before the one that is completed, and that one."""
        words, incomplete = super().get_completion_args()
        joined = [
            word for k, word in enumerate(words) if word != "=" or k == 0 or not words[k - 1].startswith("--")
        ]  # fmt: skip
        return joined, "" if incomplete == "=" else incomplete


def answer_shells() -> None:
    """Let click answer a shell by the class of this module."""
    add_completion_class(Bash)


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
    made = get_completion_class(shell)
    assert made is not None  # click knows each shell of STARTUP_FILES
    click.echo(made(ctx.find_root().command, {}, "hts", "_HTS_COMPLETE").source(), nl=False)
