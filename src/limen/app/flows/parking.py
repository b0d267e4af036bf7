"""What becomes of a change whose person has to sign in once more? It waits for them, sealed for their browser (SET-06, LOGIN-35)."""

import hashlib
from datetime import timedelta
from typing import Final

import msgspec

from limen.app.errors import FreshSessionRequired
from limen.app.flows.contract import Answer, Change, Refused, SignInAgain, Submission
from limen.app.flows.engine import FlowEngine
from limen.app.scope import Client, Scope
from limen.domain.flow.details import SettingsDetail
from limen.domain.ids import IdentityId, canonical_uuid
from limen.kernel.json_doc import JsonDoc
from limen.ports.parking import Parked

LIFESPAN: Final = timedelta(minutes=15)
_NAME: Final = "settings"
_SECRET_LENGTH: Final = 32
_PIECE: Final = 8192
"""Octets that are sealed at a time: sealing is made for cookies."""


class Waiting(msgspec.Struct, frozen=True):
    """A submission, as it is sealed."""

    fields: msgspec.Raw
    typed: bool


class SettingsEngine(FlowEngine[SettingsDetail, Change]):
    """Settings, and the changes of browsers that wait for a renewed sign-in.

    A change is kept under the flow and a secret of the browser, which also seals it: neither the database nor another
    browser can read it, and changes of two flows do not get into each other's way. It was found genuine before, is applied
    to the same person only, and once.
    """

    async def submit(self, scope: Scope, id: str, body: Submission) -> Answer:
        """As for every flow; a browser that comes back with nothing but the flow goes on where it left off.

        A rule of the flow, not of its answer: only a browser is sent away by an answer, so only its change has to be kept
        until it is back. Apps still hold theirs when they have signed in anew, and send it once more.
        """
        returning = scope.client is Client.BROWSER and not body.unreadable and not set(body.fields) - {"flow"}
        if returning and (waiting := await self._taken(scope, id)) is not None:
            body = msgspec.structs.replace(body, fields=JsonDoc(waiting.fields).members(), typed=waiting.typed)
        answer = await super().submit(scope, id, body)
        reply = answer.reply
        if answer.client is not Client.BROWSER or not isinstance(reply, Refused):
            return answer
        if not isinstance(reply.error, FreshSessionRequired):
            return answer
        secret = await self._parked(scope, id, body)
        again = SignInAgain(
            url=reply.error.redirect_browser_to, secret=secret, expires_in=int(LIFESPAN.total_seconds())
        )
        return Answer(reply=again, client=answer.client)

    async def _parked(self, scope: Scope, id: str, body: Submission) -> str:
        """Keep the submission, in the place of an earlier one of the same flow; the browser's secret."""
        services = scope.services
        secret = scope.browser.continuity or services.entropy.alphanumeric(_SECRET_LENGTH)
        place = _place(secret, id)
        unit = services.storage.unit()
        unit.parked.remove(place)
        unit.parked.add(
            Parked(
                id=place,
                name=_NAME,
                identity_id=_person(scope),
                payload=_sealed(scope, secret, Waiting(JsonDoc.of(body.fields).raw, body.typed)),
                expires_at=services.clock.now() + LIFESPAN,
            )
        )
        await unit.commit()
        return secret

    async def _taken(self, scope: Scope, id: str) -> Waiting | None:
        """The submission that waits for this flow, browser and person; it waits no longer."""
        secret = scope.browser.continuity
        if not secret or canonical_uuid(id) is None:
            return None
        storage = scope.services.storage
        found = await storage.parked.get(_place(secret, id))
        if found is None or found.name != _NAME or found.identity_id != _person(scope):
            return None
        unit = storage.unit()
        unit.parked.remove(found.id)
        await unit.commit()
        if found.expires_at <= scope.services.clock.now():
            return None
        return _opened(scope, secret, found.payload)


def _person(scope: Scope) -> IdentityId:
    return scope.session.identity.id if scope.session is not None else IdentityId("")


def _place(secret: str, flow_id: str) -> str:
    return hashlib.sha256(f"{secret} {flow_id.lower()}".encode()).hexdigest()


def _sealed(scope: Scope, secret: str, waiting: Waiting) -> JsonDoc:
    octets = msgspec.json.encode(waiting)
    pieces = [octets[at : at + _PIECE] for at in range(0, len(octets), _PIECE)]
    seal = scope.services.sealing.seal
    return JsonDoc.of([seal((secret,), _purpose(at, len(pieces)), piece) for at, piece in enumerate(pieces)])


def _opened(scope: Scope, secret: str, payload: JsonDoc) -> Waiting | None:
    sealed = payload.read(tuple[str, ...])
    opened = [
        scope.services.sealing.open((secret,), _purpose(at, len(sealed)), piece) for at, piece in enumerate(sealed)
    ]
    octets = b"".join(piece for piece in opened if piece is not None)
    return msgspec.json.decode(octets, type=Waiting) if octets and None not in opened else None


def _purpose(at: int, of: int) -> str:
    return f"{_NAME}/waiting/{at}/{of}"
