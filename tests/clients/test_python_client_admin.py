"""Does the official Python client, unmodified, get through every admin operation of the specification?"""

from collections.abc import Iterator
from contextlib import ExitStack

import httpx  # noqa: TID251 (a real server is spoken to)
import ory_kratos_client as ory
import pytest
from ory_kratos_client.exceptions import BadRequestException, NotFoundException, UnauthorizedException

from limen.kernel.json_doc import JsonObject
from play_config import flows, merged
from server.person import PASSWORD, address
from server.running import RunningServer, eventually

SHA_CRYPT = "$sha256-crypt$sa1tsalt$uqYN62IRQWx.bf.Exm3ZME6Qm6tQ65BWpGwKno7KMR2"
SHA_CRYPT_PASSWORD = "correct horse battery staple"
ABSENT = "00000000-0000-4000-8000-000000000000"
ORGANIZATION = "00000000-0000-4000-8000-00000000abcd"


class Desk:
    """The parts of the client that an operator uses, and the one that people use."""

    def __init__(self, limen: RunningServer, exits: ExitStack) -> None:
        admin = exits.enter_context(ory.ApiClient(ory.Configuration(host=limen.admin)))
        public = exits.enter_context(ory.ApiClient(ory.Configuration(host=limen.public)))
        self.identities, self.courier, self.about = (
            ory.IdentityApi(admin),
            ory.CourierApi(admin),
            ory.MetadataApi(admin),
        )
        self.front = ory.FrontendApi(public)

    def create(self, email: str, **more: object) -> ory.Identity:
        body = {"schema_id": "default", "traits": {"email": email}, **more}
        return self.identities.create_identity(ory.CreateIdentityBody.from_dict(body))

    def sign_in(self, email: str, password: str = PASSWORD) -> ory.SuccessfulNativeLogin:
        flow = self.front.create_native_login_flow()
        method = ory.UpdateLoginFlowWithPasswordMethod(method="password", identifier=email, password=password)
        return self.front.update_login_flow(flow.id, ory.UpdateLoginFlowBody(method))


@pytest.fixture
def desk(limen: RunningServer) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(limen, stack)


def with_password(**config: object) -> dict[str, object]:
    return {"password": {"config": config}}


def accounts(*subjects: str) -> dict[str, object]:
    return {"oidc": {"config": {"providers": [{"provider": "acme", "subject": subject} for subject in subjects]}}}


@pytest.mark.covers("HTTP-61", "HTTP-63", "HTTP-64", "HTTP-65", "HTTP-66", "HTTP-67")
def test_an_identity_is_made_read_replaced_patched_and_deleted(desk: Desk) -> None:
    email, outside = address("kept"), address("outside")
    verified = [{"value": email, "via": "email", "verified": True, "status": "completed"}]
    made = desk.create(email, external_id=outside, metadata_admin={"note": 1}, verifiable_addresses=verified)
    assert [each.verified for each in made.verifiable_addresses] == [True]
    assert desk.identities.get_identity_by_external_id(outside).id == made.id

    body = {
        "schema_id": "default",
        "traits": {"email": email},
        "state": "inactive",
        "metadata_public": {"tier": "gold"},
    }
    replaced = desk.identities.update_identity(made.id, ory.UpdateIdentityBody.from_dict(body))
    assert (replaced.state, replaced.metadata_public, replaced.external_id) == ("inactive", {"tier": "gold"}, None)

    steps = [
        ory.JsonPatch(op="replace", path="/state", value="active"),
        ory.JsonPatch(op="remove", path="/metadata_public/tier"),
    ]
    patched = desk.identities.patch_identity(made.id, steps)
    assert (patched.state, patched.metadata_public) == ("active", {})
    with pytest.raises(BadRequestException):
        desk.identities.patch_identity(made.id, [ory.JsonPatch(op="replace", path="/id", value=ABSENT)])

    desk.identities.delete_identity(made.id)
    with pytest.raises(NotFoundException):
        desk.identities.get_identity(made.id)


