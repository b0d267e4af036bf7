"""The same commands with the verb first, as Kratos has them since v0.9: `limen list identities`."""

import click

from limen.cli import identities


def _verb(name: str, what: str, command: click.Command, *also: str) -> click.Group:
    group = click.Group(name=name, help=what, short_help=what)
    for noun in (str(command.name), *also):
        group.add_command(command, noun)
    return group


list_ = _verb("list", "List resources.", identities.listing)
get = _verb("get", "Show resources.", identities.show, "identities")
import_ = _verb("import", "Bring resources in.", identities.bring)
validate = _verb("validate", "Check resources without making them.", identities.check, "identities")
delete = _verb("delete", "Delete resources.", identities.remove, "identities")
create = _verb("create", "Make resources.", identities.make)
patch = _verb("patch", "Change resources.", identities.change)
