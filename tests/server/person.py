"""Who uses a running server in a test? A native app or a single-page app, over real sockets."""

import itertools
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

import httpx  # noqa: TID251 - the tests are outside

from limen.kernel.json_doc import JsonObject, JsonValue

PASSWORD: Final = "correct-horse-7battery"
_NUMBERS: Final = itertools.count(1)


def address(name: str = "person") -> str:
    """An e-mail address that no other test of this process uses."""
    return f"{name}.{next(_NUMBERS)}@example.org"


class Person:
    """A native app, or with `web` a single-page app, which has cookies and sends the anti-CSRF token."""

    def __init__(self, public: str, *, web: bool = False, seconds: float = 60) -> None:
        self.web = web
        self.http = httpx.Client(
            base_url=public, timeout=seconds, headers={"accept": "application/json"}, trust_env=False
        )
        self.token = ""

    def start(self, kind: str) -> httpx.Response:
        """Ask for a flow."""
        return self.http.get(f"/self-service/{kind}/{'browser' if self.web else 'api'}")

    def send(self, flow: JsonObject, **fields: JsonValue) -> httpx.Response:
        """Fill in and send the form of a flow; keeps the token of a session that results."""
        form = flow["ui"]
        assert isinstance(form, dict)
        if self.web:
            fields = {"csrf_token": csrf_token(flow), **fields}
        answer = self.http.post(str(form["action"]), json={"method": "password", **fields})
        if answer.status_code == httpx.codes.OK:
            self.token = answer.json().get("session_token") or self.token
        return answer

    def sign_up(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """A new account; both steps at once, as the API allows (REG-*)."""
        return self.send(self._flow("registration"), traits={"email": email}, password=password)

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.send(self._flow("login"), identifier=email, password=password)

    def whoami(self) -> httpx.Response:
        return self.http.get("/sessions/whoami", headers=self.shown())

    def shown(self) -> Mapping[str, str]:
        """The header in which a native app shows its token."""
        return {"x-session-token": self.token} if self.token else {}

    def _flow(self, kind: str) -> JsonObject:
        answer = self.start(kind)
        assert answer.status_code == httpx.codes.OK, answer.text
        found: JsonObject = answer.json()
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()


class People:
    """Makes people, and sends them all home together."""

    def __init__(self, exits: ExitStack) -> None:
        self._exits = exits

    def __call__(self, public: str, *, web: bool = False) -> Person:
        return self._exits.enter_context(Person(public, web=web))


def csrf_token(flow: JsonObject) -> str:
    """The hidden token of a form."""
    return str(value_of(flow, "csrf_token"))


def value_of(flow: JsonObject, name: str) -> JsonValue:
    """What the input of that name holds. Fails when the form has none."""
    form = flow["ui"]
    assert isinstance(form, dict)
    nodes = form["nodes"]
    assert isinstance(nodes, list)
    for node in nodes:
        assert isinstance(node, dict)
        attributes = node["attributes"]
        assert isinstance(attributes, dict)
        if attributes.get("name") == name:
            return attributes.get("value")
    raise AssertionError(f"the form has no {name}")
