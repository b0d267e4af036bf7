"""How is the house put together? Adapters, storage, methods, hooks, engines, routes: explicit, in one read."""

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from limen.adapters.breached_passwords import RangeBreaches
from limen.adapters.documents import UrlDocuments
from limen.adapters.hashers.pool import PasswordPool
from limen.adapters.http_courier import HttpCarrier
from limen.adapters.http_egress import HttpEgress, Proxies
from limen.adapters.jinja_templates import SandboxedJinja
from limen.adapters.jsonnet import ChildJsonnet
from limen.adapters.jwt import JoseSigning
from limen.adapters.logs import LineLog
from limen.adapters.metrics import PrometheusMeter
from limen.adapters.session_cipher import AesSealing
from limen.adapters.smtp import SmtpCarrier
from limen.adapters.system import SystemClock, SystemEntropy, SystemIds
from limen.app.admin.storage import RecordedStorage
from limen.app.aside import Aside
from limen.app.courier.compose import WrittenLetters
from limen.app.courier.dispatch import Dispatcher
from limen.app.courier.inbox import Carriers, Inbox
from limen.app.courier.metered import MeteredCarrier
from limen.app.courier.watch import OutboxWatch
from limen.app.hooks.notify_previous_addresses import NotifyPreviousHook
from limen.app.hooks.require_verified import RequireVerifiedHook
from limen.app.hooks.revoke_sessions import RevokeSessionsHook
from limen.app.hooks.runner import HookRunner, MakeHook
from limen.app.hooks.session import SessionHook
from limen.app.hooks.show_verification_ui import ShowVerificationHook
from limen.app.hooks.verification import Presenters, VerificationHook
from limen.app.hooks.verify_new_address import VerifyNewAddressHook
from limen.app.identities.aal import MethodFactors
from limen.app.identities.schemas import LoadedSchemas
from limen.app.scope import Services
from limen.bootstrap.desk import PublicDesk
from limen.bootstrap.engines import engines
from limen.bootstrap.listeners import Listeners, listeners
from limen.config.generated_secrets import GeneratedSecrets
from limen.config.load import LoadedConfig, LoadRequest
from limen.config.source import ConfigSource
from limen.http.doorway import Doorway
from limen.http.error_pages import ErrorPages
from limen.http.public.health import Readiness
from limen.http.respond import Responder
from limen.methods import discovered
from limen.storage import SqlStorage, open_for_service
from limen.ui.pages import Pages


@cache
def verifiers() -> Presenters:
    """The methods that verify addresses, for the hooks that begin a verification."""
    return {method.name: method.verification for method in discovered() if method.verification is not None}


HOOKS: Final[Mapping[str, MakeHook]] = {
    "session": lambda _: SessionHook(),
    "revoke_active_sessions": lambda _: RevokeSessionsHook(),
    "require_verified_address": lambda _: RequireVerifiedHook(verifiers()),
    "verification": lambda _: VerificationHook(verifiers()),
    "show_verification_ui": lambda _: ShowVerificationHook(),
    "verify_new_address": lambda _: VerifyNewAddressHook(verifiers()),
    "notify_previous_addresses": NotifyPreviousHook,
}
"""Every hook that the configuration can name and Limen has."""


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one running server."""

    source: ConfigSource
    services: Services
    storage: SqlStorage
    schemas: LoadedSchemas
    readiness: Readiness
    listeners: Listeners
    outbox: OutboxWatch
    closers: tuple["PasswordPool | ChildJsonnet | HttpEgress | SmtpCarrier", ...]

    async def adopt(self, loaded: LoadedConfig) -> None:
        """What depends on a new configuration, made ready before it is in force. Raises LimenError to refuse it."""
        await self.schemas.reload(loaded.config)

    async def close(self) -> None:
        """Let go of everything; work that was acknowledged is safe before."""
        await self.storage.close()
        for part in self.closers:
            if isinstance(part, PasswordPool):
                part.close()
            else:
                await part.close()


_LEAST_PAUSE, _MORE_PAUSE = 0.02, 0.08
"""Seconds that work after an answer waits at least, and the most that lot adds: nobody notices, and nobody can aim at it."""


async def build(request: LoadRequest) -> House:
    """A house that is ready to listen. Raises ConfigRefused, DatabaseInUse, SchemaBroken, StorageUnavailable."""
    clock, ids, entropy = SystemClock(), SystemIds(), SystemEntropy()
    source = ConfigSource(request, GeneratedSecrets(entropy))
    config = source.current()
    log = LineLog(config.log, clock, sys.stderr)
    for warning in source.loaded.warnings:
        log.warning(warning.text, key=warning.key)

    methods = discovered()
    egress = HttpEgress(_proxies(request.environment))
    documents = UrlDocuments(egress, Path())
    passwords = PasswordPool(entropy, queue=config.hashers.queue)
    jsonnet = ChildJsonnet()
    schemas = LoadedSchemas(documents)
    await schemas.load(config)
    for reason in schemas.unusable():
        log.warning("an identity schema is kept aside", reason=reason)
    storage = await open_for_service(config.dsn, dev=request.dev, log=log)
    services = Services(
        clock=clock,
        ids=ids,
        entropy=entropy,
        storage=RecordedStorage(storage),
        passwords=passwords,
        breaches=RangeBreaches(egress, clock, log),
        schemas=schemas,
        factors=MethodFactors(
            (method.credential for method in methods if method.credential is not None), source.current
        ),
        sealing=AesSealing(entropy),
        signing=JoseSigning(),
        jsonnet=jsonnet,
        documents=documents,
        letters=WrittenLetters(documents, SandboxedJinja(), clock, ids),
        log=log,
        meter=PrometheusMeter(passwords),
        aside=Aside(lambda: _LEAST_PAUSE + _MORE_PAUSE * entropy.octets(1)[0] / 255),
    )
    doorway = Doorway(source, services)
    responder = Responder(ErrorPages())
    readiness = Readiness(storage)
    inbox, smtp = Inbox(storage.letters, source.current), SmtpCarrier()
    carriers = Carriers(smtp, HttpCarrier(egress, jsonnet, documents), inbox)
    dispatcher = Dispatcher(storage, MeteredCarrier(carriers, services.meter), clock, ids, log)
    flows = engines(methods, HookRunner(HOOKS))
    desk = PublicDesk(doorway, flows)
    return House(
        source=source,
        services=services,
        storage=storage,
        schemas=schemas,
        readiness=readiness,
        listeners=listeners(doorway, responder, readiness, storage, flows, Pages(desk, clock, entropy, inbox=inbox)),
        outbox=OutboxWatch(dispatcher, source.current, log),
        closers=(passwords, smtp, jsonnet, egress),
    )


def _proxies(environment: Mapping[str, str]) -> Proxies:
    """The proxy that the operator's environment names for outgoing calls, in either spelling."""

    def named(name: str) -> str:
        return environment.get(name.upper()) or environment.get(name.lower()) or ""

    return Proxies(
        http=named("http_proxy"), https=named("https_proxy"), no_proxy=tuple(filter(None, named("no_proxy").split(",")))
    )
