"""What may the answer of a web hook do, and what is left when it refuses? The same for all clients (WH-08, WH-10 … WH-12)."""

import pytest

from doubles.sink import Web, refusing
from limen.app.scope import Client
from limen.domain.courier.letter import TemplateType
from limen.domain.identity.addresses import AddressStatus
from limen.domain.identity.identity import IdentityState
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from play import ADA, AGAIN, EACH, member
from play_config import OTHER_PASSWORD, PASSWORD, UI, flows, merged
from play_shown import part
from play_web_hooks import DECIDES, INTERRUPT, PARSE, PROVING, only, refused, registering

CHANGES: list[tuple[str, JsonValue, str]] = [
    ("metadata_public", {"a": [1, {"b": None}]}, "metadata_public"),
    ("metadata_public", 0, "metadata_public"),
    ("metadata_admin", {"score": 7}, "metadata_admin"),
    ("traits", {"email": ADA, "name": {"first": "Hook"}}, "traits"),
]


# -- refusing -----------------------------------------------------------------------------------------------------------


@EACH
@DECIDES
@pytest.mark.covers("WH-10", "HOOK-07", "REG-14", "SEED0-02", "FLOW-17", "FLOW-18")
async def test_who_refuses_a_newcomer_leaves_nothing_but_what_the_form_says(
    web: Web, client: Client, config: JsonObject
) -> None:
    house = await web.house(registering(web, web.hook("/late"), **config))
    said = refusing(
        ("#/traits/email", 1001), ("#/traits/name/first", 1002), ("#/password", 1003), ("#/", 1004), ("", 1005)
    )
    web.sink.answers("/first", 400, said)
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    fields: JsonObject = {"method": "password", "password": PASSWORD, "traits": {"email": ADA}}
    outcome = await visitor.submit(form, **fields)
    refused(client, outcome)
    assert [outcome.shown.said_at(name) for name in ("traits.email", "traits.name.first", "password")] == [
        [1001], [1002], [1003]]  # fmt: skip
    assert outcome.shown.said == [1004, 1005]
    assert outcome.shown.attribute("traits.email") == ADA
    assert (await house.identities(), house.letters.to(ADA), web.sink.paths) == (0, [], ["/first"])
    assert not await visitor.signed_in()
    web.sink.from_now_on("/first")
    await visitor.submit(form, **fields)
    assert await visitor.signed_in(), "the form can be sent again"


@EACH
@DECIDES
@pytest.mark.covers("WH-10", "WH-15", "HOOK-07", "LOGIN-20")
async def test_who_refuses_a_sign_in_leaves_no_session_and_ends_none(
    web: Web, client: Client, config: JsonObject
) -> None:
    house = await web.house()
    at_home = await member(house, client)
    hooks: list[JsonValue] = [{"hook": "revoke_active_sessions"}, web.hook("/no", **config), web.hook("/next")]
    await house.reconfigured(flows(login={"after": {"password": {"hooks": hooks}}}))
    web.sink.answers("/no", 403, refusing(("#/identifier", 2001)))
    visitor = house.visitor(client)
    outcome = await visitor.sign_in(ADA)
    refused(client, outcome)
    assert outcome.shown.said_at("identifier") == [2001]
    assert not await visitor.signed_in()
    assert await at_home.signed_in()
    assert web.sink.paths == ["/no"]