@pytest.mark.covers("HTTP-60", "ID-10", "ID-12", "PAGE-01", "PAGE-02")
def test_identities_are_listed_and_picked(desk: Desk) -> None:
    beginning = address("listed").partition("@")[0]
    people = [
        desk.create(
            f"{beginning}-{n}@example.org", credentials=with_password(password=PASSWORD), organization_id=ORGANIZATION
        )
        for n in range(3)
    ]
    every = sorted(each.id for each in people)
    assert [each.id for each in desk.identities.list_identities(ids=every)] == every
    assert [each.id for each in desk.identities.list_identities(organization_id=ORGANIZATION, page_size=2)] == every[:2]
    found = desk.identities.list_identities(preview_credentials_identifier_similar=beginning, consistency="eventual")
    assert [each.id for each in found] == every
    (one,) = desk.identities.list_identities(
        credentials_identifier=f"{beginning}-1@example.org", include_credential=["password"]
    )
    assert one.credentials["password"].config["hashed_password"].startswith("$2a$")
    page = desk.identities.list_identities_with_http_info(page=0, per_page=1)
    assert int(page.headers["x-total-count"]) >= 3
    assert 'rel="next"' in page.headers["link"]


@pytest.mark.covers("HTTP-62", "ID-15")
def test_a_batch_tells_the_fate_of_every_item(desk: Desk) -> None:
    items = [
        {"create": {"schema_id": "default", "traits": {"email": email}}, "patch_id": f"{ABSENT[:-1]}{number}"}
        for number, email in enumerate((address("batch"), "nonsense", address("batch")))
    ]
    answer = desk.identities.batch_patch_identities(ory.PatchIdentitiesBody.from_dict({"identities": items}))
    assert [(each.action, each.patch_id) for each in answer.identities] == [
        (action, item["patch_id"]) for action, item in zip(("create", "error", "create"), items, strict=True)
    ]
    assert desk.identities.get_identity(answer.identities[2].identity).traits == items[2]["create"]["traits"]


@pytest.mark.covers("HTTP-68", "ID-19", "IMP-01", "IMP-02", "IMP-03", "HASH-12", "PWD-04")
def test_credentials_come_along_and_are_taken_away(desk: Desk) -> None:
    email, subject = address("brought"), address("subject")
    credentials = {
        **with_password(hashed_password=SHA_CRYPT),
        **accounts(subject, f"{subject}-2"),
        "totp": {"config": {"totp_url": "otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXP"}},
    }
    made = desk.create(email, credentials=credentials)
    assert desk.sign_in(email, SHA_CRYPT_PASSWORD).session.identity.id == made.id
    kept = desk.identities.get_identity(made.id, include_credential=["password", "oidc", "totp"]).credentials
    assert kept["password"].config["hashed_password"].startswith("$2a$")
    assert [each["subject"] for each in kept["oidc"].config["providers"]] == [subject, f"{subject}-2"]

    desk.identities.delete_identity_credentials(made.id, "totp")
    desk.identities.delete_identity_credentials(made.id, "oidc", identifier=f"acme:{subject}")
    left = desk.identities.get_identity(made.id).credentials
    assert "totp" not in left
    assert left["oidc"].identifiers == [f"acme:{subject}-2"]
    with pytest.raises(NotFoundException):
        desk.identities.delete_identity_credentials(made.id, "lookup_secret")
    with pytest.raises(BadRequestException):
        desk.create(address("broken"), credentials=with_password(hashed_password="$argon2id$broken"))


