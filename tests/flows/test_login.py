"""Does signing in do what people and programs expect? Every state, every input, every client (LOGIN-*, PWD-*)."""

import pytest

from limen.app.scope import Client
from play import ADA, AGAIN, EACH, EACH_WEB, SESSION_COOKIE, built, stranger
from play_config import EMAIL_TRAIT, NICKNAME, OTHER_PASSWORD, PASSWORD, PUBLIC, UI, flows, inline, person
from play_shown import listed, part

# -- the form -----------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("LOGIN-01", "FLOW-01", "FLOW-02", "FLOW-03", "FLOW-04", "NEGO-04", "NEGO-06", "SEED0-17")
async def test_a_new_form(client: Client) -> None:
    house = await built()
    form = await house.visitor(client).start("login")
    type = "api" if client is Client.API else "browser"
    expected = {
        "type": type,
        "state": "choose_method",
        "requested_aal": "aal1",
        "refresh": False,
        "organization_id": None,
        "issued_at": "2030-01-01T12:00:00Z",
        "expires_at": "2030-01-01T12:10:00Z",
        "created_at": "2030-01-01T12:00:00Z",
        "updated_at": "2030-01-01T12:00:00Z",
        "request_url": f"{PUBLIC}/self-service/login/{type}",
    }
    assert {name: form.wire[name] for name in expected} == expected
    assert part(form.wire, "ui")["action"] == f"{PUBLIC}/self-service/login?flow={form.id}"
    assert part(form.wire, "ui")["method"] == "POST"
    assert "messages" not in part(form.wire, "ui")
    assert not {"active", "return_to", "transient_payload", "identity_schema"} & form.wire.keys()


@EACH
@pytest.mark.covers("LOGIN-13", "LOGIN-30", "LOGIN-31", "PWD-02", "FLOW-19")
async def test_the_fields_and_their_order(client: Client) -> None:
    form = await (await built()).visitor(client).start("login")
    assert [(node["group"], part(node, "attributes")["name"]) for node in form.nodes] == [
        ("default", "csrf_token"),
        ("default", "identifier"),
        ("password", "password"),
        ("password", "method"),
    ]
    identifier, password = part(form.node("identifier"), "attributes"), part(form.node("password"), "attributes")
    assert (identifier["type"], identifier["required"]) == ("text", True)
    assert "autocomplete" not in identifier
    assert (password["type"], password["required"], password["autocomplete"]) == ("password", True, "current-password")
    assert form.buttons == [("method", "password", 1010022)]
    assert bool(form.csrf) is (client is not Client.API)


@pytest.mark.covers("LOGIN-31")
@pytest.mark.parametrize(
    ("traits", "label"),
    [
        ({"email": EMAIL_TRAIT}, (1070002, "E-mail address")),
        ({"nick": NICKNAME}, (1070002, "Nickname")),
        ({"email": EMAIL_TRAIT, "nick": NICKNAME}, (1070004, "ID")),
        ({"nick": {name: value for name, value in NICKNAME.items() if name != "title"}}, (1070004, "ID")),
    ],
)
async def test_the_identifier_is_called_what_the_schema_calls_it(
    traits: dict[str, object], label: tuple[int, str]
) -> None:
    form = await (await built(schema=person(traits))).visitor().start("login")
    shown = part(part(form.node("identifier"), "meta"), "label")
    assert (shown["id"], shown["text"]) == label
    if label[0] == 1070002:
        name = next(iter(traits))
        assert shown["context"] == {"title": label[1], "name": f"traits.{name}"}


@EACH
@pytest.mark.covers("LOGIN-32", "FLOW-12", "FLOW-11")
async def test_where_no_method_is_on_there_is_an_empty_form(client: Client) -> None:
    house = await built({"selfservice": {"methods": {"password": {"enabled": False}}}})
    visitor = house.visitor(client)
    form = await visitor.start("login")
    assert form.names == ([] if client is Client.API else ["csrf_token"])
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4010002])


SCHEMAS = {
    "identity": {
        "schemas": [
            {"id": "default", "url": inline(person())},
            {"id": "staff", "url": inline(person({"nick": NICKNAME})), "selfservice_selectable": True},
            {"id": "machines", "url": inline(person({"nick": NICKNAME}))},
        ]
    }
}


