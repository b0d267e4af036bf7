"""Does the skill page come true: its configuration as printed, and what its front-end code does? (SEED4-*)"""

from pathlib import Path

import pytest
from seed_documents import printed

from limen.app.scope import Client
from limen.config.generated_secrets import NoSecrets
from limen.config.load import FileText, LoadedConfig, LoadRequest, interpret
from play import ADA, EACH, EACH_WEB, SESSION_COOKIE, House, Visitor, housed
from play_config import PASSWORD
from play_shown import Outcome, listed, part

PAGES = "http://localhost:3000"


def started(**environment: str) -> LoadedConfig:
    """The printed file, started as printed: with --dev and these variables."""
    request = LoadRequest(environment=environment, dev=True)

    return interpret(request, [FileText(Path("kratos.yml"), printed("seed4_kratos"))], NoSecrets())


async def printed_house() -> House:
    return await housed(started())


async def registered(visitor: Visitor, email: str = ADA, **query: str) -> Outcome:
    form = await visitor.start("registration", **query)
    return await visitor.submit(form, method="password", password=PASSWORD, traits={"email": email})


# -- the file -----------------------------------------------------------------------------------------------------------


@pytest.mark.covers("SEED4-02", "SEED4-14", "SEED4-16", "SEED4-20", "SEED4-21")
def test_what_the_printed_file_means() -> None:
    config = started().config
    assert (config.serve.public.port, config.serve.admin.port) == (4433, 4434)
    assert (config.serve.public.base_url, config.serve.admin.base_url) == (
        "http://localhost:4433",
        "http://localhost:4434",
    )
    assert config.selfservice.default_browser_return_url == f"{PAGES}/"
    assert config.method_enabled("password")
    assert config.method_enabled("profile")
    assert not config.selfservice.flows.recovery.enabled
    assert not config.selfservice.flows.verification.enabled


@pytest.mark.covers("SEED4-17", "SEED4-23")
def test_every_flow_has_the_page_that_is_printed_and_errors_have_one_in_the_box() -> None:
    flows = started().config.selfservice.flows
    for name in ("login", "registration", "settings", "recovery", "verification"):
        assert getattr(flows, name).ui_url == f"{PAGES}/auth/{name}"
    assert flows.error.ui_url == "http://localhost:4433/ui/error"


@pytest.mark.covers("SEED4-08", "SEED4-09", "SEED4-24", "SEED4-13", "SEED4-03")
def test_the_environment_beats_the_file() -> None:
    assert (started().config.log.level, started().config.log.format) == ("debug", "text")
    config = started(LOG_LEVEL="warning", LOG_FORMAT="json", DSN="sqlite:///var/lib/sqlite/db.sqlite?_fk=true").config
    assert (config.log.level, config.log.format) == ("warning", "json")
    assert config.dsn == "sqlite:///var/lib/sqlite/db.sqlite?_fk=true"


@pytest.mark.covers("SEED4-05", "SEED4-06", "SEED4-07", "SEED4-10")
def test_variables_that_no_server_knows_are_named_and_change_nothing() -> None:
    invented = {
        "SECURE_COOKIES": "true",
        "KRATOS_PUBLIC_URL": "http://kratos:4433",
        "KRATOS_ADMIN_URL": "http://kratos:4434",
        "VORY_KRATOS_CONFIG_PATH": "/etc/config/kratos.yml",
    }
    plain, with_them = started(), started(**invented)
    assert with_them.config == plain.config
    told = " ".join(f"{warning.key} {warning.text}" for warning in with_them.warnings)
    assert [name for name in invented if name not in told] == []


@pytest.mark.covers("SEED4-19", "SEED4-22")
def test_what_is_missing_is_made_up_and_said() -> None:
    keys = {warning.key for warning in started().warnings}
    assert {"identity.schemas", "secrets.default"} <= keys


@EACH
@pytest.mark.covers("SEED4-19", "SEED4-20", "SEED4-35", "SEED4-12")
async def test_the_first_form_asks_for_everything(client: Client) -> None:
    form = await (await printed_house()).visitor(client).start("registration")
    assert form.attribute("traits.email", "type") == "email"
    assert (form.attribute("password", "type"), form.attribute("method")) == ("password", "password")