@pytest.mark.covers("HTTP-69", "HTTP-70", "HTTP-71", "HTTP-72", "HTTP-73", "HTTP-74", "HTTP-75", "SESS-24", "SESS-25")
def test_sessions_are_listed_extended_and_ended(desk: Desk, limen: RunningServer) -> None:
    email = address("sessions")
    made = desk.create(email, credentials=with_password(password=PASSWORD))
    first, second, third = (desk.sign_in(email) for _ in range(3))

    shown = desk.identities.get_session(first.session.id, expand=["identity", "devices"])
    assert (shown.identity.id, shown.active, len(shown.devices)) == (made.id, True, 1)
    everybody = desk.identities.list_sessions(active=True, page_size=1000, expand=["identity"])
    assert {first.session.id, second.session.id} <= {each.id for each in everybody}
    assert desk.identities.extend_session(first.session.id).expires_at >= first.session.expires_at

    desk.identities.disable_session(first.session.id)
    with pytest.raises(UnauthorizedException):
        desk.front.to_session(x_session_token=first.session_token)
    assert {each.id for each in desk.identities.list_identity_sessions(made.id, active=True)} == {
        second.session.id,
        third.session.id,
    }
    bulk = {"action": "disable", "sessions": [second.session.id]}  # the client does not know this operation yet
    assert httpx.post(f"{limen.admin}/admin/sessions", json=bulk).json() == {"processed": 1, "more": False}
    with pytest.raises(UnauthorizedException):
        desk.front.to_session(x_session_token=second.session_token)

    desk.identities.delete_identity_sessions(made.id)
    for token in (first.session_token, third.session_token):
        with pytest.raises(UnauthorizedException):
            desk.front.to_session(x_session_token=token)
    with pytest.raises(NotFoundException):
        desk.identities.get_session(third.session.id)


@pytest.mark.covers("HTTP-76", "HTTP-77", "HTTP-78", "HTTP-79", "COU-13")
def test_somebody_is_let_back_in_and_messages_are_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    over: JsonObject = {"selfservice": {"methods": {"link": {"enabled": True}}}}
    server = RunningServer(tmp_path_factory.mktemp("recovery"), merged(flows(recovery={"enabled": True}), over))
    with server, ExitStack() as stack:
        desk, email = Desk(server, stack), address("lost")
        made = desk.create(email)
        code = desk.identities.create_recovery_code_for_identity(
            ory.CreateRecoveryCodeForIdentityBody(identity_id=made.id, expires_in="10m")
        )
        assert "flow=" in code.recovery_link
        assert len(code.recovery_code) == 6
        order = ory.CreateRecoveryLinkForIdentityBody(identity_id=made.id)
        link = desk.identities.create_recovery_link_for_identity(create_recovery_link_for_identity_body=order)
        assert "token=" in link.recovery_link

        flow = desk.front.create_native_recovery_flow()
        method = ory.UpdateRecoveryFlowWithCodeMethod(method="code", email=email)
        desk.front.update_recovery_flow(flow.id, ory.UpdateRecoveryFlowBody(method))
        found = eventually(lambda: desk.courier.list_courier_messages(recipient=email))  # made after the answer
        (message,) = found
        assert desk.courier.list_courier_messages(recipient=email, status=ory.CourierMessageStatus.ABANDONED) == []
        read = desk.courier.get_courier_message(message.id)
        assert (read.recipient, read.type, read.template_type) == (email, "email", "recovery_code_valid")
        with pytest.raises(NotFoundException):
            desk.courier.get_courier_message(ABSENT)


@pytest.mark.covers("HTTP-36", "HTTP-37", "HTTP-40", "HTTP-41", "HTTP-42", "HTTP-91")
def test_schemas_and_the_state_of_the_server_are_told(desk: Desk, limen: RunningServer) -> None:
    admin = ory.IdentityApi(ory.ApiClient(ory.Configuration(host=limen.public)))
    (schema,) = admin.list_identity_schemas()
    assert admin.get_identity_schema(schema.id) == schema.var_schema
    assert desk.identities.list_identity_schemas() == [schema]  # the admin listener sends its callers on
    assert (desk.about.is_alive().status, desk.about.is_ready().status) == ("ok", "ok")
    assert desk.about.get_version().version
