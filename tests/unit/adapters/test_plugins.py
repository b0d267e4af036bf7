"""Are functions of the operator found, and do they run without being in anybody's way?"""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from doubles import plugins as written
from limen.adapters import plugins as adapter
from limen.adapters.plugins import AT_ONCE, ImportedPlugins
from limen.plugin import Changing, Event, FlowStarting, Form, LoggedIn, Registered, Registering, Verified, Visitor
from limen.ports.plugins import PluginFailed, PluginUnknown

EVENT = FlowStarting(
    flow=Form(id="f", kind="login", type="api", request_url="", return_to="", transient_payload=None),
    visitor=Visitor(client="api", ip="", user_agent="", location="", language=""),
    at=datetime(2030, 1, 1, tzinfo=UTC),
    options={"field": "traits.email"},
)
LONG = timedelta(seconds=20)
SHORT = timedelta(milliseconds=30)


@pytest.fixture
async def plugins() -> AsyncIterator[ImportedPlugins]:
    written.RELEASED.clear()
    found = ImportedPlugins()
    yield found
    written.RELEASED.set()
    await found.close()


@pytest.mark.parametrize("call", ["note", "note_later", "everything", "greeter"])
async def test_a_function_is_told_and_asked(plugins: ImportedPlugins, call: str) -> None:
    before = len(written.HEARD)
    answer = await plugins.find(f"doubles.plugins:{call}").call(EVENT, LONG)
    assert written.HEARD[before:] == [EVENT]
    assert answer in (None, written.GoOn())


@pytest.mark.parametrize(
    ("call", "hears"),
    [
        ("note", (FlowStarting, LoggedIn, Registering, Verified)),
        ("everything", (FlowStarting, LoggedIn, Registering, Verified)),
        ("some", (Registering, Registered)),
        ("readdress", (Registering,)),
        ("rename", (Registering, Changing)),
        ("greeter", (FlowStarting, LoggedIn)),
    ],
)
def test_the_annotation_says_what_is_heard(plugins: ImportedPlugins, call: str, hears: tuple[type[Event], ...]) -> None:
    plugin = plugins.find(f"doubles.plugins:{call}")
    every = (FlowStarting, LoggedIn, Registering, Registered, Changing, Verified)
    expected = every if call in {"note", "everything"} else hears
    assert tuple(kind for kind in every if plugin.hears(kind)) == expected


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("no_such_package.at_all:function", "the module no_such_package is not installed"),
        ("doubles.plugins:nobody", "has no nobody"),
        ("doubles.plugins:NOT_A_FUNCTION", "is not a function"),
        ("doubles.plugins:takes_two", "has to take one argument"),
        ("doubles.plugins:wrongly_annotated", "no event of limen.plugin"),
        ("doubles.plugins:lost_annotation", "cannot be read"),
        ("nobody-announces-this", "no installed package announces nobody-announces-this in the group limen.hooks"),
    ],
)
def test_what_is_not_there_is_said(plugins: ImportedPlugins, call: str, reason: str) -> None:
    with pytest.raises(PluginUnknown, match=reason):
        plugins.find(call)


def test_a_module_that_breaks_while_it_is_imported_is_named(
    plugins: ImportedPlugins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_written_plugin.py").write_text("def greet(event): ...\n1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PluginUnknown, match="half_written_plugin cannot be imported: ZeroDivisionError"):
        plugins.find("half_written_plugin:greet")
    assert "half_written_plugin" not in sys.modules


async def test_an_installed_package_can_announce_hooks(
    plugins: ImportedPlugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint(name="noting", value="doubles.plugins:note", group="limen.hooks")
    monkeypatch.setattr(adapter, "entry_points", lambda *, group: [entry] if group == "limen.hooks" else [])
    before = len(written.HEARD)
    await plugins.find("noting").call(EVENT, LONG)
    assert written.HEARD[before:] == [EVENT]
    with pytest.raises(PluginUnknown, match="there are: noting"):
        plugins.find("noticing")


@pytest.mark.parametrize("call", ["broken", "broken_later", "gone"])
async def test_what_it_raises_is_named_and_not_quoted(plugins: ImportedPlugins, call: str) -> None:
    with pytest.raises(PluginFailed) as failed:
        await plugins.find(f"doubles.plugins:{call}").call(EVENT, LONG)
    assert f"doubles.plugins:{call} raised" in failed.value.reason
    assert "secret" not in failed.value.reason


@pytest.mark.parametrize("call", ["hang", "hang_the_loop", "wait_for_ever"])
async def test_nobody_waits_longer_than_its_time(plugins: ImportedPlugins, call: str) -> None:
    """The server's loop turns meanwhile, whatever the function does."""
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.get_running_loop().create_task(turn())
    with pytest.raises(PluginFailed, match="took longer than"):
        await plugins.find(f"doubles.plugins:{call}").call(EVENT, SHORT)
    other.cancel()
    assert turns > 10


async def test_a_function_that_hangs_takes_a_few_threads_and_no_more(plugins: ImportedPlugins) -> None:
    plugin = plugins.find("doubles.plugins:hang")
    started = asyncio.gather(*(plugin.call(EVENT, SHORT) for _ in range(3 * AT_ONCE)), return_exceptions=True)
    assert all(isinstance(each, PluginFailed) for each in await started)
    assert len(hanging()) == AT_ONCE
    await plugins.find("doubles.plugins:note").call(EVENT, LONG)  # others are not held up by it
    written.RELEASED.set()
    await plugin.call(EVENT, LONG)


def hanging() -> list[str]:
    import threading  # noqa: PLC0415 (only here)

    return [each.name for each in threading.enumerate() if each.name == "limen-plugin doubles.plugins:hang"]