@pytest.mark.covers("SEED4-15", "SEED4-26")
async def test_a_page_of_the_allowed_origin_may_call_with_credentials() -> None:
    visitor = (await printed_house()).visitor(Client.SPA)
    visitor.headers |= {
        "origin": PAGES,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-csrf-token",
    }
    preflight = await visitor.call("OPTIONS", "/self-service/registration")
    assert preflight.header("access-control-allow-origin") == PAGES
    assert preflight.header("access-control-allow-credentials") == "true"
    assert {"content-type", "x-csrf-token"} <= set(
        preflight.header("access-control-allow-headers").lower().replace(" ", "").split(",")
    )
    visitor.headers = {"origin": PAGES}
    answer = await visitor.get("/self-service/registration/browser")
    assert answer.header("access-control-allow-origin") == PAGES
    assert {"Link", "X-Total-Count"} <= set(answer.header("access-control-expose-headers").replace(" ", "").split(","))
    visitor.headers = {"origin": "https://evil.test"}
    assert (await visitor.get("/self-service/registration/browser")).header("access-control-allow-origin") == ""


# -- the front-end code -------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("SEED4-32")
@pytest.mark.parametrize("kind", ["login", "registration"])
async def test_an_object_that_became_text_is_no_address(client: Client, kind: str) -> None:
    form = await (await printed_house()).visitor(client).start(kind, return_to="[object Object]")
    assert "return_to" not in form.wire


@EACH_WEB
@pytest.mark.covers("SEED4-18", "SEED4-32", "SEED4-36", "SEED4-37", "SEED4-38")
async def test_signing_up_as_the_page_does_it(client: Client) -> None:
    visitor = (await printed_house()).visitor(client)
    outcome = await registered(visitor, return_to="[object Object]")
    assert outcome.went_to == f"{PAGES}/dashboard"
    assert not outcome.answer.cookie(SESSION_COOKIE)
    if client is Client.SPA:
        assert listed(outcome.result, "continue_with")[0]["redirect_browser_to"] == f"{PAGES}/dashboard"
        assert "identity" in outcome.result
    assert not await visitor.signed_in()
    assert (await visitor.sign_in(ADA)).done
    session = await visitor.session()
    assert part(part(session, "identity"), "traits")["email"] == ADA


@EACH_WEB
@pytest.mark.covers("SEED4-27", "SEED4-28", "SEED4-29", "SEED4-39")
async def test_who_am_i_as_the_page_asks_it(client: Client) -> None:
    visitor = (await printed_house()).visitor(client)
    answer = await visitor.whoami()
    assert (answer.status, answer.location) == (401, "")
    assert (await registered(visitor)).done
    assert (await visitor.sign_in(ADA)).done
    visitor.client = Client.SPA
    again = await visitor.begin("registration")
    assert (again.answer.status, again.error_id) == (400, "session_already_available")


@EACH_WEB
@pytest.mark.covers("SEED4-30", "SEED4-31", "SEED4-33", "SEED4-34", "SEED4-40", "SEED4-42")
async def test_a_form_is_taken_up_again_by_its_id(client: Client) -> None:
    house = await printed_house()
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    bad = await visitor.submit(form, method="password", password="short", traits={"email": ADA})
    assert bad.shown.said_at("password") == [4000032]
    assert {"id", "text", "type"} <= bad.shown.node("password")["messages"][0].keys()
    again = await visitor.fetch("registration", form.id)
    assert [part(node, "attributes")["name"] for node in listed(part(again.json, "ui"), "nodes")] == form.names
    assert form.csrf
    house.clock.advance(hours=1)
    late = await visitor.fetch("registration", form.id)
    assert (late.status, late.error["id"]) == (410, "self_service_flow_expired")


@EACH_WEB
@pytest.mark.covers("SEED4-43")
async def test_cookies_without_secure_only_for_development(client: Client) -> None:
    visitor = (await printed_house()).visitor(client)
    assert (await registered(visitor)).done
    outcome = await visitor.sign_in(ADA)
    cookie = outcome.answer.cookie(SESSION_COOKIE)
    assert "HttpOnly" in cookie
    assert "Secure" not in cookie
