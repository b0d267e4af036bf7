"""Which version does a request want to change? `If-Match`, as RFC 9110 section 13.1.1 has it (HTTP-109, ours)."""

import re
from typing import Final

from limen.app.errors import BadParameter
from limen.app.identities.versions import WHICHEVER, Expected, version
from limen.domain.identity.identity import Identity
from limen.kernel.http_values import Request, Response

_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS: Final = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")
_ANY: Final = "*"


def expected(request: Request) -> Expected:
    """The versions that the request names; without `If-Match`, or with `*`, whichever there is. Raises BadParameter.

    A weak version is never the same as another one.
    """
    asked = ", ".join(request.all_headers("if-match")).strip(" \t")
    if asked in {"", _ANY}:
        return WHICHEVER
    if not _TAGS.fullmatch(asked):
        raise BadParameter(
            'The header If-Match has to be `*` or a list of versions in quotes, like "2030-01-01T12:00:00Z".'
        )
    return Expected(frozenset(tag for tag in re.findall(_TAG, asked) if not tag.startswith("W/")))


def versioned(request: Request, response: Response, identity: Identity) -> Response:
    """The answer, with the version for those who asked by `If-Match`. Others get none, as from Kratos (HTTP-109)."""
    return response.with_headers(("etag", version(identity))) if request.header("if-match") else response
