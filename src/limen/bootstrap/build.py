"""How is the house put together? Adapters, storage, methods, hooks, engines, routes: explicit, in one read."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
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
from limen.adapters.plugins import ImportedPlugins
from limen.adapters.session_cipher import AesSealing
from limen.adapters.smtp import SmtpCarrier
from limen.adapters.system import SystemClock, SystemEntropy, SystemIds
from limen.adapters.traces import tracer_for
from limen.app.admin.storage import RecordedStorage
from limen.app.aside import Aside
from limen.app.courier.compose import WrittenLetters
from limen.app.courier.dispatch import Dispatcher
from limen.app.courier.inbox import Carriers, Inbox
from limen.app.courier.metered import MeteredCarrier
from limen.app.courier.watch import OutboxWatch
from limen.app.flows.method import Method
from limen.app.flows.owed import Owed
from limen.app.hooks import python
from limen.app.hooks.deliveries.dispatch import Deliverer
from limen.app.hooks.journal import StoredJournal
from limen.app.hooks.notify_previous_addresses import NotifyPreviousHook
from limen.app.hooks.require_verified import RequireVerifiedHook
from limen.app.hooks.revoke_sessions import RevokeSessionsHook
from limen.app.hooks.runner import HookRunner, MakeHook
from limen.app.hooks.session import SessionHook
from limen.app.hooks.show_verification_ui import ShowVerificationHook
from limen.app.hooks.verification import Presenters, VerificationHook
from limen.app.hooks.verify_new_address import VerifyNewAddressHook
from limen.app.hooks.web_hook.delivering import Sending
from limen.app.hooks.web_hook.hook import WebHooks
from limen.app.identities.aal import MethodFactors
from limen.app.identities.schemas import LoadedSchemas
from limen.app.scope import Services
from limen.app.traced import TracedCarrier, TracedEgress, TracedPasswords
from limen.bootstrap.desk import PublicDesk
from limen.bootstrap.engines import engines
from limen.bootstrap.listeners import Listeners, listeners
from limen.config.generated_secrets import GeneratedSecrets
from limen.config.load import LoadedConfig, LoadRequest
from limen.config.problems import ConfigRefused
from limen.config.source import ConfigSource
from limen.http.doorway import Doorway
from limen.http.error_pages import ErrorPages
from limen.http.public.health import Readiness
from limen.http.respond import Responder
from limen.methods import discovered
from limen.ports.courier import Carrier
from limen.ports.plugins import Plugins
from limen.storage import SqlStorage, open_for_service
from limen.ui.pages import Pages
from limen.wire.hook_context import WireShapes


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
"""The hooks that need nobody else."""


def hook_makers(web_hooks: WebHooks, plugins: Plugins) -> Mapping[str, MakeHook]:
    """Every hook that the configuration can name and Limen has."""
    return {**HOOKS, "web_hook": web_hooks.hook, "python": python.maker(plugins)}


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one running server."""

    source: ConfigSource
    services: Services
    storage: SqlStorage
    plugins: ImportedPlugins
    journal: StoredJournal
    schemas: LoadedSchemas
    readiness: Readiness
    listeners: Listeners
    outbox: OutboxWatch
    owed: Owed
    deliverer: Deliverer
    closers: tuple["PasswordPool | ChildJsonnet | HttpEgress | SmtpCarrier | ImportedPlugins", ...]

    async def adopt(self, loaded: LoadedConfig) -> None:
        """What depends on a new configuration, made ready before it is in force. Raises LimenError to refuse it."""
        await asyncio.to_thread(require_plugins, loaded, self.plugins)
        await self.schemas.reload(loaded.config)

    async def close(self) -> None:
        """Let go of everything; work that was acknowledged is safe before."""
        await self.journal.stop()
        await self.storage.close()
        await self.services.tracer.close()
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
    plugins = ImportedPlugins()
    require_plugins(source.loaded, plugins)
    methods = discovered()
    tracer = tracer_for(config.tracing)
    network = HttpEgress(_proxies(request.environment))
    egress = TracedEgress(network, tracer) if tracer.active else network
    documents = UrlDocuments(egress, Path())
    passwords = PasswordPool(entropy, queue=config.hashers.queue)
    jsonnet = ChildJsonnet()
    schemas = await _schemas(documents, source.loaded, log)
    storage = await open_for_service(config.dsn, dev=request.dev, log=log, tracer=tracer)
    journal = StoredJournal(storage, ids, log)
    services = Services(
        clock=clock,
        ids=ids,
        entropy=entropy,
        storage=RecordedStorage(storage),
        passwords=TracedPasswords(passwords, tracer) if tracer.active else passwords,
        breaches=RangeBreaches(egress, clock, log),
        schemas=schemas,
        factors=_factors(methods, source),
        sealing=AesSealing(entropy),
        signing=JoseSigning(),
        jsonnet=jsonnet,
        documents=documents,
        letters=WrittenLetters(documents, SandboxedJinja(), clock, ids),
        journal=journal,
        log=log,
        meter=PrometheusMeter(passwords, storage),
        tracer=tracer,
        aside=Aside(lambda: _LEAST_PAUSE + _MORE_PAUSE * entropy.octets(1)[0] / 255),
    )
    doorway, responder = Doorway(source, services), Responder(ErrorPages())
    inbox, smtp = Inbox(storage.letters, source.current), SmtpCarrier()
    carriers = Carriers(smtp, HttpCarrier(egress, jsonnet, documents), inbox)
    dispatcher = Dispatcher(storage, _watched(carriers, services), clock, ids, log)
    told = TracedEgress(network, tracer, tells=True) if tracer.active else network
    readiness, web_hooks = Readiness(storage), WebHooks(told, WireShapes(), log)
    flows = engines(methods, HookRunner(hook_makers(web_hooks, plugins)))
    pages = Pages(PublicDesk(doorway, flows), clock, entropy, inbox=inbox)
    return House(
        source=source,
        services=services,
        storage=storage,
        plugins=plugins,
        journal=journal,
        schemas=schemas,
        readiness=readiness,
        listeners=listeners(doorway, responder, readiness, storage, flows, pages),
        outbox=OutboxWatch(dispatcher, source.current, log),
        owed=Owed(services, source.current, flows.owing),
        deliverer=Deliverer(storage, Sending(services, told), clock, source.current, log),
        closers=(passwords, smtp, jsonnet, network, plugins),
    )