@EACH
@DECIDES
@pytest.mark.covers("WH-10", "HOOK-07", "SEED0-03")
async def test_who_refuses_a_change_leaves_everything_as_it_was(web: Web, client: Client, config: JsonObject) -> None:
    hooks: list[JsonValue] = [web.hook("/late"), web.hook("/no", **config)]
    both: JsonObject = {"profile": {"hooks": hooks}, "password": {"hooks": hooks}}
    house = await web.house(PROVING, flows(settings={"after": both}))
    visitor = await member(house, client)
    before, letters = await house.identity(await only(house)), house.letters.to(ADA)
    web.sink.answers("/no", 400, refusing(("#/traits/age", 2010), ("#/password", 2011)))
    form = await visitor.start("settings")
    profile = await visitor.submit(form, method="profile", traits={"email": "new@house.test", "age": 44})
    assert (profile.answer.status, profile.shown.said_at("traits.age")) == (AGAIN[client], [2010])
    assert profile.shown.wire["state"] == "show_form"
    password = await visitor.submit(form, method="password", password=OTHER_PASSWORD)
    assert (password.answer.status, password.shown.said_at("password")) == (AGAIN[client], [2011])
    assert await house.identity(await only(house)) == before
    assert (house.letters.to(ADA), house.letters.to("new@house.test")) == (letters, [])
    assert set(web.sink.paths) == {"/no"}


@EACH
@pytest.mark.covers("HOOK-07", "REC-20", "WH-10")
@pytest.mark.parametrize(("status", "says"), [(400, True), (404, False)])
async def test_who_refuses_a_recovery_lets_nobody_in(web: Web, client: Client, status: int, says: bool) -> None:
    config = PARSE if says else {}
    over = merged(PROVING, flows(recovery={**part(part(part(PROVING, "selfservice"), "flows"), "recovery"),
                                           "after": {"hooks": [web.hook("/no", **config)]}}))  # fmt: skip
    house = await web.house(over)
    await member(house, client)
    web.sink.answers("/no", status, refusing(("#/code", 7)) if says else {})
    visitor = house.visitor(client)
    sent = await visitor.submit(await visitor.start("recovery"), method="code", email=ADA)
    code = house.letters.code(ADA)
    outcome = await visitor.submit(sent.shown, method="code", code=code)
    if says:
        assert outcome.shown.said_at("code") == [7]
    else:
        assert outcome.error["code"] == 502
    assert not await visitor.signed_in()
    web.sink.from_now_on("/no")
    done = await visitor.submit(sent.shown, method="code", code=code)
    assert done.went_to.startswith(f"{UI}/settings?flow="), "the code was not spent by the refusal"


@EACH
@pytest.mark.covers("HOOK-07", "VER-14")
async def test_an_address_is_proven_whatever_a_hook_says_afterwards(web: Web, client: Client) -> None:
    verification = {**part(part(part(PROVING, "selfservice"), "flows"), "verification")}
    over = flows(verification={**verification, "after": {"hooks": [web.hook("/no", **PARSE)]}})
    house = await web.house(over)
    await member(house, client)
    web.sink.answers("/no", 400, refusing(("#/code", 8)))
    visitor = house.visitor(client)
    form = await visitor.start("verification")
    sent = await visitor.submit(form, method="code", email=ADA)
    outcome = await visitor.submit(sent.shown, method="code", code=house.letters.code(ADA))
    assert outcome.answer.status == AGAIN[client]
    assert outcome.shown.wire["state"] == "passed_challenge"
    assert 8 in outcome.shown.said
    (address,) = (await house.identity(await only(house))).verifiable_addresses
    assert (address.verified, address.status) == (True, AddressStatus.COMPLETED)


@EACH
@pytest.mark.covers("WH-08", "HOOK-07")
@pytest.mark.parametrize("status", [400, 404, 422, 501])
async def test_a_target_that_answers_with_an_error_fails_a_sign_in(web: Web, client: Client, status: int) -> None:
    house = await web.house()
    await member(house, client)
    await house.reconfigured(flows(login={"after": {"password": {"hooks": [web.hook("/no"), web.hook("/next")]}}}))
    web.sink.answers("/no", status)
    visitor = house.visitor(client)
    assert (await visitor.sign_in(ADA)).error["code"] == 502
    assert web.sink.paths == ["/no"], "a refusal is not asked for again"
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("WH-08", "HOOK-07", "SEED0-10")
async def test_a_target_that_fails_late_leaves_the_account_and_the_change_but_no_session(
    web: Web, client: Client
) -> None:
    hooks: list[JsonValue] = [web.hook("/late"), {"hook": "session"}]
    over = flows(
        registration={"after": {"password": {"hooks": hooks}}},
        settings={"after": {"password": {"hooks": [web.hook("/settings")]}}},
    )
    house = await web.house(over)
    web.sink.answers("/late", 418)
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).error["code"] == 502
    assert await house.identities() == 1
    assert not await visitor.signed_in()
    assert (await visitor.sign_in(ADA)).done
    web.sink.answers("/settings", 400)
    outcome = await visitor.submit(await visitor.start("settings"), method="password", password=OTHER_PASSWORD)
    assert outcome.error["code"] == 502
    assert (await house.visitor(client).sign_in(ADA, OTHER_PASSWORD)).done


