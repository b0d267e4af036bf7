"""What differs between the five kinds of flow? Their details, one typed record each (FLOW-01)."""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from limen.domain.identity.aal import Aal
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc


class SignInStep(StrEnum):
    """How far a sign-in is: everything in one form, or first who you are and then how you prove it (LOGIN-13, LOGIN-14)."""

    EVERYTHING = "everything"
    IDENTIFIER = "identifier"
    PROOF = "proof"


class LoginDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    refresh: bool = False
    step: SignInStep = SignInStep.EVERYTHING
    """Fixed at creation to one step or two, so that a reload cannot change a form half-way."""
    named: str = ""
    """Who the first of two steps named, as it was entered (IDF-01)."""
    requested_aal: Aal = Aal.AAL1
    identity_id: IdentityId | None = None
    """Who has to sign in again or prove more: set for refresh and second-factor flows (LOGIN-17, LOGIN-18)."""
    identity_schema: str = ""
    organization_id: str | None = None
    via: str = ""
    exchange_code: str = ""


class SignUpStep(StrEnum):
    """How far a sign-up is: everything in one form, or first who you are and then how you will sign in (REG-03, REG-04)."""

    EVERYTHING = "everything"
    PROFILE = "profile"
    CREDENTIALS = "credentials"


class RegistrationDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    step: SignUpStep = SignUpStep.EVERYTHING
    identity_schema: str = ""
    """The schema that was asked for; empty means the default one (REG-07)."""
    schema_id: str = ""
    """The schema that the form was built from: fixed at creation, so that a reload cannot change a form half-way."""
    after_verification_return_to: str = ""
    organization_id: str | None = None
    exchange_code: str = ""


class SettingsDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    identity_id: IdentityId
    organization_id: str | None = None


class RecoveryDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    recovered_identity_id: IdentityId | None = None
    skip_csrf_check: bool = False


class VerificationDetail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    identity_id: IdentityId | None = None
    session_id: str | None = None
    continue_with: JsonDoc | None = None


Detail: TypeAlias = LoginDetail | RegistrationDetail | SettingsDetail | RecoveryDetail | VerificationDetail