@EACH
@pytest.mark.covers("LOGIN-09", "REG-07")
@pytest.mark.parametrize("kind", ["login", "registration"])
@pytest.mark.parametrize("wanted", ["staff", "default"])
async def test_a_schema_that_people_may_choose(client: Client, kind: str, wanted: str) -> None:
    form = await (await built(SCHEMAS)).visitor(client).start(kind, identity_schema=wanted)
    assert form.wire["identity_schema"] == wanted
    if kind == "login":
        label = part(part(form.node("identifier"), "meta"), "label")
        assert label["text"] == ("Nickname" if wanted == "staff" else "E-mail address")
    else:
        assert ("traits.nick" in form.names) is (wanted == "staff")


@EACH
@pytest.mark.covers("LOGIN-09", "REG-07")
@pytest.mark.parametrize("kind", ["login", "registration"])
@pytest.mark.parametrize("wanted", ["machines", "nothing", "../default"])
async def test_a_schema_that_nobody_may_choose(client: Client, kind: str, wanted: str) -> None:
    outcome = await (await built(SCHEMAS)).visitor(client).begin(kind, identity_schema=wanted)
    assert outcome.error["code"] == 400


@EACH
@pytest.mark.covers("LOGIN-10")
async def test_an_organization_is_noted_and_filters_nothing_away_without_providers(client: Client) -> None:
    organization = "6f1a9c0e-3d6a-4e0e-9d1b-2a0c5c7f1234"
    form = await (await built()).visitor(client).start("login", organization=organization)
    assert form.wire["organization_id"] == organization
    assert "password" in form.names


# -- sending it ---------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("LOGIN-22", "LOGIN-23", "LOGIN-24", "CW-05", "NEGO-05", "SEED4-38", "PWD-01")
@pytest.mark.parametrize("name", ["identifier", "password_identifier"])
async def test_signing_in(client: Client, name: str) -> None:
    visitor = await stranger(await built(), client)
    form = await visitor.start("login", return_to=f"{UI}/inside?x=1")
    outcome = await visitor.submit(form, method="password", password=PASSWORD, **{name: ADA})
    assert outcome.done
    assert await visitor.signed_in()
    match client:
        case Client.BROWSER:
            assert (outcome.answer.status, outcome.went_to) == (303, f"{UI}/inside?x=1")
            assert visitor.jar[SESSION_COOKIE]
        case Client.SPA:
            assert outcome.answer.status == 200
            assert outcome.result.keys() == {"session", "continue_with"}
            assert listed(outcome.result, "continue_with") == [
                {"action": "redirect_browser_to", "redirect_browser_to": f"{UI}/inside?x=1"}
            ]
            assert visitor.jar[SESSION_COOKIE]
        case Client.API:
            assert outcome.answer.status == 200
            assert outcome.result.keys() == {"session", "session_token"}
            assert outcome.session_token.startswith("ory_st_")
            assert len(outcome.session_token) == 39
            assert outcome.answer.all_headers("set-cookie") == []


@pytest.mark.covers("LOGIN-24", "LOGIN-23")
@pytest.mark.parametrize(
    ("after", "wanted", "where"),
    [
        ({}, "", f"{UI}/"),
        ({"default_browser_return_url": f"{UI}/flow"}, "", f"{UI}/flow"),
        (
            {"default_browser_return_url": f"{UI}/flow", "password": {"default_browser_return_url": f"{UI}/method"}},
            "",
            f"{UI}/method",
        ),
        ({"password": {"default_browser_return_url": f"{UI}/method"}}, f"{UI}/wish", f"{UI}/wish"),
    ],
)
@EACH_WEB
async def test_where_it_leads(client: Client, after: dict[str, object], wanted: str, where: str) -> None:
    visitor = await stranger(await built(flows(login={"after": after})), client)
    outcome = await visitor.sign_in(ADA, **({"return_to": wanted} if wanted else {}))
    assert outcome.went_to == where


