"""Which request would a web hook make? The program is run as the server runs it, on a person who was made up; nothing is sent."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from limen.adapters.http_egress import HttpEgress
from limen.app.hooks.contract import HookEvent
from limen.app.hooks.deliveries.signature import delivery_headers
from limen.app.hooks.watched import label_of
from limen.app.hooks.web_hook.errors import HookFailed
from limen.app.hooks.web_hook.outgoing import prepared, proven
from limen.app.hooks.web_hook.programs import Programs
from limen.app.hooks.web_hook.sample import Sample, sample_traits
from limen.app.scope import BrowserMarks, Client, Scope, Visitor
from limen.bootstrap.build import build
from limen.config.hooks import HookConfig, WebHookConfig
from limen.config.load import LoadRequest
from limen.config.model import Config
from limen.domain.flow.kinds import FlowKind
from limen.kernel.json_doc import JsonDoc
from limen.wire.hook_context import WireShapes

_HIDDEN: Final = "(hidden)"
_HARMLESS: Final = frozenset({"content-type", "idempotency-key", "webhook-id", "webhook-timestamp"})
_ATTEMPT: Final = "0f000000-0000-4000-8000-000000000004"


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What to try: the hooks of a flow, all of them or those of one position, one method, one id."""

    flow: FlowKind
    position: Literal["before", "after", ""] = ""
    method: str = ""
    hook: str = ""
    traits: JsonDoc | None = None


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What one hook would do."""

    place: str
    """Where it stands in the configuration."""
    title: str
    request: str = ""
    """The request as text, secrets masked; empty when there is none."""
    problem: str = ""
    """Why there is none, if that is a mistake."""


async def tried(request: LoadRequest, trial: Trial) -> AsyncIterator[Tried]:
    """The hooks that are asked for, in their order. Raises ConfigRefused, SchemaBroken."""
    with tempfile.TemporaryDirectory() as folder:
        # An empty database in memory: what is configured may be in use by the server at this moment.
        apart = msgspec.structs.replace(
            request, environment={**request.environment, "DSN": "memory"}, data_folder=Path(folder)
        )
        house = await build(apart)
        egress = HttpEgress()
        try:
            config = house.source.current()
            scope = Scope(
                config=config,
                services=house.services,
                client=Client.BROWSER,
                visitor=Visitor(ip="203.0.113.7", user_agent="limen hooks try", headers=JsonDoc.of({})),
                browser=BrowserMarks(token=b""),
                url=config.serve.public.base_url,
                http_method="POST",
            )
            schema = house.schemas.require(config.identity.default_schema_id)
            sample = Sample(scope, schema, trial.traits or sample_traits(schema))
            for place, method, entry in _chosen(config, trial):
                yield await _one(scope, Programs(egress), sample, trial.flow, (place, method, entry))
        finally:
            await egress.close()
            await house.close()


def _chosen(config: Config, trial: Trial) -> Iterator[tuple[str, str, HookConfig]]:
    """Place, method and entry of every hook that is asked for; the method is empty before a flow."""
    base, rules = f"selfservice.flows.{trial.flow.value}", config.flow(trial.flow)
    lists = [(f"{base}.before.hooks", "", rules.before)] if trial.position != "after" and not trial.method else []
    if trial.position != "before":
        if not trial.method:
            lists.append((f"{base}.after.hooks", "password", rules.after.hooks))
        lists += [
            (f"{base}.after.{name}.hooks", name, section.hooks)
            for name, section in rules.after.methods.items()
            if trial.method in {"", name}
        ]
    for path, method, hooks in lists:
        for at, entry in enumerate(hooks):
            if not trial.hook or label_of(entry) == trial.hook:
                yield f"{path}.{at}", method, entry


async def _one(
    scope: Scope, programs: Programs, sample: Sample, kind: FlowKind, chosen: tuple[str, str, HookConfig]
) -> Tried:
    place, method, entry = chosen
    config = entry.web_hook
    if config is None:
        return Tried(place=place, title=f"{entry.hook} {label_of(entry)}".strip())
    event = sample.finished(kind, method, before_storing=config.decides) if method else sample.starting(kind)
    title = f"web_hook {label_of(entry)}, {type(event).__name__}"
    if config.response.ignore:
        title += ", delivered afterwards"
    try:
        request = await _request(scope, programs, event, config)
    except HookFailed as error:
        return Tried(place=place, title=title, problem=error.reason)
    return Tried(place=place, title=title, request=request or "(its program cancels the call)")


async def _request(scope: Scope, programs: Programs, event: HookEvent, config: WebHookConfig) -> str:
    """Raises HookFailed."""
    outgoing = await prepared(scope, event, config, programs, WireShapes())
    if outgoing is None:
        return ""
    call = proven(outgoing, config, _ATTEMPT)
    headers = dict(call.headers)
    if config.response.ignore:
        at = scope.services.clock.now()
        headers |= dict(delivery_headers(outgoing.trigger, at, call.body, config.signing_secrets))
    shown = [f"{name}: {value if _harmless(name) else _HIDDEN}" for name, value in headers.items()]
    body = call.body.decode(errors="replace")
    return "\n".join([f"{call.method} {masked(call.url)}", *shown, *(["", body] if body else [])])


def _harmless(name: str) -> bool:
    return name in _HARMLESS or name.startswith("ory-webhook-")


def masked(url: str) -> str:
    """An address without user, password and the values of its query."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    query = urlencode([(name, _HIDDEN) for name, _ in parse_qsl(parts.query, keep_blank_values=True)], safe="()")
    return urlunsplit((parts.scheme, host, parts.path, query, ""))
