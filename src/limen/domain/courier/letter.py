"""What is a message to a person, and what became of it? (COU-*)"""

from datetime import datetime
from enum import StrEnum

import msgspec

from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import EMPTY, JsonDoc


class LetterStatus(StrEnum):
    """The stored states (courier_messages.status)."""

    QUEUED = "queued"
    PROCESSING = "processing"
    SENT = "sent"
    ABANDONED = "abandoned"


class TemplateType(StrEnum):
    """The templates (appendix E)."""

    RECOVERY_INVALID = "recovery_invalid"
    RECOVERY_VALID = "recovery_valid"
    RECOVERY_CODE_INVALID = "recovery_code_invalid"
    RECOVERY_CODE_VALID = "recovery_code_valid"
    VERIFICATION_INVALID = "verification_invalid"
    VERIFICATION_VALID = "verification_valid"
    VERIFICATION_CODE_INVALID = "verification_code_invalid"
    VERIFICATION_CODE_VALID = "verification_code_valid"
    LOGIN_CODE_VALID = "login_code_valid"
    REGISTRATION_CODE_VALID = "registration_code_valid"
    VERIFIABLE_ADDRESS_CHANGED = "verifiable_address_changed"
    STUB = "stub"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message, composed and waiting, or on its way. `key` is the same for every attempt (the Message-ID of mails)."""

    id: str
    via: Via
    status: LetterStatus
    template: TemplateType
    recipient: str
    subject: str
    body: str
    html: str = ""
    data: JsonDoc
    """What the template was given; also what HTTP channels are told."""
    request_headers: JsonDoc = EMPTY
    """Headers of the request that caused it, for HTTP channels: an object of lists (COU-17)."""
    send_count: int = 0
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    """Not to be tried before then."""
