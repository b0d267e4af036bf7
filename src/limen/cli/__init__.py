"""The command line: parses arguments and calls bootstrap; every command is loaded when it is called."""

import gc
import importlib
import sys
from pathlib import Path
from typing import Final

import click

from limen import __version__
from limen.adapters.system import system_environment
from limen.cli.surroundings import Surroundings
from limen.kernel.errors import LimenError

COMMANDS: Final = {
    "serve": ("limen.cli.serve", "serve"),
    "config": ("limen.cli.config", "config"),
    "courier": ("limen.cli.courier", "courier"),
    "hooks": ("limen.cli.hooks", "hooks"),
    "migrate": ("limen.cli.migrate", "migrate"),
    "version": ("limen.cli.version", "version"),
    "identities": ("limen.cli.identities", "identities"),
    "sessions": ("limen.cli.sessions", "sessions"),
    "doctor": ("limen.cli.doctor.command", "doctor"),
    "keys": ("limen.cli.keys", "keys"),
    "audit": ("limen.cli.audit", "audit"),
    "cleanup": ("limen.cli.cleanup", "cleanup"),
    "completion": ("limen.cli.completion", "completion"),
    "hashers": ("limen.cli.hashers", "hashers"),
    "jsonnet": ("limen.cli.jsonnet.commands", "jsonnet"),
    "format": ("limen.cli.jsonnet.commands", "formats"),
    "lint": ("limen.cli.jsonnet.commands", "lint"),
    "remote": ("limen.cli.remote", "remote"),
    "list": ("limen.cli.verbs", "list_"),
    "get": ("limen.cli.verbs", "get"),
    "import": ("limen.cli.importing.commands", "import_"),
    "validate": ("limen.cli.verbs", "validate"),
    "delete": ("limen.cli.verbs", "delete"),
    "create": ("limen.cli.verbs", "create"),
    "patch": ("limen.cli.verbs", "patch"),
}
"""Where each command lives."""
DATA_FOLDER: Final = "LIMEN_DATA_FOLDER"


class LazyGroup(click.Group):
    """Loads a command's module only when it is called: starting has to be quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        gc.disable()  # nothing of what is loaded is garbage: looking for some takes a tenth of the time (performance.md)
        command: click.Command = getattr(importlib.import_module(module), name)
        gc.enable()
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="limen")
@click.option("-c", "--config", "files", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable.")
@click.pass_context
def limen(context: click.Context, files: tuple[Path, ...]) -> None:
    """Limen, the identity server at the threshold of what you own."""
    environment = system_environment()
    data_folder = Path(environment.get(DATA_FOLDER, "data"))
    context.obj = Surroundings(environment=environment, data_folder=data_folder, files=files)


def main() -> None:
    """Run the command line; refusals of ours are one clear message and exit status 1."""
    try:
        limen.main(standalone_mode=True)
    except LimenError as error:
        click.echo(f"limen: {error.reason or error}", err=True)
        sys.exit(1)
