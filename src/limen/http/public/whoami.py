"""Whose session is this, and is it good? The hottest question of all (HTTP-30, HTTP-31, SESS-09 … SESS-13, docs/adr/0007)."""

from datetime import datetime
from typing import Final

from limen.app.errors import SecondFactorRequired, SessionRequired
from limen.app.sessions.check import satisfies, step_up_url
from limen.app.sessions.issue import token_hash
from limen.app.sessions.tokenize import Tokenizer, TokenSubject
from limen.config.model import Config
from limen.domain.identity.aal import Aal
from limen.domain.ids import IdentityId
from limen.domain.session.session import IssuedSession
from limen.http import cookies
from limen.http.doorway import Doorway, Presented
from limen.http.respond import OK, json_response
from limen.kernel.http_values import Request, Response
from limen.kernel.json_doc import JsonDoc
from limen.ports.session_reader import SessionReader, SessionRow
from limen.wire.errors import envelope
from limen.wire.session import from_row

_JSON_TYPE: Final = ("content-type", "application/json; charset=utf-8")
_WHO: Final = "x-kratos-authenticated-identity-id"
_CACHE_FOR: Final = "ory-session-cache-for"
_NOBODY_FOR: Final = "60"
_UNAUTHORIZED: Final = 401
_ACTIVE: Final = "active"
_TO_THE_SECOND: Final = 19
_NOBODY: Final = "This needs a session, and the request shows none that is valid."


class WhoAmI:
    """Answers every method alike (QK-10). One read, no flow, no scope; times are compared as the text they are stored as."""

    def __init__(self, doorway: Doorway, reader: SessionReader) -> None:
        self._doorway = doorway
        self._reader = reader
        self._tokenizer = Tokenizer(doorway.services)

    async def __call__(self, request: Request, /) -> Response:
        """The session with its identity, or 401. Raises SecondFactorRequired, TokenizerUnknown, TokenizerFailed."""
        config = self._doorway.source.current()
        presented = self._doorway.presented(config, request, cookies.parsed(request))
        if not presented.token:
            return _nobody(config, request, credentials=False)
        row = await self._reader.row(token_hash(presented.token))
        now = self._doorway.services.clock.now()
        if row is None or not _good(row, now):
            return _nobody(config, request, credentials=True)
        if not await self._satisfied(config, row):
            raise SecondFactorRequired(step_up_url(config))
        base_url = config.serve.public.base_url
        headers = [_JSON_TYPE, (_WHO, row.identity_id)]
        if request.query_string and (template := request.query("tokenize_as")):
            body = await self._tokenized(config, template, row)
        else:
            body = from_row(row, base_url)
            if config.feature_flags.cacheable_sessions:
                headers.append((_CACHE_FOR, _cacheable_for(config, row, now)))
        if (
            presented.cookie is not None
            and row.expires_at[:_TO_THE_SECOND] > presented.cookie.expires_at[:_TO_THE_SECOND]
        ):
            headers.extend(await self._renewed_cookie(config, presented, now))
        return Response(status=OK, headers=tuple(headers), body=body)

    async def _satisfied(self, config: Config, row: SessionRow) -> bool:
        """SESS-12, SESS-15. Only for identities whose level is not stored are their credentials looked at."""
        if row.available_aal is not None:
            return satisfies(config, Aal(row.aal), Aal(row.available_aal))
        services = self._doorway.services
        identity = await services.storage.identities.get(IdentityId(row.identity_id))
        return identity is not None and satisfies(config, Aal(row.aal), services.factors.available_aal(identity))

    async def _tokenized(self, config: Config, template: str, row: SessionRow) -> bytes:
        base_url = config.serve.public.base_url
        subject = TokenSubject(
            session_id=row.session_id, identity_id=row.identity_id, external_id=row.external_id or ""
        )
        token = await self._tokenizer.token(config, template, subject, JsonDoc.stored(from_row(row, base_url)))
        return from_row(row, base_url, token)

    async def _renewed_cookie(self, config: Config, presented: Presented, now: datetime) -> tuple[tuple[str, str], ...]:
        """A session that was extended outlives its cookie: here is one that lasts as long (SESS-09)."""
        services = self._doorway.services
        found = await services.storage.sessions.by_token_hash(token_hash(presented.token))
        if found is None:
            return ()
        issued = IssuedSession(session=found.session, identity=found.identity, token=presented.token)
        cookie = cookies.session_cookie(config, services.sealing, services.entropy, issued, now)
        return (("set-cookie", cookie),)


def _good(row: SessionRow, now: datetime) -> bool:
    """Not ended, not expired, of an active identity (SESS-11). Stored times have 27 characters: they sort as the times do."""
    return row.active and row.state == _ACTIVE and row.expires_at > f"{now.isoformat(timespec='microseconds')[:26]}Z"


def _nobody(config: Config, request: Request, *, credentials: bool) -> Response:
    """The same answer whatever is wrong, without an id (SESS-11). Who shows nothing may remember that (SESS-13)."""
    found = envelope(SessionRequired(_NOBODY), request.header("x-request-id"))
    if config.feature_flags.cacheable_sessions and not credentials:
        return json_response(found, _UNAUTHORIZED, (_CACHE_FOR, _NOBODY_FOR))
    return json_response(found, _UNAUTHORIZED)


def _cacheable_for(config: Config, row: SessionRow, now: datetime) -> str:
    """Whole seconds: until the session ends, or as long as the operator allows (SESS-13)."""
    left = datetime.fromisoformat(row.expires_at) - now
    most = config.feature_flags.cacheable_sessions_max_age
    return f"{min(left, most).total_seconds() if most else left.total_seconds():.0f}"
