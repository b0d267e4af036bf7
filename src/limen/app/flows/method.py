"""What is a login method? One manifest per folder under methods/: its name, its rank, its part in each kind of flow."""

from collections.abc import Callable

import msgspec

from limen.app.flows.contract import Authenticated, Change, Draft, Participant, Proof, Regained
from limen.config.model import Config
from limen.domain.flow.details import (
    LoginDetail,
    RecoveryDetail,
    RegistrationDetail,
    SettingsDetail,
    VerificationDetail,
)
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.ids import MethodName


def _never(_: Credential) -> bool:
    return False


def _always(_: Config) -> bool:
    return True


class CredentialSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What the method's credential is worth: whether it can be a first or a second factor as it is configured (SESS-14)."""

    type: CredentialType
    first_factor: Callable[[Credential], bool] = _never
    second_factor: Callable[[Credential], bool] = _never
    counts_first: Callable[[Config], bool] = _always
    """Whether the configuration lets it be a first factor at all (CODE-01)."""
    counts_second: Callable[[Config], bool] = _always


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One way to do something in a flow. `rank` orders methods where nothing else does; lower comes first."""

    name: MethodName
    rank: int
    credential: CredentialSpec | None = None
    login: Participant[LoginDetail, Authenticated] | None = None
    registration: Participant[RegistrationDetail, Draft] | None = None
    settings: Participant[SettingsDetail, Change] | None = None
    recovery: Participant[RecoveryDetail, Regained] | None = None
    verification: Participant[VerificationDetail, Proof] | None = None
