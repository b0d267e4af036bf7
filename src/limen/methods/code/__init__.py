"""One-time codes by e-mail or text message: recovery, verification, and where it is switched on sign-in and sign-up (CODE-*)."""

from typing import Final

from limen.app.flows.method import CredentialSpec, Method
from limen.config.model import Config
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.ids import MethodName
from limen.methods.code.login import CodeLogin
from limen.methods.code.recovery import CodeRecovery
from limen.methods.code.registration import CodeRegistration
from limen.methods.code.verification import CodeVerification


def _has_address(credential: Credential) -> bool:
    return bool(credential.identifiers)


def _signs_in(config: Config) -> bool:
    return config.selfservice.methods.code.passwordless_enabled


def _steps_up(config: Config) -> bool:
    return config.selfservice.methods.code.mfa_enabled


METHOD: Final = Method(
    name=MethodName("code"),
    rank=30,
    credential=CredentialSpec(
        type=CredentialType.CODE,
        first_factor=_has_address,
        second_factor=_has_address,
        counts_first=_signs_in,
        counts_second=_steps_up,
    ),
    login=CodeLogin(),
    registration=CodeRegistration(),
    recovery=CodeRecovery(),
    verification=CodeVerification(),
)
