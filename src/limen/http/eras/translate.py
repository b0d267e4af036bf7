"""How does an old request become one of today's, and today's answer an old one?"""

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from limen.http.respond import SEE_OTHER
from limen.http.strict_json import StrictJsonError, parse
from limen.kernel.http_values import Request, Response

FOUND: Final = 302
_FLOW, _REQUEST = "flow", "request"
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_ALSO_CALLED: Final = {"flow": "request", "id": "error"}
"""Names in addresses of pages, and what they were called before (§5.1 C4): both are sent, for pages of either age."""


def as_browser(request: Request) -> Request:
    """The request of a browser, whatever it says it takes: single-page apps came later."""
    others = tuple(header for header in request.headers if header[0] != "accept")
    return msgspec.structs.replace(request, headers=(*others, ("accept", "text/html")))


def started(request: Request) -> Request:
    """The start of a flow: `prompt=login` is `refresh=true` by now."""
    query = [("refresh", "true") if pair == ("prompt", "login") else pair for pair in request.query_items()]
    return msgspec.structs.replace(request, query_string=urlencode(query))


def sent_to(request: Request, method: str) -> Request:
    """A form for `method`, which the path named and the body names by now."""
    query = [(_FLOW if name == _REQUEST else name, value) for name, value in request.query_items()]
    return msgspec.structs.replace(request, query_string=urlencode(query), body=_naming(request, method))


def answered(response: Response, *, ids_only: bool = False) -> Response:
    """Redirects were 302, and named the flow `request`. `ids_only`: leave the names alone."""
    if response.status != SEE_OTHER:
        return response
    headers = tuple(
        (name, value if ids_only or name != "location" else _with_old_names(value)) for name, value in response.headers
    )
    return msgspec.structs.replace(response, status=FOUND, headers=headers)


def _naming(request: Request, method: str) -> bytes:
    """The body with its method. One that cannot be read is left as it is: whoever reads it says what is wrong."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind == _FORM and request.body:
        return request.body + b"&" + urlencode({"method": method}).encode()
    if kind == _JSON and request.body:
        try:
            value = parse(request.body)
        except StrictJsonError:
            return request.body
        if isinstance(value, dict):
            return msgspec.json.encode({**value, "method": method})
    return request.body


def _with_old_names(location: str) -> str:
    parts = urlsplit(location)
    query = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in query}
    more = [
        (_ALSO_CALLED[name], value) for name, value in query if name in _ALSO_CALLED and _ALSO_CALLED[name] not in names
    ]
    return urlunsplit(parts._replace(query=urlencode([*query, *more]))) if more else location
