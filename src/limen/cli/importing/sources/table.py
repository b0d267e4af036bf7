"""Who is in a CSV file? Columns are mapped by their names: `traits.email`, `password_hash`, `state` … (docs/import.md)."""

from pathlib import Path
from typing import Final

import click

from limen.cli.importing.mapping import ROOTS, rule
from limen.cli.importing.records import Address, Record, Source
from limen.cli.importing.sources.reading import rows

_SECRET: Final = frozenset({"password", "password_hash"})


def source(file: Path) -> Source:
    """The lines of a file. Raises ClickException for a header without `id` or `external_id`, and for lines that do not fit it."""
    people = rows(file)
    header = tuple(people[0]) if people else ()
    if people and not {"id", "external_id"} & set(header):
        raise click.ClickException(
            f"{file}: a column id or external_id is needed, so that a second run knows who is there."
        )
    usual = tuple(rule(f"{name}={name}", wanted=True) for name in header if name.partition(".")[0] in ROOTS)
    return Source(records=[_record(row) for row in people], usual=usual, total=len(people))


def _record(row: dict[str, str]) -> Record:
    named = (("email", row.get("verified_email", "")), ("sms", row.get("verified_phone", "")))
    return Record(
        source="csv",
        id=row.get("id") or row.get("external_id", ""),
        external_id=row.get("external_id", ""),
        schema_id=row.get("schema_id", ""),
        fields={name: value for name, value in row.items() if name not in _SECRET},
        active=row.get("state", "").strip().lower() != "inactive",
        verified=tuple(Address(value=value, via=via) for via, value in named if value),
        password_hash=row.get("password_hash", ""),
        plain_password="" if row.get("password_hash") else row.get("password", ""),
    )