@EACH
@DECIDES
@pytest.mark.covers("WH-10", "WH-12")
@pytest.mark.parametrize(
    "body",
    [b"", b"{not json", b"[]", b"{}", b'{"messages": []}', b'{"messages": "no"}', b'{"messages": [{"messages": 1}]}', b"[" * 100],
)  # fmt: skip
async def test_a_refusal_that_cannot_be_shown_is_an_error_and_no_form(
    web: Web, client: Client, config: JsonObject, body: bytes
) -> None:
    house = await web.house(registering(web, **config))
    web.sink.answers("/first", 400, body)
    assert (await house.visitor(client).sign_up(ADA)).error["code"] == 502
    assert await house.identities() == 0


# -- changing -----------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("WH-11", "SEED0-02", "ID-21")
@pytest.mark.parametrize(("key", "value", "field"), CHANGES)
async def test_each_key_replaces_that_part_of_a_newcomer_only(
    web: Web, client: Client, key: str, value: JsonValue, field: str
) -> None:
    house = await web.house(registering(web, web.hook("/second", **PARSE), **PARSE))
    web.sink.answers("/first", 200, {"identity": {key: value, "id": "other", "credentials": {"oidc": {}}}})
    visitor = await member(house, client)
    stored = await house.identity(await only(house))
    assert getattr(stored, field) == JsonDoc.of(value)
    assert stored.traits.members()["email"] == ADA
    assert set(stored.credentials) == {"password"}, "credentials are not a target's to change"
    seen = part(web.sink.at("/second")[0].ctx, "identity")
    assert seen.get(key) == (None if key == "metadata_admin" else value), "the next hook sees the change"
    assert (await visitor.whoami()).status == 200


@EACH
@pytest.mark.covers("WH-11")
async def test_a_target_may_verify_addresses_choose_a_schema_and_give_an_outer_id(web: Web, client: Client) -> None:
    house = await web.house(registering(web, **PARSE))
    address: JsonObject = {"value": ADA, "verified": True, "via": "email", "status": "completed", "extra": 1}
    change: JsonObject = {"verifiable_addresses": [address], "recovery_addresses": [], "external_id": "ext-1"}
    web.sink.answers("/first", 200, {"identity": change, "something": "else"})
    await member(house, client)
    stored = await house.identity(await only(house))
    assert [(each.value, each.verified) for each in stored.verifiable_addresses] == [(ADA, True)]
    assert [each.value for each in stored.recovery_addresses] == [ADA], "an empty list changes nothing"
    assert stored.external_id == "ext-1"
    assert TemplateType.VERIFICATION_CODE_VALID not in house.letters.to(ADA)


@EACH
@pytest.mark.covers("WH-11", "SESS-30", "LOGIN-28")
async def test_a_target_may_keep_a_newcomer_waiting(web: Web, client: Client) -> None:
    house = await web.house(registering(web, web.hook("/late"), **PARSE))
    web.sink.answers("/first", 200, {"identity": {"state": "inactive"}})
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert outcome.shown.said == [4010011]
    stored = await house.identity(await only(house))
    assert stored.state is IdentityState.INACTIVE
    assert (web.sink.paths, house.letters.to(ADA)) == (["/first"], []), "nothing follows from it yet"
    assert not await visitor.signed_in()
    assert (await visitor.sign_in(ADA)).shown.said == [4010011]


