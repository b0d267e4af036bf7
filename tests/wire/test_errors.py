"""Has every error its row, and does the wire say what clients look for? (appendix B, HTTP-107, HTTP-108)"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import limen
from doubles.hooks import makers, noted
from limen.app import errors as app
from limen.app.scope import Client
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.kernel.egress import EgressFailed, EgressTimedOut
from limen.kernel.errors import LimenError, MalformedInput
from limen.ports import passwords, storage, traits
from limen.wire.errors import ROWS, document, envelope, row_of, unexpected
from limen.wire.text import json_bytes
from play import ADA, EACH, built
from play_config import PASSWORD, entries, flows

INSIDE = {
    "AskedGone",
    "TlsUnusable",
    "OneAtATime",
    "ConfigRefused",
    "DatabaseInUse",
    "DsnRefused",
    "EgressTooLarge",
    "NotAnAddress",
    "NotCompiled",
    "PluginFailed",
    "PluginUnknown",
    "ReferenceUnusable",
    "SchemaOutdated",
    "SessionNotEnded",
    "SigningFailed",
    "UnknownKey",
    "_NumberTaken",
    "Unsound",
}
"""Errors that whoever raises them also turns into something else; none of them reaches a client."""

NAMED = [
    (app.FlowExpired(FlowKind.LOGIN, FlowType.API, "http://house.test/x", ""), 410, "self_service_flow_expired"),
    (app.FlowReplaced("id", datetime(2030, 1, 1, tzinfo=UTC), 1.5), 410, "self_service_flow_expired"),
    (app.CsrfViolation("hint", "reason"), 403, "security_csrf_violation"),
    (app.AlreadySignedIn("http://app.test/"), 400, "session_already_available"),
    (app.SessionInactive("x"), 401, "session_inactive"),
    (app.SessionRequired("x"), 401, ""),
    (app.FirstFactorRequired("x"), 401, "session_aal1_required"),
    (app.SecondFactorRequired("http://house.test/x"), 403, "session_aal2_required"),
    (app.ReturnToForbidden("x"), 400, "self_service_flow_return_to_forbidden"),
    (app.FlowDisabled("x"), 400, "self_service_flow_disabled"),
    (app.BrowserMustMove("http://house.test/x"), 422, "browser_location_change_required"),
    (app.IdentityDisabled("x"), 400, "identity_disabled"),
    (app.VerifiedAddressRequired("x"), 403, "session_verified_address_required"),
    (app.PythonHookFailed("x"), 500, "hook_failed"),
    (app.VersionMismatch("x"), 412, "precondition_failed"),
    (app.FlowUnknown("x"), 404, ""),
    (app.FlowIdMissing("x"), 400, ""),
    (app.BadParameter("x"), 400, ""),
    (app.LogoutTokenMissing("x"), 400, ""),
    (app.LogoutTokenWrong("x"), 403, ""),
    (app.OwnSession("x"), 400, ""),
    (app.BadPageToken("x"), 400, ""),
    (app.TokenizerUnknown("x"), 400, ""),
    (app.TokenizerFailed("x"), 400, ""),
    (app.MethodUnavailable("x"), 404, ""),
    (app.TooManyAttempts(60), 429, "rate_limited"),
    (app.BodyTooLarge("x"), 413, ""),
    (MalformedInput("x"), 400, ""),
    (storage.IdentifierTaken("x"), 409, ""),
    (storage.StorageUnavailable("x"), 503, ""),
    (passwords.Overloaded(7), 503, ""),
    (passwords.BreachCheckFailed("x"), 500, ""),
    (traits.SchemaUnknown("x"), 404, ""),
    (traits.SchemaBroken("x"), 500, ""),
    (EgressFailed("x"), 502, ""),
    (EgressTimedOut("x"), 504, ""),
]


def every_error(below: type[LimenError] = LimenError) -> Iterator[type[LimenError]]:
    for kind in below.__subclasses__():
        if kind.__module__.startswith("limen."):
            yield kind
        yield from every_error(kind)


def test_every_error_that_a_client_can_meet_has_a_row_of_its_own() -> None:
    for module in pkgutil.walk_packages(limen.__path__, "limen."):
        if "migrations" not in module.name and "__main__" not in module.name:
            importlib.import_module(module.name)
    without = {kind.__name__ for kind in every_error() if kind not in ROWS}
    assert without == INSIDE


@pytest.mark.parametrize(("error", "status", "id"), NAMED, ids=lambda value: type(value).__name__)
@pytest.mark.covers("FLOW-10", "ERR-04")
def test_status_and_name(error: LimenError, status: int, id: str) -> None:
    found = json.loads(json_bytes(envelope(error, "request-7")))
    assert found["error"]["code"] == status
    assert found["error"].get("id", "") == id
    assert found["error"]["status"]
    assert found["error"]["message"]
    assert found["error"]["request"] == "request-7"


@pytest.mark.parametrize(("error", "status", "id"), NAMED, ids=lambda value: type(value).__name__)
def test_only_what_the_api_document_names_is_in_it(error: LimenError, status: int, id: str) -> None:
    found = json.loads(json_bytes(envelope(error)))
    assert found.keys() <= {"error", "redirect_browser_to", "use_flow_id", "expired_at", "since"}
    assert found["error"].keys() <= {"id", "code", "status", "request", "reason", "details", "message"}
    assert json.loads(document(envelope(error)).text) == found["error"]


@pytest.mark.parametrize(
    "error",
    [
        storage.StorageUnavailable("disk I/O error in /var/lib/secret"),
        passwords.BreachCheckFailed("connection refused by 10.0.0.1"),
        traits.SchemaBroken("file:///etc/secret"),
    ],
)
def test_what_went_wrong_inside_is_not_told_outside(error: LimenError) -> None:
    assert error.reason.encode() not in json_bytes(envelope(error))


@pytest.mark.covers("SESS-12", "NEGO-05")
@pytest.mark.parametrize(
    "error", [app.SecondFactorRequired("http://h.test/x?a=1&b=2"), app.BrowserMustMove("http://h.test/x?a=1&b=2")]
)
def test_where_to_go_stands_beside_the_error(error: LimenError) -> None:
    raw = json_bytes(envelope(error))
    assert json.loads(raw)["redirect_browser_to"] == "http://h.test/x?a=1&b=2"
    assert b"&" not in raw, "what could end a script in a page is escaped, as clients know it"


@pytest.mark.covers("FLOW-07")
def test_a_replaced_form_says_how_late_it_was() -> None:
    found = json.loads(json_bytes(envelope(app.FlowReplaced("the-id", datetime(2030, 1, 1, tzinfo=UTC), 1.5))))
    assert (found["use_flow_id"], found["since"], found["expired_at"]) == (
        "the-id",
        1_500_000_000,
        "2030-01-01T00:00:00Z",
    )


def test_what_nobody_foresaw_is_told_in_one_sentence() -> None:
    class Surprise(LimenError):
        """Has no row."""

    assert row_of(Surprise("secret")).status == 500
    assert b"secret" not in json_bytes(envelope(Surprise("secret")))
    assert json.loads(json_bytes(unexpected("request-7")))["error"].keys() == {"code", "status", "request", "message"}


@EACH
@pytest.mark.covers("HOOK-07", "FLOW-10", "ERR-01")
async def test_a_hook_that_fails_in_a_way_of_its_own_is_a_clean_error(client: Client) -> None:
    notes: list[str] = []
    over = flows(login={"before": {"hooks": entries(noted("a", "abort"))}})
    house = await built(over, hooks=makers(notes))
    house.tolerated.add(500)
    outcome = await house.visitor(client).begin("login")
    assert outcome.error["code"] == 500
    assert outcome.answer.status == (303 if client is Client.BROWSER else 500)
    assert "The hook ends it." not in str(outcome.error)
    assert b"Traceback" not in outcome.answer.body
    assert "refused" in house.log.events("error"), "the operator is told"


@EACH
@pytest.mark.covers("HOOK-07", "FLOW-10")
async def test_so_is_one_at_the_end_of_a_flow(client: Client) -> None:
    notes: list[str] = []
    over = flows(registration={"after": {"password": {"hooks": entries(noted("a", "abort", "Registered"))}}})
    house = await built(over, hooks=makers(notes))
    house.tolerated.add(500)
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert outcome.error["code"] == 500
    assert PASSWORD not in str(outcome.error) + str(house.log.lines)
    assert "refused" in house.log.events("error")
    assert await house.identities() == 0
