"""How much may a client send before anybody looks at it, and how slowly? (security.md §2.25, HTTP-104, performance.md §2)"""

import asyncio
from http import HTTPStatus
from typing import Final, TypeAlias, TypeGuard

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

Timer: TypeAlias = asyncio.TimerHandle

_TOO_LONG: Final = HTTPStatus.REQUEST_URI_TOO_LONG
_TOO_LARGE: Final = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
_SAID: Final = {
    HTTPStatus.BAD_REQUEST: "This is no valid HTTP request.\n",
    HTTPStatus.REQUEST_TIMEOUT: "The request took too long to arrive.\n",
    _TOO_LONG: "The address is too long.\n",
    _TOO_LARGE: "The headers are too many or too large.\n",
}


class TooMuch(Exception):
    """Leaves the parser's callbacks when a limit is exceeded; `status` is what the client is told."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class InOnePiece(asyncio.Transport):
    """Sends the head of one answer together with the body behind it: one call of the system, one packet (performance.md)."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._head: bytes | None = None
        self._open = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep what comes first; from then on pass everything on."""
        if self._head is None:
            self._head = bytes(data)
        elif self._open:
            self._open = False
            self._transport.write(self._head + data)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Send what is kept, then close."""
        if self._head is not None and self._open:
            self.write(b"")
        self._transport.close()


class LimitedHttpToolsProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the limits that it lacks.

    Headers are counted while they arrive, because the parser keeps an unfinished one for as long as it grows. A request
    that arrives in one piece costs no timer.
    """

    longest_url = 8 * 1024
    most_header_bytes = 32 * 1024
    most_headers = 100
    header_seconds = 5.0
    """From the first byte of a request to the end of its headers, and from a connection's begin to that first byte."""
    body_seconds = 15.0
    idle_seconds = 120.0
    linger_seconds = 1.0
    """How long whatever still arrives is thrown away after a refusal: a reset would take the refusal with it."""
    most_requests = 10_000
    """A connection is closed after so many, so that load spreads again and nothing is kept for ever."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config=config, server_state=server_state, app_state=app_state, _loop=_loop)
        self.timeout_keep_alive = int(self.idle_seconds) or 1
        self._refused = False
        self._requests = 0
        self._heads = 0
        self._reading_headers = False
        self._reading_body = False
        self._ended_in_this_piece = False
        self._header_bytes = 0
        self._unfinished_bytes = 0
        self._timer: Timer | None = None

    # -- what arrives ---------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody called; whoever then says nothing is hung up on."""
        if _is_stream(transport):
            super().connection_made(transport)
        self._timer = self.loop.call_later(self.header_seconds, self._too_slow)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, then see how far it came."""
        if self._refused or self.parser is None:
            return
        self._unset_keepalive_if_required()
        self._ended_in_this_piece = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._not_upgraded()
            return
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause.status if isinstance(cause, TooMuch) else HTTPStatus.BAD_REQUEST)
            return
        if self._reading_headers:
            # what came in this piece belongs to the unfinished head, unless another request ended in it
            self._unfinished_bytes += 0 if self._ended_in_this_piece else len(data)
            if self._unfinished_bytes > self.most_header_bytes + self.longest_url:
                self._refuse(_TOO_LARGE)
                return
        self._watch()

    def shutdown(self) -> None:
        """Close when nothing is under way. An encrypted connection waits for its client to agree: not for long."""
        super().shutdown()
        if self.transport.is_closing():
            self.loop.call_later(self.linger_seconds, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_timer()
        super().connection_lost(exc)

    # -- what the parser finds ------------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Another request begins, with limits of its own."""
        super().on_message_begin()
        self._stop_timer()
        self._requests += 1
        self._reading_headers, self._reading_body = True, False
        self._header_bytes = self._unfinished_bytes = 0

    def on_url(self, url: bytes) -> None:
        """A piece of the request target. Raises TooMuch."""
        super().on_url(url)
        if len(self.url) > self.longest_url:
            raise TooMuch(_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One complete header. Raises TooMuch."""
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value) + 4  # with the colon, the space and the end of the line
        if self._header_bytes > self.most_header_bytes or len(self.headers) > self.most_headers:
            raise TooMuch(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """The request can be answered; its body may follow."""
        self._reading_headers, self._reading_body = False, True
        self._stop_timer()
        super().on_headers_complete()
        if self.scope["method"] != "HEAD":  # such an answer has no body that its head could wait for
            self.cycle.transport = InOnePiece(self.transport)
        self._heads += 1
        if self._requests >= self.most_requests:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The whole request has arrived."""
        self._reading_body = False
        self._ended_in_this_piece = True
        self._stop_timer()
        super().on_message_complete()

    # -- time ---------------------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Set the clock for a request that did not arrive in one piece; it runs until the part is complete."""
        if self._timer is None and (self._reading_headers or self._reading_body):
            seconds = self.header_seconds if self._reading_headers else self.body_seconds
            self._timer = self.loop.call_later(seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._reading_headers or self._reading_body:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._close()

    # -- refusing -------------------------------------------------------------------------------------------------------------

    def _not_upgraded(self) -> None:
        """Other protocols are not spoken here: the request is answered as it stands, and nothing is read after it."""
        if self._reading_body:
            self.on_message_complete()
        self.cycle.keep_alive = False

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why, if that can still be told apart from an answer to another request, and close."""
        self._refused = True
        self._stop_timer()
        if self._may_speak():
            self._dismiss()
            body = _SAID[status].encode()
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\n"
                "content-type: text/plain; charset=utf-8\r\n"
                f"content-length: {len(body)}\r\n"
                "cache-control: no-store\r\n"
                "x-content-type-options: nosniff\r\n"
                "connection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
            if self.transport.can_write_eof():
                self.transport.write_eof()
                self._timer = self.loop.call_later(self.linger_seconds, self._close)
                return
        self._close()

    def _may_speak(self) -> bool:
        """Whether nothing else is being answered: neither an earlier request nor, already, this one."""
        if self.transport.is_closing():
            return False
        if self._reading_headers or not self._heads:
            return not self._heads or self.cycle.response_complete
        return not self.pipeline and not self.cycle.response_started

    def _dismiss(self) -> None:
        """The refusal is the answer: a handler that waits for the rest of a body is told that nobody listens any more."""
        if self._heads and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def _is_stream(transport: asyncio.BaseTransport) -> TypeGuard[asyncio.Transport]:
    """Whether bytes can be written to it: uvloop's transports are no subclasses of asyncio's."""
    return hasattr(transport, "write")


class AdminLimits(LimitedHttpToolsProtocol):
    """The same for the admin listener, where one query may name five hundred identities (ID-10)."""

    longest_url = 64 * 1024
