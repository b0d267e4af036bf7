"""Do flows and their results have the shape of the API document? Names, what is required, what may be null (FLOW-01)."""

import pytest

from limen.app.scope import Client
from limen.wire.flow import LoginResult, LogoutUrl, RegistrationResult, WireFlow
from limen.wire.identity import WireIdentity
from limen.wire.session import WireSession
from limen.wire.ui import InputAttributes, UiContainer, UiNode, UiText
from play import ADA, EACH, built
from play_config import PASSWORD, UI, flows
from play_shown import listed, part

COMMON = {"id", "type", "expires_at", "issued_at", "request_url", "ui", "state"}
OPTIONAL = {
    "active",
    "return_to",
    "transient_payload",
    "organization_id",
    "session_token_exchange_code",
    "identity_schema",
}
LOGIN = COMMON | OPTIONAL | {"created_at", "updated_at", "refresh", "requested_aal"}
REGISTRATION = COMMON | OPTIONAL
INPUT = {
    "name",
    "type",
    "value",
    "required",
    "autocomplete",
    "label",
    "pattern",
    "disabled",
    "onclick",
    "onclickTrigger",
    "onload",
    "onloadTrigger",
    "maxlength",
    "options",
    "node_type",
}
SESSION = {
    "id",
    "active",
    "expires_at",
    "authenticated_at",
    "authenticator_assurance_level",
    "authentication_methods",
    "issued_at",
    "identity",
    "devices",
    "tokenized",
}
IDENTITY = {
    "id",
    "external_id",
    "credentials",
    "schema_id",
    "schema_url",
    "state",
    "state_changed_at",
    "traits",
    "verifiable_addresses",
    "recovery_addresses",
    "metadata_public",
    "metadata_admin",
    "created_at",
    "updated_at",
    "organization_id",
    "region",
}


def wire_names(struct: type) -> set[str]:
    return set(getattr(struct, "__struct_encode_fields__"))  # noqa: B009 (msgspec's own attribute, unknown to checkers)


@pytest.mark.covers("FLOW-01", "SESS-01")
@pytest.mark.parametrize(
    ("struct", "names"),
    [
        (WireFlow, LOGIN | {"identity", "continue_with"}),
        (UiContainer, {"action", "method", "nodes", "messages"}),
        (UiNode, {"type", "group", "attributes", "messages", "meta"}),
        (UiText, {"id", "text", "type", "context"}),
        (InputAttributes, INPUT - {"label"}),
        (WireSession, SESSION),
        (WireIdentity, IDENTITY),
        (LoginResult, {"session", "session_token", "continue_with"}),
        (RegistrationResult, {"identity", "session", "session_token", "continue_with"}),
        (LogoutUrl, {"logout_url", "logout_token"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_names_are_those_of_the_api_document(struct: type, names: set[str]) -> None:
    assert wire_names(struct) == names


@EACH
@pytest.mark.covers("FLOW-01", "FLOW-02", "FLOW-15")
@pytest.mark.parametrize(("kind", "names"), [("login", LOGIN), ("registration", REGISTRATION)])
async def test_a_form_holds_what_is_required_and_nothing_of_our_own(client: Client, kind: str, names: set[str]) -> None:
    visitor = (await built()).visitor(client)
    first = await visitor.start(kind, return_to=f"{UI}/x")
    again = (await visitor.submit(first, method="password", password="x")).shown
    for form in (first, again):
        assert COMMON <= form.wire.keys() <= names
        assert part(form.wire, "ui").keys() <= {"action", "method", "nodes", "messages"}
        for node in form.nodes:
            assert node.keys() == {"type", "group", "attributes", "messages", "meta"}
            attributes = part(node, "attributes")
            assert {"name", "type", "disabled", "node_type"} <= attributes.keys() <= INPUT
            for message in listed(node, "messages"):
                assert {"id", "text", "type"} <= message.keys() <= {"id", "text", "type", "context"}
    assert not {"internal", "internal_context", "csrf_token", "version", "detail"} & again.wire.keys()


@pytest.mark.covers("FLOW-01")
@pytest.mark.parametrize("kind", ["login", "registration"])
async def test_the_same_form_reads_the_same_however_often_it_is_read(kind: str) -> None:
    visitor = (await built()).visitor(Client.SPA)
    form = await visitor.start(kind)
    assert (await visitor.fetch(kind, form.id)).json == (await visitor.fetch(kind, form.id)).json == form.wire


@EACH
@pytest.mark.covers("FLOW-14", "FLOW-01")
async def test_two_steps_say_which_state_they_are_in(client: Client) -> None:
    visitor = (await built(flows(registration={"style": "profile_first"}))).visitor(client)
    first = await visitor.start("registration")
    second = (await visitor.submit(first, method="profile", traits={"email": ADA})).shown
    assert (first.wire["state"], second.wire["state"]) == ("choose_method", "choose_method")
    assert second.id == first.id


@pytest.mark.parametrize("client", [Client.SPA, Client.API])
@pytest.mark.covers("LOGIN-22", "LOGIN-23", "REG-15", "REG-16", "SESS-01", "SESS-02", "CW-01", "CW-05")
async def test_results_hold_what_is_required_and_nothing_of_our_own(client: Client) -> None:
    visitor = (await built()).visitor(client)
    results = [(await visitor.sign_up(ADA)).result]
    visitor.forget_session()
    results.append((await visitor.sign_in(ADA)).result)
    for result in results:
        session = part(result, "session")
        assert session.keys() <= SESSION
        assert {"id", "active", "identity"} <= session.keys()
        assert part(session, "identity").keys() <= IDENTITY - {"credentials", "metadata_admin"}
        for item in listed(result, "continue_with"):
            assert item.keys() in (
                {"action", "ory_session_token"},
                {"action", "redirect_browser_to"},
            )
        assert PASSWORD not in str(result)


@pytest.mark.covers("LOGOUT-01")
async def test_the_way_out() -> None:
    visitor = (await built()).visitor(Client.SPA)
    assert (await visitor.sign_up(ADA)).done
    answer = await visitor.get("/self-service/logout/browser")
    assert answer.json.keys() == {"logout_url", "logout_token"}
