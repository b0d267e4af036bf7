"""Which databases does the contract run on? One more dialect is one more line here."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from limen.storage import SqlStorage, open_storage

DIALECTS: dict[str, Callable[[Path], str]] = {
    "sqlite-file": lambda folder: f"sqlite://{folder / 'limen.sqlite'}?_fk=true",
    "sqlite-memory": lambda _: "memory",
}


@pytest.fixture(params=DIALECTS)
def dsn(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return DIALECTS[request.param](tmp_path)


@pytest.fixture
async def storage(dsn: str) -> AsyncIterator[SqlStorage]:
    opened = await open_storage(dsn)
    yield opened
    await opened.close()


@pytest.fixture
def file_dsn(tmp_path: Path) -> str:
    return DIALECTS["sqlite-file"](tmp_path)


@pytest.fixture
async def filed(file_dsn: str) -> AsyncIterator[SqlStorage]:
    """Storage in a file, for what only files can show."""
    opened = await open_storage(file_dsn)
    yield opened
    await opened.close()
