"""What do all tests share? One running server, and the rule about what may be skipped: with CI=true nothing."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack

import pytest
import pytest_asyncio
from hypothesis import settings

from doubles.sink import Web, web_of_hooks
from limen.storage.migrate import migrate_to_head
from server.cluster import Cluster
from server.machine import REQUIRED, missing
from server.mariadb import MariaDb
from server.person import People
from server.running import RunningServer

# how long one example takes says more about the machine than about the code
settings.register_profile("limen", deadline=None)
settings.load_profile("limen")


@pytest.fixture(scope="session")
def limen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A running server that many tests use: nobody stops it, and nobody counts on being alone with it."""
    with RunningServer(tmp_path_factory.mktemp("limen")) as server:
        yield server


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that many tests use, each with its own database; marks.postgres says who needs it."""
    with Cluster() as running:
        yield running


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDb]:
    """A MariaDB that many tests use, each with its own database and user; marks.mariadb says who needs it."""
    with MariaDb() as running:
        yield running


@pytest.fixture(scope="session")
def migrated(cluster: Cluster) -> str:
    """A database with all tables and nobody in it, to be copied."""
    name = cluster.database()
    migrate_to_head(cluster.dsn(name))
    return name


@pytest.fixture
def people() -> Iterator[People]:
    """Makes people who leave when the test ends."""
    with ExitStack() as exits:
        yield People(exits)


@pytest_asyncio.fixture
async def web() -> AsyncIterator[Web]:
    """A target for web hooks, and houses that reach it."""
    async with web_of_hooks() as found:
        yield found


def pytest_runtest_setup(item: pytest.Item) -> None:
    lacking = missing(frozenset(mark.name for mark in item.iter_markers()))
    if lacking:
        pytest.skip(lacking)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and REQUIRED and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"CI=true, so nothing may be skipped: {report.longrepr}"
    if report.failed and isinstance(item, pytest.Function):
        for name, value in item.funcargs.items():
            if isinstance(value, RunningServer):
                report.sections.append((f"log of {name}", value.tail()))
    return report
