"""One-time codes by e-mail or text message: recovery, verification, and where it is switched on sign-in and sign-up (CODE-*)."""

from typing import Final

from limen.app.flows.method import CredentialSpec, Method
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.ids import MethodName
from limen.methods.code.login import CodeLogin
from limen.methods.code.recovery import CodeRecovery
from limen.methods.code.registration import CodeRegistration
from limen.methods.code.verification import CodeVerification


def _first_factor(credential: Credential) -> bool:
    return bool(credential.identifiers)


METHOD: Final = Method(
    name=MethodName("code"),
    rank=30,
    credential=CredentialSpec(type=CredentialType.CODE, first_factor=_first_factor),
    login=CodeLogin(),
    registration=CodeRegistration(),
    recovery=CodeRecovery(),
    verification=CodeVerification(),
)
