"""Which database does a DSN name?"""

from pathlib import Path

import pytest

from limen.config.database import embedded_file
from limen.storage import DsnRefused
from limen.storage.dsn import parse_dsn

MEMORY = [
    "memory",
    "sqlite://:memory:?_fk=true",
    "sqlite://file::memory:?_fk=true&cache=shared",
    "sqlite://name.db?mode=memory&_fk=true",
    "sqlite://file:name?mode=memory&cache=shared",
]
FILES = {
    "sqlite:///var/lib/sqlite/db.sqlite?_fk=true": "/var/lib/sqlite/db.sqlite",
    "sqlite:///var/lib/sqlite/db.sqlite?_fk=true&mode=rwc": "/var/lib/sqlite/db.sqlite",
    "sqlite://relative.sqlite": "relative.sqlite",
    "sqlite://./data/db.sqlite?_fk=true": "data/db.sqlite",
    "sqlite://file:NAME?_fk=true": "NAME",
    "sqlite://file:/tmp/x.sqlite?_fk=true": "/tmp/x.sqlite",
    "sqlite:///tmp/with%20space.sqlite": "/tmp/with space.sqlite",
}


@pytest.mark.covers("SEED4-03")
@pytest.mark.parametrize("dsn", MEMORY)
def test_a_database_in_memory(dsn: str) -> None:
    assert parse_dsn(dsn).file is None
    assert embedded_file(dsn) is None


@pytest.mark.covers("SEED4-03")
@pytest.mark.parametrize(("dsn", "file"), FILES.items())
def test_a_database_in_a_file(dsn: str, file: str) -> None:
    assert parse_dsn(dsn).file == Path(file)
    assert embedded_file(dsn) == Path(file)


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("mysql://ada:hunter2@tcp(db)/limen", "MySQL is not supported yet"),
        ("oracle://ada:hunter2@db/limen", "of the kind oracle"),
        ("hunter2", "no scheme"),
        ("", "no scheme"),
        ("sqlite:///db?mode=ro", "mode=ro"),
        ("sqlite:///db?mode=what", "rwc"),
    ],
)
def test_what_cannot_be_used_is_refused_and_never_quoted(dsn: str, said: str) -> None:
    with pytest.raises(DsnRefused, match=said) as refused:
        parse_dsn(dsn)
    assert "hunter2" not in refused.value.reason


def test_mode_rw_does_not_make_a_file(tmp_path: Path) -> None:
    assert not parse_dsn(f"sqlite://{tmp_path}/x?mode=rw").create
