"""Does signing up do what people and programs expect? One step or two, every input, every client (REG-*, PWD-*)."""

from collections.abc import Awaitable, Callable

import pytest

from doubles.passwords import PlainPasswords
from limen.app.scope import Client
from limen.config.model import Config
from limen.kernel.json_doc import JsonObject, JsonValue
from play import ADA, AGAIN, BOB, EACH, EACH_WEB, SESSION_COOKIE, built
from play_config import EMAIL_TRAIT, NICKNAME, PASSWORD, PUBLIC, UI, after, flows, inline, merged, person
from play_shown import Outcome, listed, part

TWO_STEPS = flows(registration={"style": "profile_first"})
NO_SESSION = after("registration")


# -- the form -----------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("REG-04", "REG-09", "REG-21", "REG-22", "PWD-07", "FLOW-01", "FLOW-19", "SEED4-33", "SEED4-34")
async def test_one_form_for_everything(client: Client) -> None:
    form = await (await built()).visitor(client).start("registration")
    assert [
        (node["group"], part(node, "attributes")["name"], part(node, "attributes")["type"]) for node in form.nodes
    ] == [
        ("default", "csrf_token", "hidden"),
        ("default", "traits.email", "email"),
        ("password", "password", "password"),
        ("default", "traits.name.first", "text"),
        ("default", "traits.name.last", "text"),
        ("default", "traits.newsletter", "checkbox"),
        ("default", "traits.age", "number"),
        ("password", "method", "submit"),
    ]
    password = part(form.node("password"), "attributes")
    assert (password["required"], password["autocomplete"]) == (True, "new-password")
    assert form.attribute("traits.email", "required") is True
    assert "required" not in part(form.node("traits.name.first"), "attributes")
    assert form.buttons == [("method", "password", 1040001)]
    assert part(part(form.node("traits.email"), "meta"), "label")["id"] == 1070002
    assert (form.wire["state"], form.said) == ("choose_method", [])
    assert part(form.wire, "ui")["action"] == f"{PUBLIC}/self-service/registration?flow={form.id}"


@EACH
@pytest.mark.covers("REG-22")
@pytest.mark.parametrize("group", ["default", "password"])
async def test_the_group_of_the_traits_can_be_the_old_one(client: Client, group: str) -> None:
    house = await built({"feature_flags": {"password_profile_registration_node_group": group}})
    form = await house.visitor(client).start("registration")
    assert form.node("traits.email")["group"] == group


@EACH
@pytest.mark.covers("REG-01", "FLOW-10")
async def test_where_nobody_may_sign_up(client: Client) -> None:
    outcome = await (await built(flows(registration={"enabled": False}))).visitor(client).begin("registration")
    assert outcome.error_id == "self_service_flow_disabled"
    assert outcome.answer.status == (303 if client is Client.BROWSER else 400)


