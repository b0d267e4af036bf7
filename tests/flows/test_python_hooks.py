"""Can a hook in Python change, refuse and redirect what people do, and is it seen afterwards that it did?"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from doubles import plugins
from doubles.plugins import heard, python
from limen.adapters.plugins import ImportedPlugins
from limen.app.hooks.journal import PER_FLOW
from limen.app.scope import Client
from limen.bootstrap.build import require_plugins
from limen.config.problems import ConfigRefused
from limen.kernel.json_doc import JsonObject
from play import ADA, AGAIN, EACH, EACH_WEB, House, Visitor, built, loaded
from play_config import UI, after, base, entries, flows, merged
from play_shown import Outcome, listed, part

FIELD = "traits.email"


@pytest.fixture(autouse=True)
def _nothing_heard_yet() -> Iterator[None]:
    plugins.HEARD.clear()
    plugins.RELEASED.clear()
    yield
    plugins.RELEASED.set()


async def runs(house: House, flow: str) -> list[JsonObject]:
    """What an operator is told of the hooks of a flow."""
    answer = await house.operate("GET", f"/admin/flows/{flow}/hooks", {})
    assert answer.status == 200, answer.body
    assert answer.json["flow_id"] == flow
    return list(listed(answer.json, "hooks"))


async def sign_up(visitor: Visitor, email: str = ADA) -> tuple[str, Outcome]:
    form = await visitor.start("registration")
    return form.id, await visitor.submit(
        form, method="password", password="correct-horse-7battery", traits={"email": email}
    )


# -- what it may say ----------------------------------------------------------------------------------------------------


@EACH
async def test_a_plugin_changes_a_newcomer_before_the_account_is_stored(client: Client) -> None:
    house = await built(after("registration", python("rename"), python("readdress"), "session"))
    visitor = house.visitor(client)
    assert (await sign_up(visitor))[1].done
    identity = part(await visitor.session(), "identity")
    assert identity["traits"] == {"email": "changed@house.test", "name": {"first": "Renamed"}}
    assert [address["value"] for address in listed(identity, "verifiable_addresses")] == ["changed@house.test"]
    assert identity["metadata_public"] == {"plan": "free"}
    stored = await house.identity(str(identity["id"]))
    assert stored.metadata_admin is not None
    assert stored.metadata_admin.value() == ["seen"]


@EACH
async def test_what_a_plugin_makes_of_a_newcomer_is_checked(client: Client) -> None:
    house = await built(after("registration", python("spoil"), "session"))
    _, outcome = await sign_up(house.visitor(client))
    assert outcome.shown.said_at(FIELD) == [4000040]
    assert await house.identities() == 0


@EACH
@pytest.mark.parametrize("field", ["", FIELD])
async def test_a_plugin_refuses_with_a_sentence_where_it_belongs(client: Client, field: str) -> None:
    house = await built(after("registration", python("refuse", options={"field": field}), "session"))
    visitor = house.visitor(client)
    _, outcome = await sign_up(visitor)
    assert outcome.answer.status == AGAIN[client]
    said = outcome.shown.messages if not field else listed(outcome.shown.node(field), "messages")
    assert [(each["id"], each["text"], each["type"]) for each in said] == [(4000001, "The plugin says no.", "error")]
    assert await house.identities() == 0
    assert not await visitor.signed_in()


@EACH
async def test_a_plugin_refuses_a_form(client: Client) -> None:
    house = await built(flows(login={"before": {"hooks": entries(python("refuse"))}}))
    outcome = await house.visitor(client).begin("login")
    assert outcome.form is None
    assert outcome.error["code"] == 400


@EACH
async def test_a_plugin_refuses_a_sign_in(client: Client) -> None:
    house = await built(after("login", python("refuse")))
    visitor = house.visitor(client)
    assert (await sign_up(visitor))[1].done
    visitor.forget_session()
    outcome = await visitor.sign_in(ADA)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000001])
    assert not await visitor.signed_in()


@EACH
async def test_a_plugin_changes_settings_before_they_are_stored(client: Client) -> None:
    house = await built(after("settings", python("rename"), method="profile"))
    visitor = house.visitor(client)
    assert (await sign_up(visitor))[1].done
    outcome = await visitor.submit(
        await visitor.start("settings"), method="profile", traits={"email": ADA, "name": {"first": "Ada"}}
    )
    assert outcome.shown.said == [1050001]
    assert part(await visitor.session(), "identity")["traits"] == {"email": ADA, "name": {"first": "Renamed"}}


@EACH_WEB
@pytest.mark.parametrize("kind", ["login", "registration"])
async def test_a_plugin_sends_browsers_elsewhere(client: Client, kind: str) -> None:
    listed_only = {"registration": "registered_elsewhere", "login": "elsewhere"}[kind]
    house = await built(merged(after("registration"), after(kind, python(listed_only))))
    visitor = house.visitor(client)
    _, outcome = await sign_up(visitor)
    if kind == "login":
        outcome = await visitor.sign_in(ADA)
    assert outcome.went_to == (plugins.ELSEWHERE if client is Client.BROWSER else f"{UI}/")


# -- when it fails ------------------------------------------------------------------------------------------------------

FAILING = ["broken", "broken_later", "nonsense", "unwritable", "hang", "rename_anything", "somewhere_else"]


@EACH
@pytest.mark.parametrize("call", FAILING)
async def test_a_plugin_that_fails_refuses(client: Client, call: str) -> None:
    house = await built(after("registration", python(call, timeout="30ms"), "session"))
    house.tolerated.add(500)
    flow, outcome = await sign_up(house.visitor(client))
    assert (outcome.error["code"], outcome.error_id) == (500, "hook_failed")
    assert "secret" not in str(outcome.error) + str(house.log.lines)
    assert [run["outcome"] for run in await runs(house, flow)][-1] == "refused"
    assert await house.identities() == (1 if call in {"rename_anything", "somewhere_else"} else 0)


@EACH
@pytest.mark.parametrize("call", FAILING)
async def test_a_plugin_that_fails_is_passed_over_where_that_is_wanted(client: Client, call: str) -> None:
    hook = python(call, timeout="30ms", on_error="ignore")
    house = await built(after("registration", hook, "session"))
    visitor = house.visitor(client)
    flow, outcome = await sign_up(visitor)
    assert outcome.done
    assert await visitor.signed_in()
    assert "failed, ignored" in [run["answer"] for run in await runs(house, flow)]
    assert "a hook in Python failed" in house.log.events("warning")


def test_a_function_that_is_not_there_is_named_with_its_place(tmp_path: Path) -> None:
    document = merged(base(), after("login", python("note"), python("nobody"), python("nothing_either")))
    with pytest.raises(ConfigRefused) as refused:
        require_plugins(loaded(document), ImportedPlugins())
    assert [(each.path, each.origin) for each in refused.value.problems] == [
        (f"selfservice.flows.login.after.password.hooks.{at}.config.call", "house.json") for at in (1, 2)
    ]
    assert "the module doubles.plugins has no nobody" in refused.value.reason


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({}, "call"),
        ({"call": ""}, "not empty"),
        ({"call": 7}, "expected text"),
        ({"call": "a:b", "timeout": "soon"}, "duration"),
        ({"call": "a:b", "on_error": "panic"}, "refuse, ignore"),
        ({"call": "a:b", "paths": []}, "unknown key"),
        ({"call": "a:b", "options": 7}, "expected an object"),
        ({"call": "a:b", "timeout": "0s"}, "needs some time"),
    ],
)
def test_its_settings_are_checked(config: JsonObject, reason: str) -> None:
    with pytest.raises(ConfigRefused, match=reason):
        loaded(merged(base(), after("login", {"hook": "python", "config": config})))


# -- what it is told ----------------------------------------------------------------------------------------------------


@EACH
async def test_a_plugin_is_told_who_when_and_what_and_no_secret(client: Client) -> None:
    hook = python("note", options={"list": ["a"], "on": True})
    house = await built(after("registration", hook, "session"))
    visitor = house.visitor(client)
    visitor.headers["user-agent"] = "Netscape"
    form = await visitor.start("registration")
    assert (
        await visitor.submit(
            form,
            method="password",
            password="correct-horse-7battery",
            traits={"email": ADA, "age": 44},
            transient_payload={"campaign": "spring"},
        )
    ).done
    registering, registered = [event for event in plugins.HEARD if event.flow.id == form.id][-2:]
    assert isinstance(registering, plugins.Registering)
    assert isinstance(registered, plugins.Registered)
    assert registering.person.traits == {"email": ADA, "age": 44}
    assert registering.person == registered.person
    assert registering.person.credentials == ("password",)
    assert [(each.value, each.via, each.verified) for each in registering.person.addresses] == [(ADA, "email", False)]
    assert registering.options == {"list": ["a"], "on": True}
    assert (registering.visitor.client, registering.visitor.user_agent) == (client.value, "Netscape")
    assert (registering.flow.kind, registering.method) == ("registration", "password")
    assert registering.flow.transient_payload == {"campaign": "spring"}
    assert "correct-horse" not in repr([registering, registered])
    assert "$" not in str(registered.person), "no hash either"


@EACH
async def test_a_plugin_hears_what_its_annotation_names(client: Client) -> None:
    house = await built(
        merged(
            after("registration", python("some"), python("greeter")),
            flows(registration={"before": {"hooks": entries(python("some"), python("greeter"))}}),
        )
    )
    flow, outcome = await sign_up(house.visitor(client))
    assert outcome.done
    assert heard(flow=flow) == ["FlowStarting", "Registering", "Registered"]


# -- what is seen of it -------------------------------------------------------------------------------------------------


@EACH
async def test_a_flow_can_be_asked_which_hooks_ran(client: Client) -> None:
    house = await built(
        merged(
            after("registration", "session", python("some"), python("rename")),
            flows(registration={"before": {"hooks": entries(python("note"))}}),
        )
    )
    flow, outcome = await sign_up(house.visitor(client))
    assert outcome.done
    seen = [(run["event"], run["hook"], run["label"], run["outcome"], run["answer"]) for run in await runs(house, flow)]
    assert seen == [
        ("FlowStarting", "python", "doubles.plugins:note", "went_on", ""),
        ("Registering", "python", "doubles.plugins:some", "went_on", ""),
        ("Registering", "python", "doubles.plugins:rename", "went_on", "changed"),
        ("Registered", "python", "doubles.plugins:some", "went_on", ""),
        ("Registered", "session", "", "went_on", "IssueSession"),
    ]
    lines = [facts for _, event, facts in house.log.lines if event == "hook ran"]
    assert [line["hook"] for line in lines] == [hook for _, hook, *_ in seen]
    assert ADA not in json.dumps(await runs(house, flow)) + str(lines)


@EACH
async def test_a_refusal_is_seen_too(client: Client) -> None:
    house = await built(after("registration", python("refuse", options={"field": FIELD}), python("note"), "session"))
    flow, _ = await sign_up(house.visitor(client))
    assert [(run["outcome"], run["answer"]) for run in await runs(house, flow)] == [
        ("refused", "told the person: 4000001 at traits.email")
    ]


async def test_what_is_kept_of_one_flow_is_bounded_and_goes_with_it() -> None:
    house = await built(after("registration", python("refuse")))
    visitor = house.visitor()
    form = await visitor.start("registration")
    for _ in range(PER_FLOW + 3):
        await visitor.submit(form, method="password", password="correct-horse-7battery", traits={"email": ADA})
    assert len(await runs(house, form.id)) == PER_FLOW
    house.clock.advance(hours=25)
    await house.storage.remove_expired(house.clock.now(), 1000)
    assert await runs(house, form.id) == []


async def test_what_is_no_flow_id_is_refused_and_an_unknown_flow_has_no_hooks() -> None:
    house = await built()
    assert (await house.operate("GET", "/admin/flows/one/hooks", {})).status == 400
    assert await runs(house, "00000000-0000-4000-8000-00000000ffff") == []
