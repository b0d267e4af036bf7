"""What do the tests of the HTTP skin start from? A house with an empty database in memory."""

from collections.abc import AsyncIterator

import pytest

from doubles.http_house import HttpHouse
from limen.storage import open_storage


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    storage = await open_storage("memory")
    yield HttpHouse(storage)
    await storage.close()
