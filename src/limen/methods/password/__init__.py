"""Signing in and up with a password, and choosing another one (PWD-*)."""

from typing import Final

from limen.app.flows.method import CredentialSpec, Method
from limen.domain.identity.credentials import Credential
from limen.domain.ids import MethodName
from limen.methods.password.credential import TYPE, has_password
from limen.methods.password.login import PasswordLogin
from limen.methods.password.registration import PasswordRegistration
from limen.methods.password.settings import PasswordSettings


def _first_factor(credential: Credential) -> bool:
    return bool(credential.identifiers) and has_password(credential)


METHOD: Final = Method(
    name=MethodName("password"),
    rank=20,
    credential=CredentialSpec(type=TYPE, first_factor=_first_factor),
    login=PasswordLogin(),
    registration=PasswordRegistration(),
    settings=PasswordSettings(),
)
