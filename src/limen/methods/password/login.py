"""How does somebody sign in with a password? (PWD-01 … PWD-04, PWD-16, PWD-17)"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from limen.app.flows.contract import Attempt, Authenticated, Done, FormProblems, Problem, Submission
from limen.app.flows.two_steps import discreet
from limen.app.limits.guesses import password_guess
from limen.app.limits.refusing import keeping
from limen.app.scope import Scope
from limen.domain.flow.details import LoginDetail, SignInStep
from limen.domain.flow.flow import Flow
from limen.domain.identity.aal import Aal
from limen.domain.identity.credentials import Credential
from limen.domain.identity.identity import Identity
from limen.domain.identity.normalise import lookup_form
from limen.domain.ids import MethodName
from limen.domain.text.validation import required
from limen.domain.ui.identifier import identifier, known_identifier
from limen.domain.ui.nodes import Autocomplete, Node
from limen.kernel.json_doc import JsonDoc
from limen.methods.password import nodes, texts
from limen.methods.password.credential import TYPE, has_password, rehashed, secret_of
from limen.ports.passwords import UnknownHash

_NAME: Final = MethodName("password")
_LONGEST_IDENTIFIER: Final = 1024


class LoginPayload(msgspec.Struct, frozen=True):
    """What is sent: `identifier` (or its old name `password_identifier`) and `password`."""

    identifier: str
    password: str


class PasswordLogin:
    """Looks the person up, compares the hash; the same work and the same words for people who do not exist (SEC-07)."""

    async def present(self, scope: Scope, flow: Flow[LoginDetail]) -> Sequence[Node]:
        if flow.detail.requested_aal is not Aal.AAL1:
            return ()
        if flow.detail.refresh and scope.session is not None:
            return _asked_again(scope.session.identity)
        if flow.detail.step is not SignInStep.EVERYTHING:
            return await _second_step(scope, flow)
        schema = scope.services.schemas.require(flow.detail.identity_schema or scope.config.identity.default_schema_id)
        return (
            identifier(schema),
            nodes.password(Autocomplete.CURRENT_PASSWORD),
            nodes.sign_in_button(again=False),
        )

    def read(self, scope: Scope, flow: Flow[LoginDetail], body: Submission) -> Attempt[LoginDetail, Authenticated]:
        payload = LoginPayload(body.text("identifier") or body.text("password_identifier"), body.text("password"))
        missing = [name for name in ("identifier", "password") if not getattr(payload, name)]
        if missing:
            raise FormProblems(*(Problem(required(name), name) for name in missing), values=_entered(payload))
        if flow.detail.requested_aal is not Aal.AAL1:
            raise FormProblems(Problem(texts.credentials_wrong()))
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        return partial(self._signed_in, scope, noted, payload)

    async def _signed_in(
        self, scope: Scope, flow: Flow[LoginDetail], payload: LoginPayload
    ) -> Done[LoginDetail, Authenticated]:
        identity, credential = await _found(scope, payload.identifier)
        person = identity.id if identity is not None else None
        with keeping(_entered(payload)):
            async with password_guess(scope, lookup_form(payload.identifier), person) as guess:
                try:
                    identity, credential = await _proven(scope, payload, identity, credential)
                except FormProblems:
                    await guess.wrong()
                    raise
        updated = await _rehashed(scope, identity, credential, payload.password)
        return Done(flow=flow, result=Authenticated(identity=identity, method=_NAME, updated=updated))


async def _proven(
    scope: Scope, payload: LoginPayload, identity: Identity | None, credential: Credential | None
) -> tuple[Identity, Credential]:
    """The person and the credential when the password is theirs; the same work for everybody else. Raises FormProblems."""
    hash = secret_of(credential).hashed_password if credential is not None else ""
    if not hash or identity is None or credential is None:
        await scope.services.passwords.verify_nobody(payload.password, scope.config)
        raise _wrong(payload)
    try:
        right = await scope.services.passwords.verify(payload.password, hash)
    except UnknownHash as error:
        scope.services.log.error("a stored password hash cannot be verified", identity=identity.id)
        await scope.services.passwords.verify_nobody(payload.password, scope.config)
        raise _wrong(payload) from error
    if not right:
        raise _wrong(payload)
    return identity, credential


async def _found(scope: Scope, identifier: str) -> tuple[Identity | None, Credential | None]:
    if len(identifier) > _LONGEST_IDENTIFIER:
        return None, None
    identity = await scope.services.storage.identities.by_identifier((TYPE,), lookup_form(identifier))
    return identity, identity.credentials.get(TYPE) if identity is not None else None


async def _rehashed(scope: Scope, identity: Identity, credential: Credential, password: str) -> Identity | None:
    """The identity with its hash made anew when the configured algorithm is another one (PWD-04)."""
    if not scope.services.passwords.outdated(secret_of(credential).hashed_password, scope.config):
        return None
    now = scope.services.clock.now()
    fresh = rehashed(credential, await scope.services.passwords.hash(password, scope.config), now)
    return msgspec.structs.replace(identity, credentials={**identity.credentials, TYPE: fresh}, updated_at=now)


async def _second_step(scope: Scope, flow: Flow[LoginDetail]) -> Sequence[Node]:
    """For whom the first step named, if they have a password; for everybody where strangers are not to find out (PWD-18)."""
    if flow.detail.step is not SignInStep.PROOF:
        return ()
    if not discreet(scope, flow):
        _, credential = await _found(scope, flow.detail.named)
        if credential is None or not has_password(credential):
            return ()
    return (nodes.password(Autocomplete.CURRENT_PASSWORD), nodes.sign_in_button(again=False))


def _asked_again(identity: Identity) -> Sequence[Node]:
    credential = identity.credentials.get(TYPE)
    if credential is None or not credential.identifiers or not secret_of(credential).hashed_password:
        return ()
    return (
        known_identifier(credential.identifiers[0]),
        nodes.password(Autocomplete.CURRENT_PASSWORD),
        nodes.sign_in_button(again=True),
    )


def _wrong(payload: LoginPayload) -> FormProblems:
    return FormProblems(Problem(texts.credentials_wrong()), values=_entered(payload))


def _entered(payload: LoginPayload) -> dict[str, JsonDoc]:
    return {"identifier": JsonDoc.of(payload.identifier)}