@EACH
@pytest.mark.covers("REG-02", "SEED4-39")
async def test_who_signed_in_meanwhile_makes_no_second_account(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    assert (await visitor.sign_up(ADA)).done
    outcome = await visitor.submit(form, method="password", password=PASSWORD, traits={"email": BOB})
    if client is Client.BROWSER:
        assert (outcome.answer.status, outcome.went_to) == (303, f"{UI}/")
    else:
        assert (outcome.answer.status, outcome.error_id) == (400, "session_already_available")
    assert await house.identities() == 1


# -- what is entered ----------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("REG-10", "FLOW-09", "FLOW-17", "FLOW-18", "PWD-06", "SEED4-40")
@pytest.mark.parametrize(
    ("traits", "password", "said"),
    [
        ({}, PASSWORD, {"traits.email": [4000002]}),
        ({"email": ADA}, "", {"password": [4000002]}),
        ({}, "", {"traits.email": [4000002], "password": [4000002]}),
        ({"email": "nobody"}, PASSWORD, {"traits.email": [4000040]}),
        ({"email": ADA, "name": {"first": "A"}}, PASSWORD, {"traits.name.first": [4000003]}),
        ({"email": ADA, "age": 12}, PASSWORD, {"traits.age": [4000018]}),
        ({"email": ADA}, "short", {"password": [4000032]}),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    client: Client, traits: JsonObject, password: str, said: dict[str, list[int]]
) -> None:
    house = await built()
    visitor = house.visitor(client)
    outcome = await visitor.submit(
        await visitor.start("registration"), method="password", password=password, traits=traits
    )
    shown = outcome.shown
    assert outcome.answer.status == AGAIN[client]
    assert {name: shown.said_at(name) for name in shown.names if shown.said_at(name)} == said
    assert shown.said == []
    if traits.get("email"):
        assert shown.attribute("traits.email") == traits["email"]
    assert shown.attribute("password") is None
    assert await house.identities() == 0
    done = await visitor.submit(shown, method="password", password=PASSWORD, traits={"email": ADA})
    assert done.done


@EACH
@pytest.mark.covers("REG-10", "NEGO-03")
async def test_a_trait_that_the_schema_does_not_know(client: Client) -> None:
    """Fields of a form are read by the schema, so what it does not name is not read; JSON is taken as it is, and refused."""
    house = await built()
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA, unknown="x")
    if client is Client.BROWSER:
        assert outcome.done
        assert (await house.identity((await house.identity_ids())[0])).traits.value() == {"email": ADA}
    else:
        assert outcome.shown.everything_said == [4000001]
        assert await house.identities() == 0


@EACH
@pytest.mark.covers("NEGO-03", "REG-09", "REG-10")
async def test_values_become_what_the_schema_says(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    sent: JsonObject = {"email": ADA, "name": {"first": "Ada", "last": "L."}, "newsletter": True, "age": 36}
    form = await visitor.start("registration")
    assert (await visitor.submit(form, method="password", password=PASSWORD, traits=sent)).done
    assert (await house.identity((await house.identity_ids())[0])).traits.value() == sent


@EACH
@pytest.mark.covers("NEGO-03")
async def test_dotted_names_and_objects_are_the_same(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    dotted: JsonObject = {"traits.email": ADA, "traits.name.first": "Ada"}
    outcome = await visitor.submit(await visitor.start("registration"), method="password", password=PASSWORD, **dotted)
    assert outcome.done
    stored = (await house.identity((await house.identity_ids())[0])).traits.value()
    assert stored == {"email": ADA, "name": {"first": "Ada"}}


@EACH
@pytest.mark.covers("REG-12")
async def test_an_identifier_that_is_taken(client: Client) -> None:
    house = await built()
    assert (await house.visitor().sign_up(ADA)).done
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA.upper(), name={"first": "Another"})
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000007])
    assert outcome.shown.attribute("traits.name.first") == "Another"
    assert outcome.answer.cookie(SESSION_COOKIE) == ""
    assert await house.identities() == 1
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("REG-12")
async def test_with_hints_it_is_told_how_the_other_one_signs_in(client: Client) -> None:
    house = await built(flows(registration={"login_hints": True}))
    assert (await house.visitor().sign_up(ADA)).done
    outcome = await house.visitor(client).sign_up(ADA)
    assert outcome.shown.said == [4000028]
    assert outcome.shown.messages[0]["context"] == {
        "available_credential_types": ["password"],
        "available_oidc_providers": [],
        "credential_identifier_hint": ADA,
    }


@EACH
@pytest.mark.covers("PWD-08")
async def test_without_anything_to_sign_in_with_there_is_no_account(client: Client) -> None:
    house = await built(schema=person({"nick": {"type": "string"}}))
    visitor = house.visitor(client)
    outcome = await visitor.submit(
        await visitor.start("registration"), method="password", password=PASSWORD, traits={"nick": "ada"}
    )
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000009])
    assert await house.identities() == 0


@EACH
@pytest.mark.covers("REG-11", "FLOW-11", "FLOW-12")
@pytest.mark.parametrize("method", [None, "", "code", "oidc", "passkey", "magic", 7])
async def test_a_method_that_is_not_there_is_nobody_s(client: Client, method: JsonValue) -> None:
    house = await built()
    visitor = house.visitor(client)
    fields: JsonObject = {} if method is None else {"method": method}
    outcome = await visitor.submit(
        await visitor.start("registration"), password=PASSWORD, traits={"email": ADA}, **fields
    )
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4010003])
    assert await house.identities() == 0