def _factors(methods: Sequence[Method], source: ConfigSource) -> MethodFactors:
    return MethodFactors((method.credential for method in methods if method.credential is not None), source.current)


def _watched(carrier: Carrier, services: Services) -> Carrier:
    """A carrier whose tries are counted, and seen in traces where there are any."""
    if services.tracer.active:
        carrier = TracedCarrier(carrier, services.tracer)
    return MeteredCarrier(carrier, services.meter)


async def _schemas(documents: UrlDocuments, loaded: LoadedConfig, log: LineLog) -> LoadedSchemas:
    schemas = LoadedSchemas(documents)
    await schemas.load(loaded.config)
    _remark(loaded, schemas, log)
    return schemas


def _remark(loaded: LoadedConfig, schemas: LoadedSchemas, log: LineLog) -> None:
    """What the operator should know, although it keeps nobody from starting."""
    for warning in loaded.warnings:
        log.warning(warning.text, key=warning.key)
    for reason in schemas.unusable():
        log.warning("an identity schema is kept aside", reason=reason)


def require_plugins(loaded: LoadedConfig, plugins: ImportedPlugins) -> None:
    """Raises ConfigRefused, naming each function of a hook in Python that is not there."""
    problems = tuple(python.unusable(loaded, plugins))
    if problems:
        raise ConfigRefused(problems)


def _proxies(environment: Mapping[str, str]) -> Proxies:
    """The proxy that the operator's environment names for outgoing calls, in either spelling."""

    def named(name: str) -> str:
        return environment.get(name.upper()) or environment.get(name.lower()) or ""

    return Proxies(
        http=named("http_proxy"), https=named("https_proxy"), no_proxy=tuple(filter(None, named("no_proxy").split(",")))
    )
