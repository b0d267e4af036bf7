"""Is docs/hooks.md true? Its configurations load, its plugins and its receiver do what they say, as they stand there."""

import importlib
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
import yaml

from limen.app.hooks.deliveries.signature import delivery_headers
from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, AGAIN, EACH, built, loaded
from play_config import after, base, merged
from play_shown import listed, part

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "hooks.md").read_text()
CONFIGURATIONS: Final = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
MODULES: Final = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", PAGE, re.DOTALL))
PLUGINS: Final = ("disposable", "directory", "doorman")
MOST_LINES: Final = 20
INSIDE: Final = "203.0.113.0/24"
"""The network that the tests' visitors come from."""


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The modules of the page, where they can be imported."""
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in MODULES:
        sys.modules.pop(name, None)


def hook(call: str, **options: object) -> JsonObject:
    return {"hook": "python", "config": {"call": call, "options": options}}  # type: ignore[dict-item]


def test_the_page_has_three_plugins_of_twenty_lines() -> None:
    assert set(MODULES) == {*PLUGINS, "receiver"}
    for name in PLUGINS:
        assert len(MODULES[name].strip().splitlines()) <= MOST_LINES, name


@pytest.mark.parametrize("text", CONFIGURATIONS, ids=range(len(CONFIGURATIONS)))
def test_every_configuration_of_the_page_loads(text: str) -> None:
    document: JsonObject = yaml.safe_load(text)
    assert loaded(merged(base(), document)).config.selfservice.flows


def test_every_recipe_that_was_promised_is_there() -> None:
    recipes = PAGE.partition("## Recipes")[2].partition("\n## ")[0]
    assert re.findall(r"### (.*)", recipes) == [
        "Sign in after registration",
        "Notify a CRM",
        "Block disposable mail",
        "Sync to another system",
        "Require verification",
    ]


@EACH
async def test_the_plugin_disposable_refuses_addresses_that_do_not_last(client: Client) -> None:
    house = await built(after("registration", hook("disposable:refuse", domains=["mailinator.com"]), "session"))
    visitor = house.visitor(client)
    refused = await visitor.sign_up("ada@Mailinator.com")
    assert refused.answer.status == AGAIN[client]
    (said,) = listed(refused.shown.node("traits.email"), "messages")
    assert said["text"] == "Please use an address that lasts."
    assert await house.identities() == 0
    assert (await visitor.sign_up(ADA)).done


@EACH
async def test_the_plugin_directory_remembers_everybody(client: Client, modules: Path) -> None:
    file = modules / "people.sqlite"
    remember = hook("directory:remember", file=str(file))
    house = await built(merged(after("registration", remember, "session"), after("settings", remember, method="")))
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    form = await visitor.start("settings")
    await visitor.submit(form, method="profile", traits={"email": "ada@changed.test"})
    database = sqlite3.connect(file)
    found = database.execute("SELECT id, email FROM people").fetchall()
    database.close()
    assert found == [((await house.identity_ids())[0], "ada@changed.test")]


@EACH
async def test_the_plugin_doorman_lets_staff_in_from_its_networks_only(client: Client) -> None:
    office = hook("doorman:networks", networks=["10.0.0.0/8"])
    house = await built(merged(after("login", office), after("registration", hook("doorman:plan"), "session")))
    for email in (ADA, "grace@example.org"):
        assert (await house.visitor().sign_up(email)).done
    visitor = house.visitor(client)
    assert (await visitor.sign_in(ADA)).done
    assert part(await visitor.session(), "identity")["metadata_public"] == {"plan": "free"}
    refused = await house.visitor(client).sign_in("grace@example.org")
    assert [each["text"] for each in refused.shown.messages] == ["Please sign in from the office."]
    await house.reconfigured(after("login", hook("doorman:networks", networks=[INSIDE])))
    assert (await house.visitor(client).sign_in("grace@example.org")).done


async def test_the_receiver_tells_genuine_calls_from_others() -> None:
    receiver: ModuleType = importlib.import_module("receiver")
    house = await built()
    at, secret, body = house.clock.now(), "a-long-secret-that-both-of-you-know", b'{"id": 1}'
    headers = dict(delivery_headers("one", at, body, ("a-newer-secret-than-that", secret)))
    now = at.timestamp()
    assert receiver.genuine(headers, body, secret, now)
    assert not receiver.genuine(headers, body, "another-secret-of-length", now)
    assert not receiver.genuine(headers, body + b" ", secret, now)
    assert not receiver.genuine(headers, body, secret, now + 301)
    assert not receiver.genuine({**headers, "webhook-id": "two"}, body, secret, now)
