"""Which databases does the contract run on? One more dialect is one more line here."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from limen.storage import SqlStorage, open_storage
from server.cluster import Cluster

DIALECTS = ("sqlite-file", "sqlite-memory", pytest.param("postgres", marks=pytest.mark.postgres))


def file_address(folder: Path) -> str:
    return f"sqlite://{folder / 'limen.sqlite'}?_fk=true"


@pytest.fixture
def postgres_dsn(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with all tables and nobody in it. Tests that ask for it are marked `postgres`."""
    cluster: Cluster = request.getfixturevalue("cluster")
    name = cluster.database(request.getfixturevalue("migrated"))
    yield cluster.dsn(name)
    cluster.drop(name)


@pytest.fixture(params=DIALECTS)
def dsn(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_dsn"))
    return "memory" if request.param == "sqlite-memory" else file_address(tmp_path)


@pytest.fixture
async def storage(dsn: str) -> AsyncIterator[SqlStorage]:
    opened = await open_storage(dsn)
    yield opened
    await opened.close()


@pytest.fixture
def file_dsn(tmp_path: Path) -> str:
    return file_address(tmp_path)


@pytest.fixture
async def filed(file_dsn: str) -> AsyncIterator[SqlStorage]:
    """Storage in a file, for what only files can show."""
    opened = await open_storage(file_dsn)
    yield opened
    await opened.close()


@pytest.fixture
async def served(postgres_dsn: str) -> AsyncIterator[SqlStorage]:
    """Storage on a server, for what only servers can show."""
    opened = await open_storage(postgres_dsn)
    yield opened
    await opened.close()
