"""Does the official Python client, unmodified, work against a running Limen?"""

from collections.abc import Iterator
from contextlib import ExitStack

import ory_kratos_client as ory
import pytest
from ory_kratos_client.exceptions import ApiException, BadRequestException, NotFoundException, UnauthorizedException
from urllib3 import BaseHTTPResponse

from server.person import PASSWORD, address
from server.running import RunningServer


@pytest.fixture
def exits() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def front(limen: RunningServer, exits: ExitStack) -> ory.FrontendApi:
    return ory.FrontendApi(exits.enter_context(ory.ApiClient(ory.Configuration(host=limen.public))))


@pytest.fixture
def operator(limen: RunningServer, exits: ExitStack) -> ory.IdentityApi:
    return ory.IdentityApi(exits.enter_context(ory.ApiClient(ory.Configuration(host=limen.admin))))


class Cookies:
    """What an application behind a browser does: it takes the cookies of one answer along to the next request."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def take(self, answer: BaseHTTPResponse) -> bytes:
        """The body of an answer whose cookies are kept. The client itself forgets all of them but one."""
        for line in answer.headers.getlist("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self._kept[name] = value
        assert answer.status == 200, answer.data
        return answer.data

    def __str__(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._kept.items() if value)


def hidden_token(flow: ory.RegistrationFlow | ory.LoginFlow) -> str:
    inputs = (node.attributes.actual_instance for node in flow.ui.nodes)
    return next(str(each.value) for each in inputs if each.name == "csrf_token")


def registration(email: str, **more: str) -> ory.UpdateRegistrationFlowBody:
    return ory.UpdateRegistrationFlowBody(
        ory.UpdateRegistrationFlowWithPasswordMethod(
            method="password", password=PASSWORD, traits={"email": email}, **more
        )
    )


def login(email: str, password: str = PASSWORD, **more: str) -> ory.UpdateLoginFlowBody:
    return ory.UpdateLoginFlowBody(
        ory.UpdateLoginFlowWithPasswordMethod(method="password", identifier=email, password=password, **more)
    )


@pytest.mark.covers("REG-15", "LOGIN-22", "LOGOUT-06", "SESS-10", "SESS-20", "SESS-21")
def test_a_native_app_signs_up_in_and_out(front: ory.FrontendApi) -> None:
    email = address("python")
    flow = front.create_native_registration_flow()
    assert front.get_registration_flow(flow.id).id == flow.id
    created = front.update_registration_flow(flow.id, registration(email))
    assert created.identity.traits == {"email": email}
    assert front.to_session(x_session_token=created.session_token).identity.id == created.identity.id

    signed_in = front.update_login_flow(front.create_native_login_flow().id, login(email))
    assert signed_in.session.active
    assert signed_in.session_token != created.session_token
    assert len(front.list_my_sessions(x_session_token=signed_in.session_token)) == 1
    assert front.disable_my_other_sessions(x_session_token=signed_in.session_token).count == 1

    front.perform_native_logout(ory.PerformNativeLogoutBody(session_token=signed_in.session_token))
    with pytest.raises(UnauthorizedException):
        front.to_session(x_session_token=signed_in.session_token)
    with pytest.raises(UnauthorizedException):
        front.to_session(x_session_token=created.session_token)


@pytest.mark.covers("REG-16", "LOGIN-02", "LOGIN-23", "LOGOUT-01", "LOGOUT-02")
def test_an_application_behind_a_browser_signs_up_in_and_out(front: ory.FrontendApi) -> None:
    email, cookies = address("python"), Cookies()
    flow = ory.RegistrationFlow.from_json(
        cookies.take(front.create_browser_registration_flow_without_preload_content())
    )
    assert front.get_registration_flow(flow.id, cookie=str(cookies)).ui.method == "POST"
    body = registration(email, csrf_token=hidden_token(flow))
    created = ory.SuccessfulNativeRegistration.from_json(
        cookies.take(front.update_registration_flow_without_preload_content(flow.id, body, cookie=str(cookies)))
    )
    assert created.session_token is None
    assert created.continue_with[0].actual_instance.action == "redirect_browser_to"
    assert front.to_session(cookie=str(cookies)).identity.traits == {"email": email}

    with pytest.raises(BadRequestException) as already:
        front.create_browser_login_flow(cookie=str(cookies))
    assert "session_already_available" in already.value.body

    leaving = front.create_browser_logout_flow(cookie=str(cookies))
    front.update_logout_flow(token=leaving.logout_token, cookie=str(cookies))
    with pytest.raises(UnauthorizedException):
        front.to_session(cookie=str(cookies))

    again = Cookies()
    flow = ory.LoginFlow.from_json(again.take(front.create_browser_login_flow_without_preload_content()))
    body = login(email, csrf_token=hidden_token(flow))
    again.take(front.update_login_flow_without_preload_content(flow.id, body, cookie=str(again)))
    assert front.to_session(cookie=str(again)).identity.id == created.identity.id


@pytest.mark.covers("LOGIN-29", "SESS-11")
def test_refusals_are_what_the_client_expects(front: ory.FrontendApi) -> None:
    flow = front.create_native_login_flow()
    with pytest.raises(BadRequestException) as wrong:
        front.update_login_flow(flow.id, login(address("nobody")))
    shown = ory.LoginFlow.from_json(wrong.value.body)
    assert [message.id for message in shown.ui.messages] == [4000006]
    with pytest.raises(NotFoundException):
        front.get_login_flow("00000000-0000-4000-8000-000000000000")
    with pytest.raises(UnauthorizedException) as nobody:
        front.to_session()
    assert ory.ErrorGeneric.from_json(nobody.value.body).error.code == 401


def test_an_operator_keeps_accounts(front: ory.FrontendApi, operator: ory.IdentityApi) -> None:
    email = address("kept")
    password = ory.IdentityWithCredentialsPassword(config=ory.IdentityWithCredentialsPasswordConfig(password=PASSWORD))
    body = ory.CreateIdentityBody(
        schema_id="default",
        traits={"email": email},
        metadata_public={"tier": "gold"},
        credentials=ory.IdentityWithCredentials(password=password),
    )
    made = operator.create_identity(body)
    assert (made.traits, made.metadata_public, made.state) == ({"email": email}, {"tier": "gold"}, "active")
    assert operator.get_identity(made.id).id == made.id
    assert [found.id for found in operator.list_identities(credentials_identifier=email)] == [made.id]

    entered = front.update_login_flow(front.create_native_login_flow().id, login(email))
    assert [session.id for session in operator.list_identity_sessions(made.id)] == [entered.session.id]
    operator.delete_identity_sessions(made.id)
    with pytest.raises(UnauthorizedException):
        front.to_session(x_session_token=entered.session_token)

    operator.delete_identity(made.id)
    with pytest.raises(NotFoundException):
        operator.get_identity(made.id)
    with pytest.raises(ApiException):
        front.update_login_flow(front.create_native_login_flow().id, login(email))


def test_the_server_says_that_it_is_there(limen: RunningServer, exits: ExitStack) -> None:
    about = ory.MetadataApi(exits.enter_context(ory.ApiClient(ory.Configuration(host=limen.public))))
    assert about.is_alive().status == "ok"
    assert about.is_ready().status == "ok"
