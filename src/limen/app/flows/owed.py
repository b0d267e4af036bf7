"""How does everybody who asked get their message, even when the process that promised it is killed? (docs/adr/0016)

What was asked for is a row, stored with the form. Whoever makes the message removes the row in the same unit of work, so that
only one of several does; what is left over for longer than that takes is taken up by any process.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, Protocol, TypeVar, runtime_checkable

from limen.app.flows.proving import Addressee, Outgoing, purpose_of
from limen.app.scope import BrowserMarks, Client, Scope, Services, Visitor
from limen.config.model import Config
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.kernel.errors import LimenError
from limen.ports.asked import Asked, AskedGone
from limen.ports.storage import IdentityChanged

D_contra = TypeVar("D_contra", bound=Detail, contravariant=True)
D = TypeVar("D", bound=Detail)

EVERY: Final = 5.0
"""Seconds between two looks for what is left over."""
_SHORTEST: Final = timedelta(seconds=10)
"""So long what was taken up belongs to who did, and so long as it is old: what fails is tried ever more rarely."""
_BATCH: Final = 50
_ATTEMPTS: Final = 3


@runtime_checkable
class Sender(Protocol[D_contra]):
    """A participant whose messages are made after the answer."""

    async def owed(self, scope: Scope, flow: Flow[D_contra], to: Addressee) -> Outgoing:
        """Find out whose address that is, and make a secret and a message. Raises TemplateBroken."""
        ...


class Resuming(Protocol):
    """One kind of flow, as far as something can be owed in it."""

    async def resume(self, scope: Scope, asked: Asked) -> None: ...


async def made(scope: Scope, flow: Flow[D], asked: Asked, sender: Sender[D]) -> None:
    """Made and stored, unless somebody else did; made anew when the identity was changed meanwhile.

    Raises TemplateBroken, StorageUnavailable; then it is still owed.
    """
    to = Addressee(address=asked.address, via=asked.via, asked_at=asked.asked_at)
    for attempt in range(_ATTEMPTS):
        unit = scope.services.storage.unit()
        unit.asked.remove(asked.id)
        (await sender.owed(scope, flow, to)).put_into(unit)
        try:
            await unit.commit()
        except AskedGone:
            return
        except IdentityChanged:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


async def made_late(scope: Scope, flow: Flow[D] | None, asked: Asked, sender: Sender[D] | None) -> None:
    """The same for what was left over. Dropped when it would be of no use: the form is done or too old, the method is no
    longer there, or another code went out since, which this one would make worthless.
    """
    if flow is not None and sender is not None and await _is_of_use(scope, flow, asked):
        await made(scope, flow, asked, sender)
        return
    unit = scope.services.storage.unit()
    unit.asked.remove(asked.id)
    await unit.commit()


async def _is_of_use(scope: Scope, flow: Flow[Detail], asked: Asked) -> bool:
    if flow.state is State.PASSED_CHALLENGE or flow.expired(scope.services.clock.now()):
        return False
    sent = await scope.services.storage.secrets.of_flow(purpose_of(asked.kind, asked.method), asked.flow_id)
    return not any(secret.issued_at > asked.asked_at for secret in sent)


class Owed:
    """What is left over, taken up. Any number of processes may look: a lease is a guarded write."""

    def __init__(self, services: Services, config: Callable[[], Config], kind: Callable[[FlowKind], Resuming]) -> None:
        self._services = services
        self._config = config
        self._kind = kind

    async def round(self) -> int:
        """Make what nobody made in its time; how many. What one of them raises is logged. Raises StorageUnavailable."""
        due = await self._services.storage.asked.due(self._services.clock.now(), _BATCH)
        return sum([await self._taken_up(asked) for asked in due])

    async def _taken_up(self, asked: Asked) -> int:
        now = self._services.clock.now()
        unit = self._services.storage.unit()
        unit.asked.lease(asked, now + max(_SHORTEST, now - asked.asked_at))
        try:
            await unit.commit()
            await self._kind(asked.kind).resume(self._scope(asked), asked)
        except AskedGone:
            return 0
        except LimenError as error:
            self._services.log.error("a message that was asked for cannot be made", reason=error.reason)
            return 0
        except Exception as error:  # noqa: BLE001 (one message must not hold up the others, whatever is wrong with it)
            self._services.log.error("a message that was asked for cannot be made", error=type(error).__name__)
            return 0
        return 1

    def _scope(self, asked: Asked) -> Scope:
        """The request as far as messages tell of it. Its browser is gone: nothing here is answered."""
        return Scope(
            config=self._config(),
            services=self._services,
            client=Client.API,
            visitor=Visitor(language=asked.language, headers=asked.headers),
            browser=BrowserMarks(token=b""),
        )
