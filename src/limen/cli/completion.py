"""`limen completion`: what a shell needs to complete commands and options (CLI-22)."""

from typing import Literal

import click
from click.shell_completion import get_completion_class

Shell = Literal["bash", "zsh", "fish"]


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: Shell) -> None:
    """Print the completion script for SHELL: source <(limen completion bash)."""
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    root = context.find_root().command
    click.echo(found(root, {}, "limen", "_LIMEN_COMPLETE").source())
