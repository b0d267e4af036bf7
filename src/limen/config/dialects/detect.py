"""How old is a configuration document? Its `version` key and its layout tell (dialects.md §2.1, §5.2)."""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec

from limen.kernel.json_doc import JsonObject, JsonValue, at

Version: TypeAlias = tuple[int, int]
"""Major and minor number of a Kratos release."""

CURRENT: Final = "v26.2.0"
MODERN: Final = 5
"""The generation of today's layout."""
_SEMVER: Final = re.compile(r"v?(\d{1,4})\.(\d{1,4})(\.|$|-)")
_GENERATIONS: Final = ((1, (0, 1)), (2, (0, 3)), (3, (0, 5)), (4, (0, 8)))

_G1_KEYS: Final = ("urls.whitelisted_return_to_domains", "urls.profile_ui", "selfservice.profile")
_G2_KEYS: Final = ("urls.settings_ui", "urls.whitelisted_return_to_urls", "selfservice.settings", "security.session")
_BEFORE_V0_4: Final = (
    "urls",
    "ttl",
    "secrets.session",
    "identity.traits",
    "selfservice.login",
    "selfservice.registration",
    "selfservice.verify",
    "selfservice.logout",
)
_V0_4_KEYS: Final = (
    "session.cookie_same_site",
    "selfservice.flows.login.default_browser_return_url",
    "selfservice.flows.registration.default_browser_return_url",
    *(
        f"selfservice.flows.{flow}.request_lifespan"
        for flow in ("login", "registration", "settings", "recovery", "verification")
    ),
)
_V0_4_TO_V0_8_KEYS: Final = (
    "selfservice.whitelisted_return_urls",
    "identity.default_schema_url",
    "selfservice.methods.recovery_token",
    "password",
)
_G4_KEYS: Final = ("hashers.algorithm", "selfservice.methods.password.config", "serve.public.domain_aliases")
_SINCE_V0_8_KEYS: Final = (
    "secrets.cipher",
    "ciphers",
    "session.whoami",
    *(f"selfservice.methods.{method}" for method in ("totp", "lookup_secret", "webauthn", "code", "passkey")),
)


class Age(msgspec.Struct, frozen=True, kw_only=True):
    """How old a document is.

    `version` chooses the defaults to write out (None: today's); `written` is what the document's `version` key says;
    `first` says that login makes sessions and obeys `return_to` only where jobs say so, as in v0.1 (B1, B2).
    """

    version: Version | None
    written: Version | None
    generation: int
    first: bool
    knows_implicit_tls: bool

    def before(self, major: int, minor: int) -> bool:
        """Was the document written for a release older than this one?"""
        return self.version is not None and self.version < (major, minor)

    @property
    def text(self) -> str | None:
        """The release the document was written for, such as `v0.8`."""
        return None if self.version is None else f"v{self.version[0]}.{self.version[1]}"


def age_of(document: JsonObject) -> Age:
    """How old the document is: the newer of what `version` says and of what the layout shows.

    Files often carry a stale `version`, so it is a lower bound only. Without `version` and without any key that is
    gone today the document is modern.
    """
    written, layout = version_of(document.get("version")), _layout(document)
    known = [version for version in (written, layout) if version is not None]
    version = max(known, default=None)
    generation = next((number for number, newest in _GENERATIONS if version and version <= newest), MODERN)
    return Age(
        version=version,
        written=written,
        generation=generation,
        first=version is not None and generation == 1 and not _has(document, "selfservice.flows.login.after"),
        knows_implicit_tls=_has_any(document, _SINCE_V0_8_KEYS),
    )


def version_of(value: JsonValue) -> Version | None:
    """The major and minor number in a `version` key, None when it is no version (`eleven` is allowed, and ignored)."""
    found = _SEMVER.match(value) if isinstance(value, str) else None
    return (int(found[1]), int(found[2])) if found else None


def _layout(document: JsonObject) -> Version | None:
    strategies = _has(document, "selfservice.strategies")
    v0_4 = _has_any(document, _V0_4_KEYS) or (strategies and _has(document, "selfservice.flows"))
    if v0_4 or _has_any(document, _V0_4_TO_V0_8_KEYS):
        if _has_any(document, _G4_KEYS) or isinstance(_memory(document), str):
            return (0, 8)
        return (0, 4) if v0_4 else (0, 5)
    shown = (
        (_has_any(document, _G2_KEYS) or _has_v0_2_hooks(document), (0, 3)),
        (_has_any(document, _G1_KEYS) or _has_jobs(document), (0, 1)),
        (_has_any(document, _BEFORE_V0_4), (0, 3)),
        (strategies, (0, 4)),
        (isinstance(_memory(document), int), (0, 5)),
        (_has(document, "serve.public.domain_aliases"), (0, 8)),
    )
    return next((version for found, version in shown if found), None)


def _has(document: JsonObject, path: str) -> bool:
    return at(document, path.split(".")) is not None


def _has_any(document: JsonObject, paths: Sequence[str]) -> bool:
    return any(_has(document, path) for path in paths)


def _memory(document: JsonObject) -> JsonValue:
    return at(document, ("hashers", "argon2", "memory"))


def _old_hooks(document: JsonObject) -> list[JsonValue]:
    found: list[JsonValue] = []
    for flow in ("login", "registration"):
        found.append(at(document, ("selfservice", flow, "before")))
        after = at(document, ("selfservice", flow, "after"))
        found.extend(after.values() if isinstance(after, dict) else [after])
    return found


def _has_jobs(document: JsonObject) -> bool:
    entries = [entry for hooks in _old_hooks(document) if isinstance(hooks, list) for entry in hooks]
    return any(isinstance(entry, dict) and "job" in entry for entry in entries)


def _has_v0_2_hooks(document: JsonObject) -> bool:
    places = (at(document, ("selfservice", flow, "after", "default_return_to")) for flow in ("login", "registration"))
    return any(isinstance(hooks, dict) for hooks in _old_hooks(document)) or any(place is not None for place in places)
