"""`limen version`: which release is this?"""

import click

from limen import __version__


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(f"Version:    {__version__}")