@EACH
@pytest.mark.covers("WH-11")
@pytest.mark.parametrize("answer", [{}, {"identity": {}}, {"identity": None}, {"other": 1}, None])
async def test_an_answer_without_changes_changes_nothing(web: Web, client: Client, answer: JsonValue) -> None:
    house = await web.house(registering(web, **PARSE))
    web.sink.answers("/first", 204 if answer is None else 200, answer)
    await member(house, client)
    stored = await house.identity(await only(house))
    assert (stored.traits.value(), stored.metadata_public) == ({"email": ADA}, None)


@EACH
@pytest.mark.covers("WH-11", "REG-14")
@pytest.mark.parametrize(
    ("change", "said"),
    [({"traits": {"email": ADA, "name": {"first": "a\0b"}}}, "form"), ({"traits": {"email": "no address"}}, "form"), ({"traits": []}, "form"), ({"schema_id": "nowhere"}, "404"), ({"state": "odd"}, "502")],
)  # fmt: skip
async def test_a_change_that_nobody_may_make_is_refused(
    web: Web, client: Client, change: JsonObject, said: str
) -> None:
    house = await web.house(registering(web, **PARSE))
    web.sink.answers("/first", 200, {"identity": change})
    outcome = await house.visitor(client).sign_up(ADA)
    assert ("form" if outcome.form else str(outcome.error["code"])) == said
    assert await house.identities() == 0


@EACH
@pytest.mark.covers("WH-11", "SEED0-03")
async def test_a_settings_hook_changes_what_is_stored_and_an_interrupting_one_does_not(
    web: Web, client: Client
) -> None:
    over = flows(
        settings={
            "after": {
                "profile": {"hooks": [web.hook("/late"), web.hook("/change", **PARSE)]},
                "password": {"hooks": [web.hook("/interrupt", **INTERRUPT)]},
            }
        }
    )
    house = await web.house(over)
    visitor = await member(house, client)
    change: JsonObject = {"identity": {"traits": {"email": ADA}, "metadata_public": {"seen": 1}}}
    web.sink.answers("/change", 200, change)
    web.sink.answers("/interrupt", 200, {"identity": {"metadata_public": {"seen": 2}}})
    await visitor.submit(await visitor.start("settings"), method="profile", traits={"email": ADA, "age": 44})
    assert web.sink.paths == ["/change", "/late"]
    assert part(web.sink.at("/late")[0].ctx, "identity")["metadata_public"] == {"seen": 1}
    await visitor.submit(await visitor.start("settings"), method="password", password=OTHER_PASSWORD)
    stored = await house.identity(await only(house))
    assert (stored.traits.value(), stored.metadata_public) == ({"email": ADA}, JsonDoc.of({"seen": 1}))
    assert (await house.visitor(client).sign_in(ADA, OTHER_PASSWORD)).done


@EACH
@pytest.mark.covers("WH-11", "WH-15")
async def test_a_sign_in_stores_no_change_of_a_target(web: Web, client: Client) -> None:
    house = await web.house(flows(login={"after": {"password": {"hooks": [web.hook("/change", **PARSE)]}}}))
    await member(house, client)
    before = await house.identity(await only(house))
    web.sink.answers("/change", 200, {"identity": {"metadata_public": {"seen": 1}}})
    assert (await house.visitor(client).sign_in(ADA)).done
    assert await house.identity(await only(house)) == before


@EACH
@pytest.mark.covers("WH-12")
@pytest.mark.parametrize("body", [b"", b"{not json", b"[]", b"7", b"[" * 100 + b"]" * 100])
async def test_an_answer_that_cannot_be_read_fails_the_flow(web: Web, client: Client, body: bytes) -> None:
    house = await web.house(registering(web, **PARSE))
    web.sink.answers("/first", 200, body)
    assert (await house.visitor(client).sign_up(ADA)).error["code"] == 502
    assert await house.identities() == 0
