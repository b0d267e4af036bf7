"""What does the hook `python` do? It asks a function of the operator's, and does what it answers."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from limen.app.errors import PythonHookFailed
from limen.app.flows.contract import FormProblems, Problem
from limen.app.hooks import contract
from limen.app.hooks.contract import Continue, HookEvent
from limen.app.hooks.python.events import KINDS, told
from limen.app.scope import Scope
from limen.config.hooks import HookConfig, PythonHookConfig
from limen.config.load import LoadedConfig
from limen.config.problems import ConfigProblem
from limen.config.rules import hook_lists
from limen.domain.identity.identity import Identity
from limen.domain.text.shared import reason
from limen.kernel.json_doc import JsonDoc, JsonValue, at
from limen.plugin import Change, GoOn, Redirect, Refuse
from limen.ports.plugins import Plugin, PluginFailed, Plugins, PluginUnknown

_CHANGEABLE: Final = (contract.Registering, contract.Changing)
"""The events before something is stored; only then can the person still be changed."""
_REDIRECTABLE: Final = (contract.LoggedIn, contract.Registered, contract.Changing, contract.Changed)
_LONGEST: Final = 500
"""Characters of a sentence that a plugin says to a person."""
_NUL: Final = "\\u0000"


class PythonHook:
    """One entry of a list. What follows a sign-up or a change runs when that is stored: the plugin may call others."""

    name = "python"
    calls_out = True

    def __init__(self, config: PythonHookConfig, plugin: Plugin) -> None:
        self._config = config
        self._plugin = plugin

    def hears(self, event: HookEvent) -> bool:
        return self._plugin.hears(KINDS[type(event)])

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        """Raises FormProblems when the plugin refuses, PythonHookFailed when it fails and that is to refuse."""
        config = self._config
        try:
            answer = await self._plugin.call(told(scope, event, config.options.members()), config.timeout)
            return _verdict(config.call, event, answer)
        except PluginFailed as error:
            ignored = config.on_error == "ignore"
            scope.services.log.warning(
                "a hook in Python failed", call=config.call, reason=error.reason, ignored=ignored
            )
            if ignored:
                return Continue(note="failed, ignored")
            raise PythonHookFailed("A hook failed. Try again later.") from error


def maker(plugins: Plugins) -> Callable[[HookConfig], PythonHook]:
    """How the hook is made of an entry. Raises PluginUnknown, which the start has ruled out (`unusable`)."""

    def make(entry: HookConfig) -> PythonHook:
        if not isinstance(entry.config, PythonHookConfig):
            raise PluginUnknown("a hook in Python needs `config.call`")
        return PythonHook(entry.config, plugins.find(entry.config.call))

    return make


def _verdict(call: str, event: HookEvent, answer: object) -> Continue:
    """Raises FormProblems, PluginFailed for what the plugin may not say here."""
    match answer:
        case None | GoOn():
            return Continue()
        case Refuse(message=str(message), field=str(field)):
            raise FormProblems(Problem(reason(message[:_LONGEST]), field))
        case Change() if isinstance(event, _CHANGEABLE):
            return Continue(identity=_changed(call, event.identity, answer), note="changed")
        case Redirect() if isinstance(event, _REDIRECTABLE):
            if not _is_address(answer.url):
                raise PluginFailed(f"{call} redirects to what is no address.")
            return Continue(go_to=answer.url, note="redirected")
        case _:
            kind = type(answer).__name__
            raise PluginFailed(f"{call} answered {kind}, which means nothing at {type(event).__name__}.")


def _changed(call: str, identity: Identity, change: Change) -> Identity:
    traits = identity.traits if change.traits is msgspec.UNSET else _document(call, change.traits)
    public, admin = identity.metadata_public, identity.metadata_admin
    if change.metadata_public is not msgspec.UNSET:
        public = None if change.metadata_public is None else _document(call, change.metadata_public)
    if change.metadata_admin is not msgspec.UNSET:
        admin = None if change.metadata_admin is None else _document(call, change.metadata_admin)
    return msgspec.structs.replace(identity, traits=traits, metadata_public=public, metadata_admin=admin)


def _document(call: str, value: JsonValue) -> JsonDoc:
    try:
        document = JsonDoc.of(value)
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise PluginFailed(f"{call} answered something that cannot be written as JSON.") from error
    if _NUL in document.text:
        raise PluginFailed(f"{call} answered text with a character that no text can hold (U+0000).")
    return document


def _is_address(url: object) -> bool:
    """Whether a browser can be sent there: absolute, or a path of this site; nothing that ends a header."""
    if not isinstance(url, str) or any(character <= " " or character == "\x7f" for character in url):
        return False
    return url.startswith(("https://", "http://")) or (url.startswith("/") and not url.startswith("//"))


def unusable(loaded: LoadedConfig, plugins: Plugins) -> Iterator[ConfigProblem]:
    """The functions that a configuration names and that are not there, with file and path. Imports the others."""
    for path, _, _ in hook_lists(loaded.document):
        listed = at(loaded.document, path.split("."))
        for position, entry in enumerate(listed if isinstance(listed, list) else []):
            call = at(entry, ("config", "call"))
            if at(entry, ("hook",)) != "python" or not isinstance(call, str):
                continue
            try:
                plugins.find(call)
            except PluginUnknown as error:
                place = f"{path}.{position}.config.call"
                origin = loaded.provenance.of(tuple(place.split(".")))
                yield ConfigProblem(path=place, reason=error.reason, origin=str(origin))
