"""How can a person be reached? Verifiable and recovery addresses (REG-24, VER-18)."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Via(StrEnum):
    EMAIL = "email"
    SMS = "sms"


class AddressStatus(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    COMPLETED = "completed"


class VerifiableAddress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address that can be proven to belong to the person. Field names are those stored and shown (hot path passes them on)."""

    id: str
    value: str
    verified: bool
    via: Via
    status: AddressStatus
    verified_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class RecoveryAddress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address that can be used to get back in."""

    id: str
    value: str
    via: Via
    break_glass_for_organization: bool = False
    created_at: datetime
    updated_at: datetime
