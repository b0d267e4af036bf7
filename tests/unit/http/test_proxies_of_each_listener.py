"""Does each listener believe the proxies that are named for it? (security.md §2.35)"""

import msgspec
import pytest

from doubles.http_house import HttpHouse
from limen.config.model import Config
from limen.http.application import Application, Manner
from limen.http.error_pages import ErrorPages
from limen.http.respond import Responder
from limen.http.routes import Route, Routes
from limen.kernel.http_values import Request, Response


async def asked(house: HttpHouse, config: Config, *, inside: bool) -> str:
    """The address that a listener takes the client for, when 127.0.0.1 forwards for 203.0.113.7."""
    seen: list[str] = []

    async def note(request: Request) -> Response:
        seen.append(request.peer)
        return Response()

    house.config = config
    manner = Manner(base_url=lambda: "http://here.test", inside=inside)
    application = Application(house.doorway, Responder(ErrorPages()), Routes({"/here": {"GET": Route(note)}}), manner)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        del message

    headers = [(b"x-forwarded-for", b"203.0.113.7")]
    scope = {"type": "http", "method": "GET", "path": "/here", "query_string": b"", "headers": headers}
    await application({**scope, "client": ("10.1.2.3", 4000)}, receive, send)
    return seen[0]


@pytest.mark.parametrize(
    ("public", "admin", "believed_outside", "believed_inside"),
    [((), (), False, False), (("10.0.0.0/8",), (), True, True), ((), ("10.0.0.0/8",), False, True)],
)
async def test_each_listener_has_proxies_of_its_own(
    house: HttpHouse,
    public: tuple[str, ...],
    admin: tuple[str, ...],
    believed_outside: bool,
    believed_inside: bool,
) -> None:
    serve = house.config.serve
    changed = msgspec.structs.replace(
        serve,
        public=msgspec.structs.replace(serve.public, trusted_proxies=public),
        admin=msgspec.structs.replace(serve.admin, trusted_proxies=admin),
    )
    config = msgspec.structs.replace(house.config, dev=False, serve=changed)
    assert (await asked(house, config, inside=False) == "203.0.113.7") is believed_outside
    assert (await asked(house, config, inside=True) == "203.0.113.7") is believed_inside
