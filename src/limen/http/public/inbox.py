"""How does a developer's test read its mail? From the inbox, as JSON, waiting for what has not arrived yet."""

from collections.abc import Mapping

from limen.app.courier.inbox import Inbox
from limen.app.errors import BadParameter
from limen.http.respond import json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.wire.courier import InboxAnswer


class InboxRoutes:
    """`/dev/inbox/messages`. Away from development there is no such thing: the answer is 404."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {"/dev/inbox/messages": {"GET": Route(self.messages)}}

    async def messages(self, request: Request) -> Response:
        if not self._inbox.open:
            return Response(
                status=404, headers=(("content-type", "text/plain; charset=utf-8"),), body=b"404 not found\n"
            )
        recipient, after = request.query("recipient"), request.query("after")
        seconds = _seconds(request.query("wait"))
        if seconds:
            return json_response(InboxAnswer(await self._inbox.wait(seconds, recipient, after)))
        return json_response(InboxAnswer(await self._inbox.messages(recipient, after)))


def _seconds(text: str) -> float:
    """How long to wait at most. Raises BadParameter."""
    head, _, tail = text.removesuffix("s").partition(".")
    if not text:
        return 0.0
    if not (head + tail).isascii() or not (head + tail).isdigit() or len(text) > 9:  # noqa: PLR2004 (enough for anybody)
        raise BadParameter("The parameter `wait` has to be a number of seconds.")
    return float(f"{head or '0'}.{tail or '0'}")