# -- what comes of it ---------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers(
    "REG-15", "REG-16", "REG-17", "HOOK-10", "CW-01", "CW-05", "CW-07", "SEED3-01", "SEED3-07", "SEED3-09"
)
async def test_signing_up_signs_in(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    items = listed(outcome.result, "continue_with")
    assert (await visitor.session())["active"] is True
    match client:
        case Client.BROWSER:
            assert (outcome.answer.status, outcome.went_to) == (303, f"{UI}/")
            assert visitor.jar[SESSION_COOKIE]
        case Client.SPA:
            assert outcome.result.keys() == {"identity", "session", "continue_with"}
            assert items == [{"action": "redirect_browser_to", "redirect_browser_to": f"{UI}/"}]
            assert visitor.jar[SESSION_COOKIE]
        case Client.API:
            assert outcome.result.keys() == {"identity", "session", "session_token", "continue_with"}
            assert items == [{"action": "set_ory_session_token", "ory_session_token": outcome.session_token}]
            assert outcome.answer.all_headers("set-cookie") == []


@EACH
@pytest.mark.covers("REG-15", "REG-16", "REG-17", "REG-18", "SEED0-20", "SEED4-37")
async def test_without_the_hook_there_is_an_account_and_no_session(client: Client) -> None:
    house = await built(NO_SESSION)
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert outcome.done
    assert not await visitor.signed_in()
    assert outcome.answer.cookie(SESSION_COOKIE) == ""
    match client:
        case Client.BROWSER:
            assert outcome.went_to == f"{UI}/"
        case Client.SPA:
            assert outcome.result.keys() == {"identity", "continue_with"}
            assert outcome.went_to == f"{UI}/"
        case Client.API:
            assert outcome.result.keys() == {"identity", "continue_with"}
            assert outcome.result["continue_with"] is None
    assert (await visitor.sign_in(ADA)).done


@EACH_WEB
@pytest.mark.covers("REG-17", "REG-16", "FLOW-13", "SEED4-18", "SEED4-38")
@pytest.mark.parametrize(
    ("more", "wanted", "where"),
    [
        ({}, "", f"{UI}/"),
        ({"default_browser_return_url": f"{UI}/dashboard"}, "", f"{UI}/dashboard"),
        ({"default_browser_return_url": f"{UI}/dashboard"}, f"{UI}/wish", f"{UI}/wish"),
    ],
)
async def test_where_it_leads(client: Client, more: JsonObject, wanted: str, where: str) -> None:
    visitor = (await built(flows(registration={"after": more}))).visitor(client)
    form = await visitor.start("registration", **({"return_to": wanted} if wanted else {}))
    outcome = await visitor.submit(form, method="password", password=PASSWORD, traits={"email": ADA})
    assert outcome.went_to == where


@EACH
@pytest.mark.covers("REG-24", "REG-15")
async def test_the_new_identity_as_its_person_sees_it(client: Client) -> None:
    visitor = (await built()).visitor(client)
    outcome = await visitor.sign_up("Ada@House.Test")
    identity = part(await visitor.session(), "identity")
    assert (identity["schema_id"], identity["state"]) == ("default", "active")
    (verifiable,) = listed(identity, "verifiable_addresses")
    assert {name: verifiable[name] for name in ("value", "via", "verified", "status")} == {
        "value": ADA,
        "via": "email",
        "verified": False,
        "status": "pending",
    }
    (recovery,) = listed(identity, "recovery_addresses")
    assert (recovery["value"], recovery["via"]) == (ADA, "email")
    assert not {"credentials", "metadata_admin"} & identity.keys()
    assert PASSWORD.encode() not in outcome.answer.body


@EACH
@pytest.mark.covers("REG-23", "REG-12")
async def test_a_form_makes_one_account_however_often_it_is_sent(client: Client) -> None:
    house = await built(NO_SESSION)
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    for _ in range(2):
        outcome = await visitor.submit(form, method="password", password=PASSWORD, traits={"email": ADA})
    assert outcome.shown.said in ([4000007], [4040002])
    assert await house.identities() == 1


class Interrupted(PlainPasswords):
    """Lets something else happen while a password is hashed, once."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def hash(self, password: str, config: Config) -> str:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super().hash(password, config)


@EACH
@pytest.mark.covers("REG-23")
async def test_who_came_second_does_not_open_the_form_for_a_third(client: Client) -> None:
    passwords = Interrupted()
    house = await built(NO_SESSION, passwords=passwords)
    visitor = house.visitor(client)
    form = await visitor.start("registration")

    def sent(email: str) -> Awaitable[Outcome]:
        return visitor.submit(form, method="password", password=PASSWORD, traits={"email": email})

    passwords.meanwhile = lambda: sent(ADA)
    assert (await sent(BOB)).shown.said == [4040002]
    assert (await sent("eve@house.test")).shown.said == [4040002]
    assert await house.identities() == 1


@EACH
@pytest.mark.covers("REG-08", "FLOW-13")
async def test_where_the_proof_of_an_address_leads_is_noted_if_it_is_allowed(client: Client) -> None:
    visitor = (await built()).visitor(client)
    form = await visitor.start("registration", after_verification_return_to=f"{UI}/welcome")
    assert (await visitor.submit(form, method="password", password=PASSWORD, traits={"email": ADA})).done
    visitor.forget_session()
    refused = await visitor.begin("registration", after_verification_return_to="https://evil.test/")
    assert refused.error_id == "self_service_flow_return_to_forbidden"


@EACH
@pytest.mark.covers("REG-07", "REG-10")
async def test_another_schema_asks_for_other_things(client: Client) -> None:
    staff = person({"nick": NICKNAME, "email": EMAIL_TRAIT}, "nick")

    schemas: list[JsonValue] = [
        {"id": "default", "url": inline(person())},
        {"id": "staff", "url": inline(staff), "selfservice_selectable": True},
    ]
    house = await built(merged({"identity": {"schemas": schemas}}, {}))
    visitor = house.visitor(client)
    form = await visitor.start("registration", identity_schema="staff")
    outcome = await visitor.submit(form, method="password", password=PASSWORD, traits={"nick": "ada"})
    assert outcome.done
    identity = part(await visitor.session(), "identity")
    assert (identity["schema_id"], identity["traits"]) == ("staff", {"nick": "ada"})