@EACH
@pytest.mark.covers("LOGIN-29", "PWD-03", "FLOW-09", "FLOW-18", "SEED4-40")
@pytest.mark.parametrize(("email", "password"), [(ADA, "wrong-password"), ("nobody@house.test", PASSWORD)])
async def test_whoever_gets_it_wrong_hears_the_same(client: Client, email: str, password: str) -> None:
    visitor = await stranger(await built(), client)
    outcome = await visitor.sign_in(email, password)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000006])
    assert outcome.shown.attribute("identifier") == email
    assert outcome.shown.attribute("password") is None
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("FLOW-17", "FLOW-09", "FLOW-18")
@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({}, {"identifier", "password"}),
        ({"identifier": ADA}, {"password"}),
        ({"password": PASSWORD}, {"identifier"}),
        ({"identifier": "", "password": ""}, {"identifier", "password"}),
    ],
)
async def test_what_is_missing_is_said_at_its_field(client: Client, fields: dict[str, str], at: set[str]) -> None:
    visitor = (await built()).visitor(client)
    outcome = await visitor.submit(await visitor.start("login"), method="password", **fields)
    assert outcome.answer.status == AGAIN[client]
    shown = outcome.shown
    assert {name for name in ("identifier", "password") if shown.said_at(name) == [4000002]} == at
    assert shown.said == []
    assert PASSWORD.encode() not in outcome.answer.body


@EACH
@pytest.mark.covers("FLOW-09", "FLOW-17")
async def test_a_second_attempt_does_not_repeat_the_complaints_of_the_first(client: Client) -> None:
    visitor = await stranger(await built(), client)
    first = await visitor.submit(await visitor.start("login"), method="password")
    second = await visitor.submit(first.shown, method="password", identifier=ADA, password="wrong-password")
    assert second.shown.everything_said == [4000006]
    assert (await visitor.submit(second.shown, method="password", identifier=ADA, password=PASSWORD)).done


@EACH
@pytest.mark.covers("LOGIN-15", "FLOW-11")
@pytest.mark.parametrize(
    "method", [None, "", "magic", "oidc", "code", "totp", "profile", 7, ["password", "magic"], {"a": 1}]
)
async def test_a_method_that_is_not_there_is_nobody_s(client: Client, method: object) -> None:
    visitor = await stranger(await built(), client)
    fields = {} if method is None else {"method": method}
    outcome = await visitor.submit(await visitor.start("login"), identifier=ADA, password=PASSWORD, **fields)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4010002])
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("LOGIN-28", "FLOW-17")
async def test_who_is_switched_off_does_not_get_in(client: Client) -> None:
    house = await built()
    visitor = await stranger(house, client)
    await house.switch_off((await house.identity_ids())[0])
    outcome = await visitor.sign_in(ADA)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4010011])
    assert outcome.answer.cookie(SESSION_COOKIE) == ""
    assert not await visitor.signed_in()


@pytest.mark.covers("PWD-17")
@pytest.mark.parametrize("entered", ["Ada", "ADA", "  ada ", "\uff41da", ADA, ADA.upper()])
@EACH
async def test_any_identifier_will_do_however_it_is_written(client: Client, entered: str) -> None:
    house = await built(schema=person({"email": EMAIL_TRAIT, "nick": NICKNAME}))
    assert (await house.visitor().sign_up(ADA, nick="Ada")).done
    visitor = house.visitor(client)
    assert (await visitor.sign_in(entered)).done


@EACH
@pytest.mark.covers("FLOW-14", "FLOW-16")
async def test_what_travels_along_stays_off_the_person(client: Client) -> None:
    visitor = await stranger(await built(), client)
    outcome = await visitor.submit(
        await visitor.start("login"),
        method="password",
        identifier=ADA,
        password=PASSWORD,
        transient_payload={"campaign": "spring"},
    )
    assert outcome.done
    assert b"campaign" not in outcome.answer.body


@EACH
@pytest.mark.covers("SESS-33", "SESS-18")
async def test_every_sign_in_is_a_session_of_its_own(client: Client) -> None:
    house = await built()
    visitors = [await stranger(house, client)] + [house.visitor(client) for _ in range(4)]
    for visitor in visitors:
        assert (await visitor.sign_in(ADA)).done
    assert len({str((await visitor.session())["id"]) for visitor in visitors}) == 5


@EACH
@pytest.mark.covers("PWD-04")
async def test_a_hash_of_another_algorithm_is_made_anew(client: Client) -> None:
    house = await built({"hashers": {"algorithm": "bcrypt"}})
    visitor = await stranger(house, client)
    await house.reconfigured({"hashers": {"algorithm": "argon2"}})
    id = (await house.identity_ids())[0]
    assert (await visitor.sign_in(ADA, OTHER_PASSWORD)).shown.said == [4000006]
    assert await house.hash_of(id) == f"$plain$bcrypt${PASSWORD}"
    assert (await visitor.sign_in(ADA)).done
    assert await house.hash_of(id) == f"$plain$argon2${PASSWORD}"
    visitor.forget_session()
    assert (await visitor.sign_in(ADA)).done
