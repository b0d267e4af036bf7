"""How does a session become a signed token that others can check on their own? (SESS-26 … SESS-28)"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from limen.app.errors import TokenizerFailed, TokenizerUnknown
from limen.app.scope import Services
from limen.config.model import Config
from limen.config.session import TokenTemplate
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonDoc, JsonObject
from limen.ports.documents import DocumentUnavailable
from limen.ports.jsonnet import JsonnetFailed
from limen.ports.signing import SigningFailed

_MAPPER: Final = "The claims mapper of this tokenizer template does not work; the operator finds the reason in the log."
_KEYS: Final = "The keys of this tokenizer template cannot be used; the operator finds the reason in the log."
_KEPT_FOR: Final = timedelta(hours=1)
_MOST_KEPT: Final = 64


class TokenSubject(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a token speaks of."""

    session_id: str
    identity_id: str
    external_id: str
    """Empty without one."""


class Tokenizer:
    """Makes tokens after the configured templates. Mappers from other servers are fetched once an hour."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._fetched: dict[str, tuple[datetime, bytes]] = {}

    async def token(self, config: Config, name: str, subject: TokenSubject, session: JsonDoc) -> str:
        """The session as a token after the template of that name. Raises TokenizerUnknown, TokenizerFailed.

        `session` is what the mapper sees of it: the answer to the session check.
        """
        template = config.session.whoami.tokenizer.templates.get(name)
        if template is None:
            raise TokenizerUnknown("There is no tokenizer template with this name.")
        claims = self._claims(config, template, subject)
        if template.claims_mapper_url is not None:
            mapped = await self._mapped(template.claims_mapper_url, session, claims)
            claims = {**claims, **mapped, "sub": claims["sub"]}
        return await self._signed(template, claims)

    def _claims(self, config: Config, template: TokenTemplate, subject: TokenSubject) -> JsonObject:
        """The registered claims (RFC 7519 section 4.1); times are whole seconds since 1970."""
        issued = int(self._services.clock.now().timestamp())
        return {
            "exp": issued + int(template.ttl.total_seconds()),
            "iat": issued,
            "iss": config.serve.public.base_url,
            "jti": str(self._services.ids.uuid()),
            "nbf": issued,
            "sid": subject.session_id,
            "sub": _sub(template, subject),
        }

    async def _mapped(self, url: str, session: JsonDoc, claims: JsonObject) -> JsonObject:
        """The claims that the template's program adds or replaces."""
        try:
            program = (await self._document(url)).decode()
            found = await self._services.jsonnet.evaluate(program, {"session": session, "claims": JsonDoc.of(claims)})
            mapped = found.members().get("claims")
        except (DocumentUnavailable, JsonnetFailed, MalformedInput) as error:
            raise self._failed(_MAPPER, error.reason) from error
        except UnicodeDecodeError as error:
            raise self._failed(_MAPPER, "the program is not UTF-8 text") from error
        if not isinstance(mapped, dict):
            raise self._failed(_MAPPER, "the program has to evaluate to an object with an object named claims")
        return mapped

    async def _signed(self, template: TokenTemplate, claims: JsonObject) -> str:
        if not template.jwks_url.lower().startswith(("file://", "base64://")):
            raise self._failed(_KEYS, "jwks_url has to be a file:// or base64:// address: it holds private keys")
        try:
            return self._services.signing.sign(await self._services.documents.read(template.jwks_url), claims)
        except (DocumentUnavailable, SigningFailed) as error:
            raise self._failed(_KEYS, error.reason) from error

    async def _document(self, url: str) -> bytes:
        if not url.lower().startswith("http"):
            return await self._services.documents.read(url)
        now = self._services.clock.now()
        kept = self._fetched.get(url)
        if kept is None or now - kept[0] > _KEPT_FOR:
            if len(self._fetched) >= _MOST_KEPT:
                self._fetched.clear()
            kept = self._fetched[url] = (now, await self._services.documents.read(url))
        return kept[1]

    def _failed(self, said: str, reason: str) -> TokenizerFailed:
        """The refusal: strangers are told that it failed, the operator why."""
        self._services.log.warning("a session could not be made a token", reason=reason)
        return TokenizerFailed(said)


def _sub(template: TokenTemplate, subject: TokenSubject) -> str:
    if template.subject_source == "id":
        return subject.identity_id
    if not subject.external_id:
        raise TokenizerFailed("This tokenizer template names people by their external id, and this identity has none.")
    return subject.external_id
