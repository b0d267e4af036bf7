"""Which work beside the database is seen in a trace? Hashing, calls to other servers, and handing over messages (OBS-03)."""

from urllib.parse import urlsplit

import msgspec

from limen.config.model import Config
from limen.domain.courier.letter import Letter
from limen.kernel.egress import Egress, HttpAnswer, HttpCall
from limen.ports.courier import Carrier
from limen.ports.passwords import Passwords
from limen.ports.tracer import Tracer


class TracedPasswords:
    """Another pool of hashes, whose work is seen."""

    def __init__(self, passwords: Passwords, tracer: Tracer) -> None:
        self._passwords = passwords
        self._tracer = tracer

    async def hash(self, password: str, config: Config) -> str:
        """As the other one. Raises Overloaded."""
        with self._tracer.span("password hash"):
            return await self._passwords.hash(password, config)

    async def verify(self, password: str, hash: str) -> bool:
        """As the other one. Raises Overloaded, UnknownHash. The span does not tell whether there was such a person."""
        with self._tracer.span("password verify"):
            return await self._passwords.verify(password, hash)

    async def verify_nobody(self, password: str, config: Config) -> None:
        """As the other one. Raises Overloaded."""
        with self._tracer.span("password verify"):
            await self._passwords.verify_nobody(password, config)

    def check_importable(self, hash: str) -> None:
        """As the other one. Raises UnknownHash."""
        self._passwords.check_importable(hash)

    def outdated(self, hash: str, config: Config) -> bool:
        return self._passwords.outdated(hash, config)


class TracedEgress:
    """Another way out, whose calls are seen. With `tells` those called learn which trace they are part of (WH-13)."""

    def __init__(self, egress: Egress, tracer: Tracer, *, tells: bool = False) -> None:
        self._egress = egress
        self._tracer = tracer
        self._tells = tells

    async def send(self, call: HttpCall) -> HttpAnswer:
        """As the other one. Raises EgressFailed. Of the address only the host is told: the rest can hold secrets."""
        facts = {"http.request.method": call.method, "server.address": _host(call.url)}
        with self._tracer.span(call.method, facts, calls_out=True) as span:
            if self._tells:
                own = self._tracer.headers()
                names = {name for name, _ in own}
                kept = tuple(header for header in call.headers if header[0].lower() not in names)
                call = msgspec.structs.replace(call, headers=(*kept, *own))
            answer = await self._egress.send(call)
            span.tell({"http.response.status_code": answer.status})
            return answer


class TracedCarrier:
    """Another carrier, whose tries are seen: by template, never by person."""

    def __init__(self, carrier: Carrier, tracer: Tracer) -> None:
        self._carrier = carrier
        self._tracer = tracer

    async def deliver(self, config: Config, letter: Letter) -> None:
        """As the other one. Raises DeliveryFailed."""
        with self._tracer.span("letter", {"limen.template": letter.template.value}, calls_out=True):
            await self._carrier.deliver(config, letter)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
