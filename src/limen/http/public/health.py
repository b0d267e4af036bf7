"""Is the server alive, is it ready, which one is it? (HTTP-40 … HTTP-42, HTTP-82)"""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, Protocol

import msgspec

from limen import __version__
from limen.config.model import Config
from limen.config.source import ConfigSource
from limen.http.respond import OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.wire.errors import GenericError

_UNAVAILABLE: Final = HTTPStatus.SERVICE_UNAVAILABLE
_TEXT: Final = ("content-type", "text/plain; charset=utf-8")
_NOT_TOLD: Final = "not available; the admin port says why"
_DRAINING: Final = "the server is shutting down"


class Asked(Protocol):
    """What has to work before people can be served."""

    async def ready(self) -> str:
        """Why it does not, or an empty string."""
        ...


class Status(msgspec.Struct, frozen=True):
    status: str


class NotReady(msgspec.Struct, frozen=True):
    """What the API document promises (`errors`), and what Kratos says (`error`)."""

    error: GenericError
    errors: dict[str, str]


class Version(msgspec.Struct, frozen=True):
    version: str


class Readiness:
    """Whether requests should be sent here. `draining` is set when the server is told to stop (OPS-08)."""

    def __init__(self, storage: Asked) -> None:
        self._storage = storage
        self.draining = False

    async def problems(self) -> Mapping[str, str]:
        """What is in the way, by name; empty when nothing is."""
        found: dict[str, str] = {}
        if self.draining:
            found["server"] = _DRAINING
        if reason := await self._storage.ready():
            found["database"] = reason
        return found


class HealthRoutes:
    """The questions of load balancers and operators."""

    def __init__(self, readiness: Readiness, source: ConfigSource) -> None:
        self._readiness = readiness
        self._source = source
        self._fingerprint: tuple[Config, str] | None = None

    def public_table(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            "/health/alive": {"GET": Route(self.alive)},
            "/health/ready": {"GET": Route(self.ready)},
        }

    def admin_table(self) -> Mapping[str, Mapping[str, Route]]:
        """As the public one, with reasons, and with what only operators may know (QK-24)."""
        return {
            "/admin/health/alive": {"GET": Route(self.alive)},
            "/admin/health/ready": {"GET": Route(self.ready_or_why_not)},
            "/admin/health/config": {"GET": Route(self.config)},
            "/admin/version": {"GET": Route(self.version)},
        }

    async def alive(self, request: Request) -> Response:
        """The process answers: that is all this says."""
        return json_response(Status("ok"))

    async def ready(self, request: Request) -> Response:
        """Whether it can serve; strangers are not told why it cannot."""
        problems = await self._readiness.problems()
        return _readiness(dict.fromkeys(problems, _NOT_TOLD))

    async def ready_or_why_not(self, request: Request) -> Response:
        return _readiness(dict(await self._readiness.problems()))

    async def config(self, request: Request) -> Response:
        """Which configuration is in force: its `revision`, or a fingerprint (CFG-16)."""
        return Response(status=OK, headers=(_TEXT,), body=self._revision(self._source.current()).encode())

    async def version(self, request: Request) -> Response:
        return json_response(Version(__version__))

    def _revision(self, config: Config) -> str:
        if config.revision:
            return config.revision
        if self._fingerprint is None or self._fingerprint[0] is not config:
            self._fingerprint = (config, hashlib.sha256(msgspec.json.encode(config, order="deterministic")).hexdigest())
        return self._fingerprint[1]


def _readiness(problems: dict[str, str]) -> Response:
    if not problems:
        return json_response(Status("ok"))
    error = GenericError(code=_UNAVAILABLE.value, status=_UNAVAILABLE.phrase, message="; ".join(problems.values()))
    return json_response(NotReady(error, problems), _UNAVAILABLE.value)
