"""What does the query of an operator ask for? Filters, expansions and pages, read strictly (PAGE-01 … PAGE-04, PAGE-08)."""

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Final

import msgspec

from limen.app.errors import BadPageToken, BadParameter
from limen.app.identities import listing
from limen.app.sessions.listing import key_time
from limen.domain.identity.credentials import CredentialType
from limen.domain.ids import canonical_uuid
from limen.domain.session.session import Session
from limen.kernel.http_values import Request
from limen.ports.storage import IdentityFilter, Page

NIL: Final = "00000000-0000-0000-0000-000000000000"
DEFAULT_SIZE: Final = 250
MOST_IDENTITIES: Final = 500
MOST_SESSIONS: Final = 1000
_LAST_NUMBERED: Final = 1000
"""PAGE-02: numbered pages reach no further than this many identities."""
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,9}")
_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_EXPANSIONS: Final = frozenset({"identity", "devices"})
_LAYOUT: Final = "%Y-%m-%d %H:%M:%S.%f"
_TOKEN: Final = re.compile(r"id=(?P<id>[0-9a-f-]{36})/created_at=(?P<at>[0-9 :.-]{19,26})")
FIRST_SESSIONS: Final = (
    base64.urlsafe_b64encode(f"id={NIL}/created_at=9999-12-31 23:59:59.999999".encode()).decode().rstrip("=")
)
"""The token of the first page: before it there is nothing."""


class Keyset(msgspec.Struct, frozen=True, kw_only=True):
    """A page behind the item that a token names."""

    size: int
    after: tuple[str, ...] = ()

    @property
    def page(self) -> Page:
        return Page(limit=self.size, after=self.after)


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A page by number, counted from 0."""

    number: int
    size: int

    @property
    def page(self) -> Page:
        return Page(limit=self.size, offset=self.number * self.size)


def identity_page(request: Request) -> Keyset | Numbered:
    """Which page of identities: by token unless only `page` is given (PAGE-01 … PAGE-03). Raises BadPageToken."""
    names = {name for name, _ in request.query_items()}
    if names & {"page_token", "page_size"} or "page" not in names:
        token = request.query("page_token")
        after = canonical_uuid(token) if token else NIL
        if after is None:
            raise BadPageToken("This page_token is not valid; take it from the Link header of the page before.")
        asked = request.query("page_size") if names & {"page_token", "page_size"} else request.query("per_page")
        return Keyset(size=_size(asked, MOST_IDENTITIES), after=(after,))
    number, size = max(0, _integer(request.query("page"), 0)), _size(request.query("per_page"), MOST_IDENTITIES)
    if number * size > _LAST_NUMBERED:
        raise BadPageToken("Pages this far in the list have to be asked for by page_token.")
    return Numbered(number=number, size=size)


def session_page(request: Request) -> Keyset:
    """Which page of all sessions (PAGE-04). Raises BadPageToken."""
    token = request.query("page_token")
    size = _size(request.query("page_size"), MOST_SESSIONS)
    return Keyset(size=size, after=_session_key(token)) if token else Keyset(size=size)


def session_token(session: Session) -> str:
    """The token of the page behind this session."""
    at = session.issued_at.astimezone(UTC).strftime(_LAYOUT)
    return base64.urlsafe_b64encode(f"id={session.id}/created_at={at}".encode()).decode().rstrip("=")


def active_of(request: Request) -> bool | None:
    """Whether active or ended sessions are wanted; None for all. Raises BadParameter."""
    text = request.query("active")
    if text and text not in _TRUE | _FALSE:
        raise BadParameter("The parameter `active` has to be true or false.")
    return text in _TRUE if text else None


def expansions(request: Request) -> frozenset[str]:
    """What to show beside the session itself. Raises BadParameter."""
    asked = frozenset(name.lower() for name in request.query_all("expand"))
    if asked - _EXPANSIONS:
        raise BadParameter("The parameter `expand` has to be `identity` or `devices`.")
    return asked


def included(request: Request) -> frozenset[CredentialType]:
    """Of which credentials the configuration is shown (ID-04). Raises BadParameter."""
    try:
        return frozenset(CredentialType(name) for name in request.query_all("include_credential"))
    except ValueError as error:
        raise BadParameter("The parameter `include_credential` names no type of credential.") from error


def identity_filter(request: Request) -> IdentityFilter:
    """Which identities are wanted; at most one filter (ID-10). Raises BadParameter."""
    ids, organization = request.query_all("ids"), request.query("organization_id")
    identifier = request.query("credentials_identifier")
    similar = request.query("preview_credentials_identifier_similar")
    if sum(map(bool, (ids, organization, identifier, similar))) > 1:
        raise BadParameter("Only one filter can be used at a time.")
    if len(ids) > listing.MOST_IDS:
        raise BadParameter(f"At most {listing.MOST_IDS} ids can be given.")
    if ids:
        return IdentityFilter(ids=tuple(_uuid(id, "ids") for id in ids))
    if organization:
        return IdentityFilter(organization_id=_uuid(organization, "organization_id"))
    if identifier:
        return listing.with_identifier(identifier)
    return listing.with_prefix(similar) if similar else IdentityFilter()


def _uuid(text: str, name: str) -> str:
    found = canonical_uuid(text)
    if found is None:
        raise BadParameter(f"The parameter `{name}` has to be a UUID.")
    return found


def _size(text: str, most: int) -> int:
    number = _integer(text, DEFAULT_SIZE)
    return min(number, most) if number > 0 else DEFAULT_SIZE


def _integer(text: str, default: int) -> int:
    if not text:
        return default
    if not _INTEGER.fullmatch(text):
        raise BadPageToken("Pages and their sizes have to be numbers.")
    return int(text)


def _session_key(token: str) -> tuple[str, str]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
        found = _TOKEN.fullmatch(text)
        if found is None:
            raise BadPageToken("This page_token is not valid; take it from the Link header of the page before.")
        text = found["at"] if "." in found["at"] else f"{found['at']}.0"
        at = datetime.strptime(f"{text}+0000", f"{_LAYOUT}%z")
    except (binascii.Error, ValueError) as error:
        raise BadPageToken("This page_token is not valid; take it from the Link header of the page before.") from error
    return key_time(at), found["id"]
